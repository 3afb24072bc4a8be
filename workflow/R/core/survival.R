# Times to an event, some of them censored (twin: survival.py).

#' A survival::Surv object of n times, from times as R prints them: `365`, or `365+` if the sample
#' is censored.
outcomes <- function(texts) {
  survival::Surv(as.numeric(sub("[+]$", "", texts)), !endsWith(texts, "+"))
}

#' Names of the columns with the probabilities of surviving each horizon.
survival_columns <- function(horizons) sprintf("survival_%.12g", horizons)

#' Names of the columns with the probabilities of not being censored.
uncensored_columns <- function(horizons) {
  c("uncensored", sprintf("uncensored_%.12g", horizons))
}

#' Kaplan-Meier estimate of the probability that a sample is not censored yet.
#'
#' Of training samples: its inverse weights the test samples, so that those who were observed stand
#' for those who were not (IPCW). Events come before censorings at the same time. After the last
#' training sample, if that is censored, the probability stays what it was before: at 0, test
#' samples that lived on would have no weight.
#'
#' @param outcome Surv object of the training samples.
#' @return function(times) that returns the probability of not being censored until each of these
#'   times, themselves included.
censoring <- function(outcome) {
  time <- outcome[, "time"]
  times <- sort(unique(time))
  at <- factor(time, times)
  leaving <- tabulate(at, length(times))
  events <- tabulate(at[outcome[, "status"] == 1], length(times))
  at_risk <- rev(cumsum(rev(leaving))) - events
  kept <- ifelse(at_risk > 0, 1 - (leaving - events) / at_risk, 1)
  survival <- c(1, cumprod(kept))
  survival[survival == 0] <- min(survival[survival > 0])
  function(at) survival[findInterval(at, times) + 1]
}

#' (n x n) whether sample i had the event while j was still observed without it.
comparable <- function(outcome) {
  time <- outcome[, "time"]
  event <- outcome[, "status"] == 1
  later <- outer(time, time, `<`)
  same <- outer(time, time, `==`) & rep(!event, each = length(time))
  event & (later | same)
}

# Risks that differ by less are tied, as in scikit-survival.
tied <- 1e-8

#' (n x n) 1 where the risk of i is higher than that of j, 0.5 where they are tied, else 0.
concordant <- function(risk) {
  difference <- outer(risk, risk, `-`)
  ifelse(abs(difference) <= tied, 0.5, as.numeric(difference > 0))
}

#' (n x H) weighted squared errors of survival probabilities, whose mean is the Brier score (Graf et
#' al. 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5).
#'
#' Samples that were censored before a horizon count by the others, whose weights are larger.
#'
#' @param survival (n x H).
#' @param own (n) probability of not being censored until the sample's own time.
#' @param at_horizons (H) until each horizon.
squared_errors <- function(outcome, survival, horizons, own, at_horizons) {
  time <- outcome[, "time"]
  died <- outcome[, "status"] == 1 & outer(time, horizons, `<=`)
  lived <- outer(time, horizons, `>`)
  inverse <- function(p) ifelse(p > 0, 1 / p, 0)
  died * inverse(own) * survival^2 +
    lived * rep(inverse(at_horizons), each = length(time)) * (1 - survival)^2
}

#' (H) weights of the horizons in an integral over them, which sum to 1: trapezoids.
horizon_weights <- function(horizons) {
  if (length(horizons) == 1) {
    return(1)
  }
  steps <- diff(horizons)
  weights <- c(steps, 0) + c(0, steps)
  weights / sum(weights)
}
