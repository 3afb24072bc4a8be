# What a run cost as a whole: its jobs on the cores, its CPU time by kind, and its speed-up.

use("theme", "text", "figure_data")

# Words of kinds of CPU time: of models, of training jobs besides, of the other jobs.
efficiency_kinds <- c(
  tune = "tuning", fit = "fitting", predict = "predicting", startup = "start-up of training jobs",
  rest = "rest of training jobs", read = "reading data", prepare = "splits, preprocessing, checks",
  statistics = "joins and statistics", figures = "figures", report = "summary and manifest",
  snakemake = "Snakemake"
)
efficiency_models <- c("tune", "fit", "predict")
efficiency_words <- c(
  train = "training", read = "reading data", prepare = "splits, preprocessing, checks",
  statistics = "joins and statistics", figures = "figures", report = "summary and manifest"
)
# Runs that are drawn: those with most CPU time. Lanes that are drawn at most, and inches of one.
efficiency_runs <- 4
efficiency_lanes <- 40
efficiency_lane <- c(few = 0.26, many = 0.13)

#' Reads efficiency.csv and jobs.csv.
#'
#' @return list of jobs (a row per job) and runs (a row per run, with a column per measure), both in
#'   the order of time.
read_efficiency <- function(files) {
  jobs <- read_columns(
    files[["jobs"]], c("run", "job", "kind"), c("lane", "start_seconds", "end_seconds")
  )
  rows <- read_columns(files[["efficiency"]], c("run", "measure"), "value")
  runs <- data.frame(run = unique(rows$run))
  for (measure in unique(rows$measure)) {
    of_measure <- rows[rows$measure == measure, , drop = FALSE]
    runs[[measure]] <- of_measure$value[match(runs$run, of_measure$run)]
  }
  jobs$job <- clean_text(jobs$job)
  list(jobs = jobs, runs = runs)
}

#' "62 s", "3.5 min", "2.1 h"
duration_text <- function(seconds) {
  if (seconds >= 5400) return(paste(short_number(seconds / 3600, 2), "h"))
  if (seconds >= 120) return(paste(short_number(seconds / 60, 2), "min"))
  paste(short_number(seconds, 2), "s")
}

percent <- function(share) paste(round(100 * share), "%")

#' Jobs on lanes over time, a panel per run.
efficiency_jobs <- function(jobs, runs) {
  jobs <- jobs[jobs$run %in% runs$run & jobs$lane <= efficiency_lanes, , drop = FALSE]
  jobs$panel <- factor(jobs$run, runs$run)
  kinds <- intersect(names(efficiency_colours), jobs$kind)
  lanes <- max(jobs$lane)
  ggplot(jobs) +
    geom_rect(
      aes(
        xmin = .data$start_seconds, xmax = .data$end_seconds, ymin = .data$lane - 0.4,
        ymax = .data$lane + 0.4, fill = .data$kind
      ),
      colour = ink[["paper"]], linewidth = 0.2
    ) +
    facet_grid(cols = vars(.data$panel), scales = "free_x") +
    scale_fill_manual(
      values = efficiency_colours, limits = kinds, labels = efficiency_words[kinds],
      guide = guide_legend(nrow = if (length(kinds) > 3) 2 else 1, byrow = TRUE)
    ) +
    scale_x_continuous(
      limits = c(0, NA), expand = expansion(c(0, 0.01)), n.breaks = if (nrow(runs) > 1) 3 else 6
    ) +
    scale_y_reverse(
      breaks = if (lanes <= 8) seq_len(lanes) else pretty(c(1, lanes), 4), expand = c(0, 0.2)
    ) +
    labs(x = "Seconds since the start of the run", y = "Jobs at once") +
    theme_figure() +
    theme(
      legend.position = "top", panel.grid.major.y = element_blank(),
      panel.spacing = unit(0.3, "inches"), legend.key.size = unit(0.13, "inches"),
      strip.text = if (nrow(runs) > 1) {
        element_text(size = text_sizes[["small"]], colour = ink[["strong"]], hjust = 0)
      } else {
        element_blank()
      }
    )
}

#' CPU seconds of all runs together by kind, the largest on top of its group.
efficiency_costs <- function(runs) {
  kinds <- names(efficiency_kinds)
  cpu <- colSums(runs[paste0("cpu_", kinds)])
  costs <- data.frame(kind = kinds, cpu = unname(cpu), share = unname(cpu) / sum(cpu))
  costs$model <- costs$kind %in% efficiency_models
  costs <- costs[costs$cpu > 0, , drop = FALSE]
  costs <- costs[order(!costs$model, -costs$cpu), , drop = FALSE]
  costs$label <- factor(efficiency_kinds[costs$kind], rev(efficiency_kinds[costs$kind]))
  costs$number <- paste0(
    vapply(costs$cpu, duration_text, ""), ", ", format_value(100 * costs$share, 1), " %"
  )
  costs
}

# What a run is for has the colour of training, the rest is grey.
fill_of_models <- function() {
  scale_fill_manual(
    values = c("TRUE" = efficiency_colours[["train"]], "FALSE" = ink[["mark"]]), guide = "none"
  )
}

draw_costs <- function(costs) {
  ggplot(costs, aes(.data$cpu, .data$label)) +
    geom_col(aes(fill = .data$model), width = 0.7) +
    geom_text(
      aes(label = .data$number), hjust = -0.06, size = text_sizes[["small"]] / .pt,
      colour = ink[["strong"]]
    ) +
    fill_of_models() +
    scale_x_continuous(expand = expansion(c(0, 0.45)), n.breaks = 4) +
    labs(x = "CPU seconds", y = NULL) +
    theme_figure() +
    theme(panel.grid.major.y = element_blank())
}

#' Speed-up against one core beside what bounds it, a group of bars per run.
efficiency_speed <- function(runs) {
  bars <- data.frame(
    run = rep(factor(runs$run, runs$run), each = 3),
    what = factor(
      c("reached", "cores", "longest job"), rev(c("reached", "cores", "longest job"))
    ),
    value = c(rbind(runs$speed_up, runs$cores, runs$speed_up_bound))
  )
  ggplot(bars, aes(.data$value, .data$what)) +
    geom_col(aes(fill = .data$what == "reached"), width = 0.6) +
    geom_text(
      aes(label = short_number(.data$value, 2)), hjust = -0.2, colour = ink[["strong"]],
      size = text_sizes[["small"]] / .pt
    ) +
    facet_wrap(vars(.data$run), ncol = 1) +
    fill_of_models() +
    scale_x_continuous(expand = expansion(c(0, 0.25)), n.breaks = 4) +
    labs(x = "Speed-up against one core", y = NULL) +
    theme_figure() +
    theme(
      panel.grid.major.y = element_blank(),
      strip.text = if (nrow(runs) > 1) {
        element_text(size = text_sizes[["small"]], colour = ink[["strong"]], hjust = 0)
      } else {
        element_blank()
      }
    )
}

#' One plot above two that stand side by side; below: share of the height that these take.
efficiency_panels <- function(above, left, right, below) {
  # The layout of the parts needs a device that measures text as those of the files do.
  ragg::agg_capture(10, 6, "in")
  on.exit(grDevices::dev.off())
  place <- function(plot, ...) annotation_custom(ggplotGrob(plot), ...)
  ggplot() +
    place(above, 0, 1, below, 1) + place(left, 0, 0.6, 0, below) + place(right, 0.6, 1, 0, below) +
    scale_x_continuous(limits = c(0, 1), expand = c(0, 0), breaks = NULL) +
    scale_y_continuous(limits = c(0, 1), expand = c(0, 0), breaks = NULL) +
    theme_figure()
}

efficiency_title <- function(runs) {
  models <- sum(runs[paste0("cpu_", efficiency_models)])
  total <- sum(runs$cpu_seconds)
  paste0(
    percent(models / total), " of ", duration_text(total),
    " of CPU time went into tuning, fitting and predicting"
  )
}

efficiency_subtitle <- function(runs, longest) {
  run <- runs[which.max(runs$cpu_seconds), , drop = FALSE]
  paste0(
    plural(sum(runs$jobs), "job"),
    if (nrow(runs) > 1) {
      paste0(" in ", nrow(runs), " runs; in that with most CPU time, of ", run$run, ", ")
    } else {
      "; "
    },
    "jobs were running in ", percent(run$busy_share), " of the time of ", plural(run$cores, "core"),
    ", and it took ", short_number(run$wall_over_bound, 3),
    " times as long as its work and its longest job (", longest, ") allow."
  )
}

efficiency_caption <- function(runs, shown) {
  paste(c(
    "Speed-up: CPU seconds of jobs and Snakemake over wall seconds. No number of cores is faster",
    "than the longest job. Green: tuning, fitting and predicting. The jobs that make this figure",
    "and its tables are not in it.",
    if (nrow(runs) > 1) {
      paste(
        "A job is in the run that ran it last, and Snakemake itself is known of the last run only;",
        "CPU seconds are of all runs."
      )
    },
    if (nrow(shown) < nrow(runs)) {
      paste("Shown are the", nrow(shown), "runs with most CPU time.")
    },
    if (max(runs$cores) > efficiency_lanes) {
      paste("Only the first", efficiency_lanes, "lanes are drawn.")
    }
  ), collapse = " ")
}

#' Draws what the runs cost; see `read_efficiency()` for `data`.
draw_efficiency <- function(data) {
  runs <- data$runs
  if (nrow(runs) == 0) {
    return(words_figure(
      "When the jobs ran is unknown",
      "Their logs are of an older version, which did not write it down."
    ))
  }
  most <- utils::head(order(-runs$cpu_seconds), efficiency_runs)
  shown <- runs[sort(most), , drop = FALSE]
  first <- data$jobs[data$jobs$run == runs$run[most[1]], , drop = FALSE]
  longest <- first$job[which.max(first$end_seconds - first$start_seconds)]
  costs <- efficiency_costs(runs)
  lanes <- min(max(data$jobs$lane), efficiency_lanes)
  heights <- c(
    1.4 + lanes * efficiency_lane[[if (lanes > 8) "many" else "few"]],
    0.55 + max(0.24 * nrow(costs), 1.1 * nrow(shown))
  )
  plot <- efficiency_panels(
    efficiency_jobs(data$jobs, shown), draw_costs(costs), efficiency_speed(shown),
    heights[2] / sum(heights)
  )
  worded_figure(
    plot, 10, sum(heights) + 0.15, efficiency_title(runs), efficiency_subtitle(runs, longest),
    efficiency_caption(runs, shown)
  )
}
