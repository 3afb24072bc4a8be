# The candidates of a model: its grid, within what the smallest fit can do (twin: grids.py).

use("logs", "seeds", "caret_methods")

#' The hyperparameter candidates of a split, simplest first as the method's own `sort` has it.
#'
#' From the specification's grid, whose missing tuning parameters get the method's first default;
#' or, where the specification has no grid, from the method's own grid of length 3. What the
#' smallest fit cannot do is lowered to what it can (`method_table`).
#'
#' @param spec list: method, params, grid, size (the most candidates; a larger grid is sampled).
#' @param info caret's definition of the method.
#' @param x,y the split's preprocessed training samples: numeric matrix, and factor or numbers.
#' @param rows,columns of the smallest fit that will be made.
#' @param seed a whole number for what is random here (sigest of kernlab, the sample).
#' @return data.frame with a row per candidate and a column per tuning parameter.
candidates <- function(spec, info, x, y, rows = nrow(x), columns = ncol(x), seed = 1) {
  start_generator(seed)
  parameters <- as.character(info$parameters$parameter)
  grid <- full_grid(spec$grid, info, x, y, parameters)
  limits <- method_table[[spec$method]]$limits
  for (name in intersect(names(limits), names(grid))) {
    grid[[name]] <- pmin(grid[[name]], limits[[name]](rows, columns, spec$params))
  }
  grid <- sorted_grid(unique(grid), info)
  size <- if (is.null(spec$size)) nrow(grid) else spec$size
  if (nrow(grid) > size) {
    grid <- grid[sort(sample.int(nrow(grid), size)), , drop = FALSE]
  }
  rownames(grid) <- NULL
  grid
}

full_grid <- function(given, info, x, y, parameters) {
  default <- NULL
  named <- Filter(Negate(is.null), given)
  if (is.null(given) || !all(parameters %in% names(named))) {
    default <- default_grid(info, x, y, parameters)
  }
  if (is.null(given)) {
    return(as.data.frame(default)[parameters])
  }
  first <- lapply(default[1, setdiff(parameters, names(named)), drop = FALSE], function(value) {
    if (is.factor(value)) as.character(value) else value
  })
  values <- c(lapply(named, unlist), first)[parameters]
  expand.grid(values, stringsAsFactors = FALSE, KEEP.OUT.ATTRS = FALSE)
}

# caret's own grid of length 3. Stops with a user error if it fails or is empty on these data.
default_grid <- function(info, x, y, parameters) {
  why <- "is empty on these data"
  grid <- tryCatch(info$grid(x = x, y = y, len = 3, search = "grid"), error = function(e) {
    why <<- sprintf("fails on these data (%s)", one_line(e))
    NULL
  })
  if (!NROW(grid)) {
    stop(user_condition(sprintf(
      "caret's own grid %s; give grid: {%s}", why,
      paste0(parameters, ": [...]", collapse = ", ")
    )))
  }
  grid
}

# As caret::train: by the columns of its loop, then by the method's sort, so that a tie between
# candidates falls the same way. The further column keeps a data frame of one parameter from
# becoming a vector inside `sort`.
sorted_grid <- function(grid, info) {
  if (nrow(grid) == 1) {
    return(grid)
  }
  loop <- tuning_loop(grid, info)$loop
  grid <- grid[do.call(order, unname(as.list(grid[names(loop)]))), , drop = FALSE]
  if (is.function(info$sort)) {
    grid <- info$sort(cbind(grid, .keep = 0))
    grid$.keep <- NULL
  }
  grid
}

#' What has to be fitted for a grid: `loop`, one row per fit, and `submodels`, which come with it.
tuning_loop <- function(grid, info) {
  found <- if (is.function(info$loop) && nrow(grid) > 1) info$loop(grid) else list(loop = grid)
  submodels <- lapply(seq_len(nrow(found$loop)), function(row) {
    part <- found$submodels[[row]]
    if (is.null(part) || nrow(part) == 0) NULL else part
  })
  list(loop = found$loop, submodels = submodels)
}
