"""Permutation importance: the loss of a metric when features are shuffled among test samples."""

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.metrics import METRICS
from omc.evaluate.predictions import Predictions, read_predictions
from omc.evaluate.scoring import score


def drops(predictions: Predictions, features: list[str], metric: str) -> np.ndarray:
    """(splits, features) mean loss of a metric when features are shuffled; NaN if undefined.

    predictions: of permuted.csv, with the columns split, feature and permutation (see
    `shuffling.permute_split`); features: names, "" for all together. A loss is positive if
    shuffling makes the predictions worse, whatever the direction of the metric. A feature that a
    split did not select has a loss of 0 there (Breiman 2001, doi:10.1023/A:1010933404324, here on
    test samples).
    """
    unshuffled, shuffled = {}, {}
    for (split, feature, permutation), part in predictions.by("split", "feature", "permutation"):
        value = score(part, [metric])[metric]
        if permutation == "0":
            unshuffled[split] = value
        else:
            shuffled.setdefault((split, feature), []).append(value)
    sign = -METRICS[metric].sign
    losses = [
        [sign * (np.mean(shuffled.get((split, feature), value)) - value) for feature in features]
        for split, value in unshuffled.items()
    ]
    return np.reshape(losses, (len(unshuffled), len(features)))


def mean_drops(losses: np.ndarray) -> list[list | None]:
    """(mean, sd, n) of each feature over the splits that have a value; None if there are none.

    losses: (splits, features) of `drops`; sd: None for a single split.
    """
    rows = []
    for values in losses.T:
        values = values[np.isfinite(values)]
        sd = np.std(values, ddof=1) if len(values) > 1 else None
        rows.append([np.mean(values), sd, len(values)] if len(values) else None)
    return rows


def importance_rows(path: str, dataset: dict, model: tuple[str, str], features: list[str]):
    """Rows of permutation_importance.csv of one model, the last for all features together.

    path: its permuted.csv; dataset: dictionary of name, positive and metric; features: of the plan.
    """
    features = [*features, ""]
    losses = drops(read_predictions(path, dataset["positive"]), features, dataset["metric"])
    lead = [dataset["name"], *model, dataset["metric"]]
    means = zip(features, mean_drops(losses), strict=True)
    return [[*lead, feature, *map(number, numbers)] for feature, numbers in means if numbers]
