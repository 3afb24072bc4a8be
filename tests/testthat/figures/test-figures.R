# The figures with 2, 13 and 40 models, failures, ties and odd names: complete, legible, true.

use_figures(environment())

all_figures <- list(
  model_comparison = draw_model_comparison, metric_overview = draw_metric_overview,
  comparisons = draw_comparisons, tuning = draw_tuning, runtime = draw_runtime
)
classification_metrics <- c(
  "roc_auc", "average_precision", "log_loss", "brier", "balanced_accuracy", "accuracy", "mcc",
  "f1", "sensitivity", "specificity"
)
smaller_is_better <- c("log_loss", "brier", "rmse", "mae")
split_names <- sprintf("r%02df%02d", rep(1:5, each = 5), rep(1:5, times = 5))
# Deviations of the splits from a model's mean; they add up to zero.
deviations <- sin(2 * pi * seq_along(split_names) / length(split_names))

#' Candidates as JSON, as both languages write them.
as_json <- function(grid) {
  cells <- lapply(grid, function(values) {
    if (is.numeric(values)) sprintf("%.12g", values) else paste0("\"", values, "\"")
  })
  members <- Map(function(name, cell) paste0("\"", name, "\":", cell), names(grid), cells)
  paste0("{", do.call(paste, c(unname(members), sep = ",")), "}")
}

#' Rows of tuning.csv: each candidate of each split on two inner folds.
#'
#' grid: data.frame of candidates, or a function of the split's name that returns one; score:
#' function of the candidates, NA for one that fails.
tuning_rows <- function(names, splits, grid, score, metric = "brier") {
  rows <- lapply(seq_along(splits), function(i) {
    candidates <- if (is.function(grid)) grid(splits[i]) else grid
    data.frame(
      names, split = splits[i], candidate = seq_len(nrow(candidates)),
      parameters = as_json(candidates), inner_fold = rep(1:2, each = nrow(candidates)), metric,
      value = round(score(candidates) + i / 1000, 9) + rep(c(-0.01, 0.01), each = nrow(candidates)),
      seconds = 0.01
    )
  })
  as.data.frame(data.table::rbindlist(rows))
}

timing_rows <- function(names, splits, cpu) {
  stages <- expand.grid(stage = c("tune", "fit", "predict"), split = splits)
  stages <- rbind(data.frame(stage = c("startup", "load"), split = ""), stages)
  data.frame(
    names, stages[c("split", "stage")], wall_seconds = 1,
    cpu_seconds = ifelse(stages$split == "", 1, cpu / 3), peak_mb = 100 + nchar(names$model)
  )
}

default_grid <- expand.grid(
  C = c(0.1, 1, 10, 100), kernel = c("linear", "rbf"), stringsAsFactors = FALSE
)
default_score <- function(grid) {
  0.1 + 0.02 * abs(log10(grid$C) - 1) + 0.01 * (grid$kernel == "linear")
}

#' Writes metrics.csv, estimates.csv, comparisons.csv, selection.csv, failures.csv, tuning.csv and
#' timing.csv as the workflow does.
#'
#' means: mean on the comparison metric by `language/name`; failed: number of lost splits by model;
#' undefined: list of metrics by model; grids, scores: see `tuning_rows`, by model; cpu: seconds of
#' a split by model; cohorts: by how much the values in each external cohort differ; compared:
#' whether the pairs of models were tested.
write_results <- function(means, metrics, spread = 0.02, failed = c(), undefined = list(),
                          dataset = "demo", message = "too few samples",
                          grids = default_grids(names(means)), scores = list(),
                          cpu = default_cpu(names(means)), tuning_metric = "brier",
                          cohorts = c(), compared = TRUE) {
  dir <- tempfile("results")
  dir.create(dir)
  rows <- list()
  for (id in names(means)) {
    names <- list(dataset = dataset, language = sub("/.*", "", id), model = sub("^[^/]*/", "", id))
    n_failed <- if (id %in% names(failed)) failed[[id]] else 0
    lost <- seq_along(split_names) <= n_failed
    kept <- c(split_names[!lost], "final")
    value <- means[[id]] + spread * deviations
    value[lost] <- NA
    score <- if (is.null(scores[[id]])) default_score else scores[[id]]
    rows[[id]] <- c(
      metric_rows(names, metrics, value, undefined[[id]], n_failed, cohorts),
      list(
        failures = data.frame(
          names, split = split_names, stage = "fit", message, log = "results/logs/fit.log"
        )[lost, ],
        tuning = if (!is.null(grids[[id]])) {
          tuning_rows(names, kept, grids[[id]], score, tuning_metric)
        },
        timing = timing_rows(names, kept, cpu[[id]])
      )
    )
  }
  tables <- c("metrics", "estimates", "failures", "tuning", "timing")
  tables <- stats::setNames(lapply(tables, function(table) lapply(rows, `[[`, table)), tables)
  # Without a single row the header is still there.
  none <- tuning_rows(names, "", default_grid, default_score)[0, ]
  tables$tuning <- c(tables$tuning, list(none))
  scored <- means[setdiff(names(means), names(failed)[failed == length(split_names)])]
  undefined <- vapply(undefined, function(of) metrics[1] %in% of, logical(1))
  scored <- scored[!names(scored) %in% names(undefined)[undefined]]
  pairs <- comparison_rows(scored, dataset, metrics[1])
  tables$comparisons <- list(if (compared) pairs else pairs[0, ])
  selection <- selection_rows(scored, dataset, metrics[1])
  tables$selection <- list(if (compared) selection else selection[0, ])
  tables$picks <- list(pick_rows(names(scored), split_names, dataset))
  write_tables(dir, tables)
}

#' Rows of comparisons.csv: differences from 0.05 have evidence, those up to 0.001 are equivalent.
comparison_rows <- function(means, dataset, metric) {
  pairs <- which(lower.tri(diag(length(means))), arr.ind = TRUE)
  # The last row, taken out again, keeps the columns where there is no pair.
  a <- c(names(means)[pairs[, 1]], NA)
  b <- c(names(means)[pairs[, 2]], NA)
  difference <- unname(means[a] - means[b])
  equivalent <- ifelse(abs(difference) <= 0.001, 0.97, 0.3)
  larger <- ifelse(equivalent == 0.97, 0.02, 0.6)
  smaller <- 1 - larger - equivalent
  p_a <- ifelse((difference > 0) != (metric %in% smaller_is_better), larger, smaller)
  tested <- data.frame(
    dataset, cohort = "development", metric, test = "nadeau_bengio", model_a = a, model_b = b,
    difference, p_adjusted = ifelse(abs(difference) >= 0.05, 0.001, 1), p_a_better = NA,
    p_equivalent = NA, p_b_better = NA
  )
  posterior <- transform(
    tested, test = "bayesian_correlated_t", p_adjusted = NA, p_a_better = p_a,
    p_equivalent = equivalent, p_b_better = 1 - p_a - equivalent
  )
  rows <- rbind(tested, posterior)
  rows[!is.na(rows$model_a), ]
}

selection_rows <- function(means, dataset, metric) {
  best <- max(means, -Inf)
  data.frame(
    dataset, metric, estimate = best, ci_low = best - 0.1, ci_high = best, n_models = length(means)
  )
}

pick_rows <- function(models, splits, dataset) {
  picked <- strsplit(rep_len(models, length(splits)), "/", fixed = TRUE)
  data.frame(
    dataset = rep(dataset, length(picked)), split = splits[seq_along(picked)],
    language = vapply(picked, `[`, "", 1), model = vapply(picked, `[`, "", 2)
  )
}

default_grids <- function(models) {
  tuned <- setdiff(models, c("python/dummy", "r/null"))
  stats::setNames(rep(list(default_grid), length(tuned)), tuned)
}

default_cpu <- function(models) stats::setNames(10^(seq_along(models) %% 7 / 2 - 2), models)

#' Rows of metrics.csv and estimates.csv; value: of each split on the first metric.
metric_rows <- function(names, metrics, value, undefined, n_failed, cohorts) {
  splits <- estimates <- list()
  for (metric in metrics) {
    of_metric <- value
    if (metric %in% smaller_is_better && metrics[1] != metric) of_metric <- 1 - value
    if (metric %in% undefined) of_metric[] <- NA
    of_metric <- round(of_metric, 9)
    half <- 2 * stats::sd(of_metric, na.rm = TRUE) * sqrt(1 / length(value) + 0.25)
    estimate <- mean(of_metric, na.rm = TRUE)
    splits[[metric]] <- data.frame(
      names, split = split_names, `repeat` = substr(split_names, 2, 3),
      fold = substr(split_names, 5, 6), cohort = "development", metric, value = of_metric,
      check.names = FALSE
    )
    estimates[[metric]] <- data.frame(
      names, cohort = "development", metric, estimate, ci_low = estimate - half,
      ci_high = estimate + half, method = "nadeau_bengio", n_splits = length(split_names),
      n_failed
    )
    outside <- lapply(base::names(cohorts), function(name) {
      value <- estimate + cohorts[[name]]
      transform(
        estimates[[metric]], cohort = name, estimate = value, ci_low = value - 0.04,
        ci_high = value + 0.04, method = "bootstrap", n_failed = 0
      )
    })
    estimates[[metric]] <- do.call(rbind, c(estimates[metric], outside))
  }
  list(metrics = do.call(rbind, splits), estimates = do.call(rbind, estimates))
}

#' Writes each list of data.frames as one CSV file; returns their paths.
write_tables <- function(dir, tables) {
  files <- list()
  for (name in base::names(tables)) {
    files[[name]] <- file.path(dir, paste0(name, ".csv"))
    table <- do.call(rbind, unname(tables[[name]]))
    table[] <- lapply(table, function(x) if (is.numeric(x)) replace(x, is.nan(x), NA) else x)
    utils::write.csv(table, files[[name]], row.names = FALSE, na = "", fileEncoding = "UTF-8")
  }
  files
}

#' Adds the paths of ranking.csv and findings.csv, which Python makes as it does in the workflow.
with_findings <- function(files, models, metric, baselines = NULL, cohorts = NULL) {
  folder <- dirname(files$metrics)
  setting <- list(
    name = jsonlite::unbox("demo"), metric = jsonlite::unbox(metric), models = models,
    baselines = as.character(baselines), range = c(0, 1), figures = figure_names,
    cohorts = stats::setNames(lapply(cohorts, function(name) jsonlite::unbox(40)), cohorts)
  )
  # A command cannot hold every name in every locale; a file can.
  writeLines(jsonlite::toJSON(setting), file.path(folder, "dataset.json"), useBytes = TRUE)
  script <- file.path(root, "tests", "testthat", "findings.py")
  status <- system2("python3", shQuote(c(script, folder)))
  stopifnot(status == 0)
  for (name in c("ranking", "findings")) files[[name]] <- file.path(folder, paste0(name, ".csv"))
  files
}

figure_names <- c(
  "model_comparison", "comparisons", "metric_overview", "runtime", "external", "roc_pr", "residuals"
)

read_results <- function(files, models, metric, task = "classification", baselines = NULL,
                         positive = NULL, cohorts = NULL) {
  files <- with_findings(files, models, metric, baselines, cohorts)
  read_figure_data(files, "demo", task, metric, models, baselines, positive)
}

results <- function(means, metrics = classification_metrics, task = "classification",
                    baselines = NULL, positive = "case", cohorts = c(), ...) {
  read_results(
    write_results(means, metrics, cohorts = cohorts, ...), names(means), metrics[1], task,
    baselines, positive, names(cohorts)
  )
}

external <- list(external = draw_external)

models_of_size <- function(n) {
  names <- sprintf("%s/model_%02d", rep(c("python", "r"), length.out = n), seq_len(n))
  means <- stats::setNames(seq(0.95, 0.6, length.out = n), names)
  means[n] <- 0.5
  names(means)[n] <- "r/null"
  means
}

drawings <- new.env()

#' Path of a figure of some data as SVG, drawn once for all that look at it.
drawn_as_svg <- function(data, draw) {
  key <- rlang::hash(list(data, body(draw)))
  if (is.null(drawings[[key]])) {
    file <- tempfile(fileext = ".svg")
    save_figure(draw(data), file)
    drawings[[key]] <- file
  }
  drawings[[key]]
}

expect_legible <- function(data, figures = all_figures) {
  for (name in names(figures)) {
    expect_legible_text(drawn_as_svg(data, figures[[name]]), name)
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
    # With a failure there is more to say.
    data <- results(means, baselines = "r/null", failed = c("python/model_01" = 3))
    expect_legible(data)
    keep_pictures(data, all_figures, n)
  }
  expect_legible(results(models_of_size(13), baselines = "r/null"))
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
  singular <- "system is computationally singular: reciprocal condition number = 1e-18"
  data <- results(
    means, baselines = "r/null", failed = c("r/model_02" = 25, "python/model_03" = 3),
    undefined = list("r/model_04" = c("roc_auc", "brier")), message = singular
  )
  expect_legible(data)
  comparison <- svg_text(drawn_as_svg(data, draw_model_comparison))
  expect_match(comparison, "3 of 25 splits failed", fixed = TRUE)
  expect_match(comparison, paste("failed on all splits:", singular), fixed = TRUE)
  expect_match(comparison, "ROC AUC undefined: no split has a value", fixed = TRUE)
  boxes <- text_boxes(drawn_as_svg(data, draw_metric_overview))
  expect_true("3 of 25 splits failed" %in% boxes$text)
  expect_equal(sum(boxes$text == "\u00d7"), length(classification_metrics))
  expect_equal(sum(boxes$text == "\u2013"), 2)
  expect_true(all(c("\u00d7 failed on all splits", "\u2013 undefined") %in% boxes$text))
})

test_that("a model without a single line in any table gets a row", {
  files <- write_results(c("python/a" = 0.9, "r/b" = 0.8), classification_metrics)
  data <- read_results(files, c("python/a", "r/gone", "r/b"), "roc_auc")
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
  tuning <- svg_text(drawn_as_svg(data, draw_tuning))
  expect_match(tuning, "No model was tuned.*Failed: python/model_01, r/model_02")
  expect_match(
    svg_text(drawn_as_svg(data, draw_runtime)), "Failed on all splits: python/model_01, r/model_02"
  )
})

test_that("models that tie are legible", {
  expect_legible(results(c("r/a" = 1, "python/b" = 1, "python/d" = 0.7), spread = 0))
})

test_that("a model that failed on some splits leads no figure, whatever its mean", {
  means <- c("r/lucky" = 0.95, "r/steady" = 0.9, "python/b" = 0.7)
  data <- results(means, failed = c("r/lucky" = 3))
  info <- metric_info("roc_auc")
  rows <- rank_models(data)
  expect_equal(rows$model, c("r/steady", "python/b", "r/lucky"))
  expect_equal(rows$complete, c(TRUE, TRUE, FALSE))
  expect_match(
    comparison_caption(data, layout_comparison(data, info)),
    "last those without a value on every split, which cannot lead.", fixed = TRUE
  )
  expect_equal(unique(overview_cells(data, "roc_auc")$step[c(1, 3)]), c("best", "from_90"))
  expect_false(runtime_rows(data)$front[3])
})

test_that("a hollow mean differs from the leader; title and subtitle are those of findings.csv", {
  data <- results(c("r/a" = 0.944, "python/b" = 0.94, "r/c" = 0.7))
  layout <- layout_comparison(data, metric_info("roc_auc"))
  expect_equal(layout$scored$different, c(FALSE, FALSE, TRUE))
  words <- draw_model_comparison(data)$plot$labels
  expect_match(gsub("\n", " ", words$title), "^r/a leads at ROC AUC 0.944; no evidence")
  expect_match(gsub("\n", " ", words$subtitle), "Expect 0.944 of the model .* of 25 splits\\).$")
})

test_that("estimates without comparisons, as pooled ones, claim nothing of differences", {
  data <- results(c("r/a" = 0.944, "python/b" = 0.94, "r/c" = 0.7), compared = FALSE)
  data$pooled <- TRUE
  expect_legible(data)
  text <- svg_text(drawn_as_svg(data, draw_comparisons))
  expect_match(text, "r/a leads; the pairs were not tested", fixed = TRUE)
})

#' Widths of the parts of a tile, named by what they say.
tile_at <- function(drawn, row, column) {
  inside <- drawn$tiles$left >= column - 0.5 & drawn$tiles$right <= column + 0.5 + 1e-9 &
    drawn$tiles$y == row
  found <- drawn$tiles[inside & drawn$tiles$right > drawn$tiles$left, ]
  stats::setNames(found$right - found$left, found$verdict)
}

test_that("every pair is a tile below the diagonal, with the test's difference", {
  means <- c("r/a" = 0.944, "python/b" = 0.9432, "r/c" = 0.92, "r/d" = 0.7, "r/null" = 0.5)
  data <- results(means, baselines = "r/null")
  drawn <- pairs_tiles(rank_models(data), data$pairs, 3, 1)
  expect_equal(nrow(drawn$tiles), 10 + 5)
  expect_equal(tile_at(drawn, 2, 1), c(equivalent = 1))
  expect_equal(tile_at(drawn, 3, 1), c(open = 1))
  expect_equal(tile_at(drawn, 4, 1), c(better = 1))
  expect_equal(tile_at(drawn, 1, 4), stats::setNames(numeric(), character()))
  expect_equal(drawn$tiles$label[drawn$tiles$y == 4][1], "0.244")
  expect_equal(nrow(drawn$sure), 0)
  key <- text_boxes(drawn_as_svg(data, draw_comparisons))$text
  expect_true("practically equivalent (within \u00b1 0.01)" %in% key)
  # A pair may differ, and so little that it does not matter.
  first <- data$pairs$model == "r/a" & data$pairs$other == "python/b"
  data$pairs$p_adjusted[first] <- 0.001
  drawn <- pairs_tiles(rank_models(data), data$pairs, 3, 1)
  expect_equal(tile_at(drawn, 2, 1), c(better = 1))
  expect_equal(drawn$sure$y, 2)
  expect_match(svg_text(drawn_as_svg(data, draw_comparisons)), "both: practically equivalent")
})

test_that("with the posterior, the test is above the diagonal and the posterior below it", {
  means <- c("r/a" = 0.944, "python/b" = 0.9432, "r/c" = 0.92, "r/d" = 0.7, "r/null" = 0.5)
  data <- results(means, baselines = "r/null")
  data$posterior <- TRUE
  expect_legible(data, all_figures["comparisons"])
  keep_pictures(data, all_figures["comparisons"], "posterior")
  drawn <- pairs_tiles(rank_models(data), data$pairs, 3, 1, TRUE)
  at <- function(row, column) tile_at(drawn, row, column)
  expect_equal(at(1, 2), c(open = 1))
  expect_equal(at(1, 4), c(better = 1))
  expect_equal(at(2, 1), c(better = 0.02, equivalent = 0.97, worse = 0.01))
  expect_equal(at(4, 1), c(better = 0.6, equivalent = 0.3, worse = 0.1))
  expect_equal(nrow(drawn$sure), 1)
  key <- text_boxes(drawn_as_svg(data, draw_comparisons))$text
  expect_true("practically equivalent (within \u00b1 0.01)" %in% key)
  # Where smaller is better, the same pair is told from the other side.
  data <- results(c("r/a" = 0.5, "r/b" = 0.6), "rmse", task = "regression", positive = NULL)
  pair <- find_pairs(data$pairs, "r/a", "r/b")
  expect_equal(pair$advantage, 0.1)
  expect_equal(pair$p_better, 0.6)
})

test_that("pairs without a posterior, as of schemes that leave one out, are tiles too", {
  data <- results(c("r/a" = 0.9, "r/b" = 0.8, "r/c" = 0.7))
  data$pairs[c("p_better", "p_equivalent", "p_worse")] <- NA_real_
  expect_match(svg_text(drawn_as_svg(data, draw_comparisons)), "r/c", fixed = TRUE)
})

test_that("all colours stand in the theme", {
  folder <- file.path(root, "workflow", "R", "figures")
  files <- setdiff(
    list.files(folder, "[.]R$", full.names = TRUE, recursive = TRUE),
    file.path(folder, "parts", "theme.R")
  )
  code <- unlist(lapply(files, readLines))
  own <- grepl("\"(#[0-9A-Fa-f]{6}|white|black|gr[ae]y[0-9]*|red|blue|green)\"", code)
  expect_equal(code[own], character())
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
  layout <- layout_comparison(data, metric_info("rmse"))
  expect_equal(sum(layout$points$beyond), 25)
  expect_equal(sum(layout$points$hidden), 50)
  # The baseline would take most of the axis: it stands in a band, as itself.
  expect_lt(layout$limits[2], 0.5)
  expect_gt(layout$axis[2], layout$limits[2])
  expect_equal(layout$axis[1], layout$limits[1])
  expect_match(text, "In the grey band: a baseline that is too far away", fixed = TRUE)
  baseline <- layout$scored[layout$scored$baseline, ]
  expect_equal(c(baseline$shape, baseline$beyond, baseline$bar), c("baseline", "FALSE", "FALSE"))
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
  data <- read_results(files, c("r/a", "r/b"), "roc_auc")
  expect_legible(data)
  expect_match(
    svg_text(drawn_as_svg(data, draw_model_comparison)), "undefined on 2 of 25 splits", fixed = TRUE
  )
})

test_that("colour runs from the baseline to the best, and what is below it is worse", {
  data <- results(c("r/a" = 0.9, "r/b" = 0.7, "r/c" = 0.4, "r/null" = 0.5), baselines = "r/null")
  cells <- overview_cells(data, "roc_auc")
  expect_equal(
    stats::setNames(cells$step, cells$model),
    c("r/a" = "best", "r/b" = "from_50", "r/null" = "baseline", "r/c" = "worse")
  )
  # The same ranks where smaller is better, but nobody leads on a metric that is not tested.
  expect_equal(overview_cells(data, "log_loss")$step[1:2], c("from_90", "from_50"))
  data <- results(c("r/a" = 0.9, "r/b" = 0.8, "r/null" = 1), baselines = "r/null", spread = 0)
  cells <- overview_cells(data, "roc_auc")
  expect_equal(cells$step[match(c("r/a", "r/b"), cells$model)], c("worse", "worse"))
  expect_equal(unbeaten_metrics(cells), "roc_auc")
  # Ahead of the baseline, but without evidence.
  data <- results(c("r/a" = 0.53, "r/b" = 0.4, "r/null" = 0.5), baselines = "r/null")
  cells <- overview_cells(data, "roc_auc")
  expect_equal(cells$step[match(c("r/a", "r/b"), cells$model)], c("from_90", "worse"))
  expect_equal(unbeaten_metrics(cells), "roc_auc")
  # As good as the baseline is no way from it; without a baseline colour starts at the worst model.
  data <- results(c("r/a" = 0.5, "r/b" = 0.5, "r/null" = 0.5), baselines = "r/null", spread = 0)
  expect_equal(overview_cells(data, "roc_auc")$step, c("from_0", "from_0", "baseline"))
  data <- results(c("r/a" = 0.9, "r/b" = 0.8))
  expect_equal(overview_cells(data, "roc_auc")$step, c("best", "from_0"))
})

test_that("the key of the table is as wide as the figure, with few metrics too", {
  names <- c(paste0("r/a_model_with_a_long_name_", letters[1:8]), "r/null")
  means <- stats::setNames(c(0.9, 0.8, 0.7, 0.61, 0.5, 0.6, 0.55, 0.3, 0.6), names)
  data <- results(
    means, c("rmse", "r2"), task = "regression", positive = NULL, baselines = "r/null",
    failed = stats::setNames(25, names[8])
  )
  text <- text_boxes(drawn_as_svg(data, draw_metric_overview))$text
  expect_legible(data, all_figures["metric_overview"])
  expect_true("\u00d7 failed on all splits" %in% text)
  keep_pictures(data, all_figures["metric_overview"], "few")
})

test_that("the ink on a tile has the higher contrast", {
  expect_equal(ink_on(language_colours, 1), unname(ink[c("paper", "strong")]))
  expect_equal(ink_on(language_colours, 0.1), rep(ink[["strong"]], 2))
  expect_equal(ink_on(c("#000000", "#FFFFFF")), unname(ink[c("paper", "strong")]))
})

test_that("another data set, another cohort and an unknown metric do not enter a figure", {
  files <- write_results(c("r/a" = 0.9, "r/b" = 0.8), c("roc_auc", "accuracy"))
  table <- utils::read.csv(files$estimates, colClasses = "character")
  other <- rbind(
    transform(table, dataset = "other", estimate = "0.111"),
    transform(table, cohort = "external", estimate = "0.222")
  )
  utils::write.csv(rbind(other, table), files$estimates, row.names = FALSE)
  data <- read_results(files, c("r/a", "r/b"), "roc_auc")
  for (draw in all_figures) {
    expect_no_match <- function(text, pattern) expect_false(grepl(pattern, text))
    text <- suppressMessages(svg_text(drawn_as_svg(data, draw)))
    expect_no_match(text, "0\\.(111|222)")
  }
  expect_error(metric_info("news"), "catalog/metrics.csv")
})

test_that("a missing column is named", {
  files <- with_findings(write_results(c("r/a" = 0.9), "roc_auc"), "r/a", "roc_auc")
  writeLines("dataset,language,model", files$metrics)
  expect_error(
    read_figure_data(files, "demo", "classification", "roc_auc", "r/a"),
    "lacks the column\\(s\\) split, cohort, metric, value"
  )
})

tuned <- function(grid, score = default_score, ...) {
  id <- "python/tuned"
  results(
    c("python/tuned" = 0.9, "r/null" = 0.5), baselines = "r/null",
    grids = stats::setNames(list(grid), id), scores = stats::setNames(list(score), id), ...
  )
}

panels_of <- function(data) {
  tuning_block(tuning_candidates(data))$panels
}

test_that("a split's choice has the best mean; ties go to the lowest number; final is left out", {
  score <- function(grid) c(0.3, 0.1, 0.1, NA)
  grid <- data.frame(k = c(1, 3, 5, 7))
  candidates <- tuning_candidates(tuned(grid, score))
  expect_equal(nrow(candidates), 4 * length(split_names))
  expect_equal(unique(candidates$candidate[candidates$chosen]), 2)
  # Where larger is better, a failed candidate is no better than any.
  candidates <- tuning_candidates(tuned(grid, score, tuning_metric = "accuracy"))
  expect_equal(unique(candidates$candidate[candidates$chosen]), 1)
  panel <- panels_of(tuned(grid, score))[[1]]
  expect_equal(panel$chosen, c(0, 25, 0, 0))
  expect_equal(panel$failed, c(0, 0, 0, 25))
})

test_that("values are placed by their size, by their rank in the split, or by their order", {
  rows <- rep(split_names[1:3], each = 3)
  place <- function(text, number = NULL) {
    hyperparameter("h", list(text = as.character(text), number = number), rows)
  }
  numbers <- rep(c(0.01, 0.1, 10), 3)
  wide <- place(numbers, numbers)
  expect_true(wide$logarithmic)
  expect_equal(wide$x, c(0, 1 / 3, 1))
  numbers <- rep(c(9, 3, 5), 3)
  narrow <- place(numbers, numbers)
  expect_equal(narrow$label, c("3", "5", "9"))
  expect_equal(narrow$level, rep(c(3, 1, 2), 3))
  expect_equal(narrow$x, c(0, 0.5, 1))
  own <- c(1, 2, 3, 1.1, 2.1, 3.1, 1.2, 2.2, 3.2)
  ranks <- place(own, own)
  expect_equal(ranks$level, rep(1:3, 3))
  expect_equal(ranks$label, c("\u22481.1", "\u22482.1", "\u22483.1"))
  names <- place(rep(c("sqrt", "0.2", "none"), 3))
  expect_equal(names$label, c("sqrt", "0.2", "none"))
  expect_false(names$ordered)
  # One value per split, as sigma, which is estimated from the data: not tuned.
  expect_null(place(rep(c(1, 2, 3), each = 3), rep(c(1, 2, 3), each = 3)))
})

test_that("parameters of both languages are read, whatever their type", {
  parsed <- parse_parameters(c(
    '{"a":1,"b":null,"c":[50,10],"d":NaN,"e":true,"f":"a \\"b\\"","g":1e-05}',
    '{"a":1.0,"b":"sqrt","c":[100],"d":-Infinity,"e":false,"g":2}'
  ))
  text <- function(name) hyperparameter_values(parsed, name)$text
  # 1 is one feature, 1.0 all of them.
  expect_equal(text("a"), c("1", "1.0"))
  expect_null(hyperparameter_values(parsed, "a")$number)
  expect_equal(text("b"), c("none", "sqrt"))
  expect_equal(text("c"), c("[50,10]", "[100]"))
  expect_equal(text("d"), c("NaN", "-Infinity"))
  expect_equal(text("e"), c("true", "false"))
  expect_equal(text("f"), c("a \"b\"", "\u2013"))
  expect_equal(hyperparameter_values(parsed, "g")$number, c(1e-5, 2))
})

test_that("two hyperparameters get lines, more of them their best candidates", {
  panels <- panels_of(tuned(default_grid))
  expect_equal(vapply(panels, function(p) p$parameter$name, ""), c("C", "kernel"))
  expect_equal(panels[[1]]$by$name, "kernel")
  expect_equal(nrow(panels[[1]]$means), 8)
  many <- expand.grid(C = c(0.1, 1, 10), k = 1:3, d = 1:2, p = 1:2)
  panels <- panels_of(tuned(many, function(grid) 0.1 * grid$k + 0.01 * grid$d + grid$C / 1000))
  expect_equal(length(panels), 4)
  of_k <- panels[[3]]
  expect_null(of_k$by)
  shift <- mean(seq_along(split_names)) / 1000
  expect_equal(of_k$means$mean, 0.1 * 1:3 + 0.01 + 0.0001 + shift)
})

tuning_title <- function(...) gsub("\n", " ", draw_tuning(tuned(...))$plot$labels$title)

test_that("the title of tuning names the edges that two thirds of the splits chose", {
  grid <- data.frame(C = c(0.25, 1, 4))
  at_end <- function(grid) -log(grid$C)
  expect_equal(
    tuning_title(grid, at_end), "python/tuned mostly chose an edge of its grid: C 4"
  )
  expect_equal(
    tuning_title(grid, function(grid) abs(log(grid$C))),
    "python/tuned did not mostly choose an edge of its grid"
  )
  # A tie goes to the first candidate, which says nothing of the edge.
  expect_equal(
    tuning_title(grid, function(grid) c(0.1, 0.1, 0.2)),
    "python/tuned did not mostly choose an edge of its grid"
  )
  expect_equal(
    tuning_title(data.frame(kernel = c("rbf", "poly")), function(grid) c(0.1, 0.2)),
    "No hyperparameter has numbers for values, so no grid has an edge"
  )
  means <- c("python/a" = 0.9, "r/b" = 0.8, "r/c" = 0.8)
  data <- results(
    means, grids = list("python/a" = grid, "r/b" = grid, "r/c" = grid),
    scores = list(
      "python/a" = at_end, "r/b" = function(grid) abs(log(grid$C)), "r/c" = function(grid) grid$C
    )
  )
  expect_equal(
    gsub("\n", " ", draw_tuning(data)$plot$labels$title),
    "2 of 3 tuned models mostly chose an edge of their grid: python/a (C 4), r/c (C 0.25)"
  )
})

test_that("grids of every shape are legible, failures are counted and untuned models named", {
  names <- c("linear", "polynomial of degree three", "rbf", "laplacian", "cosine_similarity")
  grids <- list(
    "r/one" = data.frame(k = 1:9),
    "python/four" = expand.grid(a = c(0.01, 0.1), b = 1:3, c = c(1e-5, 1e5), d = c(7, 31)),
    "python/names" = data.frame(kernel = names),
    "r/two" = expand.grid(alpha = c(0.1, 1), lambda = c(0.003, 0.03, 0.1, 0.3)),
    "r/own" = function(split) {
      factor <- 1 + match(split, c(split_names, "final")) / 50
      expand.grid(alpha = c(0.1, 1), lambda = c(0.01, 0.1, 1) * factor)
    },
    "python/long" = stats::setNames(
      expand.grid(c("gini", "entropy"), c(1, 2)), c(strrep("criterion_", 12), strrep("x", 80))
    ),
    "r/outlier" = data.frame(eta = c(1e-4, 1e-3, 0.01, 0.1, 1)),
    "r/lost" = data.frame(k = 1:3)
  )
  scores <- list(
    "r/one" = function(grid) 0.3 - 0.01 * grid$k, "python/four" = function(grid) 0.1 * grid$b,
    "python/names" = function(grid) c(0.1, 0.2, 0.3, 0.2, NA),
    "r/two" = function(grid) grid$lambda, "r/own" = function(grid) grid$lambda,
    "python/long" = function(grid) grid[[2]],
    "r/outlier" = function(grid) c(0.1, 0.11, 0.12, 1e5, 1e6), "r/lost" = function(grid) NA * grid$k
  )
  means <- stats::setNames(seq(0.9, 0.6, length.out = 9), c(names(grids), "r/null"))
  data <- results(
    means, grids = grids, scores = scores, baselines = "r/null", tuning_metric = "log_loss"
  )
  expect_silent(expect_legible(data, all_figures["tuning"]))
  boxes <- text_boxes(drawn_as_svg(data, draw_tuning))
  # One value could not be fitted in any of the 25 splits.
  expect_equal(sum(boxes$text == "\u00d725"), 1)
  text <- svg_text(drawn_as_svg(data, draw_tuning))
  expect_match(text, "Not tuned, as there is one candidate: r/null", fixed = TRUE)
  expect_match(text, "No candidate could be fitted: r/lost", fixed = TRUE)
  expect_match(text, "beyond the axis", fixed = TRUE)
  expect_match(text, "the median over the splits is shown", fixed = TRUE)
})

test_that("CPU time of a split is tuning, fitting and prediction; start-up and final stay out", {
  data <- results(
    c("python/a" = 0.9, "r/b" = 0.8, "r/null" = 0.5), baselines = "r/null",
    cpu = c("python/a" = 3, "r/b" = 0.6, "r/null" = 0), failed = c("python/a" = 5)
  )
  final <- data$timing$split %in% "final"
  data$timing$cpu_seconds[final] <- 100
  rows <- runtime_rows(data)
  expect_equal(rows$model, c("r/b", "r/null", "python/a"))
  expect_equal(rows$cpu, c(0.6, 0.001, 3))
  expect_equal(rows$instant, c(FALSE, TRUE, FALSE))
  # The mean of a model that failed on some splits is of other splits.
  expect_equal(rows$front, c(TRUE, FALSE, FALSE))
  text <- svg_text(drawn_as_svg(data, draw_runtime))
  expect_match(text, "Less CPU time than the clock can tell: r/null", fixed = TRUE)
  expect_match(text, "python/a (5 of 25 splits failed)", fixed = TRUE)
  expect_match(text, "start-up 3 s, loading 3 s, tuning 5.4 min", fixed = TRUE)
  data$timing <- data$timing[data$timing$model != "r/b", ]
  expect_match(svg_text(drawn_as_svg(data, draw_runtime)), "Without a CPU time: r/b", fixed = TRUE)
})

test_that("intervals that cover the axis of runtime are said, not drawn from end to end", {
  rows <- data.frame(
    drawn = TRUE, ci_low = c(0.7, 0.85), ci_high = c(1, 0.95), beyond = "", cpu = 1
  )
  said <- function(limits) runtime_intervals(rows, limits)
  drawn <- function(limits) nrow(runtime_whiskers(rows, limits)$data)
  expect_equal(said(c(0.6, 1)), " Grey lines: 95 % intervals, as far as the axis goes.")
  expect_equal(drawn(c(0.6, 1)), 2)
  expect_match(said(c(0.8, 1)), "; 1 of 2, wider than that, not drawn.", fixed = TRUE)
  expect_equal(drawn(c(0.8, 1)), 1)
  expect_equal(
    said(c(0.9, 0.94)), " All 95 % intervals (0.70 to 1.00 together) are wider than the axis."
  )
  expect_equal(drawn(c(0.9, 0.94)), 0)
  rows$ci_low <- rows$ci_high <- NA
  expect_equal(said(c(0.9, 0.94)), "")
})

test_that("the key of memory has the amounts of the points", {
  data <- results(c("r/a" = 0.9, "r/b" = 0.8))
  keys <- function(peak) {
    data$timing$peak_mb <- peak
    text <- text_boxes(drawn_as_svg(data, draw_runtime))$text
    grep(" MB", text, value = TRUE)
  }
  expect_equal(
    keys(ifelse(data$timing$model == "r/a", 103, 131)), c("100 MB peak memory", "130 MB")
  )
  expect_equal(keys(120), "120 MB peak memory")
  expect_equal(keys(NA), character())
})

test_that("a baseline is grey and has its entry in the key, in whatever language", {
  data <- results(
    c("python/a" = 0.9, "r/b" = 0.8, "r/null" = 0.7), cohorts = c(lyon = -0.05),
    baselines = "r/null"
  )
  for (draw in c(all_figures[c("model_comparison", "metric_overview", "runtime")], external)) {
    file <- drawn_as_svg(data, draw)
    expect_true("baseline" %in% text_boxes(file)$text)
    svg <- paste(readLines(file, encoding = "UTF-8"), collapse = "")
    expect_match(svg, baseline_colour, fixed = TRUE)
  }
  svg <- paste(readLines(drawn_as_svg(data, draw_comparisons), encoding = "UTF-8"), collapse = "")
  expect_match(svg, baseline_colour, fixed = TRUE)
})

test_that("labels of many models with one mean and of outliers stand apart", {
  means <- models_of_size(40)
  means[1:34] <- 1
  cpu <- stats::setNames(10^(sin(seq_along(means)) * 1.5), names(means))
  data <- results(
    means, "roc_auc", spread = 0, cpu = cpu, baselines = "r/null", grids = list()
  )
  expect_legible(data, all_figures["runtime"])
  text <- text_boxes(drawn_as_svg(data, draw_runtime))$text
  expect_true(all(setdiff(names(means), "r/null") %in% text))
  expect_true("r/null (baseline)" %in% text)
  means <- c("python/dummy" = 1.5, "r/pls" = 0.25, "python/ridge" = 0.3, "r/lasso" = 0.32,
             "r/broken" = 4000)
  data <- results(
    means, c("rmse", "r2"), task = "regression", baselines = "python/dummy", positive = NULL
  )
  expect_legible(data, all_figures["runtime"])
  text <- svg_text(drawn_as_svg(data, draw_runtime))
  expect_match(text, "r/broken (4000.000)", fixed = TRUE)
  expect_match(text, "Triangles in the grey band", fixed = TRUE)
})

test_that("the script draws all figures, the same bytes each time and in the C locale", {
  scripts <- file.path(root, "workflow", "scripts", "figures")
  means <- c("python/dummy" = 0.5, "r/ranger" = 0.9, "python/\u00e9" = 0.8)
  files <- write_results(means, classification_metrics)
  files <- with_findings(files, names(means), "roc_auc", "python/dummy")
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
        models = names(means), baselines = "python/dummy", positive = "null",
        rope = "0.01"
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
    expect_match(readLines("log.txt"), "^used .* CPU s$")
    expect_true(all(file.exists(unlist(output))))
    unname(tools::md5sum(unlist(output)))
  }
  expect_equal(draw_in("C"), draw_in("C.UTF-8"))
})

test_that("cohorts stand beside cross-validation, with 2, 13 and 40 models", {
  for (n in c(2, 13, 40)) {
    shift <- c(lyon = -0.05, oslo = 0, a_far_away_place = 0.02)
    data <- results(models_of_size(n), "roc_auc", cohorts = shift, baselines = "r/null")
    expect_legible(data, external)
    keep_pictures(data, external, n)
  }
  data <- results(models_of_size(13), "roc_auc", cohorts = c(lyon = -0.05), baselines = "r/null")
  expect_legible(data, external)
})

test_that("the cohorts' intervals that cover the cross-validated value are counted", {
  data <- results(
    c("r/a" = 0.9, "python/b" = 0.8, "r/null" = 0.5), cohorts = c(lyon = -0.05, oslo = 0.01),
    baselines = "r/null"
  )
  text <- svg_text(drawn_as_svg(data, draw_external))
  expect_match(text, "reaches 0.850 in lyon and 0.910 in oslo", fixed = TRUE)
  # Of lyon's two intervals none covers, of oslo's both do; those of the baseline do not count.
  expect_match(text, "2 of 4 intervals from the cohorts cover", fixed = TRUE)
})

test_that("a cohort without a value or an interval is said so", {
  data <- results(c("r/a" = 1, "python/b" = 0.8), cohorts = c(lyon = 0))
  data$external[data$external$model == "r/a", c("ci_low", "ci_high")] <- NA
  data$external$estimate[data$external$model == "python/b"] <- NA
  data$external[data$external$model == "python/b", c("ci_low", "ci_high")] <- NA
  expect_legible(data, external)
  text <- svg_text(drawn_as_svg(data, draw_external))
  expect_match(text, "No bar: every resample gives the same value", fixed = TRUE)
  expect_match(text, "none", fixed = TRUE)
})

#' Results with what describe_predictions.py writes, and the models' curves as high as their means.
#'
#' without: models without probabilities; slopes: means by model; half: of their intervals.
with_described <- function(data, classes = c("control", "case"), repeats = 2, cohorts = NULL,
                           events = 30, without = NULL, slopes = 1, half = 0.2, certain = 0,
                           gain = 0.02) {
  models <- data$models$model
  ranking <- data$ranking[data$ranking$metric == data$metric, ]
  value <- ranking$estimate[match(models, ranking$model)]
  slopes <- rep(slopes, length.out = length(models))
  if (length(classes) > 2) data$positive <- NULL
  parts <- data.frame(
    cohort = c(rep("development", repeats), cohorts),
    `repeat` = c(seq_len(repeats), rep("", length(cohorts))), check.names = FALSE
  )
  x <- seq(0, 1, 0.01)
  curves <- calibration <- confusion <- benefit <- list()
  for (i in which(is.finite(value))) {
    names <- data.frame(
      dataset = "demo", language = sub("/.*", "", models[i]), model = sub("^[^/]*/", "", models[i])
    )
    wrong <- 1 - value[i]
    confusion[[i]] <- confusion_rows(names, c("development", cohorts), classes, value[i])
    for (j in if (models[i] %in% without) NULL else seq_len(nrow(parts))) {
      of_part <- list(
        roc = data.frame(x, y = x^wrong, n = 60), pr = data.frame(x, y = 1 - wrong * x, n = 60),
        calibration = data.frame(
          x = c(0.1, NA, 0.5, 0.9), y = c(0.1, NA, 0.5, 0.8 + j / 50), n = c(20, 0, 20, 20)
        ),
        histogram = data.frame(x = seq(0, 0.95, 0.05), y = 0.05, n = 3),
        decision = data.frame(x = 1:99 / 100, y = 0.5 - wrong * 1:99 / 100 + j / 200, n = 60)
      )
      for (curve in base::names(of_part)) {
        curves[[length(curves) + 1]] <- data.frame(
          names, parts[j, , drop = FALSE], curve, of_part[[curve]], row.names = NULL,
          check.names = FALSE
        )
      }
      calibration[[length(calibration) + 1]] <- data.frame(
        names, parts[j, , drop = FALSE], slope = slopes[i], slope_low = slopes[i] - half,
        slope_high = slopes[i] + half, intercept = if (certain > 0.05) NA else -0.1,
        intercept_low = -0.4, intercept_high = 0.2, brier = 0.1, n_events = events,
        clipped = certain, ici = 0.04, row.names = NULL, check.names = FALSE
      )
    }
    cohort <- if (models[i] %in% without) character() else unique(parts$cohort)
    benefit[[i]] <- benefit_rows(names, cohort, wrong, gain)
  }
  dir <- tempfile("described")
  dir.create(dir)
  files <- write_tables(
    dir, list(
      curves = curves, calibration = calibration, confusion = confusion,
      net_benefit = benefit
    )
  )
  data$described <- read_described(files, "demo", models)
  data
}

#' Rows of confusion.csv; in cohorts the last class is a third as frequent as each other.
confusion_rows <- function(names, cohorts, classes, value) {
  k <- length(classes)
  counts <- diag(round(99 * value, 1) - 1, k) + 1
  do.call(rbind, lapply(cohorts, function(cohort) {
    weight <- if (cohort == "development") 1 else rep(c(1, 1 / 3), c(k - 1, 1))
    data.frame(
      names, cohort = cohort, expand.grid(predicted = classes, truth = classes),
      count = c(t(counts * weight))
    )
  }))
}

#' Rows of net_benefit.csv; gain: its lower limit up to a threshold of 0.8.
benefit_rows <- function(names, cohort, wrong, gain) {
  rows <- merge(expand.grid(threshold = 1:99 / 100, cohort = cohort), names)
  transform(
    rows, net_benefit = 0.5 - wrong * threshold, ci_low = 0.4 - wrong * threshold,
    ci_high = 0.6 - wrong * threshold, gain_low = ifelse(threshold > 0.8, -0.01, gain)
  )
}

#' Results with the metrics that the panels show, and no tuning.
panel_results <- function(means, ...) {
  results(means, c("roc_auc", "average_precision", "accuracy"), grids = list(), ...)
}

described_figures <- list(
  roc_pr = draw_roc_pr, calibration = draw_calibration, decision = draw_decision,
  confusion = draw_confusion
)

test_that("panels of 2, 13 and 40 models are legible, with cohorts and failures", {
  for (n in c(2, 13, 40)) {
    data <- panel_results(
      models_of_size(n), baselines = "r/null", failed = c("python/model_01" = 25)
    )
    data <- with_described(data, cohorts = c("lyon", "oslo"), without = "r/model_02")
    expect_legible(data, described_figures)
    keep_pictures(data, described_figures, n)
  }
})

test_that("the name of a panel ends where its panel does", {
  means <- stats::setNames(10:1 / 20 + 0.3, paste0("r/", strrep("a_", 5:14)))
  data <- panel_results(means)
  expect_legible(with_described(data), described_figures)
})

test_that("panels are as wide as their names need in two lines", {
  names <- c("logistic_regression_l1", "logistic_regression_l2", "gradient_boosting")
  means <- stats::setNames(3:1 / 10 + 0.6, paste0("python/", names))
  data <- with_described(panel_results(means))
  lines <- text_boxes(drawn_as_svg(data, draw_confusion))$text
  for (name in names) expect_match(paste(lines, collapse = ""), name, fixed = TRUE)
  keep_pictures(data, described_figures["confusion"], "names")
  expect_lte(two_line_width("python/knn", 9), text_width("python/", 9))
})

test_that("roc_pr says which model is in colour, where several lead and where none does", {
  words <- function(means) {
    data <- with_described(panel_results(means, baselines = "r/null", spread = 0))
    gsub("\n", " ", draw_roc_pr(data)$plot$labels$subtitle)
  }
  expect_match(words(c("r/a" = 0.9, "r/b" = 0.8, "r/null" = 0.5)), "the model that leads in ROC")
  expect_match(words(c("r/a" = 0.9, "r/b" = 0.9, "r/null" = 0.5)), "the first of 2 that lead in")
  expect_match(
    words(c("r/a" = 0.4, "r/b" = 0.3, "r/null" = 0.5)),
    "the best of the others, as none beats the baseline in ROC AUC", fixed = TRUE
  )
})

test_that("panels say why they are empty", {
  data <- panel_results(models_of_size(4), failed = c("python/model_03" = 25))
  data <- with_described(data, without = "r/model_02")
  for (name in c("roc_pr", "calibration", "decision")) {
    text <- svg_text(drawn_as_svg(data, described_figures[[name]]))
    expect_match(text, "failed on all splits", fixed = TRUE)
    expect_match(text, "no probabilities", fixed = TRUE)
  }
  text <- svg_text(drawn_as_svg(data, draw_confusion))
  expect_match(text, "failed on all splits", fixed = TRUE)
  expect_false(grepl("no predictions", text))
})

test_that("nothing but failures has figures of panels too", {
  means <- models_of_size(3)
  data <- panel_results(means, failed = stats::setNames(rep(25, 3), names(means)))
  whole <- with_described(panel_results(means))$described
  data$described <- lapply(whole, function(table) table[0, ])
  expect_legible(data, described_figures)
})

test_that("means over repeats weigh each bin by its samples, and pass over empty ones", {
  curves <- data.frame(
    model = "r/a", cohort = "development", curve = "calibration",
    `repeat` = rep(c("1", "2"), each = 3), x = c(0.2, NA, 0.9, 0.4, NA, 0.8),
    y = c(0, NA, 1, 1, NA, 0.5), n = c(30, 0, 10, 10, 0, 10), check.names = FALSE
  )
  found <- over_repeats(curves, "calibration")
  expect_equal(found$x, c(0.25, NA, 0.85))
  expect_equal(found$y, c(0.25, NA, 0.75))
  expect_equal(found$low, c(0, NA, 0.5))
  expect_equal(found$high, c(1, NA, 1))
  expect_equal(found$n, c(20, 0, 10))
})

test_that("Wilson's limits are those of prop.test", {
  found <- wilson(c(3, 20) / 20, 20)
  for (i in 1:2) {
    expected <- stats::prop.test(c(3, 20)[i], 20, correct = FALSE)$conf.int
    expect_equal(c(found$low[i], found$high[i]), as.vector(expected))
  }
})

test_that("the useful thresholds are the longest run with a gain beyond the interval", {
  expect_equal(treat_all(c(0.25, 0.5), 0.4), c(0.2, -0.2))
  threshold <- 1:9 / 10
  of <- function(gain_low) useful_range(data.frame(threshold, gain_low))
  expect_equal(of(rep(0, 9)), c(NA, NA))
  expect_equal(of(rep(NA, 9)), c(NA, NA))
  expect_equal(of(c(1, -1, NA, 1, 1, 1, -1, 1, -1)), c(0.4, 0.6))
})

panel_title <- function(draw, ...) {
  means <- c("r/a" = 0.9, "python/b" = 0.8, "r/null" = 0.5)
  data <- with_described(panel_results(means, baselines = "r/null"), ...)
  gsub("\n", " ", draw(data)$plot$labels$title)
}

test_that("the title of calibration counts slopes whose interval leaves 1, and names no winner", {
  of <- function(...) panel_title(draw_calibration, ...)
  expect_equal(
    of(slopes = c(0.95, 1.1)), "No evidence against a calibration slope of 1 in any of 2 models"
  )
  # The nearest slope of all, with the widest interval, is no finding.
  expect_equal(
    of(slopes = 1.11, half = 1.04),
    "No evidence against a calibration slope of 1 in any of 2 models"
  )
  expect_equal(
    of(slopes = c(0.5, 1.1)),
    "Probabilities of 1 of 2 models are too extreme: the interval of the slope excludes 1"
  )
  expect_equal(
    of(slopes = c(0.5, 2)),
    paste(
      "Probabilities of 1 of 2 models are too extreme, of 1 too timid:",
      "the interval of the slope excludes 1"
    )
  )
  expect_match(of(slopes = 2), "^Probabilities of both models are too timid:")
  expect_equal(
    of(slopes = c(1, NA)), "No evidence against a calibration slope of 1; 1 without a slope"
  )
  expect_equal(
    of(slopes = NA, events = 11),
    "No calibration slope: 11 events or non-events are too few, it takes 20"
  )
  expect_match(of(slopes = NA), "^No calibration slope: the probabilities separate the outcomes")
  expect_match(of(certain = 0.3), "^No calibration slope: too many probabilities are 0 or 1")
  expect_equal(of(without = c("r/a", "python/b")), "No model gives probabilities")
})

test_that("a slope that is withheld is said so, of the baseline too", {
  data <- panel_results(c("r/a" = 0.9, "r/null" = 0.5), baselines = "r/null")
  text <- svg_text(drawn_as_svg(with_described(data, slopes = NA, events = 11), draw_calibration))
  expect_match(text, "no slope: 11 of 20 events", fixed = TRUE)
  expect_match(text, "no slope: baseline", fixed = TRUE)
  text <- svg_text(drawn_as_svg(with_described(data, slopes = NA), draw_calibration))
  expect_match(text, "no slope: separated", fixed = TRUE)
  text <- svg_text(drawn_as_svg(with_described(data, certain = 0.3), draw_calibration))
  expect_match(text, "no slope: 30\u00a0% are 0 or 1", fixed = TRUE)
  expect_match(text, "no intercept", fixed = TRUE)
  expect_match(text, "over 5 % of them", fixed = TRUE)
  text <- svg_text(drawn_as_svg(with_described(data, certain = 0.03), draw_calibration))
  expect_match(text, "ICI 0.04; 3\u00a0% are 0 or 1", fixed = TRUE)
  expect_false(grepl("no intercept", text))
})

test_that("weights in training are named where probabilities are judged", {
  data <- with_described(panel_results(c("r/a" = 0.9, "python/b" = 0.8)))
  for (name in c("calibration", "decision")) {
    text <- svg_text(drawn_as_svg(data, described_figures[[name]]))
    expect_false(grepl("weights that make", text))
    data$weights <- TRUE
    text <- svg_text(drawn_as_svg(data, described_figures[[name]]))
    expect_match(text, "weights that make", fixed = TRUE)
    expect_match(text, "50 %", fixed = TRUE)
    data$weights <- FALSE
  }
  expect_match(
    gsub("\n", " ", draw_decision(data)$plot$labels$caption),
    "The prevalence of case is that of the samples, 50 %;", fixed = TRUE
  )
})

test_that("a class whose label holds quotes is the class that the figures speak of", {
  grade <- "grade \"3\""
  data <- panel_results(c("r/a" = 0.9, "r/null" = 0.5), baselines = "r/null", positive = grade)
  data <- with_described(data, classes = c("other", grade))
  expect_equal(unique(data$described$confusion$truth), c("other", grade))
  expect_equal(prevalence(data, "r/a"), 0.5)
})

test_that("titles of the other panels are computed from the data", {
  expect_match(
    panel_title(draw_decision), "beyond a 95 % interval: both models; r/a from 0.01 to 0.80$"
  )
  expect_match(panel_title(draw_decision, gain = -0.01), "^No evidence that a model has more net")
  expect_equal(
    panel_title(draw_confusion), "r/a is right on 99 % of control and 99 % of case"
  )
})

test_that("decision curves show the thresholds of interest", {
  data <- with_described(panel_results(c("r/a" = 0.9, "r/null" = 0.5), baselines = "r/null"))
  data$threshold_range <- c(0.1, 0.4)
  plot <- draw_decision(data)$plot
  expect_equal(plot$coordinates$limits$x, c(0.1, 0.4))
  expect_equal(range(plot$layers[[2]]$data$x), c(0.1, 0.4))
  expect_match(gsub("\n", " ", plot$labels$caption), "thresholds of comparison.threshold_range")
})

test_that("a cohort's net benefit is compared with treating all of that cohort", {
  data <- panel_results(c("r/a" = 0.9, "r/null" = 0.5), baselines = "r/null")
  data <- with_described(data, cohorts = c("lyon", "oslo"))
  plot <- draw_decision(data)$plot
  rules <- plot$layers[[1]]$data
  at_half <- rules[rules$x == 0.5 & rules$model == "r/a", ]
  expect_equal(
    stats::setNames(at_half$y, at_half$rule),
    c("all development" = 0, "all lyon" = -0.5, "all oslo" = -0.5, none = 0)
  )
  expect_match(
    gsub("\n", " ", plot$labels$caption),
    "that of the samples, 50 %, in cohort lyon 25 %, in cohort oslo 25 %;", fixed = TRUE
  )
  text <- svg_text(drawn_as_svg(data, draw_decision))
  expect_match(text, "treat all of cohort lyon", fixed = TRUE)
  expect_match(text, "to compare with treating all of that cohort", fixed = TRUE)
  none <- draw_decision(with_described(data))$plot$labels$caption
  expect_no_match(gsub("\n", " ", none), "cohort")
})

test_that("three classes: macro curves, no decision curve, the weakest class", {
  classes <- c("lean", "overweight", "obese")
  data <- with_described(panel_results(models_of_size(3)), classes)
  expect_legible(data, described_figures)
  expect_equal(draw_decision(data)$plot$labels$title, "No decision curve: 3 classes")
  expect_equal(
    gsub("\n", " ", draw_confusion(data)$plot$labels$title),
    "python/model_01 is right on 98 % of every class"
  )
  rows <- data$described$confusion
  of_class <- rows$model == "python/model_01" & rows$truth == "obese"
  rows$count[of_class] <- c(1, 5, 4)
  data$described$confusion <- rows
  expect_equal(
    gsub("\n", " ", draw_confusion(data)$plot$labels$title),
    "python/model_01 is right least often on obese, 40 %; 50 % of them are called overweight"
  )
  text <- text_boxes(drawn_as_svg(data, draw_confusion))$text
  expect_true(all(c("5", "50 %", "obese") %in% text))
  # More classes than cells can hold words for.
  many <- with_described(panel_results(models_of_size(3)), sprintf("a class named %02d", 1:14))
  expect_legible(many, described_figures["confusion"])
})

#' Results of a regression with predictions, as read_residuals gives them.
with_residuals <- function(n, cohorts = NULL, outlier = 0) {
  data <- results(
    models_of_size(n), c("rmse", "r2"), task = "regression", positive = NULL, grids = list(),
    baselines = "r/null"
  )
  rows <- expand.grid(
    sample = sprintf("s%02d", 1:30), cohort = c("development", cohorts),
    model = data$models$model, stringsAsFactors = FALSE
  )
  rows$truth <- 80 + as.numeric(substr(rows$sample, 2, 3)) / 3
  rows$predicted <- rows$truth + sin(seq_len(nrow(rows))) + c(outlier, rep(0, nrow(rows) - 1))
  data$residuals <- transform(rows, low = predicted - 0.2, high = predicted + 0.2)
  data
}

test_that("residuals of 2, 13 and 40 models are legible; what leaves the axis is marked", {
  for (n in c(2, 13, 40)) {
    data <- with_residuals(n, c("lyon", "oslo"))
    expect_legible(data, list(residuals = draw_residuals))
    keep_pictures(data, list(residuals = draw_residuals), n)
  }
  text <- svg_text(drawn_as_svg(with_residuals(3, outlier = 1e4), draw_residuals))
  expect_match(text, "Open triangles at the edge", fixed = TRUE)
  expect_match(text, "best of the others: r/model_02, 0.775", fixed = TRUE)
})

test_that("residuals are means over the test sets of a sample, and many are thinned out", {
  file <- tempfile(fileext = ".csv")
  rows <- data.frame(
    language = "r", model = c("a", "a", "a", "gone"),
    cohort = c("development", "development", "lyon", "development"), sample = "s1", truth = 2,
    predicted = c(1, 4, 3, 9)
  )
  utils::write.csv(rows, file, row.names = FALSE)
  found <- read_residuals(file, "r/a")
  expect_equal(found$cohort, c("development", "lyon"))
  expect_equal(found$predicted, c(2.5, 3))
  expect_equal(c(found$low, found$high), c(1, 3, 4, 3))
  many <- data.frame(
    model = rep(c("r/a", "r/b"), each = 2500), cohort = "development", sample = rep(1:2500, 2),
    truth = rep(2500:1, 2)
  )
  kept <- thin_out(many)
  expect_equal(as.vector(table(kept$model)), c(834, 834))
  expect_equal(range(kept$truth), c(1, 2500))
})
