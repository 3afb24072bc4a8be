# What the figures of survival share: their tables, and the horizons that they show.

use("text", "figure_data", "panels")

# More panels beside each other have no room.
most_horizons <- 3

#' Reads what horizons.csv, horizon_calibration.csv, horizon_benefit.csv and risk_groups.csv say of
#' one data set.
#'
#' @return list of data.frames by the names of the files, with `model` as `language/name`.
read_survival <- function(files, dataset, models) {
  numbers <- list(
    horizons = c("horizon", "n_events", "n_at_risk", "auc", "auc_low", "auc_high", "brier",
                 "brier_low", "brier_high", "brier_kaplan_meier", "calibration_ratio"),
    horizon_calibration = c("horizon", "predicted", "observed", "ci_low", "ci_high"),
    horizon_benefit = c("horizon", "threshold", "net_benefit", "treat_all"),
    risk_groups = c("time", "survival", "ci_low", "ci_high", "n_at_risk")
  )
  tables <- lapply(names(numbers), function(name) {
    text <- c("cohort", if (name == "risk_groups") "group")
    table <- read_models(files[[name]], dataset, models, text, numbers[[name]])
    table$cohort <- clean_text(table$cohort)
    table
  })
  stats::setNames(tables, names(numbers))
}

#' The horizons that are drawn: all, or the first, the last and those between at equal steps.
shown_horizons <- function(data, most = most_horizons) {
  horizons <- sort(unique(data$survival$horizons$horizon))
  if (length(horizons) <= most) return(horizons)
  horizons[unique(round(seq(1, length(horizons), length.out = most)))]
}

#' "; 3 of 12 horizons are drawn"; empty if all are.
horizon_words <- function(data, shown) {
  all <- length(unique(data$survival$horizons$horizon))
  if (length(shown) == all) return("")
  paste0(" Of ", all, " horizons, ", length(shown), " are drawn.")
}

#' Numbers of times as text: 1825, 0.5.
time_text <- function(times) short_number(times, 6)

#' Rows of each horizon in panels of their own, side by side; others are left out.
in_horizons <- function(rows, ranked, shown) {
  parts <- match(rows$horizon, shown)
  rows <- rows[!is.na(parts), , drop = FALSE]
  in_panels(rows, ranked, parts[!is.na(parts)], length(shown))
}

#' One row of horizons.csv in cross-validation per ranked model at a horizon; NA without one.
at_horizon <- function(data, ranked, horizon) {
  rows <- inside(data$survival$horizons)
  rows <- rows[rows$horizon == horizon, , drop = FALSE]
  rows[match(ranked$model, rows$model), , drop = FALSE]
}
