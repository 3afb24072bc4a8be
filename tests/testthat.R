# Run the R tests: Rscript tests/testthat.R [stage or file, as "learn" or "figures/test-null"]. Ends
# with status 1 if one fails. The folders of tests/testthat/ are the stages of the library.

file <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
root <- normalizePath(file.path(dirname(file), ".."))
wanted <- commandArgs(TRUE)
paths <- list.files(file.path(root, "tests", "testthat"), "^test-.*[.]R$", recursive = TRUE)
if (length(wanted)) paths <- grep(wanted[1], paths, fixed = TRUE, value = TRUE)
# As in every script of the workflow: compiling functions while they run takes longer than it saves.
compiler::enableJIT(0)
results <- do.call(rbind, lapply(unique(dirname(paths)), function(stage) {
  env <- new.env()
  env$root <- root
  for (helper in list.files(file.path(root, "tests", "testthat", "helpers"), full.names = TRUE)) {
    source(helper, local = env)
  }
  names <- sub("^test-(.*)[.]R$", "\\1", basename(paths[dirname(paths) == stage]))
  as.data.frame(testthat::test_dir(
    file.path(root, "tests", "testthat", stage),
    filter = paste0("^(", paste(names, collapse = "|"), ")$"), env = env, load_helpers = FALSE,
    reporter = "summary", stop_on_failure = FALSE
  ))
}))
failed <- sum(results$failed) + sum(results$error)
cat(sprintf("%d passed, %d failed\n", sum(results$passed), failed))
quit(save = "no", status = as.integer(failed > 0 || NROW(results) == 0))
