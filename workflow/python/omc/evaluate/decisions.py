"""Net benefit with its uncertainty: whether acting on the predictions is of use."""

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.calibration import event_of, repeats_of
from omc.evaluate.curves import THRESHOLDS
from omc.evaluate.intervals import bootstrap_seed, percentile_interval, resamples
from omc.evaluate.predictions import Predictions
from omc.evaluate.reading import read_text

RESAMPLES = 1000
ODDS = THRESHOLDS / (1 - THRESHOLDS)
ROUNDING = 1e-9


def decision_rows(predictions: Predictions, dataset: str, samples: str, seed: int, within=(0, 1)):
    """Rows of net_benefit.csv for a classification with two classes, else none.

    predictions: with the column `repeat`; samples: path of samples.tsv. Limits are those of a
    bootstrap over samples, or groups, with all their repeats; all models of a cohort have the same
    resamples. within: the lowest and the highest threshold of interest; gains at others have no
    limits.
    """
    if predictions.positive is None:
        return
    sheet = read_text(samples, sep="\t").set_index("sample")
    unit = sheet["group"].where(sheet["group"] != "", sheet.index)
    for (language, model, cohort), part in predictions.by("language", "model", "cohort"):
        if not part.has_probabilities:
            continue
        tested = sheet.index[sheet["cohort"] == cohort]
        drawn = resamples(unit[tested], bootstrap_seed(seed, dataset, cohort), RESAMPLES)
        for row in zip(THRESHOLDS, *benefits(part, tested, drawn, within), strict=True):
            yield [dataset, language, model, cohort, *map(number, row)]


def benefits(part: Predictions, tested, drawn, within=(0, 1)):
    """(benefit, low, high, gain, low, high) of one model, each (T,), means over the repeats.

    gain: over the better of treating all and none. tested: index of the n samples; drawn: yields
    (B, n) weights; within: thresholds of interest. Limits of the benefit are percentiles at each
    threshold, those of the gain `band`.
    """
    repeats = []
    for repeat in repeats_of(part).values():
        event, prob = event_of(repeat)
        worth = np.where(event[:, None], 1, -ODDS)
        treated = prob[:, None] >= THRESHOLDS
        repeats.append((tested.get_indexer(repeat.rows["sample"]), worth * treated, worth))
    benefit, of_all = _means(repeats, np.ones((1, len(tested))))
    gain = benefit - np.maximum(of_all, 0)
    blocks = [_means(repeats, weights) for weights in drawn]
    if not blocks:
        undefined = np.full(len(ODDS), np.nan)
        return benefit[0], undefined, undefined, gain[0], undefined, undefined
    benefits_drawn, all_drawn = (np.concatenate(values) for values in zip(*blocks, strict=True))
    limits = np.array([percentile_interval(values) for values in benefits_drawn.T]).T
    gains_drawn = benefits_drawn - np.maximum(all_drawn, 0)
    n = np.mean([len(rows) for rows, *_ in repeats])
    one_error = np.where(of_all[0] > 0, 1, ODDS) / n
    lowest, highest = within
    judged = (THRESHOLDS >= lowest - ROUNDING) & (THRESHOLDS <= highest + ROUNDING)
    low, high = np.full((2, len(ODDS)), np.nan)
    low[judged], high[judged] = band(gain[0, judged], gains_drawn[:, judged])
    return benefit[0], *limits, gain[0], low - one_error, high


def band(values, drawn) -> tuple[np.ndarray, np.ndarray]:
    """95 % limits of (T,) values that hold for all of them together, from (B, T) resamples.

    Multiples of the standard error, as many as the largest of all standardised deviations asks
    for. Limits at each threshold would claim a gain somewhere for up to 33 % of models that know
    nothing. A resample cannot hold an error that no sample has, so the lower limit of the gain is
    also taken less one wrong decision. NaN where nothing varies.
    """
    error = np.nanstd(drawn, axis=0)
    varies = error > 1e-9
    if not varies.any():
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    deviations = (drawn - values)[:, varies] / error[varies]
    above = np.nanquantile(deviations.max(axis=1), 0.975)
    below = np.nanquantile(deviations.min(axis=1), 0.025)
    error = np.where(varies, error, np.nan)
    return values - above * error, values - below * error


def _means(repeats, weights) -> tuple[np.ndarray, np.ndarray]:
    """Net benefit (B, T) of the model and of treating all, in resamples with weights (B, n)."""
    benefit = of_all = np.zeros((len(weights), len(ODDS)))
    for rows, worth, worth_of_all in repeats:
        own = weights[:, rows]
        with np.errstate(invalid="ignore"):
            own = own / own.sum(axis=1, keepdims=True) / len(repeats)
        benefit, of_all = benefit + own @ worth, of_all + own @ worth_of_all
    return benefit, of_all
