# What the figures with a panel per model share: curves over the repeats, facets with the models'
# names and numbers on their strips, keys.

use("theme", "text", "figure_data")

# With more models than this the panels are small and have no room for intervals.
many_panels <- 20
# Inches: smallest side of a panel, space between models and between the parts of one, widest row.
panel_side <- c(few = 1.5, many = 1.2)
panel_gap <- c(x = 0.3, y = 0.2, part = 0.22)
panel_row <- 12
# The longest line of a name that a model's panels are made wider for.
panel_name <- 2.4
# Height of a line of a strip.
panel_line <- 0.15

cohort_lines <- c("22", "62", "2262", "13")

#' Reads what calibration.csv, curves.csv, confusion.csv and net_benefit.csv say of one data set.
#'
#' @return list of calibration, curves, confusion and, if its file is given, benefit, with `model`
#'   as `language/name`.
read_described <- function(files, dataset, models) {
  read <- function(name, text, numbers) {
    if (is.null(files[[name]])) return(NULL)
    table <- read_models(files[[name]], dataset, models, c("cohort", text), numbers)
    words <- c("cohort", setdiff(text, c("curve", "repeat")))
    table[words] <- lapply(table[words], clean_text)
    table
  }
  limits <- c("slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high")
  list(
    calibration = read("calibration", "repeat", c(limits, "n_events", "clipped", "ici")),
    curves = read("curves", c("curve", "repeat"), c("x", "y", "n")),
    confusion = read("confusion", c("truth", "predicted"), "count"),
    benefit = read(
      "net_benefit", character(), c("threshold", "net_benefit", "ci_low", "ci_high", "gain_low")
    )
  )
}

#' One curve of each model and cohort: mean, lowest and highest of the repeats at each point.
#'
#' Means are weighted by n. The rows of each repeat have the same points in the same order; NA where
#' no repeat has a value.
#' @return data.frame of model, cohort, point, x, y, low, high and n (mean of a repeat).
over_repeats <- function(curves, curve) {
  rows <- data.table::as.data.table(curves[curves$curve == curve, , drop = FALSE])
  rows[, "point" := seq_len(.N), by = c("model", "cohort", "repeat")]
  rows[!is.finite(y), c("x", "y") := NA_real_]
  as.data.frame(rows[, list(
    x = stats::weighted.mean(x, n, na.rm = TRUE), y = stats::weighted.mean(y, n, na.rm = TRUE),
    low = if (all(is.na(y))) NA_real_ else min(y, na.rm = TRUE),
    high = if (all(is.na(y))) NA_real_ else max(y, na.rm = TRUE), n = mean(n)
  ), keyby = c("model", "cohort", "point")])
}

inside <- function(rows) rows[rows$cohort == "development", , drop = FALSE]

outside <- function(rows) rows[rows$cohort != "development", , drop = FALSE]

#' The label of the positive class of two; NULL with more classes. The last one if none is named.
positive_class <- function(data) {
  classes <- unique(data$described$confusion$truth)
  if (length(classes) > 2) return(NULL)
  if (is.null(data$positive)) utils::tail(classes, 1) else data$positive
}

#' Share of each model's samples that are of the positive class, in a cohort.
prevalence <- function(data, models, cohort = "development") {
  rows <- data$described$confusion
  rows <- rows[rows$cohort == cohort, , drop = FALSE]
  positive <- rows[rows$truth == positive_class(data), , drop = FALSE]
  total <- function(cells) tapply(cells$count, factor(cells$model, levels = models), sum)
  as.numeric(total(positive) / total(rows))
}

#' Facets of the models in their order, with their names and notes on the strips.
#'
#' @param ranked of `rank_models()`: the order of the panels, by rows.
#' @param notes list with a text per model for each part: a model has as many panels, side by side.
#' @param drawn models that have something in their panels; @param why others that predicted do not.
#' @param middle x and y of the middle of a panel, in the units of its axes.
#' @param width,height inches of a panel, by default `panel_side`; wider where the notes, or the
#'   names in two lines, need it.
#' @return list of layers, width (of a panel), and the inches of all panels with their strips.
model_facets <- function(ranked, notes, drawn, why, middle = c(0.5, 0.5), width = NULL,
                         height = NULL) {
  small <- text_sizes[["small"]]
  n <- nrow(ranked)
  parts <- length(notes)
  side <- panel_side[[if (n > many_panels) "many" else "few"]]
  if (is.null(height)) height <- side
  width <- max(if (is.null(width)) side else width, text_width(unlist(notes), small) + 0.02)
  names <- paste0(ranked$model, ifelse(ranked$baseline, " (baseline)", ""))
  gap <- panel_gap[["part"]] * (parts - 1)
  # A name stands above the first part, and reaches over the others.
  named <- min(max(two_line_width(names, small)), panel_name) + 0.01
  width <- max(width, (named - gap) / parts)
  unit_width <- width * parts + gap
  most <- max(1, floor((panel_row + panel_gap[["x"]]) / (unit_width + panel_gap[["x"]])))
  # A little wider than high, and the rows as equal as can be.
  columns <- min(most, ceiling(sqrt(1.6 * n / parts)))
  rows <- ceiling(n / columns)
  columns <- ceiling(n / rows)
  names <- model_labels(names, small, unit_width)
  strips <- c(paste0(names, "\n", notes[[1]]), paste0("\n", unlist(notes[-1]), recycle0 = TRUE))
  panels <- c(outer(ranked$model, seq_len(parts), paste))
  gaps <- rep(panel_gap[c("part", "x")], c(parts - 1, 1))
  gaps <- utils::head(rep(gaps, columns), columns * parts - 1)
  list(
    layers = list(
      panel_gaps(ranked, drawn, why, middle, width, parts),
      facet_wrap(
        vars(.data$panel), ncol = columns * parts, drop = FALSE,
        labeller = as_labeller(stats::setNames(strips, panels))
      ),
      theme_panels(),
      if (length(gaps) > 0) theme(panel.spacing.x = unit(unname(gaps), "inches"))
    ),
    width = width,
    total = c(
      width = columns * (unit_width + panel_gap[["x"]]) - panel_gap[["x"]],
      height = rows * (height + panel_gap[["y"]] + 0.07 + panel_line * max(line_count(strips)))
    )
  )
}

theme_panels <- function() {
  small <- element_text(size = text_sizes[["small"]], colour = ink[["strong"]])
  theme_figure() +
    theme(
      axis.text = small, axis.title = small, legend.text = small,
      # Of the four sides on which ggplot2 makes strips it draws one.
      strip.text.x.bottom = element_blank(), strip.text.y = element_blank(),
      strip.text = element_text(
        size = text_sizes[["small"]], colour = ink[["strong"]], hjust = 0, vjust = 0,
        lineheight = 1.05, margin = margin(2, 0, 4, 0)
      ),
      strip.clip = "off",
      panel.border = element_rect(colour = ink[["line"]], fill = NA, linewidth = 0.4),
      panel.spacing.x = unit(panel_gap[["x"]], "inches"),
      panel.spacing.y = unit(panel_gap[["y"]], "inches"),
      legend.position = "top", legend.box = "vertical", legend.box.just = "left",
      legend.spacing.y = unit(0, "pt"), legend.key.width = unit(0.3, "inches")
    )
}

#' Why panels are empty, in the middle of the first part; why: said of models that predicted.
panel_gaps <- function(ranked, drawn, why, middle, width, parts) {
  empty <- ranked[!ranked$model %in% drawn, , drop = FALSE]
  if (nrow(empty) == 0) return(NULL)
  text <- ifelse(empty$status == "failed", "failed on all splits", why)
  empty$text <- vapply(text, wrap, "", width = width - 0.1, size = text_sizes[["small"]])
  geom_label(
    data = in_panels(empty, ranked, parts = parts), aes(label = .data$text),
    x = middle[1], y = middle[2], colour = ink[["soft"]], fill = ink[["paper"]], label.size = NA,
    size = text_sizes[["small"]] / .pt, lineheight = 1
  )
}

#' Rows with their panel, in the order of the models, and the model's kind, which is its colour.
in_panels <- function(rows, ranked, part = 1, parts = 1) {
  rows$kind <- ranked$kind[match(rows$model, ranked$model)]
  panels <- c(t(outer(ranked$model, seq_len(parts), paste)))
  rows$panel <- factor(paste(rows$model, part, recycle0 = TRUE), levels = panels)
  rows
}

#' Scales of the colour of languages and baselines; key: which of the two has the key.
kind_scales <- function(ranked, key = "colour") {
  kinds <- intersect(names(kind_colours), ranked$kind)
  lapply(c("colour", "fill"), function(aesthetic) {
    scale_colour_manual(
      values = kind_colours[kinds], limits = kinds, aesthetics = aesthetic,
      guide = if (aesthetic == key) {
        guide_legend(order = 1, override.aes = list(size = 2.6, alpha = 1))
      } else {
        "none"
      }
    )
  })
}

#' The words of cohorts in a key.
cohort_labels <- function(cohorts) {
  paste("cohort", shorten(cohorts, 2, text_sizes[["small"]]), recycle0 = TRUE)
}

#' How many entries of a key fit beside each other, on the narrowest figure.
key_columns <- function(labels) {
  wide <- max(0, text_width(labels, text_sizes[["small"]])) + 0.5
  max(1, min(length(labels), floor(6 / wide)))
}

cohort_line <- function(cohorts) rep_len(cohort_lines, length(cohorts))

#' Lines of cohorts; others: further line types, by their names; words: theirs in the key.
line_scale <- function(cohorts, others = NULL, words = names(others)) {
  lines <- stats::setNames(cohort_line(cohorts), cohorts)
  labels <- c(cohort_labels(cohorts), words)
  colours <- rep(c(ink[["strong"]], baseline_colour), c(length(cohorts), length(others)))
  scale_linetype_manual(
    values = c(lines, others), limits = c(cohorts, names(others)), labels = labels,
    guide = guide_legend(
      order = 2, ncol = key_columns(labels), override.aes = list(colour = colours)
    )
  )
}

#' Curves of `over_repeats()`: a band and a line for cross-validation, broken lines for cohorts.
panel_curves <- function(curves) {
  curves <- curves[is.finite(curves$y), , drop = FALSE]
  list(
    geom_ribbon(
      data = inside(curves), alpha = 0.25, colour = NA, show.legend = FALSE,
      aes(x = .data$x, ymin = .data$low, ymax = .data$high, fill = .data$kind)
    ),
    geom_path(
      data = inside(curves), linewidth = 0.8, key_glyph = "point",
      aes(x = .data$x, y = .data$y, colour = .data$kind)
    ),
    geom_path(
      data = outside(curves), linewidth = 0.6, colour = ink[["strong"]],
      aes(x = .data$x, y = .data$y, linetype = .data$cohort)
    )
  )
}

#' "Line: mean of 5 repeats; band: from the lowest to the highest."; empty with one repeat.
repeat_words <- function(curves) {
  count <- length(unique(inside(curves)[["repeat"]]))
  if (count < 2) return("")
  paste(" Line: mean of", count, "repeats; band: from the lowest to the highest.")
}

#' What training with weights means for the probabilities; empty without weights.
weights_words <- function(data) {
  if (!isTRUE(data$weights)) return("")
  classes <- length(unique(data$described$confusion$truth))
  paste0(
    " Models were trained with weights that make the classes equally frequent: their ",
    "probabilities are those of a prevalence of ", round(100 / classes), " %."
  )
}

#' Scales from 0 to 1 on both axes.
unit_scales <- function() {
  list(
    scale_x_continuous(breaks = c(0, 0.5, 1), labels = short_number, expand = c(0, 0)),
    scale_y_continuous(breaks = c(0, 0.5, 1), labels = short_number, expand = c(0, 0)),
    coord_cartesian(xlim = c(0, 1), ylim = c(0, 1), clip = "off")
  )
}

#' A figure of facets, with its words wrapped to their width.
#'
#' @param facets of `model_facets()`; @param words list of title, subtitle, caption, x and y.
#' @param key what stands in the key besides the languages; @param left inches of the axis beside
#'   the panels.
panel_figure <- function(plot, facets, words, key = NULL, left = 0.55) {
  keys <- 1 + ceiling(length(key) / key_columns(key))
  plot <- plot + facets$layers + labs(x = words$x, y = words$y)
  width <- max(facets$total[["width"]] + left, 6.5) + 0.25
  height <- facets$total[["height"]] + 0.25 * keys + 0.65
  worded_figure(plot, width, height, words$title, words$subtitle, words$caption)
}

#' "0.930 [0.880, 0.970]", a text per model; without the brackets where there is no interval of any
#' width, and where there are many models.
with_interval <- function(estimate, low, high, decimals) {
  shown <- (low < high) %in% TRUE & length(estimate) <= many_panels
  interval_text(estimate, ifelse(shown, low, NA), high, decimals, "\u2013")
}

#' The lowest and the highest threshold of decision curves.
shown_thresholds <- function(data) {
  if (is.null(data$threshold_range)) c(0, 1) else data$threshold_range
}

#' Rows whose `threshold` is shown.
within_thresholds <- function(rows, thresholds) {
  inside <- rows$threshold >= thresholds[1] - 1e-9 & rows$threshold <= thresholds[2] + 1e-9
  rows[inside, , drop = FALSE]
}

#' Treating all and none beside the curves of a figure of net benefit.
#'
#' @param of_all data.frame of cohort, threshold, treat_all and the facets.
#' @return data.frame of x, y, rule and the facets; rule: of treating all "all" and the cohort, of
#'   treating none "none".
benefit_rules <- function(of_all) {
  own <- inside(of_all)
  of_all <- of_all[is.finite(of_all$treat_all), , drop = FALSE]
  rbind(
    transform(of_all, x = threshold, y = treat_all, rule = paste("all", cohort, recycle0 = TRUE)),
    transform(own, x = threshold, y = 0 * threshold, rule = rep_len("none", nrow(own)))
  )
}

#' Line types of `benefit_rules()`, by their words in the key: treating all of a cohort is broken
#' like the cohort's curve.
rule_lines <- function(cohorts) {
  list(
    lines = stats::setNames(
      c("solid", "11", cohort_line(cohorts)),
      c("all development", "none", paste("all", cohorts, recycle0 = TRUE))
    ),
    labels = c(
      "treat all", "treat none", paste("treat all of", cohort_labels(cohorts), recycle0 = TRUE)
    )
  )
}

#' What broken curves are to be compared with; empty without cohorts.
broken_words <- function(rows) {
  if (nrow(outside(rows)) == 0) return("")
  " Broken: a cohort, to compare with treating all of that cohort, which is broken alike."
}

#' A figure of net benefit by threshold, beside treating all and none.
#'
#' @param rules see `benefit_rules()`.
#' @param curves,ranked see `panel_curves()` and `kind_scales()`.
#' @param limits of the net benefit.
#' @param facets,words see `panel_figure()`.
#' @param thresholds the lowest and the highest to show, see `shown_thresholds()`.
benefit_figure <- function(rules, curves, ranked, limits, facets, words, thresholds) {
  cohorts <- unique(outside(curves)$cohort)
  others <- rule_lines(cohorts)
  plot <- ggplot() +
    geom_path(
      data = rules, colour = baseline_colour,
      aes(x = .data$x, y = .data$y, linetype = .data$rule)
    ) +
    panel_curves(curves) + kind_scales(ranked) +
    line_scale(cohorts, others$lines, others$labels) +
    scale_x_continuous(
      breaks = c(thresholds[1], mean(thresholds), thresholds[2]), labels = short_number,
      expand = c(0, 0)
    ) +
    scale_y_continuous(n.breaks = 4, labels = short_number, expand = c(0, 0)) +
    coord_cartesian(xlim = thresholds, ylim = limits)
  panel_figure(plot, facets, words, c(cohort_labels(cohorts), others$labels))
}
