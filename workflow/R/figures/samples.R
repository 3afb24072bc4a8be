# Who is always wrong? Each sample and model: the share of wrong predictions.

use("theme", "text", "figure_data")

# Inches: height and width of a tile. So many samples at most, those that are wrong most often.
sample_tile <- c(height = 0.2, width = 0.55)
samples_shown <- 40

#' Rows of sample_errors.csv in cross-validation, with the share of wrong predictions.
read_sample_errors <- function(file, dataset, models) {
  rows <- read_models(file, dataset, models, c("cohort", "sample", "truth"),
                      c("n_predicted", "n_wrong"))
  rows <- rows[rows$cohort %in% "development", , drop = FALSE]
  rows[c("sample", "truth")] <- lapply(rows[c("sample", "truth")], clean_text)
  rows$share <- rows$n_wrong / rows$n_predicted
  rows
}

#' Draws the samples that are wrong most often, by model; `data$sample_errors`: see
#' `read_sample_errors()`.
draw_samples <- function(data) {
  ranked <- rank_models(data)
  ranked <- ranked[!ranked$baseline, , drop = FALSE]
  rows <- data$sample_errors[data$sample_errors$model %in% ranked$model, , drop = FALSE]
  subtitle <- paste0(describe_data(data), ". ")
  share <- tapply(rows$share, rows$sample, mean)
  wrong <- names(share)[order(-share)][seq_len(sum(share > 0))]
  if (length(wrong) == 0) return(words_figure(finding(data, "samples"), subtitle))
  shown <- utils::head(wrong, samples_shown)
  rows <- rows[rows$sample %in% shown, , drop = FALSE]
  truth <- rows$truth[match(shown, rows$sample)]
  labels <- paste0(shorten(shown, 1.6, text_sizes[["small"]]), " (",
                   shorten(truth, 1.2, text_sizes[["small"]]), ")")
  models <- ranked$model[ranked$model %in% rows$model]
  rows$sample <- factor(rows$sample, rev(shown))
  rows$model <- factor(rows$model, models)
  names <- model_labels(models, width = 1.6)
  plot <- ggplot(rows, aes(.data$model, .data$sample, fill = .data$share)) +
    geom_tile(colour = ink[["paper"]], linewidth = 0.6) +
    scale_fill_gradientn(
      colours = wrong_colours, limits = c(0, 1), breaks = c(0, 0.5, 1),
      labels = c("always right", "half wrong", "always wrong"),
      guide = guide_colourbar(
        NULL, barwidth = unit(2.2, "inches"), barheight = unit(0.13, "inches")
      )
    ) +
    scale_x_discrete(labels = names, expand = c(0, 0)) +
    scale_y_discrete(labels = rev(labels), expand = c(0, 0)) +
    labs(x = NULL, y = NULL) +
    theme_figure() +
    theme(
      legend.position = "top", panel.grid.major = element_blank(),
      axis.text.x = element_text(angle = 90, hjust = 1, vjust = 0.5),
      axis.text.y = element_text(size = text_sizes[["small"]])
    )
  left <- max(text_width(labels, text_sizes[["small"]])) + 0.3
  worded_figure(
    plot, max(5.6, left + sample_tile[["width"]] * length(models) + 0.3),
    1.1 + max(text_width(names, text_sizes[["axis"]])) + sample_tile[["height"]] * length(shown),
    finding(data, "samples"),
    paste0(subtitle, samples_which(length(shown), length(wrong)), " In brackets: the true class."),
    paste(
      "A sample that all models get wrong may be mislabelled, or unlike the others: look at it.",
      "Baselines are left out. All samples: sample_errors.csv."
    )
  )
}

samples_which <- function(shown, wrong) {
  if (shown == wrong) return("The samples that are ever wrong.")
  paste0("The ", shown, " samples that are wrong most often, of ", wrong, ".")
}
