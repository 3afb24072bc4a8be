# The figures with 2, 13 and 40 models, failures, ties and odd names: complete, legible, true.

library_dir <- normalizePath(testthat::test_path("..", "..", "workflow", "R"))
for (file in list.files(library_dir, "^figure_.*[.]R$", full.names = TRUE)) {
  source(file, local = TRUE)
}

all_figures <- list(
  model_comparison = draw_model_comparison, metric_overview = draw_metric_overview,
  tuning = draw_tuning, runtime = draw_runtime
)
classification_metrics <- c(
  "roc_auc", "average_precision", "log_loss", "brier", "balanced_accuracy", "accuracy", "mcc",
  "f1", "sensitivity", "specificity"
)
smaller_is_better <- c("log_loss", "brier", "rmse", "mae")
split_names <- sprintf("r%02df%02d", rep(1:5, each = 5), rep(1:5, times = 5))
# Deviations of the splits from a model's mean; they add up to zero.
deviations <- sin(2 * pi * seq_along(split_names) / length(split_names))

#' Rows of tuning.csv of one split: each candidate on two inner folds.
#'
#' score: function of a list of values, or NA for a candidate that fails.
tuning_rows <- function(names, split, grid, score, metric = "brier") {
  rows <- lapply(seq_len(nrow(grid)), function(i) {
    candidate <- as.list(grid[i, , drop = FALSE])
    data.frame(
      names, split, candidate = i,
      parameters = as.character(jsonlite::toJSON(candidate, auto_unbox = TRUE, digits = I(12))),
      inner_fold = 1:2, metric, value = round(score(candidate) + c(-0.01, 0.01), 9), seconds = 0.01
    )
  })
  do.call(rbind, rows)
}

default_grid <- expand.grid(C = c(0.1, 1, 10, 100), kernel = c("linear", "rbf"))
default_score <- function(candidate) {
  0.1 + 0.02 * abs(log10(candidate$C) - 1) + 0.01 * (candidate$kernel == "linear")
}

#' Writes metrics.csv, estimates.csv, failures.csv, tuning.csv and timing.csv as the workflow does.
#'
#' means: mean on the comparison metric by `language/name`; failed: number of lost splits by model;
#' undefined: list of metrics by model; grids: candidates by model, or a function of the split that
#' returns them; scores: function of a candidate by model; cpu: seconds of a split by model.
write_results <- function(means, metrics, spread = 0.02, failed = c(), undefined = list(),
                          dataset = "demo", message = "too few samples", grids = NULL,
                          scores = list(), cpu = NULL, tuning_metric = "brier") {
  dir <- tempfile("results")
  dir.create(dir)
  if (is.null(grids)) {
    tuned <- setdiff(names(means), c("python/dummy", "r/null"))
    grids <- stats::setNames(rep(list(default_grid), length(tuned)), tuned)
  }
  if (is.null(cpu)) cpu <- stats::setNames(10^(seq_along(means) %% 7 / 2 - 2), names(means))
  splits <- estimates <- failures <- tuning <- timing <- list()
  for (id in names(means)) {
    names <- list(dataset = dataset, language = sub("/.*", "", id), model = sub("^[^/]*/", "", id))
    n_failed <- if (id %in% names(failed)) failed[[id]] else 0
    lost <- seq_along(split_names) <= n_failed
    for (metric in metrics) {
      value <- means[[id]] + spread * deviations
      if (metric %in% smaller_is_better && metrics[1] != metric) value <- 1 - value
      value[lost | metric %in% undefined[[id]]] <- NA
      value <- round(value, 9)
      half <- 2 * stats::sd(value, na.rm = TRUE) * sqrt(1 / length(value) + 0.25)
      estimate <- mean(value, na.rm = TRUE)
      splits[[length(splits) + 1]] <- data.frame(
        names, split = split_names, `repeat` = substr(split_names, 2, 3),
        fold = substr(split_names, 5, 6), cohort = "development", metric, value,
        check.names = FALSE
      )
      estimates[[length(estimates) + 1]] <- data.frame(
        names, cohort = "development", metric, estimate, ci_low = estimate - half,
        ci_high = estimate + half, method = "nadeau_bengio", n_splits = length(split_names),
        n_failed
      )
    }
    kept <- c(split_names[!lost], "final")
    grid <- grids[[id]]
    score <- if (is.null(scores[[id]])) default_score else scores[[id]]
    if (!is.null(grid)) {
      tuning[[length(tuning) + 1]] <- do.call(rbind, lapply(kept, function(split) {
        candidates <- if (is.function(grid)) grid(split) else grid
        shift <- 0.01 * match(split, kept) / length(kept)
        tuning_rows(names, split, candidates, function(x) score(x) + shift, tuning_metric)
      }))
    }
    stages <- expand.grid(stage = c("tune", "fit", "predict"), split = kept)
    stages <- rbind(data.frame(stage = c("startup", "load"), split = ""), stages)
    timing[[length(timing) + 1]] <- data.frame(
      names, stages[c("split", "stage")], wall_seconds = 1,
      cpu_seconds = ifelse(stages$split == "", 1, cpu[[id]] / 3), peak_mb = 100 + nchar(id)
    )
    if (n_failed > 0) {
      failures[[length(failures) + 1]] <- data.frame(
        names, split = split_names[lost], stage = "fit", message, log = "results/logs/fit.log"
      )
    }
  }
  if (length(failures) == 0) {
    failures <- list(data.frame(names, split = "", stage = "", message = "", log = "")[0, ])
  }
  if (length(tuning) == 0) tuning <- list(tuning_rows(names, "", default_grid, default_score)[0, ])
  tables <- list(
    metrics = splits, estimates = estimates, failures = failures, tuning = tuning, timing = timing
  )
  files <- list()
  for (name in base::names(tables)) {
    files[[name]] <- file.path(dir, paste0(name, ".csv"))
    table <- do.call(rbind, tables[[name]])
    table[] <- lapply(table, function(x) if (is.numeric(x)) replace(x, is.nan(x), NA) else x)
    data.table::fwrite(table, files[[name]], na = "", quote = TRUE, qmethod = "double")
  }
  files
}

results <- function(means, metrics = classification_metrics, task = "classification",
                    baselines = NULL, positive = "case", ...) {
  read_figure_data(
    write_results(means, metrics, ...), "demo", task, metrics[1], names(means), baselines, positive
  )
}

models_of_size <- function(n) {
  names <- sprintf("%s/model_%02d", rep(c("python", "r"), length.out = n), seq_len(n))
  means <- stats::setNames(seq(0.95, 0.6, length.out = n), names)
  means[n] <- 0.5
  names(means)[n] <- "r/null"
  means
}

drawn_as_svg <- function(data, draw) {
  file <- tempfile(fileext = ".svg")
  save_figure(draw(data), file)
  file
}

#' Boxes of all text of an SVG file, in its own units; y grows downwards.
text_boxes <- function(file) {
  svg <- xml2::xml_ns_strip(xml2::read_xml(file))
  nodes <- xml2::xml_find_all(svg, "//text")
  number <- function(name) as.numeric(sub("px$", "", xml2::xml_attr(nodes, name)))
  style <- xml2::xml_attr(nodes, "style")
  size <- as.numeric(sub(".*font-size: *([0-9.]+)px.*", "\\1", style))
  anchor <- xml2::xml_attr(nodes, "text-anchor")
  anchor[is.na(anchor)] <- "start"
  length <- number("textLength")
  left <- number("x") - length * c(start = 0, middle = 0.5, end = 1)[anchor]
  data.frame(
    text = xml2::xml_text(nodes), left = left, right = left + length,
    # Height of capitals, and a part of the descenders.
    top = number("y") - 0.72 * size, bottom = number("y") + 0.12 * size
  )
}

svg_text <- function(file) {
  # Lines of a wrapped title are elements of their own.
  gsub("\\s+", " ", paste(text_boxes(file)$text, collapse = " "))
}

overlaps <- function(boxes) {
  found <- character()
  for (i in seq_len(nrow(boxes) - 1)) {
    j <- seq(i + 1, nrow(boxes))
    hit <- j[
      boxes$left[i] < boxes$right[j] & boxes$left[j] < boxes$right[i] &
        boxes$top[i] < boxes$bottom[j] & boxes$top[j] < boxes$bottom[i]
    ]
    found <- c(found, sprintf("'%s' on '%s'", boxes$text[i], boxes$text[hit]))
  }
  found
}

expect_legible <- function(data) {
  for (name in names(all_figures)) {
    file <- drawn_as_svg(data, all_figures[[name]])
    boxes <- text_boxes(file)
    view <- xml2::xml_attr(xml2::xml_ns_strip(xml2::read_xml(file)), "viewBox")
    view <- as.numeric(strsplit(view, " ")[[1]])
    expect_false(anyNA(boxes), info = name)
    expect_equal(overlaps(boxes), character(), info = name)
    outside <- boxes$left < 0 | boxes$right > view[3] | boxes$top < 0 | boxes$bottom > view[4]
    expect_equal(boxes$text[outside], character(), info = name)
  }
}

test_that("the search for overlaps finds one", {
  boxes <- data.frame(
    text = c("a", "b", "c"), left = c(0, 9, 9), right = c(10, 20, 20), top = c(0, 5, 11),
    bottom = c(10, 10.5, 20)
  )
  expect_equal(overlaps(boxes), "'a' on 'b'")
})

test_that("text neither overlaps nor leaves the figure with 2, 13 and 40 models", {
  for (n in c(2, 13, 40)) {
    means <- models_of_size(n)
    expect_legible(results(means, baselines = "r/null"))
    expect_legible(results(means, baselines = "r/null", failed = c("python/model_01" = 3)))
  }
})

test_that("long names, long messages and characters of markup stay inside the figure", {
  means <- c(
    0.9, 0.8, 0.7, 0.5, 0.5,
    stats::setNames(0.6, paste0("python/", strrep("x", 120)))
  )
  names(means)[1:5] <- c(
    "r/a_very_long_name_of_a_model_that_somebody_chose_to_say_all_of_its_parameters_at_once",
    "python/h\u00e9t\u00e9rog\u00e8ne <&> \"\u03b2\"", "r/plain", "python/dummy", "r/null"
  )
  data <- results(
    means, baselines = c("python/dummy", "r/null"), failed = c("r/plain" = 25),
    message = paste("\033[31mstopped\033[0m\001:", strrep("a \"quoted\" reason & more ", 20)),
    positive = strrep("a long label ", 20)
  )
  expect_legible(data)
  text <- svg_text(drawn_as_svg(data, draw_model_comparison))
  expect_match(text, "h\u00e9t\u00e9rog\u00e8ne <&> \"\u03b2\"", fixed = TRUE)
  expect_match(text, "failed on all splits: stopped : a \"quoted\" reason", fixed = TRUE)
})

test_that("failed and undefined models are shown in both figures", {
  means <- models_of_size(6)
  data <- results(
    means, baselines = "r/null", failed = c("r/model_02" = 25, "python/model_03" = 3),
    undefined = list("r/model_04" = c("roc_auc", "brier"))
  )
  expect_legible(data)
  comparison <- svg_text(drawn_as_svg(data, draw_model_comparison))
  expect_match(comparison, "3 of 25 splits failed", fixed = TRUE)
  expect_match(comparison, "failed on all splits: too few samples", fixed = TRUE)
  expect_match(comparison, "ROC AUC undefined: no split has a value", fixed = TRUE)
  boxes <- text_boxes(drawn_as_svg(data, draw_metric_overview))
  expect_true("3 of 25 splits failed" %in% boxes$text)
  expect_equal(sum(boxes$text == "\u00d7"), length(classification_metrics))
  expect_equal(sum(boxes$text == "\u2013"), 2)
  expect_true(all(c("\u00d7 failed on all splits", "\u2013 undefined") %in% boxes$text))
})

test_that("a model without a single line in any table gets a row", {
  files <- write_results(c("python/a" = 0.9, "r/b" = 0.8), classification_metrics)
  data <- read_figure_data(
    files, "demo", "classification", "roc_auc", c("python/a", "r/gone", "r/b"), NULL, NULL
  )
  expect_equal(rank_models(data)$status, c("scored", "scored", "failed"))
  text <- text_boxes(drawn_as_svg(data, draw_model_comparison))$text
  expect_true(all(c("r/gone", "failed on all splits") %in% text))
})

test_that("one model, and baselines alone, are figures too", {
  expect_legible(results(c("r/a" = 0.9)))
  data <- results(c("python/dummy" = 0.5, "r/null" = 0.5), baselines = c("python/dummy", "r/null"))
  expect_silent(expect_legible(data))
})

test_that("nothing but failures is a figure too", {
  means <- models_of_size(3)
  data <- results(means, failed = stats::setNames(rep(25, 3), names(means)))
  expect_silent(expect_legible(data))
  expect_match(
    svg_text(drawn_as_svg(data, draw_model_comparison)),
    "No model has a value of ROC AUC: 3 of 3 failed on all splits", fixed = TRUE
  )
})

title_of <- function(...) {
  data <- results(...)
  title <- draw_model_comparison(data)$plot$labels$title
  gsub("\n", " ", title)
}

test_that("the title states the leader, its mean and who lies within its interval", {
  means <- c("r/a" = 0.944, "python/b" = 0.94, "r/c" = 0.936, "python/d" = 0.7)
  expect_equal(
    title_of(means), "r/a leads at ROC AUC 0.944; 2 of 3 others' means lie within its interval"
  )
  expect_equal(
    title_of(means[c(1, 4)]),
    "r/a leads at ROC AUC 0.944; the mean of python/d lies outside its interval"
  )
  expect_equal(
    title_of(means[c(1, 4)], failed = c("python/d" = 25)),
    "r/a has ROC AUC 0.944; no other model has a value"
  )
  expect_equal(
    title_of(c(means, "r/null" = 0.955), baselines = "r/null"),
    "r/null (baseline) leads at ROC AUC 0.955; 2 of 4 others' means lie within its interval"
  )
})

test_that("the title names a tie instead of a leader", {
  means <- c("r/a" = 1, "python/b" = 1, "r/c" = 1, "python/d" = 0.7, "python/e" = 0.5)
  expect_equal(
    title_of(means, spread = 0), "3 models tie at ROC AUC 1.000; the other 2 have 0.500 to 0.700"
  )
  expect_equal(
    title_of(c("r/a" = 0.9, "python/b" = 0.9001)),
    "python/b and r/a tie at ROC AUC 0.900 (to 3 decimals)"
  )
  expect_equal(title_of(means[1:3], spread = 0), "All 3 models tie at ROC AUC 1.000")
  expect_legible(results(means, spread = 0))
})

test_that("regression sorts the smallest error first and marks what leaves the axis", {
  means <- c("python/dummy" = 1.5, "r/pls" = 0.25, "python/ridge" = 0.3, "r/broken" = 4000)
  metrics <- c("rmse", "mae", "r2", "spearman")
  data <- results(
    means, metrics, task = "regression", baselines = "python/dummy", positive = NULL
  )
  expect_legible(data)
  expect_equal(
    rank_models(data)$model, c("r/pls", "python/ridge", "python/dummy", "r/broken")
  )
  text <- svg_text(drawn_as_svg(data, draw_model_comparison))
  expect_match(text, "26 values beyond the axis", fixed = TRUE)
  expect_match(text, "lower is better", fixed = TRUE)
})

test_that("intervals end where the metric does", {
  data <- results(c("r/a" = 0.98, "r/b" = 0.9), spread = 0.05)
  expect_equal(max(rank_models(data)$ci_high), 1)
  expect_match(
    svg_text(drawn_as_svg(data, draw_model_comparison)), "end at the limit of the metric's range"
  )
})

test_that("a mean over fewer splits than planned says so", {
  files <- write_results(c("r/a" = 0.9, "r/b" = 0.8), classification_metrics)
  table <- utils::read.csv(files$metrics, check.names = FALSE, colClasses = "character")
  table$value[table$model == "b" & table$metric == "roc_auc"][1:2] <- ""
  utils::write.csv(table, files$metrics, row.names = FALSE)
  data <- read_figure_data(files, "demo", "classification", "roc_auc", c("r/a", "r/b"))
  expect_legible(data)
  expect_match(
    svg_text(drawn_as_svg(data, draw_model_comparison)), "undefined on 2 of 25 splits", fixed = TRUE
  )
})

test_that("colour runs from the baseline to the best, or from the worst where none is beaten", {
  data <- results(c("r/a" = 0.9, "r/b" = 0.7, "r/c" = 0.4, "r/null" = 0.5), baselines = "r/null")
  cells <- overview_cells(data, "roc_auc")
  expect_equal(
    stats::setNames(cells$step, cells$model),
    c("r/a" = "best", "r/b" = "from_50", "r/null" = "baseline", "r/c" = "worse")
  )
  # The same ranks where smaller is better.
  expect_equal(overview_cells(data, "log_loss")$step[1], "best")
  data <- results(c("r/a" = 0.9, "r/b" = 0.8, "r/null" = 1), baselines = "r/null", spread = 0)
  cells <- overview_cells(data, "roc_auc")
  expect_equal(unique(cells$anchor), "worst")
  expect_equal(cells$step[cells$model == "r/b"], "from_0")
})

test_that("another data set, another cohort and an unknown metric do not enter a figure", {
  files <- write_results(c("r/a" = 0.9, "r/b" = 0.8), c("roc_auc", "accuracy"))
  table <- utils::read.csv(files$estimates, colClasses = "character")
  other <- rbind(
    transform(table, dataset = "other", estimate = "0.111"),
    transform(table, cohort = "external", estimate = "0.222"),
    transform(table, metric = "news", estimate = "0.333")
  )
  utils::write.csv(rbind(other, table), files$estimates, row.names = FALSE)
  data <- read_figure_data(files, "demo", "classification", "roc_auc", c("r/a", "r/b"))
  for (draw in all_figures) {
    expect_no_match <- function(text, pattern) expect_false(grepl(pattern, text))
    text <- suppressMessages(svg_text(drawn_as_svg(data, draw)))
    expect_no_match(text, "0\\.(111|222|333)")
  }
  expect_error(metric_info("news"), "metric_table")
})

test_that("a missing column is named", {
  files <- write_results(c("r/a" = 0.9), "roc_auc")
  writeLines("dataset,language,model", files$metrics)
  expect_error(
    read_figure_data(files, "demo", "classification", "roc_auc", "r/a"),
    "lacks the column\\(s\\) split, cohort, metric, value"
  )
})

test_that("the script draws all figures, the same bytes each time and in the C locale", {
  scripts <- normalizePath(testthat::test_path("..", "..", "workflow", "scripts"))
  means <- c("python/dummy" = 0.5, "r/ranger" = 0.9, "python/\u00e9" = 0.8)
  files <- write_results(means, classification_metrics)
  draw_in <- function(locale) {
    dir <- tempfile("images")
    dir.create(dir)
    outputs <- outer(names(all_figures), c("svg", "png"), paste, sep = "_")
    output <- as.list(file.path(dir, sub("_([a-z]+)$", ".\\1", outputs)))
    names(output) <- outputs
    # As Snakemake does it: a preamble that makes the object, then the script.
    object <- list(
      input = files, output = output, log = list(file.path(dir, "log.txt")), scriptdir = scripts,
      params = list(
        dataset = "demo", comparison_metric = "roc_auc", task = "classification",
        models = names(means), baselines = "python/dummy", positive = NULL
      )
    )
    saveRDS(object, file.path(dir, "snakemake.rds"))
    preamble <- c(
      "setClass('Snakemake', representation(input = 'list', output = 'list', log = 'list',",
      "  params = 'list', scriptdir = 'character'))",
      "snakemake <- do.call(new, c('Snakemake', readRDS('snakemake.rds')))",
      sprintf("source('%s')", file.path(scripts, "draw_figures.R"))
    )
    writeLines(preamble, file.path(dir, "run.R"))
    old <- setwd(dir)
    on.exit(setwd(old))
    status <- system2(
      file.path(R.home("bin"), "Rscript"), "run.R", stdout = FALSE, stderr = FALSE,
      env = paste0("LC_ALL=", locale)
    )
    expect_equal(status, 0)
    expect_equal(readLines("log.txt"), character())
    expect_true(all(file.exists(unlist(output))))
    unname(tools::md5sum(unlist(output)))
  }
  expect_equal(draw_in("C"), draw_in("C.UTF-8"))
})
