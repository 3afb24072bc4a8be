"""Ranks the models: who leads, and how each model compares with the leader and the baseline.

This is decided only here; figures, summary and report read ranking.csv.
"""

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT
from omc.evaluate.metrics import METRICS

ALPHA = 0.05
EQUIVALENT = 0.95
BY_SPLIT = "nadeau_bengio"
# Tests with a p-value; a data set has the one that suits its resampling.
TESTS = (BY_SPLIT, "group_bootstrap", "sample_bootstrap")
BAYESIAN = ("bayesian_correlated_t",)
STATUS = ("scored", "undefined", "failed")


@dataclass
class Standing:
    """One model on one metric in one cohort: a row of ranking.csv.

    model: language/name; estimate: its shown row of estimates.csv, text; value: NaN if undefined;
    valued: the splits on which it has a value. The last three are None if they do not apply.
    """

    model: str
    baseline: bool
    estimate: dict
    value: float
    status: str
    valued: set
    complete: bool
    leader: bool = False
    beats_baseline: bool | None = None
    p_adjusted: float | None = None
    p_equivalent: float | None = None


def ranking(tables: dict[str, list[dict]], dataset: dict) -> list[list]:
    """Rows of ranking.csv of a data set: all configured models per cohort and metric, best first.

    tables: rows of metrics, estimates and comparisons of all data sets, dictionaries of text;
    dataset: dictionary of name, metric (that of the comparison), models and baselines.

    The estimate is that of `shown_estimates`. Only `complete_models` may lead. Models whose printed
    values equal the best one's lead together; a baseline never leads. The rows of external cohorts
    name the leader of cross-validation too: choosing by a cohort would turn it into training data.
    n_splits: number of splits on which any model has a value; n_valued: on which this model has
    one.
    """
    dataset_tables = {
        name: [row for row in rows if row["dataset"] == dataset["name"]]
        for name, rows in tables.items()
    }
    pooled = not any(row["method"] == BY_SPLIT for row in dataset_tables["estimates"])
    valued, planned = _splits(dataset_tables["metrics"])
    shown = shown_estimates(dataset_tables["estimates"])
    rows, leaders = [], {}
    for cohort, metric in sorted(shown, key=lambda key: key[0] != DEVELOPMENT):
        development = cohort == DEVELOPMENT
        # If predictions are scored together, a split counts if it has a value of any metric.
        together = pooled and development and METRICS[metric].pooled
        splits = valued.get((cohort, "" if together else metric), {})
        standings = _standings(dataset, shown[cohort, metric], splits, len(planned[cohort]))
        order = _sorted(standings, metric)
        decimals = decimals_of([standing.value for standing in order], metric)
        if development:
            leaders[metric] = _leaders(order, decimals)
        for standing in order:
            standing.leader = standing.model in leaders.get(metric, ())
        _against_baseline(order, metric, decimals)
        if development and metric == dataset["metric"]:
            _against_leaders(order, dataset_tables["comparisons"])
            _tested_against_baseline(order, dataset_tables["comparisons"])
        n_splits = len(set().union(*splits.values()))
        for rank, standing in enumerate(order, start=1):
            rows.append([dataset["name"], cohort, metric, rank, *_cells(standing, n_splits)])
    return rows


def complete_models(valued: dict) -> list:
    """Models with a value on every split on which any model has one: they may lead or be picked.

    valued: splits with a value, by model. A model that failed on the hard splits has the mean of
    the easy ones.
    """
    splits = set().union(*valued.values())
    return [model for model, with_value in valued.items() if with_value == splits]


def best_of_languages(rows: list[dict], dataset: str, metric: str) -> list[tuple[str, str]]:
    """(language, model) of the best model of each language that may lead.

    rows: of ranking.csv, dictionaries of text.
    """
    criteria = {"dataset": dataset, "cohort": DEVELOPMENT, "metric": metric}
    criteria |= {"baseline": "false", "complete": "true"}
    best = {}
    for row in rows:
        if criteria.items() <= row.items():
            best.setdefault(row["language"], row["model"])
    return sorted(best.items())


def shown_estimates(estimates: list[dict]) -> dict[tuple, dict[str, dict]]:
    """The row of estimates.csv that is shown, by (cohort, metric) and model.

    In cross-validation this is the mean over the splits, if there is one; other rows are of the
    pooled predictions.
    """
    shown: dict[tuple, dict[str, dict]] = {}
    for row in sorted(estimates, key=lambda row: row["method"] != BY_SPLIT):
        models = shown.setdefault((row["cohort"], row["metric"]), {})
        models.setdefault(f"{row['language']}/{row['model']}", row)
    return shown


def decimals_of(values, metric: str) -> int:
    """Decimals to print: 3, or enough for three digits of the median if the metric is unbounded."""
    values = [abs(value) for value in values if value and math.isfinite(value)]
    if METRICS[metric].bounded or not values:
        return 3
    return max(0, min(6, 2 - math.floor(math.log10(statistics.median(values)))))


def printed(value: float, decimals: int) -> str:
    """The value as it is shown to people, without "-0.000"."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _splits(metrics: list[dict]) -> tuple[dict, dict]:
    """(valued, planned): {(cohort, metric): {model: splits with a value}}, {cohort: splits}.

    The metric "" has the splits with a value of any metric.
    """
    valued, planned = {}, defaultdict(set)
    for row in metrics:
        planned[row["cohort"]].add(row["split"])
        if row["value"]:
            model = f"{row['language']}/{row['model']}"
            for metric in (row["metric"], ""):
                models = valued.setdefault((row["cohort"], metric), {})
                models.setdefault(model, set()).add(row["split"])
    return valued, planned


def _standings(dataset: dict, estimates: dict, valued: dict, planned: int) -> list[Standing]:
    """Every configured model on one metric; planned: number of splits."""
    valued = {model: valued.get(model, set()) for model in dataset["models"]}
    complete = complete_models(valued)
    standings = []
    for model in dataset["models"]:
        row = estimates.get(model)
        failed = row is None or int(row["n_failed"]) >= max(planned, 1)
        row = row or dict.fromkeys(("estimate", "ci_low", "ci_high", "method"), "")
        value = float(row["estimate"] or "nan")
        status = "failed" if failed else "undefined"
        if math.isfinite(value):
            status = "scored"
        standings.append(
            Standing(
                model=model,
                baseline=model in dataset["baselines"],
                estimate={"n_failed": str(planned), **row},
                value=value,
                status=status,
                valued=valued[model],
                complete=status == "scored" and model in complete,
            )
        )
    return standings


def _sorted(standings: list[Standing], metric: str) -> list[Standing]:
    """Best first; models that cannot lead come last; ties as in the configuration."""

    def key(standing):
        if standing.status != "scored":
            return STATUS.index(standing.status), False, 0.0
        return 0, not standing.complete, -METRICS[metric].sign * standing.value

    return sorted(standings, key=key)


def _leaders(order: list[Standing], decimals: int) -> list[str]:
    """The leaders: complete models but baselines, whose printed value equals the best one."""
    rivals = [s for s in order if s.complete and not s.baseline]
    best = [printed(s.value, decimals) for s in rivals[:1]]
    return [s.model for s in rivals if [printed(s.value, decimals)] == best]


def _against_baseline(order: list[Standing], metric: str, decimals: int) -> None:
    """Set whether each complete model has a better printed value than the best baseline."""
    complete = [s for s in order if s.complete]
    for best in [s for s in complete if s.baseline][:1]:
        for standing in complete:
            if not standing.baseline:
                ahead = METRICS[metric].sign * (standing.value - best.value) > 0
                same = printed(standing.value, decimals) == printed(best.value, decimals)
                standing.beats_baseline = ahead and not same


def _tested_against_baseline(order: list[Standing], comparisons: list[dict]) -> None:
    """On the comparison metric, beating the best baseline takes evidence: an adjusted p-value."""
    best = [s.model for s in order if s.baseline and s.complete][:1]
    for standing in order:
        if standing.beats_baseline:
            p = [
                row["p_adjusted"]
                for row in comparisons
                if row["cohort"] == DEVELOPMENT
                and row["test"] in TESTS
                and {row["model_a"], row["model_b"]} == {standing.model, *best}
            ]
            standing.beats_baseline = bool(p and p[0]) and float(p[0]) < ALPHA


def _against_leaders(order: list[Standing], comparisons: list[dict]) -> None:
    """Set the results of the tests of each model against the leader.

    With several leaders: the largest p and the smallest probability, or none if a test is missing.
    """
    leaders = [s.model for s in order if s.leader]
    numbers = {}
    for row in comparisons:
        if row["cohort"] != DEVELOPMENT:
            continue
        pair = row["model_a"], row["model_b"]
        for leader, other in (pair, pair[::-1]):
            if leader in leaders and other not in leaders:
                for tests, column in ((TESTS, "p_adjusted"), (BAYESIAN, "p_equivalent")):
                    if row["test"] in tests and row[column]:
                        numbers.setdefault((other, column), []).append(float(row[column]))
    for standing in order:
        for column, worst in (("p_adjusted", max), ("p_equivalent", min)):
            values = numbers.get((standing.model, column), [])
            if values and len(values) == len(leaders):
                setattr(standing, column, worst(values))


def _cells(standing: Standing, n_splits: int) -> list:
    """Columns of ranking.csv from language on."""
    p, equivalent = standing.p_adjusted, standing.p_equivalent
    row = standing.estimate
    return [
        *standing.model.split("/", 1),
        *(row[column] for column in ("estimate", "ci_low", "ci_high", "method")),
        _text(standing.leader),
        _text(None if p is None else p < ALPHA),
        _text(None if equivalent is None else equivalent >= EQUIVALENT),
        number(p),
        *map(_text, (standing.beats_baseline, standing.baseline, standing.complete)),
        standing.status,
        n_splits,
        row["n_failed"],
        len(standing.valued),
    ]


def _text(value: bool | None) -> str:
    return "" if value is None else str(value).lower()
