# Headers of the tables, from catalog/tables.csv (twin: tables.py).

use("catalog", "csv_files")

#' The columns of every table of the catalog, by the name of the table.
read_tables <- function() {
  rows <- read_csv(catalog("tables.csv"), ",")
  rows <- rows[nzchar(rows$table) & nzchar(rows$column), ]
  split(rows$column, rows$table)
}

all_columns <- read_tables()

# Of the tables that a training job writes.
csv_columns <- all_columns[c(
  "predictions", "inner_predictions", "tuning", "importance", "timing", "failures"
)]

# Rows that a tuning job hands over; a training job adds the names of the job itself.
tuned_columns <- c(setdiff(csv_columns$tuning, c("dataset", "language", "model", "split")), "error")
