"""The models of a data set against each other: rows of comparisons.csv."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit

from omc.core.csv_files import number, read_csv
from omc.core.names import DEVELOPMENT
from omc.evaluate.design import Design, design_of, simulated
from omc.evaluate.differences import bootstrap_difference, corrected_t, correlated_t, holm
from omc.evaluate.intervals import (
    NO_LIMITS,
    ROUNDING,
    bootstrap_seed,
    newcombe_variance,
    resamples,
    tested_once,
    unit_counts,
)
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.ranking import ALPHA
from omc.evaluate.reading import read_text
from omc.evaluate.rope import half_width


def compare_dataset(
    dataset: dict, paths: dict, metrics: pd.DataFrame, params: dict
) -> tuple[list, list]:
    """Rows of comparisons.csv and of coverage.csv.

    dataset: dictionary of name, positive, metric, models and baselines; paths: of splits,
    predictions and samples, and of delong or None; metrics: table of `read_metrics`; params:
    scheme, rope and seed.
    """
    name, metric, scheme = dataset["name"], dataset["metric"], params["scheme"]
    filters = {"dataset": name, "cohort": DEVELOPMENT, "metric": metric}
    scores = metrics[(metrics[list(filters)] == pd.Series(filters)).all(axis=1)]
    scores = scores.assign(model=scores["language"] + "/" + scores["model"])
    values = scores.pivot(index="split", columns="model", values="value")[dataset["models"]]
    tables = {kind: paths[kind] for kind in ("predictions", "splits", "samples")}
    cohorts = read_cohorts(**tables, positive=dataset["positive"], scheme=scheme)
    cohort = cohorts.get(DEVELOPMENT)
    sheet = read_text(paths["samples"], sep="\t")
    design = design_of(scheme, read_text(paths["splits"]), sheet)
    rows = []
    if not scored_together(scheme):
        outcome = sheet.loc[sheet["cohort"] == DEVELOPMENT, "outcome"]
        rope = half_width(metric, params["rope"], outcome)
        counts = unit_counts(cohort.units, cohort.proportions) if cohort else {}
        comparisons = by_split(values, design, metric, counts)
        rows = adjusted_rows("nadeau_bengio", comparisons, dataset["baselines"])
        rows += equivalence(values, design, metric, rope, comparisons)
    elif cohort:
        seed = bootstrap_seed(params["seed"], name)
        comparisons = by_units(cohort, dataset["models"], metric, seed)
        rows = adjusted_rows(f"{cohort.unit}_bootstrap", comparisons, dataset["baselines"])
    rows = [[name, DEVELOPMENT, metric, *row] for row in rows]
    if paths["delong"]:
        rows += [
            [name, external, metric, *row]
            for external, row in in_cohorts(read_csv(paths["delong"]), dataset["baselines"])
        ]
    has_rates = scheme in simulated() or not scored_together(scheme)
    return rows, [[name, *kept(design, len(values))]] if has_rates else []


def kept(design: Design, splits: int) -> list:
    """Row of coverage.csv from `scheme` on, for so many splits."""
    df = [design.degrees_of_freedom(splits, kind) for kind in ("estimate", "difference")]
    rates = [f"{rate:.3f}" for rate in design.kept(splits)]
    return [design.scheme, splits, design.units, *map("{:.2f}".format, df), *rates]


@dataclass(frozen=True)
class Comparison:
    """The difference of two models, `a` minus `b`; what is undefined is NaN.

    df: degrees of freedom of the interval; count: splits, samples or groups that both have; once:
    function from a level, such as 0.05, to limits that the interval at this level holds, if one of
    the models is constant (see `against_constant`); by_t: the limits without these.
    """

    a: str
    b: str
    difference: float
    low: float
    high: float
    p: float
    df: float = np.inf
    count: int = 0
    once: Callable | None = None
    by_t: tuple[float, float] = NO_LIMITS

    def within(self, once: Callable, p_once: float) -> "Comparison":
        """With an interval that holds the limits `once`, and a p-value of at least `p_once`."""
        low, high = once(ALPHA)
        return replace(
            self, low=np.fmin(self.low, low), high=np.fmax(self.high, high),
            p=np.fmax(self.p, p_once), by_t=(self.low, self.high), once=once,
        )  # fmt: skip

    def adjusted_interval(self, p_adjusted: float) -> tuple[float, float]:
        """The interval at the level that the adjustment left to its p-value.

        It is without zero if, and only if, the adjusted p-value is below `ALPHA`.
        """
        if not np.isfinite([p_adjusted, self.low, self.high]).all() or not self.p:
            return NO_LIMITS
        level = ALPHA * min(1, self.p / p_adjusted)
        wider = stdtrit(self.df, 1 - level / 2) / stdtrit(self.df, 1 - ALPHA / 2)
        limits = self.by_t if self.once else (self.low, self.high)
        low, high = (self.difference + wider * (limit - self.difference) for limit in limits)
        once = self.once(level) if self.once else NO_LIMITS
        return np.fmin(low, once[0]), np.fmax(high, once[1])


def adjusted_rows(test: str, comparisons: list[Comparison], baselines: list[str]) -> list[list]:
    """Rows of comparisons.csv from `test` on, with p-values adjusted by Holm's method.

    Pairs with a baseline are adjusted among themselves: whether a model has learned anything is
    another question than which model is better.
    """
    most = max((c.count for c in comparisons), default=0)
    for c in comparisons:
        if c.count < most:
            print(f"{test}: {c.a} and {c.b} have {c.count} of {most} in common")
    with_baseline = np.array([bool({c.a, c.b} & {*baselines}) for c in comparisons], dtype=bool)
    p_adjusted = np.full(len(comparisons), np.nan)
    for family in (with_baseline, ~with_baseline):
        p_adjusted[family] = holm([c.p for c in np.array(comparisons, dtype=object)[family]])
    rows = []
    for c, p in zip(comparisons, p_adjusted, strict=True):
        numbers = map(number, (c.difference, c.low, c.high, c.p, p))
        limits = map(number, c.adjusted_interval(p))
        rows.append([test, c.a, c.b, *numbers, "", "", "", *limits])
    return rows


def in_cohorts(delong: list[dict], baselines: list[str]):
    """(cohort, columns from `test` on) of each row of delong.csv, with adjusted p-values."""
    cohorts: dict[str, list[Comparison]] = {}
    for row in delong:
        difference, low, high, p = (
            float(row[key] or np.nan) for key in ("difference", "ci_low", "ci_high", "p_value")
        )
        comparison = Comparison(row["model_a"], row["model_b"], difference, low, high, p)
        cohorts.setdefault(row["cohort"], []).append(comparison)
    for cohort, comparisons in cohorts.items():
        for columns in adjusted_rows("delong", comparisons, baselines):
            yield cohort, columns


def pairs(values):
    """(a, b, differences) of each pair of models, on the splits where both have a value.

    values: table of splits x models, NaN where a model has no value; differences: a minus b.
    """
    for a, b in combinations(values.columns, 2):
        yield a, b, (values[a] - values[b]).dropna().to_numpy()


def by_split(values, design: Design, metric: str, counts: dict) -> list[Comparison]:
    """The corrected resampled t test of each pair of models.

    values: see `pairs`; counts: see `intervals.tested_once`.
    """
    comparisons = []
    for a, b, differences in pairs(values):
        df = design.degrees_of_freedom(len(differences), "difference")
        mean, low, high, p = corrected_t(differences, design.ratio, df)
        comparison = Comparison(a, b, mean, low, high, p, df, len(differences))
        shared = values[[a, b]].dropna().to_numpy()
        comparisons.append(against_constant(comparison, shared, metric, counts))
    return comparisons


def against_constant(comparison: Comparison, values, metric: str, counts: dict) -> Comparison:
    """The comparison if one of two models has the value of chance on every split.

    This is the ROC AUC of a baseline, whose predictions are all equal: only the other model varies,
    and near 1 its splits hardly do. So the interval is at least as wide as that of
    `intervals.tested_once`, and p at least that of its standard error under chance, as in the
    estimates. values: (J, 2) of both models.
    """
    chance = METRICS[metric].chance
    constant = (np.abs(values - chance) < ROUNDING).all(axis=0) & (len(values) > 0)
    if constant.sum() != 1 or not tested_once(metric, values[:, ~constant].mean(), counts):
        return comparison
    value, sign = values[:, ~constant].mean(), 1 if constant[1] else -1

    def once(level):
        limits = tested_once(metric, value, counts, 1 - level)[:2]
        return sorted((limit - chance) * sign for limit in limits)

    sizes = counts["sensitivity"], counts["specificity"]
    variance = newcombe_variance(chance, *sizes)
    return comparison.within(once, 2 * ndtr(-abs(comparison.difference) / np.sqrt(variance)))


def equivalence(values, design: Design, metric: str, rope: float, comparisons) -> list[list]:
    """Rows of comparisons.csv from `test` on: the Bayesian correlated t test of each pair.

    rope: see `rope.half_width`; comparisons: of `by_split`, whose intervals the rows share.
    """
    rows = []
    smaller = not METRICS[metric].higher_is_better
    for (a, b, differences), c in zip(pairs(values), comparisons, strict=True):
        probabilities = correlated_t(differences, design.ratio, c.df, rope, smaller)
        numbers = (c.difference, c.low, c.high, np.nan, np.nan, *probabilities)
        rows.append(["bayesian_correlated_t", a, b, *map(number, numbers), "", ""])
    return rows


def by_units(cohort, models: list[str], metric: str, seed: int) -> list[Comparison]:
    """The bootstrap of the difference of each pair of models, over their pooled predictions.

    cohort: `pooled.Cohort`. Only samples or groups that both models predicted are compared; of a
    metric that ranks the samples of each group, only groups with a value count.
    """
    weights = np.concatenate([np.ones((1, len(cohort.units))), *resamples(cohort.units, seed)])

    @cache
    def values(model, mask):
        return cohort.models[model].scored(weights * np.frombuffer(mask, dtype=bool), [metric])[
            metric
        ]

    comparisons = []
    for a, b in combinations(models, 2):
        if not {a, b} <= set(cohort.models):
            comparisons.append(Comparison(a, b, np.nan, np.nan, np.nan, np.nan))
            continue
        shared = cohort.models[a].tested & cohort.models[b].tested
        differences = values(a, shared.tobytes()) - values(b, shared.tobytes())
        units, trained_on = cohort.counted((a, b), metric)
        mean, low, high, p = bootstrap_difference(
            float(differences[0]), differences[1:], units, trained_on
        )
        comparisons.append(Comparison(a, b, mean, low, high, p, max(units - 1, 1), units))
    return comparisons
