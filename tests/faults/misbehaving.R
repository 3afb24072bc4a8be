# Train each method of helpers/misbehaving.R, tuned and not; write a line per failure to the path
# that is given: kind, tuned, whether a row is right, and the message.

root <- commandArgs(TRUE)[1]
for (helper in list.files(file.path(root, "tests/testthat/helpers"), full.names = TRUE)) {
  source(helper)
}
log <- own_tempfile("log")
console <- file(log, "wt")
sink(console)
sink(console, type = "message")
options(warn = 1)
data <- two_classes(n = 24)
batch <- open_study(make_study(data$x, data$outcome))
batch$splits <- batch$splits[c("r01f01", "r01f02")]
train <- function(info, tuned, seconds = 120) {
  limits <- list(seconds = seconds, memory_mb = 700, log = log)
  settings <- settings_for("knn", list(k = if (tuned) c(3, 5) else 3))
  train_batch(batch, settings, info, limits = limits)
}
tables <- function(results) {
  lapply(results, function(result) c(result["predictions"], list(result$tuning$value)))
}
clean <- lapply(c(FALSE, TRUE), function(tuned) tables(train(models$knn, tuned)))
rows <- lapply(names(misbehaving_kinds), function(how) {
  part <- misbehaving_kinds[[how]][[1]]
  lapply(c(FALSE, TRUE), function(tuned) {
    results <- train(misbehaving(how), tuned, if (how == "endless") 2 else 120)
    messages <- unlist(lapply(results, function(result) result$failures$message))
    right <- if (is.null(part)) {
      is.null(messages) && identical(tables(results), clean[[tuned + 1]])
    } else {
      failed <- vapply(results, function(result) NROW(result$failures) > 0, TRUE)
      all(failed) && all(grepl(part, messages) | grepl("^not tried", messages))
    }
    data.frame(how = how, tuned = tuned, right = right, message = c(messages, "")[1])
  })
})
again <- lapply(c(FALSE, TRUE), function(tuned) tables(train(models$knn, tuned)))
rows <- do.call(rbind, unlist(rows, recursive = FALSE))
rows <- rbind(rows, data.frame(
  how = "untouched", tuned = FALSE, right = identical(again, clean), message = ""
))
sink(type = "message")
sink()
close(console)
unlink(log)
utils::write.csv(rows, commandArgs(TRUE)[2], row.names = FALSE)
