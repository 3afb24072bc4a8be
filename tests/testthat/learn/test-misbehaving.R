test_that("a method that misbehaves is a row or does no harm, and costs no other split", {
  data <- two_classes(n = 24)
  batch <- open_study(make_study(data$x, data$outcome))
  batch$splits <- batch$splits[c("r01f01", "r01f02")]
  # Not where a crash removes R's folder of temporary files.
  log <- own_tempfile("log")
  settings <- settings_for("knn", list(k = 3))
  clean <- suppressMessages(train_batch(batch, settings, models$knn))
  good <- own_tempfile("good")
  dir.create(good)
  for (how in c(
    "long_message", "bytes", "segfault", "killed", "endless", "helper", "percentages", "negative",
    "one_column", "sum", "more_rows", "unknown_label", "long_label", "crowd", "other_folder",
    "generator", "folder_of_temporary_files"
  )) {
    con <- file(log, "wt")
    sink(con)
    sink(con, type = "message")
    # The machine may be busy.
    limits <- list(seconds = if (how == "endless") 1 else 60, memory_mb = 2000, log = log)
    results <- train_batch(batch, settings, misbehaving(how), good, limits)
    sink(type = "message")
    sink()
    close(con)
    part <- misbehaving_kinds[[how]][[1]]
    messages <- unlist(lapply(results, function(result) result$failures$message))
    expect_true(dir.exists(tempdir()), info = how)
    if (is.null(part)) {
      expect_null(messages, info = how)
      expect_identical(results$r01f01$predictions, clean$r01f01$predictions, info = how)
    } else {
      expect_true(all(grepl(part, messages) | grepl("^not tried", messages)), info = messages)
      expect_length(messages, 2)
      expect_lt(max(nchar(messages)), 1100)
    }
  }
  unlink(c(good, log), recursive = TRUE)
})

test_that("a method has one thread, whatever its parameters say", {
  spec <- list(name = "ranger", method = "ranger", params = list(num.threads = 8), grid = list())
  expect_equal(fit_arguments(spec, models$ranger, 5, 2, NULL)$num.threads, 1)
})
