"""The names of the workflow's own cohort and split in the tables, and of a failure in them."""

DEVELOPMENT = "development"  # the cohort on which models are trained and compared
FINAL = "final"  # the split that trains on all samples of development
# Begins the message of a failure that costs only the inner predictions of a split.
NO_INNER_PREDICTIONS = "no inner predictions"
# A metric of each task that does not rank samples.
UNRANKED = {"classification": "brier", "regression": "rmse", "survival": "integrated_brier"}
