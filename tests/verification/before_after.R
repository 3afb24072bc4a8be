# How often the probabilities of a support vector machine reverse the order of samples, on noise.
# Argument: the folder workflow/. Prints two numbers: kernlab's own sigmoid, and the workflow's.

source(file.path(commandArgs(TRUE)[1], "R", "use.R"))
use("caret_methods", "adapted_methods", "learn/calibration")

y <- factor(rep(c("c1", "c2"), each = 24))
folds <- rep_len(1:3, 48)
reversed <- function(decision, prob) stats::cor(decision, prob, method = "spearman") < 0

machine <- function(x, y, prob.model = FALSE) { # nolint: object_name_linter.
  kernlab::ksvm(
    x, y, kernel = "rbfdot", kpar = list(sigma = 0.02), C = 1, scaled = FALSE,
    prob.model = prob.model
  )
}

counts <- rowSums(vapply(1:60, function(seed) {
  set.seed(seed)
  x <- matrix(stats::rnorm(48 * 50), 48, dimnames = list(NULL, paste0("f", 1:50)))
  fit <- machine(x, y, prob.model = TRUE)
  decision <- svm_decision(fit, x)
  before <- kernlab::predict(fit, x, type = "probabilities")[, "c2"]
  held_out <- cross_fitted(folds, function(j) {
    svm_decision(machine(x[folds != j, ], y[folds != j]), x[folds == j, ])
  })
  # As `refit_split` makes them.
  prob <- calibrated_prob(svm_decision, fit_sigmoids(held_out, y), levels(y))
  c(reversed(decision[, 1], before), reversed(decision[, 1], prob(fit, x)[, "c2"]))
}, logical(2)))
cat(counts, "\n")
