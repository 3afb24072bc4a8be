# The figures of features: true titles, every top feature and model shown, legible in any number.

use_figures(environment())

#' Writes the four tables of n models and p features and reads them again.
#'
#' @param share of splits that select each feature; ranked, shuffled, stable: models (of all) with
#'   importances, with shuffled features and with a stability of their own.
features_of <- function(n, p = 30, share = rep(c(1, 0.5), c(p - p %/% 3, p %/% 3)),
                        ranked = seq_len(n), shuffled = intersect(1:2, seq_len(n)),
                        all = c(0.25, 0.2),
                        names = paste0("gene_", seq_len(p), "_at"), metric = "roc_auc",
                        labels = character()) {
  models <- paste0(rep(c("python", "r"), length.out = n), "/model_", seq_len(n))
  language <- sub("/.*", "", models)
  short <- sub(".*/", "", models)
  write <- function(table) {
    file <- tempfile(fileext = ".csv")
    other <- table
    other$dataset <- rep("other", nrow(other))
    data.table::fwrite(rbind(table, other), file)
    file
  }
  grid <- expand.grid(feature = seq_len(p), id = ranked)
  losses <- expand.grid(feature = seq_len(min(p, 20) + 1), id = shuffled)
  together <- losses$feature > min(p, 20)
  stability <- seq(0.8, 0.3, length.out = n)
  files <- list(
    signature = write(data.frame(
      dataset = "demo", rank = seq_len(p), feature = names, score = seq_len(p),
      n_models = length(ranked), selected_share = share
    )),
    feature_ranks = write(data.frame(
      dataset = rep("demo", nrow(grid)), language = language[grid$id], model = short[grid$id],
      feature = names[grid$feature], mean_rank = grid$feature^2, used_share = rep(1, nrow(grid))
    )),
    permutation_importance = write(data.frame(
      dataset = rep("demo", nrow(losses)), language = language[losses$id],
      model = short[losses$id], metric = rep(metric, nrow(losses)),
      feature = ifelse(together, "", names[losses$feature]),
      drop = ifelse(together, all[losses$id], 0.01 / losses$feature),
      sd = rep(0.02, nrow(losses)), n_splits = rep(5, nrow(losses))
    )),
    feature_labels = write(data.frame(
      dataset = rep("demo", length(labels)), feature = names[seq_along(labels)],
      label = labels
    )),
    stability = write(data.frame(
      dataset = "demo", language, model = short, stability, ci_low = stability - 0.05,
      ci_high = stability + 0.05, n_splits = 25, mean_selected = seq(200, 20, length.out = n)
    ))
  )
  list(
    dataset = "demo", metric = metric, n_splits = 25,
    signature = read_signature(files, "demo", models)
  )
}

drawn_as_svg <- function(data, draw) {
  file <- tempfile(fileext = ".svg")
  save_figure(draw(data), file)
  file
}

title <- function(figure) gsub("\n", " ", figure$plot$labels$title)

test_that("the title counts the features that every split selects and says what they are worth", {
  expect_identical(
    title(draw_signature(features_of(2, share = c(rep(1, 14), rep(0.5, 16))))),
    paste(
      "14 of the 20 top features are selected in every split;",
      "shuffling them all costs 0.200 to 0.250 of ROC AUC"
    )
  )
  expect_identical(
    title(draw_signature(features_of(2, p = 5, share = rep(1, 5), shuffled = 1))),
    "No selection: every split uses all features; shuffling them all costs 0.250 of ROC AUC"
  )
  expect_match(title(draw_signature(features_of(2, all = c(0, -0.1)))), "costs nothing$")
  expect_identical(
    title(draw_signature(features_of(2, shuffled = integer()))),
    "All 20 top features are selected in every split"
  )
})

test_that("the first features of the data set are shown, with their ranks and what they cost", {
  data <- features_of(2, share = c(1, 0.999, rep(1, 28)))
  expect_identical(data$signature$features$feature, paste0("gene_", 1:20, "_at"))
  text <- text_boxes(drawn_as_svg(data, draw_signature))$text
  expect_true(all(c(paste0("gene_", 1:20, "_at"), "python/model_1", "r/model_2") %in% text))
  expect_false("gene_21_at" %in% text)
  # A split less is not all of them.
  expect_identical(sum(text == "99 %"), 1L)
  expect_identical(sum(text == "400"), 2L)
  expect_true("python/model_1, all 20: 0.250 \u00b1 0.020" %in% text)
})

test_that("an error that grows is called so", {
  text <- svg_text(drawn_as_svg(features_of(2, metric = "rmse"), draw_signature))
  expect_match(text, "shuffling them all raises RMSE by 0.200 to 0.250", fixed = TRUE)
  expect_match(text, "Increase of RMSE if shuffled", fixed = TRUE)
})

test_that("the title of the stability names the most and the least stable features", {
  expect_identical(
    title(draw_stability(features_of(3))),
    paste(
      "Most stable over splits: the features of python/model_1 (0.80);",
      "least: those of python/model_3 (0.30)"
    )
  )
  expect_identical(
    title(draw_stability(features_of(1))),
    "Stability over splits of the features of python/model_1 (0.80)"
  )
  undefined <- features_of(2)
  undefined$signature$stability[c("stability", "ci_low", "ci_high")] <- NA
  expect_match(title(draw_stability(undefined)), "^Stability is undefined")
})

test_that("models that use every selected feature share a row", {
  data <- features_of(5)
  data$signature$stability[1:3, c("stability", "mean_selected")] <- rep(c(0.7, 200), each = 3)
  text <- svg_text(drawn_as_svg(data, draw_stability))
  expect_match(text, "every selected feature: 3 models", fixed = TRUE)
  expect_match(text, "Every selected feature: python/model_1, r/model_2, python/model_3[.]")
})

test_that("text neither overlaps nor leaves the figures with 2, 13 and 40 models", {
  for (n in c(2, 13, 40)) {
    data <- features_of(n)
    expect_legible_text(drawn_as_svg(data, draw_signature), n)
    expect_legible_text(drawn_as_svg(data, draw_stability), n)
    keep_pictures(data, list(signature = draw_signature, stability = draw_stability), n)
    # Above 12 inches, text of 9 points is below 5.3 where the page holds 180 mm.
    expect_lte(draw_signature(data)$width, 12)
  }
})

test_that("long names, no importance and no feature are figures too", {
  names <- paste0("a_feature_with_a_name_of_its_own_", strrep("x", 100), 1:30)
  expect_legible_text(drawn_as_svg(features_of(2, names = names), draw_signature))
  expect_legible_text(drawn_as_svg(features_of(2, ranked = integer()), draw_signature))
  data <- features_of(1, shuffled = integer())
  expect_legible_text(drawn_as_svg(data, draw_signature))
  data$signature[] <- lapply(data$signature, function(table) table[0, ])
  expect_match(
    svg_text(drawn_as_svg(data, draw_signature)), "No split has selected a feature", fixed = TRUE
  )
  expect_legible_text(drawn_as_svg(data, draw_stability))
})

test_that("features with a label show it before their name", {
  data <- features_of(2, labels = c("ABL1", "a <b>"))
  svg <- paste(readLines(drawn_as_svg(data, draw_signature), warn = FALSE), collapse = "\n")
  for (shown in c("ABL1 (gene_1_at)", "a &lt;b&gt; (gene_2_at)", ">gene_3_at<")) {
    expect_true(grepl(shown, svg, fixed = TRUE), info = shown)
  }
})
