# The candidates of a model: its grid, capped at what the smallest fit allows (twin: grids.py).

use("logs", "seeds", "caret_methods")

#' The hyperparameter candidates of a split, simplest first according to the method's own `sort`.
#'
#' They come from the specification's grid, with a default (`method_table`, or the method's first)
#' for missing tuning parameters; without a grid, from the method's own grid of length 3. Values
#' that the smallest fit cannot fit are capped (`method_table`).
#'
#' @param spec list: method, params, grid, size (the most candidates; a larger grid is sampled).
#' @param info caret's definition of the method.
#' @param x,y the split's preprocessed training samples: numeric matrix, and factor or numbers.
#' @param rows,columns of the smallest fit.
#' @param seed a whole number for random steps (sigest of kernlab, sampling of the grid).
#' @return data.frame with a row per candidate and a column per tuning parameter.
candidates <- function(spec, info, x, y, rows = nrow(x), columns = ncol(x), seed = 1) {
  start_generator(seed)
  parameters <- as.character(info$parameters$parameter)
  values <- grid_values(spec$grid, info, x, y, parameters, method_table[[spec$method]]$defaults)
  limits <- method_table[[spec$method]]$limits
  for (name in intersect(names(limits), names(values))) {
    values[[name]] <- pmin(values[[name]], limits[[name]](rows, columns, spec$params))
  }
  grid <- if (is.data.frame(values)) values else combinations(lapply(values, unique), spec$size)
  grid <- sorted_grid(unique(grid), info)
  size <- if (is.null(spec$size)) nrow(grid) else spec$size
  if (nrow(grid) > size) {
    grid <- grid[sort(sample.int(nrow(grid), size)), , drop = FALSE]
  }
  rownames(grid) <- NULL
  grid
}

# The values of each tuning parameter, a list; without a grid, caret's own grid, a data frame.
grid_values <- function(given, info, x, y, parameters, defaults) {
  default <- NULL
  chosen <- Filter(Negate(is.null), given)
  for (name in setdiff(names(defaults), names(chosen))) {
    if (!is.null(given)) {
      chosen[[name]] <- defaults[[name]](x)
    }
  }
  if (is.null(given) || !all(parameters %in% names(chosen))) {
    default <- default_grid(info, x, y, parameters)
  }
  if (is.null(given)) {
    return(as.data.frame(default)[parameters])
  }
  first <- lapply(default[1, setdiff(parameters, names(chosen)), drop = FALSE], function(value) {
    if (is.factor(value)) as.character(value) else value
  })
  c(lapply(chosen, unlist), first)[parameters]
}

# Every combination, a data frame, or a sample of `size` if there are too many to list.
combinations <- function(values, size, most = 1e5) {
  counts <- lengths(values)
  if (is.null(size) || prod(counts) <= most) {
    return(expand.grid(values, stringsAsFactors = FALSE, KEEP.OUT.ATTRS = FALSE))
  }
  # Numbers of combinations in the order of expand.grid: the first parameter changes fastest.
  drawn <- sample.int(prod(counts), size) - 1
  strides <- cumprod(c(1, counts))
  picked <- Map(
    function(value, stride, count) value[drawn %/% stride %% count + 1],
    values, strides[-length(strides)], counts
  )
  as.data.frame(picked, stringsAsFactors = FALSE)
}

# caret's own grid of length 3. Stops with a user error if it fails or is empty on these data.
default_grid <- function(info, x, y, parameters) {
  problem <- "is empty on these data"
  grid <- tryCatch(info$grid(x = x, y = y, len = 3, search = "grid"), error = function(e) {
    problem <<- sprintf("fails on these data (%s)", one_line(e))
    NULL
  })
  if (!NROW(grid)) {
    stop(user_condition(sprintf(
      "caret's own grid %s; give grid: {%s}", problem,
      paste0(parameters, ": [...]", collapse = ", ")
    )))
  }
  grid
}

# In the order of caret::train: by the columns of its loop, then by the method's sort, so that ties
# between candidates are broken in the same way. The extra column keeps a data frame with one
# parameter from becoming a vector in `sort`.
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

#' The fits that a grid needs: `loop`, one row per fit, and `submodels`, the candidates it includes.
tuning_loop <- function(grid, info) {
  loop_info <- if (is.function(info$loop) && nrow(grid) > 1) info$loop(grid) else list(loop = grid)
  submodels <- lapply(seq_len(nrow(loop_info$loop)), function(row) {
    part <- loop_info$submodels[[row]]
    if (is.null(part) || nrow(part) == 0) NULL else part
  })
  list(loop = loop_info$loop, submodels = submodels)
}
