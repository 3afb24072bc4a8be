# Headers of the tables that a training job writes (twin: tables.py).

csv_columns <- list(
  predictions = c("language", "model", "split", "cohort", "sample", "truth", "predicted"),
  tuning = c(
    "dataset", "language", "model", "split", "candidate", "parameters", "inner_fold", "metric",
    "value", "seconds"
  ),
  importance = c(
    "dataset", "language", "model", "split", "feature", "selected", "importance", "kind"
  ),
  timing = c(
    "dataset", "language", "model", "split", "stage", "wall_seconds", "cpu_seconds", "peak_mb"
  ),
  failures = c("dataset", "language", "model", "split", "stage", "message", "log")
)

tuned_columns <- c(csv_columns$tuning[-(1:4)], "error")
