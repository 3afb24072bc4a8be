"""What a metric loses by shuffling features among test samples."""

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.metrics import METRICS
from omc.evaluate.predictions import Predictions, read_predictions
from omc.evaluate.scoring import score


def drops(predictions: Predictions, features: list[str], metric: str) -> np.ndarray:
    """(splits, features) mean loss of a metric by shuffling features; NaN where it is undefined.

    predictions: of permuted.csv, whose rows have the columns split, feature and permutation, as
    `shuffling.permute_split` gives them; features: names, empty for all together. A loss is
    positive where shuffling makes the predictions worse, whichever direction the metric has; a
    feature that a split did not select loses nothing there (Breiman 2001,
    doi:10.1023/A:1010933404324, here on test samples).
    """
    whole, shuffled = {}, {}
    for (split, feature, permutation), part in predictions.by("split", "feature", "permutation"):
        value = score(part, [metric])[metric]
        if permutation == "0":
            whole[split] = value
        else:
            shuffled.setdefault((split, feature), []).append(value)
    sign = -METRICS[metric].sign
    lost = [
        [sign * (np.mean(shuffled.get((split, feature), value)) - value) for feature in features]
        for split, value in whole.items()
    ]
    return np.reshape(lost, (len(whole), len(features)))


def mean_drops(lost: np.ndarray) -> list[list | None]:
    """(mean, sd, n) of each feature over the splits that have a value; None without any.

    lost: (splits, features) of `drops`; sd: None of a single split.
    """
    rows = []
    for values in lost.T:
        values = values[np.isfinite(values)]
        sd = np.std(values, ddof=1) if len(values) > 1 else None
        rows.append([np.mean(values), sd, len(values)] if len(values) else None)
    return rows


def importance_rows(path: str, dataset: dict, model: tuple[str, str], features: list[str]):
    """Rows of permutation_importance.csv of one model, the last for all features together.

    path: its permuted.csv; dataset: dictionary of name, positive and metric; features: of the plan.
    """
    features = [*features, ""]
    lost = drops(read_predictions(path, dataset["positive"]), features, dataset["metric"])
    lead = [dataset["name"], *model, dataset["metric"]]
    found = zip(features, mean_drops(lost), strict=True)
    return [[*lead, feature, *map(number, numbers)] for feature, numbers in found if numbers]
