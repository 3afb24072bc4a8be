# Draws what the run as a whole cost.

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("theme", "efficiency")
  draw_figures(read_efficiency(snakemake@input), snakemake@output)
})
