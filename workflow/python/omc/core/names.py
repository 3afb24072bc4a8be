"""The names of the workflow's own cohort and split in the tables."""

DEVELOPMENT = "development"  # the cohort on which models are trained and compared
FINAL = "final"  # the split that trains on all samples of development
