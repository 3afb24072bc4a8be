# Run the R tests: Rscript tests/testthat.R [filter]. Ends with status 1 if one fails.

file <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
filter <- commandArgs(TRUE)
results <- as.data.frame(testthat::test_dir(
  file.path(dirname(file), "testthat"),
  reporter = "summary", stop_on_failure = FALSE, filter = if (length(filter)) filter[1]
))
failed <- sum(results$failed) + sum(results$error)
cat(sprintf("%d passed, %d failed\n", sum(results$passed), failed))
quit(save = "no", status = as.integer(failed > 0 || nrow(results) == 0))
