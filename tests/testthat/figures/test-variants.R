# The figures of layers, grouping and lab batches: every row drawn, lower-is-better told apart.

use_figures(environment())

model_names <- c(
  "python/dummy", "python/knn", "r/glmnet", "r/ranger", "r/gbm", "r/pls", "r/rf", "r/lda",
  "python/svm_rbf", "python/ridge", "python/mlp", sprintf("r/model_%02d", 1:30)
)

#' Writes variants.csv and reads it again; shift: difference of each part, half: of its interval.
variants_of <- function(n, shift, kind, half = 0.02, metric = "roc_auc", missing = NULL,
                        method = c(
                          layer = "nadeau_bengio", uncorrected = "nadeau_bengio",
                          ungrouped = "t_over_repeats"
                        )[[kind]]) {
  models <- head(model_names, n + 1)
  table <- expand.grid(part = names(shift), id = models, stringsAsFactors = FALSE)
  difference <- unname(shift[table$part])
  estimate <- 0.95 - 0.01 * match(table$id, models)
  rows <- data.frame(
    dataset = "demo", variant = paste0("demo-", table$part), kind,
    language = sub("/.*", "", table$id), model = sub(".*/", "", table$id), metric, estimate,
    variant_estimate = estimate - difference, difference, ci_low = difference - half,
    ci_high = difference + half, p_value = 2 * pt(-abs(difference) / half * qt(0.975, 19), 19),
    method, n_splits = 20
  )
  rows[table$id %in% missing, c("estimate", "variant_estimate", "difference")] <- NA
  rows[table$id %in% missing, c("ci_low", "ci_high")] <- NA
  file <- tempfile(fileext = ".csv")
  other <- transform(rows, dataset = "other")
  data.table::fwrite(rbind(rows, other), file)
  list(
    dataset = "demo", metric = metric,
    findings = data.frame(key = kind, place = "title", text = "A title of its own"),
    variants = read_variants(file, "demo", models, "python/dummy", metric)
  )
}

#' The figure as SVG, whose text has to be legible.
shown <- function(figure, info = NULL) {
  file <- tempfile(fileext = ".svg")
  save_figure(figure, file)
  expect_legible_text(file, info)
  paste(readLines(file, encoding = "UTF-8"), collapse = "\n")
}

test_that("rows are those of the data set, without baselines, best first", {
  rows <- variants_of(3, c(genes = 0.1, lipids = 0), "layer")$variants
  expect_identical(unique(rows$model), c("python/knn", "r/glmnet", "r/ranger"))
  expect_identical(rows$part, rep(c("genes", "lipids"), 3))
  smaller <- variants_of(3, c(genes = 0.1), "layer", metric = "brier")$variants
  expect_identical(smaller$model, c("r/ranger", "r/glmnet", "python/knn"))
})

test_that("the gap of grouping is random minus grouped", {
  figure <- draw_grouping(variants_of(3, c(ungrouped = -0.03), "ungrouped"))
  expect_match(shown(figure), "0.030 [0.010, 0.050]", fixed = TRUE)
})

test_that("the figure says how its intervals were made", {
  svg <- shown(draw_grouping(variants_of(2, c(ungrouped = 0.03), "ungrouped")))
  expect_match(svg, "20 repeats of each")
  expect_match(svg, "t over the repeats")
  expect_match(svg, "Mean ROC AUC")
  pooled <- variants_of(2, c(ungrouped = 0.03), "ungrouped", method = "group_bootstrap")
  svg <- shown(draw_grouping(pooled))
  expect_match(svg, "demo, 20 groups. ROC AUC", fixed = TRUE)
  expect_match(svg, "error over groups", fixed = TRUE)
  expect_no_match(svg, "repeats|Mean ROC AUC")
})

test_that("every model and layer is drawn, with 2, 13 and 40 models, 2 and 4 layers", {
  shift <- c(genes = 0.1, lipids = 0.05, proteins = 0, images = 0.2)
  for (case in list(list(2, 2), list(2, 4), list(13, 2), list(40, 4))) {
    n <- case[[1]]
    layers <- shift[seq_len(case[[2]])]
    data <- variants_of(n, layers, "layer", missing = "r/glmnet")
    svg <- shown(draw_layers(data), n)
    for (text in c(unique(data$variants$model), names(layers), "no value")) {
      expect_match(svg, paste0(">", text, "<"), fixed = TRUE)
    }
    expect_length(gregexpr(">genes<", svg, fixed = TRUE)[[1]], n)
    keep_pictures(data, list(layers = draw_layers), n)
  }
})

test_that("a row has the name and the difference of its layer, the best alone first", {
  data <- variants_of(2, c(images = 0.2, genes = 0.1, lipids = -0.05), "layer")
  file <- tempfile(fileext = ".svg")
  save_figure(draw_layers(data), file)
  boxes <- text_boxes(file)
  boxes <- boxes[order(boxes$top), ]
  expect_equal(
    boxes$text[boxes$text %in% data$variants$part], rep(c("lipids", "genes", "images"), 2)
  )
  for (row in list(c("lipids", "-0.050 [-0"), c("genes", "0.100 [0"), c("images", "0.200 [0"))) {
    name <- boxes$bottom[boxes$text == row[1]]
    expect_true(all(abs(boxes$bottom[startsWith(boxes$text, row[2])] - name) < 2))
  }
})

test_that("the correction for lab batches is legible with 2, 13 and 40 models", {
  for (n in c(2, 13, 40)) {
    data <- variants_of(n, c(uncorrected = 0.03), "uncorrected", missing = "r/glmnet")
    svg <- shown(draw_lab_batches(data), n)
    expect_match(svg, "0.030 [0.010, 0.050]", fixed = TRUE)
    expect_match(svg, "same 20 splits")
    keep_pictures(data, list(lab_batches = draw_lab_batches), n)
  }
})

test_that("the gap of grouping is legible with 2, 13 and 40 models", {
  for (n in c(2, 13, 40)) {
    data <- variants_of(n, c(ungrouped = -0.03), "ungrouped", missing = "r/glmnet")
    svg <- shown(draw_grouping(data), n)
    for (model in unique(data$variants$model)) {
      expect_match(svg, paste0(">", model, "<"), fixed = TRUE)
    }
    keep_pictures(data, list(grouping = draw_grouping), n)
  }
})
