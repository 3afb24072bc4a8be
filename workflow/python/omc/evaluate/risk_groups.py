"""Kaplan-Meier curves of samples that are predicted to have a low or a high risk."""

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.calibration import repeats_of
from omc.evaluate.kaplan_meier import KaplanMeier
from omc.evaluate.predictions import Predictions

LOW, HIGH = "low", "high"


def risk_group_rows(predictions: Predictions, inner: Predictions, dataset: str):
    """Yield rows of risk_groups.csv: survival at each time, and how many are still at risk.

    A sample is in group `high` if its risk is above the median of the risks of its split's training
    samples, each predicted by a model that was trained without its inner fold: so no test sample
    decides on the cut (Simon et al. 2011, doi:10.1093/bib/bbr001). Means over the repeats; a curve
    ends where that of a repeat ends, and its limits are those of the samples of one repeat.

    predictions: with the column `repeat`; inner: of inner_predictions.csv. Splits without inner
    predictions are left out.
    """
    cuts = {key: np.median(part.predicted) for key, part in inner.by("language", "model", "split")}
    for (language, model, cohort), part in predictions.by("language", "model", "cohort"):
        cut = np.array([cuts.get((language, model, s), np.nan) for s in part.rows["split"]])
        high = part.predicted > cut
        times = np.unique(np.append(0, part.truth["time"]))
        for group, inside in ((LOW, ~high & np.isfinite(cut)), (HIGH, high)):
            for time, cells in zip(times, _curve(part.take(inside), times), strict=True):
                if np.isfinite(cells[0]):
                    key = [dataset, language, model, cohort, group]
                    yield [*key, number(time), *map(number, cells)]


def _curve(part: Predictions, times) -> np.ndarray:
    """(T, 4) survival, its limits and the number at risk, means over the repeats."""
    curves = [KaplanMeier(one.truth) for one in repeats_of(part).values()]
    if not curves:
        return np.full((len(times), 4), np.nan)
    cells = [np.vstack([curve.at(times), curve.at_risk(times)]) for curve in curves]
    return np.mean(cells, axis=0).T
