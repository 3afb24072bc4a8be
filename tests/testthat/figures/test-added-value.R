# What other layers add: the picked model first, and improvements to the right on every measure.

use_figures(environment())

models <- c("python/logistic_regression", "r/glmnet", "r/null")

with_added_value <- function(variants = "demo-clinical") {
  rows <- expand.grid(
    variant = variants, model = c(models[1:2], "picked/prevalidated", "picked/picked"),
    measure = c("roc_auc", "brier", "net_benefit 0.2", "net_benefit 0.5"), stringsAsFactors = FALSE
  )
  at <- seq_len(nrow(rows))
  difference <- ifelse(rows$measure == "brier", -1, 1) * (0.02 + at / 100)
  table <- data.frame(
    dataset = "demo", variant = rows$variant, language = sub("/.*", "", rows$model),
    model = sub(".*/", "", rows$model), measure = sub(" .*", "", rows$measure),
    threshold = ifelse(grepl(" ", rows$measure), sub(".* ", "", rows$measure), ""),
    estimate = 0.7 + (rows$model == "r/glmnet") / 10, difference = difference,
    ci_low = difference - 0.06, ci_high = ifelse(at == 2, NA, difference + 0.06),
    p_adjusted = ifelse(at == 3, NA, 0.03 * at), method = "nadeau_bengio", n_splits = 25
  )
  file <- tempfile(fileext = ".csv")
  data.table::fwrite(table, file)
  list(
    dataset = "demo", metric = "roc_auc",
    findings = data.frame(key = "added_value", place = "title", text = "Evidence of an addition"),
    added_value = read_added_value(file, "demo", models, "roc_auc")
  )
}

test_that("a lower Brier score is an improvement, and the picked model stands first", {
  rows <- with_added_value()$added_value
  expect_true(all(rows$gain > 0))
  expect_true(all(rows$low < rows$gain, na.rm = TRUE))
  picked <- c("picked/picked", "picked/prevalidated")
  expect_equal(levels(rows$model), c(picked, "r/glmnet", "python/logistic_regression"))
  expect_match(levels(rows$measure)[1], "ROC AUC")
  expect_equal(sum(rows$significant), 1)
})

test_that("one baseline or two are legible, and so is none with a value", {
  for (variants in list("demo-clinical", c("demo-clinical", "demo-a_layer_of_its_own"))) {
    data <- with_added_value(variants)
    file <- tempfile(fileext = ".svg")
    save_figure(draw_added_value(data), file)
    expect_legible_text(file)
    expect_match(svg_text(file), "Evidence of an addition")
    keep_pictures(data, list(added_value = draw_added_value), as.character(length(variants)))
  }
  data$added_value$gain <- NA
  expect_match(svg_text({
    save_figure(draw_added_value(data), file)
    file
  }), "No model has a value")
})
