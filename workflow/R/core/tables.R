# Headers of the tables, from catalog/tables.csv (twin: tables.py).

use("catalog", "csv_files", "core/survival")

#' The columns of every table of the catalog, by the name of the table.
read_tables <- function() {
  rows <- read_csv(catalog("tables.csv"), ",")
  rows <- rows[nzchar(rows$table) & nzchar(rows$column), ]
  split(rows$column, rows$table)
}

all_columns <- read_tables()

#' Names of the columns with the probabilities of classes; NULL without classes.
prob_columns <- function(classes) if (length(classes)) paste0("prob_", classes)

#' Columns of a table of predictions, which end with truth and predicted, for a task: the
#' probabilities of the classes follow; with the horizons of a survival analysis, time, event, risk,
#' the probabilities of surviving each and those of not being censored stand there instead.
with_outcome <- function(columns, classes, horizons = NULL) {
  if (is.null(horizons)) {
    return(c(columns, prob_columns(classes)))
  }
  c(
    utils::head(columns, -2), "time", "event", "risk", survival_columns(horizons),
    uncensored_columns(horizons)
  )
}

# Of the tables that a training job writes.
csv_columns <- all_columns[c(
  "predictions", "inner_predictions", "tuning", "importance", "timing", "failures"
)]

# Of the table that a check writes.
cost_columns <- all_columns$costs

# Rows that a tuning job hands over; a training job adds the names of the job itself.
tuned_columns <- c(setdiff(csv_columns$tuning, c("dataset", "language", "model", "split")), "error")
