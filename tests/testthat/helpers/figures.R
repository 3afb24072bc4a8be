# What a drawn figure shows, read from its SVG.

read_svg <- function(file) xml2::xml_ns_strip(xml2::read_xml(file))

#' Boxes of all text of an SVG file, in its own units; y grows downwards.
text_boxes <- function(file, svg = read_svg(file)) {
  nodes <- xml2::xml_find_all(svg, "//text[normalize-space()]")
  number <- function(name) as.numeric(sub("px$", "", xml2::xml_attr(nodes, name)))
  style <- xml2::xml_attr(nodes, "style")
  size <- as.numeric(sub(".*font-size: *([0-9.]+)px.*", "\\1", style))
  anchor <- xml2::xml_attr(nodes, "text-anchor")
  anchor[is.na(anchor)] <- "start"
  length <- number("textLength")
  # Text that runs upwards has its place in a transform.
  place <- "translate\\(([0-9.]+),([0-9.]+)\\) rotate\\(-90\\).*"
  transform <- xml2::xml_attr(nodes, "transform")
  upwards <- grepl(place, transform)
  moved <- function(part) as.numeric(sub(place, part, transform[upwards]))
  x <- replace(number("x"), upwards, moved("\\1"))
  y <- replace(number("y"), upwards, moved("\\2"))
  before <- length * c(start = 0, middle = 0.5, end = 1)[anchor]
  # Height of capitals, and a part of the descenders.
  above <- 0.72 * size
  below <- 0.12 * size
  data.frame(
    text = xml2::xml_text(nodes),
    left = ifelse(upwards, x - above, x - before),
    right = ifelse(upwards, x + below, x - before + length),
    top = ifelse(upwards, y + before - length, y - above),
    bottom = ifelse(upwards, y + before, y + below)
  )
}

svg_text <- function(file) {
  # Lines of a wrapped title are elements of their own.
  gsub("\\s+", " ", paste(text_boxes(file)$text, collapse = " "))
}

overlaps <- function(boxes) {
  found <- character()
  for (i in seq_len(nrow(boxes) - 1)) {
    j <- seq(i + 1, nrow(boxes))
    hit <- j[
      boxes$left[i] < boxes$right[j] & boxes$left[j] < boxes$right[i] &
        boxes$top[i] < boxes$bottom[j] & boxes$top[j] < boxes$bottom[i]
    ]
    found <- c(found, sprintf("'%s' on '%s'", boxes$text[i], boxes$text[hit]))
  }
  found
}

#' The text of an SVG file must neither overlap nor leave the figure.
expect_legible_text <- function(file, info = NULL) {
  svg <- read_svg(file)
  boxes <- text_boxes(file, svg)
  view <- as.numeric(strsplit(xml2::xml_attr(svg, "viewBox"), " ")[[1]])
  expect_false(anyNA(boxes), info = info)
  expect_equal(overlaps(boxes), character(), info = info)
  outside <- boxes$left < 0 | boxes$right > view[3] | boxes$top < 0 | boxes$bottom > view[4]
  expect_equal(boxes$text[outside], character(), info = info)
}

#' Keep pictures of figures, to be looked at, in the folder that the variable PICTURES names.
#'
#' @param figures functions by name, which take `data` and return a `figure()`.
#' @param label ends the files' names.
#' @param save the `save_figure` of the test that calls.
keep_pictures <- function(data, figures, label, save = get("save_figure", parent.frame())) {
  folder <- Sys.getenv("PICTURES")
  if (!nzchar(folder)) {
    return(invisible())
  }
  if (!startsWith(folder, "/")) folder <- file.path(root, folder)
  for (name in names(figures)) {
    save(figures[[name]](data), file.path(folder, sprintf("%s_%s.png", name, label)))
  }
}

#' Load every figure and what they share.
use_figures <- function(envir) {
  files <- list.files(file.path(root, "workflow", "R", "figures"), "[.]R$", recursive = TRUE)
  use(file.path("figures", sub("[.]R$", "", files)), envir = envir)
}

#' Data of a figure of models with these ROC AUCs, of which `r/null` is the baseline.
ranked_data <- function(models, estimate) {
  list(
    dataset = "demo", metric = "roc_auc", n_splits = 25,
    ranking = data.frame(
      metric = "roc_auc", model = models, estimate = estimate, ci_low = NA_real_,
      ci_high = NA_real_, method = "nadeau_bengio", n_failed = 0, status = "scored",
      complete = TRUE, leader = FALSE, beats_baseline = TRUE, differs_from_leader = FALSE
    ),
    models = data.frame(
      model = models, language = "R", baseline = models == "r/null", kind = "R", message = ""
    )
  )
}
