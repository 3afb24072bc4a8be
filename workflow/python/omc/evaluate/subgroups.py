"""Performance by subgroup: does a model do worse in a stratum of the samples than in the rest."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT
from omc.core.seeds import fit_seed
from omc.core.survival import martingale_residuals
from omc.evaluate.heterogeneity import between_strata
from omc.evaluate.intervals import (
    BLOCK,
    NO_LIMITS,
    ROUNDING,
    cross_validated_error,
    resampled_interval,
    tested_once,
    unit_counts,
)
from omc.evaluate.intervals import resamples as resampled
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import Cohort, Predicted, read_cohorts
from omc.evaluate.ranking import ALPHA

# Smaller strata are listed, and not tested.
FEWEST_SAMPLES = 10
# Permutations of the strata, the samples as they are among them, and resamples of each stratum.
PERMUTATIONS, RESAMPLES = 1000, 500
# Outcomes that are numbers are permuted within so many classes of equal size.
OUTCOME_CLASSES = 5


@dataclass(frozen=True)
class Column:
    """A column of the sample sheet that divides the n samples of a cohort into strata.

    strata: their names; codes: (n,) the stratum of each sample; units: (n,) what is drawn with
    replacement; permuted: (P, n) the strata in each permutation, the first of which leaves them as
    they are; drawn: (B, n) how often each sample is in each resample of its stratum; trained_on:
    number of training units, infinite for an external cohort; tested: whether strata are compared.
    """

    name: str
    strata: list[str]
    codes: np.ndarray
    units: np.ndarray
    permuted: np.ndarray
    drawn: np.ndarray
    trained_on: float
    tested: bool


def subgroup_tables(dataset: dict, paths: dict, strata: pd.DataFrame) -> tuple[list, list]:
    """Rows of subgroups.csv and of heterogeneity.csv: every model and metric, in each cohort.

    dataset: dictionary of name, positive, scheme and seed; paths: of predictions, splits and
    samples; strata: rows of subgroup_samples.csv of the data set.
    """
    rows, between = [], []
    settings = {key: dataset[key] for key in ("positive", "scheme")}
    for name, cohort in read_cohorts(**paths, **settings, within_splits=True).items():
        seed = fit_seed(dataset["seed"], dataset["name"], "", "", name, "subgroups")
        columns = columns_of(cohort, strata[strata["cohort"] == name], seed, name != DEVELOPMENT)
        for model, predicted in cohort.models.items():
            scored = [stratum for column in columns for stratum in strata_of(column, predicted)]
            of_model = model_rows(predicted, cohort, scored)
            for column, stratum, *cells in of_model:
                rows.append([dataset["name"], name, column, stratum, *model.split("/", 1), *cells])
            for column, *cells in heterogeneity_rows(scored, of_model):
                between.append([dataset["name"], name, column, *model.split("/", 1), *cells])
    return rows, between


def columns_of(
    cohort: Cohort,
    strata: pd.DataFrame,
    seed: int,
    external: bool = False,
    permutations: int = PERMUTATIONS,
    resamples: int = RESAMPLES,
) -> list[Column]:
    """The columns that divide a cohort; strata: rows of subgroup_samples.csv of the cohort.

    Groups are the units, as their samples are alike. If each stratum is a single group, its samples
    are; strata are then compared in an external cohort only, which one model predicts. In
    cross-validation each group has a model of its own, and no test can tell one from the other.
    """
    classes = outcome_classes(cohort.outcome)
    columns = []
    for name, part in strata.groupby("column", sort=False):
        stratum = part.set_index("sample")["stratum"].loc[cohort.samples]
        names = [label for label in part["stratum"].unique() if label in set(stratum)]
        codes = stratum.map({label: code for code, label in enumerate(names)}).to_numpy(np.int16)
        groups = np.unique(cohort.units, return_inverse=True)[1]
        single = len({*zip(codes, groups, strict=True)}) == len(names) == groups.max() + 1
        units = np.arange(len(codes)) if single else groups
        permuted = codes[donors(codes, units, classes, seed, permutations)]
        drawn = within_strata(codes, units, fit_seed(seed, "", "", "", name, ""), resamples)
        trained_on = np.inf if external else len(np.unique(units)) - 1
        tested = external or not single or len(units) == groups.max() + 1
        columns.append(Column(name, names, codes, units, permuted, drawn, trained_on, tested))
    return columns


def outcome_classes(outcome: np.ndarray) -> np.ndarray:
    """(n,) the class of each outcome; of numbers, one of `OUTCOME_CLASSES` of equal size.

    Of times to an event, the numbers are martingale residuals.
    """
    if outcome.dtype.kind == "i":
        return outcome
    if outcome.dtype.names:
        outcome = martingale_residuals(outcome)
    ranks = pd.Series(outcome).rank(method="first").to_numpy() - 1
    return (ranks * OUTCOME_CLASSES // len(outcome)).astype(int)


def donors(codes, units, classes, seed: int, count: int) -> np.ndarray:
    """(count, n) the sample whose stratum each sample gets; first its own, then at random.

    Strata are exchanged between units of the same class, so that no stratum differs by its mix of
    outcomes alone; where a unit has several strata, between its own samples. codes: (n,) strata;
    units: (n,) numbers of samples or groups, whose class is the most frequent one; classes: (n,).
    """
    frame = pd.DataFrame({"code": codes, "unit": units, "class": classes})
    if frame.groupby("unit")["code"].nunique().max() > 1:
        block = frame.groupby(["unit", "class"]).ngroup().to_numpy()
        unit = np.arange(len(codes))
    else:
        block = frame.groupby("unit")["class"].agg(lambda part: part.mode()[0]).to_numpy()
        unit = np.unique(units, return_inverse=True)[1]
    first = np.unique(unit, return_index=True)[1]
    keys = np.random.default_rng(seed).random((count, len(first)))
    # Within a block, keys decide the order.
    shuffled = np.argsort(keys + block, axis=1)
    donor = np.empty_like(shuffled)
    donor[:, np.argsort(block, kind="stable")] = shuffled
    donor[0] = np.arange(len(first))
    return first[donor][:, unit]


def within_strata(codes, units, seed: int, count: int) -> np.ndarray:
    """(count, n) how often each sample is in each resample of the units of its stratum."""
    drawn = np.ones((count, len(codes)))
    for code in np.unique(codes):
        at = np.flatnonzero(codes == code)
        # A single unit is always there.
        drawn[:, at] = np.concatenate([*resampled(units[at], seed + int(code), count)] or [[1]])
    return drawn


@dataclass(frozen=True)
class Stratum:
    """A stratum of a column with its scores by one model.

    mask: (n,) its samples that the model predicted; units: how many samples or groups are in it,
    and in the rest; tested: whether both are compared, and have enough samples; inside, rest:
    {metric: (P + B,)} their scores in the P permutations and the B resamples of the column.
    """

    column: Column
    name: str
    mask: np.ndarray
    units: list[int]
    tested: bool
    inside: dict[str, np.ndarray]
    rest: dict[str, np.ndarray]

    def gaps(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """The stratum's score minus that of the rest: (P,) and (B,)."""
        gaps, count = self.inside[metric] - self.rest[metric], len(self.column.permuted)
        return gaps[:count], gaps[count:]

    def standardised(self, metric: str) -> np.ndarray:
        """(P,) distances of the gaps from their mean over the permutations; 0 if all are equal."""
        gaps, _ = self.gaps(metric)
        defined = gaps[np.isfinite(gaps)]
        if not np.isfinite(gaps[0]) or np.std(defined) < ROUNDING:
            return np.where(np.isfinite(gaps), 0, np.nan)
        return np.abs(gaps - defined.mean()) / np.std(defined)

    def resampled(self, metric: str) -> np.ndarray:
        """(B,) scores in the resamples."""
        return self.inside[metric][len(self.column.permuted) :]

    def own_error(self, metric: str) -> float:
        """Standard error of the score, by the stratum's own samples alone.

        The training sets have no part in it: all strata share them, so that they make no difference
        between strata. NaN below `FEWEST_SAMPLES` samples, and as in `cross_validated_error`.
        """
        few = self.mask.sum() < FEWEST_SAMPLES
        return (
            np.nan if few else cross_validated_error(self.resampled(metric), self.units[0], np.inf)
        )


def strata_of(column: Column, predicted: Predicted) -> list[Stratum]:
    """The strata of a column with their scores by a model."""
    codes = np.concatenate([column.permuted, np.tile(column.codes, (len(column.drawn), 1))])
    weights = np.concatenate([np.ones(column.permuted.shape), column.drawn]) * predicted.tested
    strata = []
    for code, name in enumerate(column.strata):
        parts = [predicted.tested & mask for mask in (column.codes == code, column.codes != code)]
        if not parts[0].any():
            continue
        tested = column.tested and min(part.sum() for part in parts) >= FEWEST_SAMPLES
        units = [len(np.unique(column.units[part])) for part in parts]
        inside, rest = (
            _scored(predicted, weights, mask) for mask in (codes == code, codes != code)
        )
        strata.append(Stratum(column, name, parts[0], units, tested, inside, rest))
    return strata


def _scored(predicted: Predicted, weights, mask) -> dict[str, np.ndarray]:
    """Scores of (B, n) weights where a mask is true, some rows at a time."""
    step = max(1, BLOCK // weights.shape[1])
    parts = [
        predicted.scored(weights[first : first + step] * mask[first : first + step])
        for first in range(0, len(weights), step)
    ]
    return {metric: np.concatenate([part[metric] for part in parts]) for metric in parts[0]}


def model_rows(predicted: Predicted, cohort: Cohort, strata: list[Stratum]) -> list[list]:
    """Rows of subgroups.csv of one model in one cohort: `column`, `stratum`, then from `metric` on.

    The p-value of a gap is the share of permutations of the strata (see `donors`) in which the
    largest standardised gap of all strata of all columns is at least as large, and so holds for all
    of them together (max-T: Westfall & Troendle 2008, doi:10.1002/bimj.200710456). Intervals are
    from a bootstrap over the units of each stratum; those of gaps hold for all strata together too,
    as they are as wide as the largest standardised gap in 95 % of the permutations, with the larger
    error of the two.
    """
    overall = predicted.scored(predicted.tested[None].astype(float))
    tested = [stratum for stratum in strata if stratum.tested]
    rows = []
    for metric, (value,) in overall.items():
        z = {id(stratum): stratum.standardised(metric) for stratum in tested}
        largest = _largest([*z.values()])
        defined = largest[np.isfinite(largest)]
        critical = np.quantile(defined, 1 - ALPHA) if len(defined) else np.nan
        # No permutation changes a score that only depends on the classes.
        critical = max(critical, ndtri(1 - ALPHA / 2))
        for stratum in strata:
            p_values = [np.nan, np.nan]
            if stratum.tested and np.isfinite(z[id(stratum)][0]):
                same = [z[id(other)] for other in tested if other.column is stratum.column]
                of_column = _largest(same)
                p_values = [_p(largest, z[id(stratum)][0]), _p(of_column, of_column[0])]
            estimate, *limits = _estimate(stratum, metric, cohort)
            gap = _gap(stratum, metric, critical)
            numbers = estimate, *limits, value, *gap, *p_values
            size = int(stratum.mask.sum())
            rows.append([stratum.column.name, stratum.name, metric, size, *map(number, numbers)])
    return rows


def heterogeneity_rows(strata: list[Stratum], rows: list[list]) -> list[list]:
    """Rows of heterogeneity.csv of one model in one cohort: `column`, then from `metric` on.

    rows: of `model_rows`, for the p-values of the columns.
    """
    p_columns = {(column, metric): p for column, _, metric, *_, p in rows if p}
    found = []
    for column in dict.fromkeys(stratum.column.name for stratum in strata):
        of_column = [stratum for stratum in strata if stratum.column.name == column]
        for metric in of_column[0].inside:
            result = between_strata(
                np.array([stratum.inside[metric][0] for stratum in of_column]),
                np.array([stratum.own_error(metric) for stratum in of_column]),
                (METRICS[metric].lowest, METRICS[metric].highest),
            )
            numbers = (
                *(result.mean, *result.limits, result.tau, result.i_squared),
                *result.prediction,
            )
            left_out = len(of_column) - result.strata
            p_column = p_columns.get((column, metric), "")
            found.append([column, metric, result.strata, left_out, *map(number, numbers), p_column])
    return found


def _largest(standardised: list[np.ndarray]) -> np.ndarray:
    """(P,) the largest of several standardised gaps in each permutation."""
    return np.fmax.reduce(standardised) if standardised else np.array([np.nan])


def _p(largest: np.ndarray, observed: float) -> float:
    """Share of permutations, the samples as they are among them, as extreme as the observed."""
    return float(np.mean(largest >= observed - ROUNDING))


def _estimate(stratum: Stratum, metric: str, cohort: Cohort):
    """(estimate, low, high) of a stratum."""
    estimate = stratum.inside[metric][0]
    values = stratum.resampled(metric)
    bounds = METRICS[metric].lowest, METRICS[metric].highest
    trained_on = stratum.column.trained_on
    limits = resampled_interval(estimate, values, stratum.units[0], bounds, trained_on=trained_on)
    if np.isfinite(estimate) and np.isnan(limits[0]):
        shares = {name: mask & stratum.mask for name, mask in cohort.proportions.items()}
        counts = unit_counts(stratum.column.units, shares)
        limits = (tested_once(metric, estimate, counts) or NO_LIMITS)[:2]
    return estimate, *limits


def _gap(stratum: Stratum, metric: str, critical: float):
    """(score of the rest, gap, low, high, expected gap) of a stratum."""
    permuted, drawn = stratum.gaps(metric)
    rest, gap = stratum.rest[metric][0], permuted[0]
    if not stratum.tested or np.isnan(gap):
        return rest, gap, *NO_LIMITS, np.nan
    units = min(stratum.units)
    # A stratum that is all right by chance does not show how much it can vary; permutations do.
    error = np.fmax(
        cross_validated_error(drawn, units, stratum.column.trained_on), np.nanstd(permuted)
    )
    if error < ROUNDING:
        return rest, gap, *NO_LIMITS, np.nanmean(permuted)
    # Student's t for few units.
    half = critical * error * stdtrit(units - 1, 1 - ALPHA / 2) / ndtri(1 - ALPHA / 2)
    return rest, gap, gap - half, gap + half, np.nanmean(permuted)
