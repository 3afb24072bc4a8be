# Is it of use? Net benefit of acting on the predictions, against acting on all samples or on none.

use("theme", "text", "figure_data", "panels", "variants")

#' The longest run of thresholds at which a model gains beyond its interval.
#'
#' @param benefit rows of net_benefit.csv of one model, by threshold.
#' @return lowest and highest threshold; NA where there is none.
useful_range <- function(benefit) {
  runs <- rle((benefit$gain_low > 1e-9) %in% TRUE)
  runs$lengths <- runs$lengths * ifelse(runs$values, 1, -1)
  if (!any(runs$lengths > 0)) return(c(NA, NA))
  longest <- which.max(runs$lengths)
  last <- sum(abs(runs$lengths[seq_len(longest)]))
  benefit$threshold[c(last - runs$lengths[longest] + 1, last)]
}

#' Net benefit of treating every sample; see omc/curves.py.
treat_all <- function(threshold, prevalence) {
  prevalence - (1 - prevalence) * threshold / (1 - threshold)
}

#' The title: how many models gain beyond their intervals, and where the comparison's leader does.
decision_finding <- function(ranked, ranges) {
  rows <- ranked[!ranked$baseline & ranked$model %in% rownames(ranges), , drop = FALSE]
  models <- rows$model
  if (length(models) == 0) return("No model gives probabilities")
  useful <- sum(is.finite(ranges[models, 1]))
  if (useful == 0) return("No evidence that a model has more net benefit than treating all or none")
  of_leader <- ranges[models[1], ]
  words <- paste(
    "More net benefit than treating all or none at some thresholds, beyond a 95 % interval:",
    of_models(useful, length(models))
  )
  if (!rows$complete[1] || !is.finite(of_leader[1])) return(words)
  paste0(words, "; ", models[1], " from ", sub("\u2013", " to ", range_text(of_leader)))
}

range_text <- function(range) paste(format_value(range, 2), collapse = "\u2013")

#' Draws the decision curves; see `draw_roc_pr()`.
draw_decision <- function(data) {
  classes <- length(unique(data$described$confusion$truth))
  if (classes != 2) {
    why <- if (classes == 0) "no predictions" else paste(classes, "classes")
    return(words_figure(
      paste("No decision curve:", why),
      paste0(describe_data(data), ". Net benefit weighs acting on one event against not acting; ",
             "with several classes there is no such single decision.")
    ))
  }
  ranked <- rank_models(data)
  thresholds <- shown_thresholds(data)
  curves <- benefit_curves(within_thresholds(data$described$benefit, thresholds))
  shares <- cohort_shares(data, curves)
  own <- inside(data$described$benefit)
  ranges <- do.call(rbind, lapply(split(own, own$model), useful_range))
  ranges <- rbind(ranges, matrix(numeric(), 0, 2))
  notes <- vapply(ranked$model, function(model) {
    if (!model %in% rownames(ranges)) return("\u2013")
    if (!is.finite(ranges[model, 1])) return("use not shown")
    paste("useful at", range_text(ranges[model, ]))
  }, "")
  most <- max(shares$share, curves$high, 0.1, na.rm = TRUE)
  limits <- c(-0.12, 1.05) * most
  facets <- model_facets(
    ranked, list(unname(notes)), curves$model, "no probabilities",
    c(mean(thresholds), mean(limits))
  )
  of_all <- merge(data.frame(threshold = seq(0, 0.99, 0.01)), shares)
  of_all$treat_all <- treat_all(of_all$threshold, of_all$share)
  rules <- benefit_rules(in_panels(of_all, ranked))
  words <- decision_words(data, ranked, ranges, shares)
  benefit_figure(rules, in_panels(curves, ranked), ranked, limits, facets, words, thresholds)
}

#' Share of the positive class of each model and cohort that has a curve.
cohort_shares <- function(data, curves) {
  shares <- unique(curves[c("model", "cohort")])
  shares$share <- vapply(seq_len(nrow(shares)), function(i) {
    prevalence(data, shares$model[i], shares$cohort[i])
  }, numeric(1))
  shares
}

#' Curves as `panel_curves()` draws them, with the interval as band.
benefit_curves <- function(benefit) {
  curves <- data.frame(
    benefit[c("model", "cohort")], x = benefit$threshold, y = benefit$net_benefit,
    low = benefit$ci_low, high = benefit$ci_high
  )
  # Without an interval the band has no width.
  curves$low <- ifelse(is.na(curves$low), curves$y, curves$low)
  curves$high <- ifelse(is.na(curves$high), curves$y, curves$high)
  curves
}

#' "44-46 %"; empty without a value.
percent_range <- function(shares) {
  shares <- shares[is.finite(shares)]
  if (length(shares) == 0) return("")
  paste(paste(unique(round(100 * range(shares))), collapse = "\u2013"), "%")
}

#' The words around the panels.
decision_words <- function(data, ranked, ranges, shares) {
  positive <- shorten(positive_class(data), 2.5, text_sizes[["small"]])
  repeats <- length(unique(inside(data$described$curves)[["repeat"]]))
  prevalences <- percent_range(inside(shares)$share)
  others <- outside(shares)
  others <- tapply(others$share, factor(others$cohort, unique(others$cohort)), percent_range)
  others <- others[nzchar(others)]
  list(
    title = decision_finding(ranked, ranges),
    subtitle = paste0(
      describe_data(data), ". Net benefit: the share of rightly treated samples, less that of ",
      "wrongly treated ones weighed by the odds of the threshold. Line: ",
      if (repeats > 1) paste("mean of", repeats, "repeats") else "all test predictions together",
      "; band: 95 % interval by bootstrap over samples or groups."
    ),
    caption = paste0(
      "Useful: the gain over treating all and none is above 0 by an interval that holds for all ",
      "thresholds ", if (!is.null(data$threshold_range)) "of comparison.threshold_range ",
      "together; the longest range is named.",
      if (nzchar(prevalences)) {
        paste0(
          " The prevalence of ", positive, " is that of the samples, ", prevalences,
          paste(c("", paste("in", cohort_labels(names(others)), others, recycle0 = TRUE)),
                collapse = ", "),
          "; where it is another, as in a population that cases and controls were picked from, so ",
          "is the net benefit."
        )
      },
      broken_words(shares),
      weights_words(data)
    ),
    x = paste0("threshold: treat if the probability of ", positive, " is as high"),
    y = "net benefit"
  )
}
