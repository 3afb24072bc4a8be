"""Names that the tables use for what is no split or cohort of a user."""

DEVELOPMENT = "development"  # the cohort on which models are trained and compared
FINAL = "final"  # the split that trains on all samples of development
