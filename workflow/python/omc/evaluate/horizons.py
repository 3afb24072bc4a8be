"""Survival predictions at each horizon: scores, calibration and net benefit."""

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT
from omc.core.survival import outcomes, squared_errors
from omc.evaluate.calibration import repeats_of
from omc.evaluate.curves import THRESHOLDS
from omc.evaluate.design import Design, design_of
from omc.evaluate.intervals import bootstrap_seed, corrected_interval, sample_intervals
from omc.evaluate.kaplan_meier import KaplanMeier
from omc.evaluate.pooled import scored_together
from omc.evaluate.predictions import Predictions
from omc.evaluate.samples import Samples
from omc.evaluate.scores import horizon_auc, integrated_brier

# Groups of predicted risk: at most so many, each with about so many samples per repeat.
GROUPS = 5
FEWEST_PER_GROUP = 20
ODDS = THRESHOLDS / (1 - THRESHOLDS)
AUC, BRIER, REFERENCE = range(3)


def horizon_rows(
    predictions: Predictions,
    dataset: str,
    splits: pd.DataFrame,
    sheet: pd.DataFrame,
    scheme: str,
    seed: int,
):
    """Yield rows of horizons.csv.

    predictions: with the column `repeat`; splits, sheet: tables of splits.csv and samples.tsv.
    Scores are means over the splits, with the interval of `estimates.csv`; in external cohorts, and
    where all predictions are scored together, those of the samples with a bootstrap, and AUCs the
    mean of the splits that have one. The score of Kaplan-Meier is that of the survival of each
    split's training samples.
    """
    reference = survival_of_training(splits, sheet, predictions.horizons)
    design = None if scored_together(scheme) else design_of(scheme, splits, sheet)
    groups = sheet.set_index("sample")["group"]
    for (language, model, cohort), part in predictions.by("language", "model", "cohort"):
        if cohort == DEVELOPMENT and design:
            scores = _of_splits(part, reference, design)
        else:
            scores = _of_samples(part, reference, groups, cohort == DEVELOPMENT,
                                 bootstrap_seed(seed, dataset, cohort))  # fmt: skip
        time, event = part.truth["time"], part.truth["event"]
        repeats = len(repeats_of(part))
        ratios = calibration_ratios(part)
        for h, horizon in enumerate(part.horizons):
            counts = ((event & (time <= horizon)).sum(), (time > horizon).sum())
            auc, brier, known = scores[AUC, h], scores[BRIER, h], scores[REFERENCE, h, 0]
            numbers = *(n / repeats for n in counts), auc[0], brier[0], known, ratios[h]
            cells = (*numbers, *auc[1:], *brier[1:])
            yield [dataset, language, model, cohort, number(horizon), *map(number, cells)]


def survival_of_training(splits: pd.DataFrame, sheet: pd.DataFrame, horizons) -> dict:
    """{split: (H,) Kaplan-Meier estimate of its training samples at the horizons}."""
    row = pd.Series(range(len(sheet)), sheet["sample"])
    truth = outcomes(sheet["outcome"].to_numpy())
    training = splits[splits["role"] == "train"]
    return {
        split: KaplanMeier(truth[row[part["sample"]].to_numpy()]).at(horizons)[0]
        for split, part in training.groupby("split", sort=False)
    }


def _scores(part: Predictions, reference: dict, weights) -> np.ndarray:
    """(3, H, B) AUC, Brier score and that of Kaplan-Meier at each horizon in resamples."""
    samples = Samples(part, weights)
    aucs = [horizon_auc.at_horizon(samples, horizon) for horizon in part.horizons]
    brier = np.full((len(part.horizons), len(weights)), np.nan)
    if part.has_probabilities:
        brier = integrated_brier.at_horizons(samples).T
    known = np.stack([reference[split] for split in part.rows["split"]])
    uncensored = part.uncensored[:, 0], part.uncensored[:, 1:]
    errors = squared_errors(part.truth, known, part.horizons, *uncensored)
    return np.array([aucs, brier, (weights @ errors).T / samples.total])


def _of_splits(part: Predictions, reference: dict, design: Design) -> np.ndarray:
    """(3, H, 3) means over the splits with their limits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        of_splits = np.array(
            [_scores(one, reference, np.ones((1, len(one))))[..., 0] for _, one in part.by("split")]
        )

    def interval(values):
        values = values[np.isfinite(values)]
        df = design.degrees_of_freedom(len(values), "estimate")
        estimate, *limits = corrected_interval(values, design.ratio, df)
        return estimate, *np.clip(limits, 0, 1)

    return np.apply_along_axis(interval, 0, of_splits).transpose(1, 2, 0)


def _of_samples(part: Predictions, reference, groups, once: bool, seed: int) -> np.ndarray:
    """(3, H, 3) scores of all samples with their limits; once: each was left out once."""
    names = [f"{kind} {h}" for kind in range(3) for h in range(len(part.horizons))]

    def scored(weights):
        with np.errstate(divide="ignore", invalid="ignore"):
            values = _scores(part, reference, weights)
        return dict(zip(names, values.reshape(len(names), -1), strict=True))

    group = groups[part.rows["sample"]].to_numpy()
    units = np.where(group == "", part.rows["sample"], group)
    bounds = dict.fromkeys(names, (0, 1)) if once else None
    intervals = sample_intervals(scored, units, {}, seed, bounds)
    values = np.array([intervals[name][:3] for name in names], dtype=float)
    values = values.reshape(3, len(part.horizons), 3)
    if once:
        # Models of several splits do not rank on one scale.
        with np.errstate(divide="ignore", invalid="ignore"):
            of_splits = [_scores(one, reference, np.ones((1, len(one)))) for _, one in
                         part.by("split")]  # fmt: skip
        values[AUC] = np.nan
        values[AUC, :, 0] = defined_mean([one[AUC, :, 0] for one in of_splits])
    return values


def defined_mean(values) -> np.ndarray:
    """Means of (R, ...) values where they are defined; NaN where none is."""
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)


def calibration_ratios(part: Predictions) -> np.ndarray:
    """(H,) mean predicted risk divided by the observed one; above 1, risks are too high.

    Observed: 1 - Kaplan-Meier of the predicted samples; mean over the repeats. NaN without
    probabilities, and beyond the last time.
    """
    if not part.has_probabilities:
        return np.full(len(part.horizons), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [
            (1 - one.prob).mean(axis=0) / (1 - KaplanMeier(one.truth).at(part.horizons)[0])
            for one in repeats_of(part).values()
        ]
    return defined_mean(ratios)


def horizon_calibration_rows(predictions: Predictions, dataset: str):
    """Yield rows of horizon_calibration.csv: predicted and observed risk in groups of samples.

    Groups have equally many predictions of all repeats together. Observed: 1 - Kaplan-Meier of the
    group; means over the repeats, the limits those of the samples of one repeat.
    """
    for model, part in predictions.by("language", "model", "cohort"):
        if not part.has_probabilities:
            continue
        repeats = list(repeats_of(part).values())
        count = int(np.clip(len(part) / len(repeats) / FEWEST_PER_GROUP, 1, GROUPS))
        for h, horizon in enumerate(part.horizons):
            edges = np.quantile(1 - part.prob[:, h], np.linspace(0, 1, count + 1)[1:-1])
            of_repeats = np.array([_groups(one, h, np.unique(edges)) for one in repeats])
            for group, cells in enumerate(defined_mean(of_repeats), start=1):
                if cells[0]:
                    yield [dataset, *model, number(horizon), group, *map(number, cells)]


def _groups(part: Predictions, h: int, edges) -> np.ndarray:
    """(G, 5) of each group: n, mean predicted risk, observed risk and its limits."""
    risk = 1 - part.prob[:, h]
    group = np.searchsorted(edges, risk)
    rows = []
    for g in range(len(edges) + 1):
        inside = group == g
        observed, high, low = 1 - KaplanMeier(part.truth[inside]).at([part.horizons[h]])[:, 0]
        if not 0 < observed < 1:
            # The formula gives limits without width where nobody, or everybody, had the event.
            low = high = np.nan
        mean = risk[inside].mean() if inside.any() else np.nan
        rows.append((inside.sum(), mean, observed, low, high))
    return np.array(rows)


def horizon_benefit_rows(predictions: Predictions, dataset: str):
    """Yield rows of horizon_benefit.csv: net benefit at each threshold, mean over the repeats."""
    for model, part in predictions.by("language", "model", "cohort"):
        if not part.has_probabilities:
            continue
        for h, horizon in enumerate(part.horizons):
            of_repeats = [
                (
                    net_benefit(one.truth, 1 - one.prob[:, h], horizon),
                    net_benefit(one.truth, np.ones(len(one)), horizon),
                )
                for one in repeats_of(part).values()
            ]
            for cells in zip(THRESHOLDS, *defined_mean(of_repeats), strict=True):
                yield [dataset, *model, number(horizon), *map(number, cells)]


def net_benefit(outcome, risk, horizon: float) -> np.ndarray:
    """(T,) net benefit of treating those whose risk of the event until the horizon is high.

    At each of `THRESHOLDS`, events are counted by the Kaplan-Meier estimate of those who are
    treated: Vickers et al. 2008, doi:10.1186/1472-6947-8-53. NaN where they were not observed until
    the horizon.
    """
    benefits, last = np.zeros(len(THRESHOLDS)), None
    for i, threshold in enumerate(THRESHOLDS):
        treated = risk >= threshold
        # The same samples at several thresholds, as those above a threshold are all above others.
        if last is None or treated.sum() != last[0]:
            last = treated.sum(), KaplanMeier(outcome[treated]).at([horizon])[0, 0]
        n, survival = last
        if n:
            benefits[i] = n / len(risk) * (1 - survival - survival * ODDS[i])
    return benefits
