study <- two_classes(n = 24, p = 5)
y <- factor(ifelse(study$outcome == "a", "c1", "c2"))

spec_of <- function(method, grid = NULL, size = 9, params = list()) {
  list(name = method, method = method, params = params, grid = grid, size = size)
}
grid_of <- function(spec, ...) candidates(spec, models[[spec$method]], study$x, y, ...)

test_that("a grid is crossed, and sorted as the method wants it", {
  result <- grid_of(spec_of("glmnet", list(lambda = c(.1, 1), alpha = c(1, .1))))
  expect_equal(result, data.frame(alpha = c(.1, 1, .1, 1), lambda = c(1, 1, .1, .1)))
})

test_that("a tuning parameter that the grid leaves out gets caret's first default", {
  result <- grid_of(spec_of("svmRadial", list(C = c(1, 4))))
  expect_equal(result$C, c(1, 4))
  expect_true(result$sigma[1] > 0 && result$sigma[1] == result$sigma[2])
  result <- grid_of(spec_of("ranger", list(mtry = 2)))
  expect_equal(as.list(result), list(mtry = 2, splitrule = "gini", min.node.size = 1))
})

test_that("glmnet leaves columns without a penalty, and penalises the others as alone", {
  noisy <- factor(rep(c("c1", "c2", "c2"), 8))
  x <- unname(study$x) + outer(noisy == "c2", c(0, 0.6, 0, 0.5, 0))
  colnames(x) <- paste0("f", 1:5)
  predicted <- function(unpenalised, grid = list(alpha = 1, lambda = c(.3, .05))) {
    param <- data.frame(alpha = 1, lambda = .05)
    spec <- spec_of("glmnet", grid)
    fit <- fit_model(spec, models$glmnet, x, noisy, param, "none", unpenalised = unpenalised)
    predict_model(models$glmnet, fit, x, levels(noisy), levels(noisy))[[1]]$prob[, 2]
  }
  free <- c(TRUE, FALSE, FALSE, TRUE, FALSE)
  prob <- predicted(free)
  gradient <- abs(drop(crossprod(x, prob - (noisy == "c2")))) / length(noisy)
  expect_true(all(gradient[free] < 1e-5))
  expect_equal(max(gradient[!free]), .05, tolerance = 1e-4)
  plain <- stats::glm(noisy == "c2" ~ x, family = stats::binomial)
  expect_equal(predicted(rep(TRUE, 5)), unname(stats::fitted(plain)), tolerance = 1e-5)
  # caret's own grid has a path of glmnet's own, between whose values it interpolates.
  expect_equal(predicted(free, NULL), prob, tolerance = .02)
  expect_identical(predicted(rep(FALSE, 5)), predicted(NULL))
})

test_that("rpart's trees of a matrix are those of caret's formula, and hold no samples", {
  space <- new.env()
  load(system.file("models", "models.RData", package = "caret"), envir = space)
  attach_packages("rpart")
  larger <- two_classes(n = 60, p = 5)
  x <- larger$x
  y <- factor(larger$outcome)
  wts <- rep(c(1, 2), length.out = length(y))
  for (method in c("rpart", "rpart2", "rpart1SE")) {
    for (outcome in list(y, x[, 2] + as.integer(y))) {
      grid <- space$models[[method]]$grid(x, outcome, 2)
      answers <- function(info) {
        set.seed(3)
        expect_equal(info$grid(x, outcome, 2), grid)
        set.seed(4)
        fit <- info$fit(
          x = x, y = outcome, wts = if (method != "rpart1SE") wts,
          param = grid[nrow(grid), , drop = FALSE], lev = levels(outcome), last = FALSE,
          classProbs = is.factor(outcome)
        )
        fit$problemType <- problem_type(outcome)
        fit$obsLevels <- levels(outcome)
        importance <- info$varImp(fit, competes = FALSE)
        list(
          size = length(serialize(fit, NULL)), predicted = unname(info$predict(fit, x)),
          pruned = if (method != "rpart1SE") lapply(info$predict(fit, x, grid), unname),
          prob = if (is.factor(outcome)) unname(as.matrix(info$prob(fit, x))),
          importance = importance[colnames(x), ], predictors = sort(info$predictors(fit))
        )
      }
      ours <- answers(models[[method]])
      carets <- answers(space$models[[method]])
      expect_identical(ours[-1], carets[-1])
      expect_gt(max(ours$importance), 0)
      expect_lt(ours$size, carets$size - length(serialize(x, NULL)))
    }
  }
})

test_that("a tree's importance counts its own splits, also of one column or of none", {
  attach_packages("rpart")
  importance_of <- function(x, minsplit = 20) {
    fit <- fit_model(
      spec_of("rpart2", params = list(control = list(minsplit = minsplit))), models$rpart2, x, y,
      data.frame(maxdepth = 1), "none"
    )
    own_importance(spec_of("rpart2"), models$rpart2, list(finalModel = fit), colnames(x))
  }
  expect_equal(sum(importance_of(study$x, 2)$value > 0), 1)
  expect_gt(importance_of(study$x[, 2, drop = FALSE], 2)$value, 0)
  expect_equal(importance_of(study$x, 100)$value, rep(0, 5))
})

test_that("glmnet and gbm take a single column", {
  x <- study$x[, 2, drop = FALSE]
  attach_packages("gbm")
  grids <- list(
    glmnet = list(alpha = 1, lambda = c(.3, .05)),
    gbm = list(n.trees = 20, interaction.depth = 1, shrinkage = .1, n.minobsinnode = 3)
  )
  three <- factor(rep(c("c1", "c2", "c3"), length.out = nrow(x)))
  for (method in names(grids)) {
    for (outcome in list(y, three, as.integer(y) + .1)) {
      spec <- spec_of(method, grids[[method]])
      info <- models[[method]]
      param <- candidates(spec, info, x, outcome)
      # gbm warns of the zeros.
      fit <- suppressWarnings(
        fit_model(spec, info, x, outcome, param[nrow(param), , drop = FALSE], "none")
      )
      found <- predict_model(info, fit, x, levels(outcome), levels(outcome))[[1]]
      expect_length(found$predicted, nrow(x))
      expect_gt(stats::sd(if (is.factor(outcome)) found$prob[, 1] else found$predicted), 0)
      importance <- own_importance(spec, info, list(finalModel = fit), colnames(x))
      expect_length(importance$value, 1)
      expect_gt(importance$value, 0)
    }
  }
  expect_gt(nrow(candidates(spec_of("glmnet"), models$glmnet, x, y)), 1)
})

test_that("no grid is caret's own, an empty one is one candidate", {
  expect_equal(nrow(grid_of(spec_of("knn"))), 3)
  expect_equal(nrow(grid_of(spec_of("knn", structure(list(), names = character())))), 1)
})

test_that("where caret's own grid is empty, the error names the parameters to give", {
  expect_error(
    candidates(spec_of("rpart2"), models$rpart2, study$x[1:9, ], y[1:9]),
    "caret's own grid is empty on these data; give grid: \\{maxdepth: \\[\\.\\.\\.\\]\\}",
    class = "user_error"
  )
})

test_that("candidates are lowered to what the smallest fit can do, and made distinct", {
  expect_equal(grid_of(spec_of("ranger", list(mtry = c(3, 10, 40))), columns = 5)$mtry, c(3, 5))
  expect_equal(grid_of(spec_of("pls", list(ncomp = c(2, 8, 9))), rows = 4, columns = 5)$ncomp, 2:3)
  result <- grid_of(spec_of("gbm", list(n.minobsinnode = 10)), rows = 24)
  expect_equal(result$n.minobsinnode, 5)
})

test_that("of a larger grid a seeded sample is taken, in order", {
  spec <- spec_of("knn", list(k = 1:20), size = 4)
  result <- grid_of(spec, seed = 3)
  expect_equal(nrow(result), 4)
  expect_false(is.unsorted(rev(result$k)) && is.unsorted(result$k))
  expect_equal(grid_of(spec, seed = 3), result)
})

test_that("a grid that is too large to list is sampled without listing it", {
  values <- list(mtry = 1:2000, min.node.size = 1:2000, splitrule = "gini")
  spec <- spec_of("ranger", values, size = 5)
  result <- grid_of(spec, seed = 3, columns = 2000)
  expect_equal(nrow(unique(result)), 5)
  expect_true(all(result$mtry %in% 1:2000 & result$min.node.size %in% 1:2000))
  set.seed(1)
  drawn <- combinations(list(a = 1:3, b = c("x", "y")), 6, most = 1)
  expect_equal(nrow(unique(drawn)), 6)
})

test_that("a specification's JSON gives plain vectors", {
  spec <- read_spec(paste0(
    '{"name":"m","method":"ranger","params":{"num.trees":9},',
    '"grid":{"mtry":[1,2],"splitrule":["gini"]},"size":9}'
  ))
  expect_equal(spec$grid, list(mtry = 1:2, splitrule = "gini"))
  expect_null(read_spec('{"grid":null}')$grid)
  expect_equal(nrow(grid_of(spec)), 2)
  expect_equal(length(read_spec('{"grid":{}}')$grid), 0)
  expect_false(is.null(read_spec('{"grid":{}}')$grid))
})

test_that("problems name the key, the value and the fix", {
  problems <- function(spec, task = "classification", imbalance = "none") {
    model_problems(spec, task, imbalance, "models.r[2]", models)
  }
  expect_equal(
    problems(spec_of("glmnett")),
    "models.r[2]: unknown caret method 'glmnett'. Did you mean 'glmnet'?"
  )
  expect_match(problems(spec_of("SVMradial")), "Did you mean 'svmRadial'")
  expect_match(problems(spec_of("zzzzzzzzzzzz")), "getModelInfo")
  expect_match(problems(spec_of("lda"), task = "regression"), "'lda' cannot do regression")
  expect_match(
    problems(spec_of("knn", list(kk = 1))),
    "models.r[2].grid: 'kk' is not a tuning parameter of 'knn'. Its tuning parameters: k",
    fixed = TRUE
  )
  expect_match(problems(spec_of("lda", list(a = 1))), "It has none")
  expect_match(
    problems(spec_of("knn", params = list(k = 3))),
    "models.r[2].params: 'k' is a tuning parameter of 'knn'. Give it in grid, as a list: {k: [3]}",
    fixed = TRUE
  )
  expect_match(problems(spec_of("knn", params = list(tuneGrid = 3))), "itself sets 'tuneGrid'")
  expect_match(problems(spec_of("pls"), imbalance = "weights"), "'pls' takes no weights")
  expect_null(problems(spec_of("pls"), task = "regression", imbalance = "weights"))
  expect_equal(length(problems(spec_of("knn", list(a = 1, b = 2), params = list(k = 1)))), 3)
})

test_that("missing packages are named, with the way to install them", {
  other <- models
  other$knn$library <- c("notThere", "stats", "norThis")
  problem <- model_problems(spec_of("knn"), "classification", "none", "models.r[0]", other)
  expect_match(problem, "needs the R packages notThere, norThis")
  expect_match(problem, "conda (r-notthere r-northis)", fixed = TRUE)
  expect_match(problem, "apt-get install r-cran-notthere r-cran-northis")
  expect_match(how_to_install("rhdf5"), "conda \\(bioconductor-rhdf5\\).*r-bioc-rhdf5$")
})

test_that("resolve_method stops with all problems as one user error", {
  error <- tryCatch(
    resolve_method(spec_of("knn", list(a = 1, b = 1)), "classification", models = models),
    error = identity
  )
  expect_s3_class(error, "user_error")
  expect_equal(length(strsplit(conditionMessage(error), "\n")[[1]]), 2)
})

test_that("class weights make every class weigh the same, by the way each method takes them", {
  y <- factor(c("c1", "c1", "c1", "c2"))
  expect_equal(class_weights(y), c(c1 = 4 / 6, c2 = 2))
  ways <- c(
    glmnet = "wts", ranger = "wts", gbm = "wts", rpart = "wts", earth = "wts", nnet = "wts",
    svmRadial = "class.weights", svmLinear = "class.weights", rf = "classwt", knn = NA, pls = NA,
    lda = NA, null = NA, treebag = NA, rpart1SE = NA, vglmAdjCat = NA, vglmContRatio = NA,
    vglmCumulative = NA, ctree = NA, ctree2 = NA, svmRadialWeights = NA
  )
  for (method in names(ways)) {
    expect_equal(weighting(spec_of(method), models[[method]]), ways[[method]], info = method)
  }
})

test_that("probabilities are found by level, and a class that was not seen gets 0", {
  raw <- data.frame(c3 = c(.9, .5), c1 = c(.1, .5))
  result <- from_prob(raw, c("c1", "c3"), c("c1", "c2", "c3"))
  expect_equal(result$prob, rbind(c(.1, 0, .9), c(.5, 0, .5)))
  expect_equal(result$predicted, c(3, 1))
  expect_error(from_prob(data.frame(c1 = NaN, c2 = 1), c("c1", "c2"), c("c1", "c2")), "not finite")
})

test_that("neural networks predict a regression's scale, and take as many weights as they need", {
  outcome <- 100 + 20 * study$x[, 1]
  wide <- matrix(stats::rnorm(9 * 400), 9, dimnames = list(NULL, paste0("g", 1:400)))
  three <- factor(rep(c("c1", "c2", "c3"), 3))
  predicted <- function(method, x, y, size) {
    spec <- spec_of(method, params = list(maxit = if (size == 1) 100 else 1))
    param <- data.frame(size = size, decay = 0.1, bag = FALSE)
    start_generator(1)
    # avNNet warns that it has no parallel workers.
    fit <- suppressWarnings(fit_model(spec, models[[method]], x, y, param, "none"))
    predict_model(models[[method]], fit, x, levels(y), levels(y))[[1]]
  }
  for (method in c("nnet", "avNNet", "pcaNNet")) {
    expect_gt(stats::cor(predicted(method, study$x, outcome, 1)$predicted, outcome), 0.9)
  }
  for (method in c("avNNet", "multinom")) {
    expect_equal(dim(predicted(method, wide, three, 5)$prob), c(9, 3))
  }
})

test_that("an importance that is nowhere a number is none", {
  info <- list(varImp = function(object) data.frame(Overall = object, row.names = c("f1", "f3")))
  importance <- function(values) {
    own_importance(spec_of("knn"), info, list(finalModel = values), paste0("f", 1:3))
  }
  expect_null(importance(c(NaN, NaN)))
  expect_equal(importance(c(NaN, -2))$value, c(NA, 0, 2))
})
