"""What each model says of each test sample: who is always wrong, and whose prediction varies."""

import numpy as np

from omc.core.csv_files import number
from omc.core.survival import CENSORED
from omc.evaluate.predictions import Predictions


def sample_rows(predictions: Predictions, dataset: str) -> list[list]:
    """Rows of sample_errors.csv: each model and sample, over all splits that test the sample.

    Of a class, mean and sd are those of the probability of the true class, empty without
    probabilities; in a regression those of predicted minus observed; in a survival analysis
    those of the probability of surviving the last horizon. Splits of the same samples
    train different models, so that sd is their instability (Riley & Collins 2023,
    doi:10.1002/bimj.202200302); empty with one prediction.
    """
    rows = []
    for model, part in predictions.by("language", "model", "cohort"):
        values = _values(part)
        wrong = part.predicted != part.truth if part.classes else None
        outcome = _outcomes(part)
        samples = part.rows.reset_index(drop=True).groupby("sample", sort=False).indices
        for sample, at in samples.items():
            n, mean, sd = len(at), None, None
            if values is not None:
                mean, sd = values[at].mean(), values[at].std(ddof=1) if n > 1 else None
            cells = [n, int(wrong[at].sum()) if wrong is not None else "", number(mean), number(sd)]
            rows.append([dataset, *model, sample, outcome[at[0]], *cells])
    return rows


def _outcomes(part: Predictions) -> np.ndarray:
    """(n,) outcomes as they are written in samples.tsv."""
    if part.kind == "survival":
        return np.where(part.truth["event"], part.rows["time"], part.rows["time"] + CENSORED)
    return part.rows["truth"].to_numpy()


def _values(part: Predictions) -> np.ndarray | None:
    if part.kind == "survival":
        return part.prob[:, -1] if part.has_probabilities else None
    if not part.classes:
        return part.predicted - part.truth
    return part.prob[np.arange(len(part)), part.truth] if part.has_probabilities else None
