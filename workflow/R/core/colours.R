# Colours of the catalog, which figures and explorer share (twin: colours.py).

use("catalog", "csv_files")

#' Colours of a group of catalog/colours.csv by name, in their order.
colours <- function(group) {
  rows <- read_csv(catalog("colours.csv"), ",")
  of_group <- rows[rows$group == group, , drop = FALSE]
  stats::setNames(of_group$colour, of_group$name)
}
