# Methods that misbehave, for tests of training: a part of the message of each kind's row, and what
# its fit does, or what becomes of its predictions. Without a part, no harm is done.

forever <- function() repeat Sys.sleep(1)

# Four processes at work until all of them have one core.
crowd <- function() {
  allowed <- length(parallel::mcaffinity())
  if (allowed == 1) {
    return()
  }
  until <- Sys.time() + 30
  folder <- own_tempfile("pinned")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  parallel::mclapply(1:4, function(i) {
    # One alone would not be told to share.
    while (Sys.time() < until && length(list.files(folder)) < 4) {
      sum(sqrt(1:1e5))
      if (length(parallel::mcaffinity()) == 1) file.create(file.path(folder, i))
    }
  }, mc.cores = 4)
  if (length(list.files(folder)) < 4) stop("four processes had all cores")
}

fits <- list(
  error = list("this method fails", function() stop("this method\n  fails")),
  # R cuts what stop() is given, but not the message of a condition.
  long_message = list("it has 200000 characters", function() {
    stop(user_condition(strrep("x", 2e5)))
  }),
  bytes = list("bad.* name", function() stop("bad \xff name")),
  control = list("a b \\[2J c", function() stop("a\x01b\x1b[2J\r\nc")),
  no_message = list("simpleError", function() stop()),
  condition = list("own_error", function() {
    stop(structure(class = c("own_error", "error", "condition"), list(message = "", call = NULL)))
  }),
  quit = list("was killed", function() quit(save = "no", status = 3)),
  segfault = list("caught segfault", function() tools::pskill(Sys.getpid(), 11)),
  bus_error = list("caught bus error", function() tools::pskill(Sys.getpid(), 7)),
  killed = list("often because it ran out of memory", function() tools::pskill(Sys.getpid(), 9)),
  terminated = list("was killed", function() tools::pskill(Sys.getpid(), 15)),
  recursion = list("infinite recursion|nested too deeply|C stack", function() {
    again <- function(n) again(n + 1)
    again(1)
  }),
  endless = list("time_limit", forever),
  memory = list("memory_limit", function() {
    held <- list()
    repeat held[[length(held) + 1]] <- rep(1, 2^23)
  }),
  shouts = list("20 MB to its log", function() {
    repeat cat(strrep("all work and no play\n", 5000))
  }),
  helper = list("was killed", function() {
    system("sleep 300 &")
    quit(save = "no")
  }),
  crowd = list(NULL, crowd),
  other_folder = list(NULL, function() setwd("/")),
  strict = list(NULL, function() options(warn = 2, digits = 3, OutDec = ",")),
  generator = list(NULL, function() suppressWarnings(RNGkind("Wichmann-Hill", "Box-Muller"))),
  folder_of_temporary_files = list(NULL, function() unlink(tempdir(), recursive = TRUE))
)

probabilities <- list(
  percentages = list("not from 0 to 1", function(p) 100 * p),
  negative = list("not from 0 to 1", function(p) p + rep(c(2, -2), each = nrow(p))),
  # caret itself refuses these in the final fit.
  one_column = list("have 1 columns|undefined columns", function(p) p[, 2, drop = FALSE]),
  three_columns = list("have 3 columns|undefined columns", function(p) unname(cbind(p, 0))),
  sum = list("sum to 0.5, not to 1", function(p) p / 2),
  not_a_number = list("hold values that are not finite", function(p) p * NaN),
  infinite = list("not finite", function(p) p + Inf),
  more_rows = list("predictions of", function(p) rbind(p, p)),
  fewer_rows = list("predictions of", function(p) p[-1, ]),
  nothing = list("undefined columns|vector type", function(p) NULL),
  text = list("not finite", function(p) matrix("?", nrow(p), 2, dimnames = dimnames(p))),
  unnamed = list("undefined columns", function(p) unname(p)),
  other_order = list(NULL, function(p) p[, 2:1])
)

labels <- list(
  unknown_label = list("a label that is not a class", function(y) rep("other", length(y))),
  long_label = list("a label that is not a class", function(y) rep(strrep("x", 2e5), length(y))),
  missing_label = list("a label that is not a class", function(y) rep(NA, length(y))),
  more_labels = list("predictions of", function(y) c(y, y)),
  numbers_of_labels = list("a label that is not a class", as.integer)
)

misbehaving_kinds <- c(fits, probabilities, labels)

#' caret's method knn, misbehaving in one way.
misbehaving <- function(how) {
  info <- knn <- models$knn
  action <- misbehaving_kinds[[how]][[2]]
  info$own <- TRUE
  if (how %in% names(fits)) {
    info$fit <- function(...) {
      action()
      knn$fit(...)
    }
  } else if (how %in% names(probabilities)) {
    info$prob <- function(...) action(as.matrix(knn$prob(...)))
  } else {
    info["prob"] <- list(NULL)
    info$predict <- function(...) action(knn$predict(...))
  }
  info
}
