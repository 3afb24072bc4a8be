# Do those with a high predicted risk have the event earlier? Kaplan-Meier curves of two groups.

use("theme", "text", "figure_data", "panels", "survival_data")

# Inches of a panel, and where the numbers at risk stand beneath the curves, on the curves' axis.
risk_panel <- c(width = 2.4, height = 2.1)
at_risk_lines <- c(low = -0.13, high = -0.27)
risk_foot <- -0.36

#' Draws both curves of each model; see `read_survival()`.
draw_risk_groups <- function(data) {
  ranked <- rank_models(data)
  ranked <- ranked[!ranked$baseline, , drop = FALSE]
  rows <- data$survival$risk_groups
  rows <- rows[rows$model %in% ranked$model, , drop = FALSE]
  subtitle <- paste0(
    describe_data(data), ". Test samples above (high) and below (low) the median risk of their ",
    "split's training samples; line: Kaplan-Meier, band: its 95 % limits. Numbers: at risk."
  )
  if (nrow(rows) == 0) return(words_figure(finding(data, "risk_groups"), subtitle))
  cohorts <- c("development", unique(outside(rows)$cohort))
  parts <- length(cohorts)
  rows <- in_panels(rows, ranked, match(rows$cohort, cohorts), parts)
  longest <- max(rows$time)
  ticks <- pretty(c(0, longest), 4)
  # The label of a tick at the end would leave the figure.
  ticks <- ticks[ticks <= 0.94 * longest]
  facets <- model_facets(
    ranked, lapply(cohorts, risk_note, rows, ranked, unique(data$survival$horizons$horizon)),
    rows$model, "no inner predictions", c(longest / 2, 0.5), risk_panel[["width"]],
    risk_panel[["height"]]
  )
  steps <- stepped(rows)
  counts <- at_risk(rows, ticks)
  plot <- ggplot() +
    geom_ribbon(
      data = steps, alpha = 0.18,
      aes(.data$time, ymin = .data$ci_low, ymax = .data$ci_high, fill = .data$group)
    ) +
    geom_path(
      data = steps, linewidth = 0.8,
      aes(.data$time, .data$survival, colour = .data$group, linetype = .data$group)
    ) +
    geom_text(
      data = counts, size = text_sizes[["small"]] / .pt, show.legend = FALSE,
      aes(.data$time, .data$y, label = .data$label, colour = .data$group, hjust = .data$hjust)
    ) +
    risk_scales() +
    scale_x_continuous(breaks = ticks, labels = time_text, expand = c(0.02, 0)) +
    scale_y_continuous(breaks = c(0, 0.5, 1), labels = short_number, expand = c(0.02, 0)) +
    coord_cartesian(xlim = c(0, longest), ylim = c(risk_foot, 1))
  words <- list(
    title = finding(data, "risk_groups"), subtitle = subtitle,
    caption = paste(
      "Curves are means over the repeats, limits those for the samples of one repeat. The risks of",
      "training samples are inner predictions, so that no test sample decides on the cut. The",
      "groups were not tested, since models of several splits share their training samples."
    ),
    x = "time", y = "share without the event"
  )
  panel_figure(plot, facets, words)
}

#' Scales of the groups, with one key.
risk_scales <- function() {
  labels <- c(high = "high predicted risk", low = "low predicted risk")
  list(
    scale_colour_manual(
      values = risk_colours, limits = names(labels), labels = labels,
      aesthetics = c("colour", "fill")
    ),
    scale_linetype_manual(values = risk_lines, limits = names(labels), labels = labels)
  )
}

#' The lines on a strip: whose samples, and the share of each group without the event at the last
#' horizon that both curves reach.
risk_note <- function(cohort, rows, ranked, horizons) {
  name <- if (cohort == "development") "cross-validation" else cohort_labels(cohort)
  rows <- rows[rows$cohort == cohort, , drop = FALSE]
  vapply(ranked$model, function(model) {
    own <- rows[rows$model == model, , drop = FALSE]
    groups <- split(own, own$group)
    if (length(groups) < 2) return(name)
    end <- min(vapply(groups, function(group) max(group$time), 0))
    if (all(horizons > end)) return(name)
    last <- max(horizons[horizons <= end])
    shares <- vapply(groups[c("low", "high")], function(group) {
      utils::tail(group$survival[group$time <= last], 1)
    }, 0)
    percent <- paste0(round(100 * shares), "\u00a0%")
    paste0(name, "\nat ", time_text(last), ": low ", percent[1], ", high ", percent[2])
  }, "", USE.NAMES = FALSE)
}

#' Points of the stairs of each curve.
stepped <- function(rows) {
  curves <- split(rows, list(rows$panel, rows$group), drop = TRUE)
  do.call(rbind, lapply(curves, function(curve) {
    n <- nrow(curve)
    stairs <- curve[rep(seq_len(n), each = 2), , drop = FALSE]
    stairs$time <- c(stairs$time[-1], curve$time[n])
    stairs
  }))
}

#' How many are at risk at each tick, where they are written.
at_risk <- function(rows, ticks) {
  curves <- split(rows, list(rows$panel, rows$group), drop = TRUE)
  do.call(rbind, lapply(curves, function(curve) {
    ticks <- ticks[ticks <= max(curve$time)]
    n <- curve$n_at_risk[vapply(ticks, function(tick) which(curve$time >= tick)[1], 0L)]
    data.frame(
      panel = curve$panel[1], group = curve$group[1], time = ticks, label = round(n),
      y = at_risk_lines[[curve$group[1]]], hjust = ifelse(ticks == 0, 0, 0.5)
    )
  }))
}
