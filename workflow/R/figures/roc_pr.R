# How well each model ranks the samples: ROC and precision-recall curves, and their areas.

use("theme", "text", "metric_info", "figure_data", "panels")

# Inches: a side of a panel, from the panels to the table, a row of the table, its columns.
roc_side <- 3.3
roc_gap <- 0.62
roc_row <- 0.185
roc_columns <- c(mark = 0.06, name = 0.2, area = 2.95, precision = 4.85)
without_curve <- "no probabilities, or no split with all classes"
# The colours of curves besides that of the highlighted model.
roc_roles <- c(open = ink[["soft"]], different = ink[["mark"]])

#' The model whose curves stand out: the leader, or the first with a curve where none leads.
roc_highlighted <- function(ranked, drawn) {
  able <- ranked[ranked$model %in% drawn & !ranked$baseline, , drop = FALSE]
  c(able$model[able$leader], able$model)[1]
}

#' Both mean curves of each model but baselines, with its role beside the highlighted one, and those
#' of the highlighted one in each cohort.
roc_curves <- function(curves, ranked, highlighted) {
  rows <- rbind(
    transform(over_repeats(curves, "roc"), panel = rep_len("roc", length(y))),
    transform(over_repeats(curves, "pr"), panel = rep_len("pr", length(y)))
  )
  baselines <- ranked$model[ranked$baseline]
  rows <- rows[is.finite(rows$y) & !rows$model %in% baselines, , drop = FALSE]
  rows$role <- ifelse(ranked$different[match(rows$model, ranked$model)], "different", "open")
  rows$role[rows$model %in% highlighted] <- "leader"
  rows <- rows[rows$role == "leader" | rows$cohort == "development", , drop = FALSE]
  rows$panel <- factor(rows$panel, c("roc", "pr"))
  rows
}

#' Places, in units of the left panel, and texts of the table below the panels.
roc_table <- function(data, drawn, highlighted) {
  areas <- lapply(c("roc_auc", "average_precision"), function(metric) rank_models(data, metric))
  rows <- areas[[1]]
  areas <- lapply(areas, function(area) {
    area <- area[match(rows$model, area$model), , drop = FALSE]
    interval_text(area$estimate, area$ci_low, area$ci_high, 3, "\u2013")
  })
  why <- ifelse(rows$status == "failed", "failed on all splits", without_curve)
  drawn <- rows$model %in% drawn
  name <- paste0(rows$model, ifelse(rows$baseline, " (baseline)", ""))
  at <- function(column) rep(roc_columns[[column]] / roc_side, nrow(rows))
  y <- -(roc_gap + roc_row * seq_len(nrow(rows))) / roc_side
  face <- ifelse(rows$model %in% highlighted, "bold", "plain")
  size <- text_sizes[["small"]]
  list(
    marks = data.frame(x = at("mark"), y, kind = rows$kind),
    texts = rbind(
      data.frame(x = at("name"), y, text = shorten(name, 2.3, size), face),
      data.frame(x = at("area"), y, text = ifelse(drawn, areas[[1]], why), face),
      data.frame(x = at("precision"), y, text = ifelse(drawn, areas[[2]], ""), face)
    ),
    heads = data.frame(
      x = roc_columns[c("name", "area", "precision")] / roc_side, y = -roc_gap / roc_side,
      text = c("model", "area under the ROC curve", "average precision")
    ),
    height = roc_row * nrow(rows)
  )
}

roc_table_layers <- function(table) {
  left <- function(rows) transform(rows, panel = factor(rep("roc", nrow(rows)), c("roc", "pr")))
  size <- text_sizes[["small"]] / .pt
  list(
    geom_point(
      aes(.data$x, .data$y, fill = .data$kind, shape = .data$kind), left(table$marks), size = 2,
      colour = ink[["paper"]]
    ),
    geom_text(
      aes(.data$x, .data$y, label = .data$text, fontface = .data$face), left(table$texts),
      hjust = 0, size = size, colour = ink[["strong"]]
    ),
    geom_text(
      aes(.data$x, .data$y, label = .data$text), left(table$heads), hjust = 0, size = size,
      colour = ink[["soft"]]
    )
  )
}

#' What the colours of the curves mean, by role.
roc_labels <- function(rows, highlighted, tested) {
  labels <- c(
    leader = shorten(highlighted, 2.6, text_sizes[["small"]]),
    open = if (tested) "no evidence of a difference from it" else "the other models",
    different = "evidence of a difference"
  )
  labels[intersect(names(labels), rows$role)]
}

#' Keys of the curves, of the cohorts and of the languages.
roc_scales <- function(labels, colour, cohorts, ranked) {
  kinds <- intersect(names(language_colours), ranked$kind)
  list(
    scale_colour_manual(
      values = c(leader = colour, roc_roles), breaks = names(labels), labels = labels,
      guide = guide_legend(
        order = 1, ncol = key_columns(labels), override.aes = list(linewidth = 1)
      )
    ),
    line_scale(cohorts),
    scale_fill_manual(values = kind_colours, breaks = kinds, guide = guide_legend(order = 3)),
    scale_shape_manual(values = kind_outlines, breaks = kinds, guide = guide_legend(order = 3))
  )
}

#' What a prediction that knows nothing of the features reaches.
roc_chance <- function(data, models) {
  several <- is.null(positive_class(data))
  classes <- length(unique(data$described$confusion$truth))
  share <- if (several) 1 / classes else mean(prevalence(data, models), na.rm = TRUE)
  data.frame(y = c(0, share), yend = c(1, share), panel = factor(c("roc", "pr"), c("roc", "pr")))
}

#' Which model is in colour: `highlighted`, if it leads, and if leading is more than the baseline.
coloured_words <- function(ranked, highlighted, info) {
  leaders <- ranked[ranked$leader, , drop = FALSE]
  if (!any(leaders$model %in% highlighted)) return("the first model with a curve")
  if (all(leaders$beats_baseline %in% FALSE)) {
    return(paste("the best of the others, as none beats the baseline in", info$label))
  }
  n <- nrow(leaders)
  if (n == 1) return(paste("the model that leads in", info$label))
  paste("the first of", n, "that lead in", info$label)
}

roc_words <- function(data, ranked, rows) {
  several <- is.null(positive_class(data))
  info <- metric_info(data$metric)
  list(
    subtitle = paste0(
      describe_data(data),
      if (nrow(rows) > 0) ". Coloured: ",
      if (nrow(rows) > 0) coloured_words(ranked, rows$model[rows$role == "leader"], info),
      if (several) "; each curve is the mean over the classes against the rest",
      ".", repeat_words(data$described$curves), " Below: areas with 95\u00a0% intervals."
    ),
    caption = paste(
      "Broken grey: a prediction that knows nothing. A repeat's curve is the mean of its splits'",
      "curves. The band shows the variation due to the division into folds, not due to sampling.",
      "The curves of every model are in explorer.html."
    )
  )
}

#' Curves in grey, and those of the highlighted model in its colour, broken in cohorts.
roc_curve_layers <- function(rows, colour) {
  grey <- rows[rows$role != "leader", , drop = FALSE]
  # Those that differ lie below those that may not.
  grey <- grey[order(grey$role), , drop = FALSE]
  grey$model <- factor(grey$model, unique(grey$model))
  leader <- rows[rows$role == "leader", , drop = FALSE]
  line <- aes(.data$x, .data$y, colour = .data$role, group = .data$model)
  band <- aes(.data$x, ymin = .data$low, ymax = .data$high)
  broken <- aes(.data$x, .data$y, linetype = .data$cohort)
  list(
    geom_path(line, grey, linewidth = 0.5),
    geom_ribbon(band, inside(leader), fill = colour, alpha = 0.2),
    geom_path(line, inside(leader), linewidth = 1),
    geom_path(broken, outside(leader), linewidth = 0.6, colour = ink[["strong"]])
  )
}

#' Draws both curves of all models, one of them in colour; see `read_figure_data()` for `data`, with
#' `described` of `read_described()`.
draw_roc_pr <- function(data) {
  ranked <- rank_models(data)
  found <- over_repeats(data$described$curves, "roc")
  drawn <- unique(found$model[is.finite(found$y)])
  highlighted <- roc_highlighted(ranked, drawn)
  colour <- c(kind_colours[ranked$kind[ranked$model %in% highlighted]], baseline_colour)[[1]]
  rows <- roc_curves(data$described$curves, ranked, highlighted)
  cohorts <- unique(outside(rows)$cohort)
  table <- roc_table(data, drawn, highlighted)
  labels <- roc_labels(rows, highlighted, any(is.finite(data$pairs$p_adjusted)))
  below <- points_per_inch * (table$height + 0.4)
  plot <- ggplot() +
    roc_curve_layers(rows, colour) +
    geom_segment(
      aes(x = 0, xend = 1, y = .data$y, yend = .data$yend), roc_chance(data, drawn),
      colour = baseline_colour, linetype = "22"
    ) +
    roc_table_layers(table) + unit_scales() + roc_scales(labels, colour, cohorts, ranked) +
    facet_wrap(vars(.data$panel), labeller = as_labeller(c(
      roc = "ROC curve", pr = "precision-recall curve"
    ))) +
    labs(x = "false positive rate | recall", y = "true positive rate | precision") +
    theme_panels() +
    theme(
      axis.title.x = element_text(margin = margin(4, 0, below, 0)),
      # Behind the curves, which may run along it.
      panel.border = element_blank(), panel.background = element_rect(colour = ink[["line"]])
    )
  keys <- 1 + ceiling(length(labels) / key_columns(labels)) +
    ceiling(length(cohorts) / key_columns(cohort_labels(cohorts)))
  words <- roc_words(data, ranked, rows)
  worded_figure(
    plot, 2 * roc_side + 1.2, roc_side + table$height + 0.24 * keys + 1.3, finding(data, "roc_pr"),
    words$subtitle, words$caption
  )
}
