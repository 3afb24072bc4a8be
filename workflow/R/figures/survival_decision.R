# Is it of use? Net benefit of acting on the predicted risk of the event until each horizon.

use("theme", "text", "figure_data", "panels", "survival_data")

#' Draws the decision curves at the horizons; see `read_survival()`.
draw_survival_decision <- function(data) {
  ranked <- rank_models(data)
  ranked <- ranked[!ranked$baseline, , drop = FALSE]
  shown <- shown_horizons(data)
  thresholds <- shown_thresholds(data)
  rows <- within_thresholds(data$survival$horizon_benefit, thresholds)
  rows <- in_horizons(rows[rows$model %in% ranked$model, , drop = FALSE], ranked, shown)
  subtitle <- paste0(
    describe_data(data), ". Net benefit: the share of rightly treated samples, less that of ",
    "wrongly treated ones weighed by the odds of the threshold; mean over the repeats.",
    horizon_words(data, shown)
  )
  if (nrow(rows) == 0) return(words_figure(finding(data, "survival_decision"), subtitle))
  most <- max(rows$net_benefit, rows$treat_all, 0.05, na.rm = TRUE)
  limits <- c(-0.2, 1.05) * most
  facets <- model_facets(
    ranked, lapply(shown, function(h) rep(paste("until", time_text(h)), nrow(ranked))),
    rows$model, "no survival probabilities", c(mean(thresholds), mean(limits))
  )
  curves <- transform(rows, x = threshold, y = net_benefit, low = net_benefit, high = net_benefit)
  words <- list(
    title = finding(data, "survival_decision"), subtitle = subtitle,
    caption = paste0(
      "Events are counted by the Kaplan-Meier estimate of those who are treated (Vickers et al. ",
      "2008). The curves have no interval: small gains are within chance. Net benefit holds for ",
      "populations in which the event is as frequent as in these samples.",
      broken_words(rows)
    ),
    x = "threshold: treat if the risk of the event is as high", y = "net benefit"
  )
  benefit_figure(benefit_rules(rows), curves, ranked, limits, facets, words, thresholds)
}
