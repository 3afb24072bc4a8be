"""The metrics: which ones a task has, their ranges and directions, and their names for people."""

# Each sample is tested once, in sets too small or too unequal to score one by one: all predictions
# are scored together.
POOLED_SCHEMES = ("leave_one_out", "leave_one_group_out")
METRICS_OF = {
    "binary": [
        "roc_auc", "average_precision", "log_loss", "brier", "balanced_accuracy", "accuracy",
        "mcc", "f1", "sensitivity", "specificity",
    ],
    "multiclass": [
        "roc_auc", "average_precision", "log_loss", "brier", "balanced_accuracy", "accuracy",
        "mcc", "f1",
    ],
    "regression": ["rmse", "mae", "r2", "spearman"],
}  # fmt: skip
# (lowest, highest) possible value; None where there is no limit.
METRIC_RANGE = {
    **dict.fromkeys(METRICS_OF["binary"], (0, 1)),
    "log_loss": (0, None),
    "brier": (0, 2),  # of two classes it ends at 1, as it is halved
    "mcc": (-1, 1),
    "rmse": (0, None),
    "mae": (0, None),
    "r2": (None, 1),
    "spearman": (-1, 1),
}
SMALLER_IS_BETTER = {"log_loss", "brier", "rmse", "mae"}
# In units of the outcome: where a difference of 0.01 is small depends on the outcome's spread.
IN_UNITS_OF_OUTCOME = {"rmse", "mae"}
METRIC_NAMES = {
    "roc_auc": "ROC AUC", "average_precision": "average precision", "log_loss": "log loss",
    "brier": "Brier score", "balanced_accuracy": "balanced accuracy", "accuracy": "accuracy",
    "mcc": "MCC", "f1": "F1", "sensitivity": "sensitivity", "specificity": "specificity",
    "rmse": "RMSE", "mae": "MAE", "r2": "R²", "spearman": "Spearman correlation",
}  # fmt: skip
