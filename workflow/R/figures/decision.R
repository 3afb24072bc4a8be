# Is it of use? Net benefit of acting on the predictions, against acting on all samples or on none.

use("theme", "text", "figure_data", "panels", "variants")

#' The longest run of thresholds at which a model's net benefit is above treating all and none.
#'
#' @param curve rows of one model's mean curve, by threshold; @param prevalence of the event.
#' @return lowest and highest threshold; NA where there is none.
useful_range <- function(curve, prevalence) {
  best <- pmax(treat_all(curve$x, prevalence), 0)
  runs <- rle(curve$y > best + 1e-9)
  runs$lengths <- runs$lengths * ifelse(runs$values %in% TRUE, 1, -1)
  if (!any(runs$lengths > 0)) return(c(NA, NA))
  longest <- which.max(runs$lengths)
  last <- sum(abs(runs$lengths[seq_len(longest)]))
  curve$x[c(last - runs$lengths[longest] + 1, last)]
}

#' Net benefit of treating every sample; see omc/curves.py.
treat_all <- function(threshold, prevalence) {
  prevalence - (1 - prevalence) * threshold / (1 - threshold)
}

#' The title: where the leader of the comparison is of use, by its mean curve: there is no interval.
decision_finding <- function(ranked, ranges) {
  rows <- ranked[!ranked$baseline & ranked$model %in% rownames(ranges), , drop = FALSE]
  models <- rows$model
  if (length(models) == 0) return("No model gives probabilities")
  of_leader <- ranges[models[1], ]
  useful <- sum(is.finite(ranges[models, 1]))
  if (useful == 0) {
    return("By the mean curves, no model has more net benefit than treating all or none")
  }
  if (!rows$complete[1]) {
    return(paste(
      "By the mean curves, more net benefit than treating all or none at some thresholds:",
      of_models(useful, length(models))
    ))
  }
  if (!is.finite(of_leader[1])) {
    return(paste0(
      "By the mean curves, ", models[1], " has nowhere more net benefit than treating all or ",
      "none, ", of_models(useful, length(models)), " at some thresholds"
    ))
  }
  paste0(
    "By the mean curve", if (useful < length(models)) "s", ", ", models[1],
    " has more net benefit than treating all or none at thresholds from ",
    sub("\u2013", " to ", range_text(of_leader)),
    if (useful < length(models)) {
      paste0("; ", of_models(length(models) - useful, length(models)), " nowhere")
    }
  )
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
  curves <- over_repeats(data$described$curves, "decision")
  share <- stats::setNames(prevalence(data, ranked$model), ranked$model)
  own <- inside(curves)
  ranges <- do.call(rbind, lapply(split(own, own$model), function(curve) {
    useful_range(curve, share[[curve$model[1]]])
  }))
  ranges <- rbind(ranges, matrix(numeric(), 0, 2))
  notes <- vapply(ranked$model, function(model) {
    if (!model %in% rownames(ranges)) return("\u2013")
    if (!is.finite(ranges[model, 1])) return("useful nowhere")
    paste("useful at", range_text(ranges[model, ]))
  }, "")
  most <- max(share, curves$y, 0.1, na.rm = TRUE)
  limits <- c(-0.12, 1.05) * most
  facets <- model_facets(
    ranked, list(unname(notes)), curves$model, "no probabilities", c(0.5, mean(limits))
  )
  drawn <- ranked$model[ranked$model %in% curves$model]
  rules <- merge(data.frame(x = seq(0, 0.99, 0.01)), data.frame(model = drawn))
  rules$y <- treat_all(rules$x, share[rules$model])
  rules <- rbind(
    transform(rules, rule = rep_len("treat all", length(y))),
    transform(rules, y = y * 0, rule = rep_len("treat none", length(y)))
  )
  positive <- shorten(positive_class(data), 2.5, text_sizes[["small"]])
  words <- list(
    title = decision_finding(ranked, ranges),
    subtitle = paste0(
      describe_data(data), ". Net benefit: the share of rightly treated samples, less that of ",
      "wrongly treated ones weighed by the odds of the threshold. Useful: above treating all and ",
      "none.", repeat_words(data$described$curves)
    ),
    caption = paste(
      "The test predictions of each repeat together. The longest range of thresholds is named.",
      "The band tells the chance of the division into folds, not that of the samples."
    ),
    x = paste0("threshold: treat if the probability of ", positive, " is as high"),
    y = "net benefit"
  )
  curves <- in_panels(curves, ranked)
  cohorts <- unique(outside(curves)$cohort)
  plot <- ggplot() +
    geom_path(
      data = in_panels(rules, ranked), colour = baseline_colour,
      aes(x = .data$x, y = .data$y, linetype = .data$rule)
    ) +
    panel_curves(curves) + kind_scales(ranked) +
    line_scale(cohorts, c("treat all" = "22", "treat none" = "solid")) +
    scale_x_continuous(breaks = c(0, 0.5, 1), labels = short_number, expand = c(0, 0)) +
    scale_y_continuous(n.breaks = 4, labels = short_number, expand = c(0, 0)) +
    coord_cartesian(xlim = c(0, 1), ylim = limits)
  panel_figure(plot, facets, words, c(cohort_labels(cohorts), "treat all", "treat none"))
}
