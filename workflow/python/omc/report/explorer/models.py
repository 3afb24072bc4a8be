"""The models of a data set on the explorer page: curves, calibration, tuning, features, cost."""

from collections import Counter, defaultdict

import numpy as np

from omc.core.names import FINAL
from omc.evaluate.metrics import METRICS
from omc.learn.losses import best_candidate
from omc.report.explorer.numbers import mean, short
from omc.report.result import Result

# Curves on a common grid, so that repeats can be averaged point by point.
ON_GRID = ("roc", "pr", "histogram")
# Candidates of a model on the page.
MOST_CANDIDATES = 60
CALIBRATION = (
    *("slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high"),
    *("brier", "ici"),
)
HORIZON = (
    *("horizon", "n_events", "auc", "auc_low", "auc_high", "brier", "brier_low", "brier_high"),
    *("brier_kaplan_meier", "calibration_ratio"),
)
STABILITY = ("stability", "ci_low", "ci_high", "mean_selected")


def models_of(result: Result, summary: dict[str, dict], notes: list[str]) -> list[dict]:
    """All models in the order of the ranking; summary: see `summary.rows_of`."""
    tables = {name: by_model(result, name) for name in result.tables if name in OF_A_MODEL}
    models: list[dict] = []
    for model, row in summary.items():
        parts = {
            key: build(tables[table][model])
            for key, (table, build) in PARTS.items()
            if table in tables
        }
        models.append(
            {
                "id": model,
                "language": {"python": "Python", "r": "R"}[model.partition("/")[0]],
                "baseline": model in result.dataset["baselines"],
                **{key: row[key] for key in ("notes", "value", "interval", "against")},
                "cpu_seconds": short(row["cpu_seconds"]),
                **parts,
            }
        )
    keep_best_candidates([m["tuning"] for m in models if m.get("tuning")], notes)
    return models


def keep_best_candidates(tunings: list[dict], notes: list[str]) -> None:
    """Leave out candidates where there are many; each list has the best first."""
    if any(len(tuning["candidates"]) > MOST_CANDIDATES for tuning in tunings):
        for tuning in tunings:
            del tuning["candidates"][MOST_CANDIDATES:]
        notes.append(
            f"Tuning shows the {MOST_CANDIDATES} best candidates of each model; all are in"
            " tuning.csv."
        )


def by_model(result: Result, table: str) -> dict[str, list[dict]]:
    """Rows of a table by language/name."""
    rows = defaultdict(list)
    for row in result.tables[table]:
        rows[f"{row['language']}/{row['model']}"].append(row)
    return rows


def by_cohort(rows: list[dict]) -> dict[str, list[dict]]:
    """Rows by cohort."""
    cohorts = defaultdict(list)
    for row in rows:
        cohorts[row["cohort"]].append(row)
    return cohorts


def timing(rows: list[dict]) -> dict[str, float | None]:
    """CPU seconds by stage."""
    seconds: dict[str, float] = defaultdict(float)
    for row in rows:
        seconds[row["stage"]] += float(row["cpu_seconds"])
    return {stage: short(value) for stage, value in seconds.items()}


def curves(rows: list[dict]) -> dict[str, dict]:
    """Curves by cohort: x, and the mean, lowest and highest y over the repeats on a grid.

    The calibration curve has the points of each repeat: x, y, n and repeat.
    """
    cohorts = {}
    for cohort, of_cohort in by_cohort(rows).items():
        grid, points = defaultdict(lambda: defaultdict(list)), []
        for row in of_cohort:
            x, y = short(row["x"], 4), short(row["y"], 4)
            if row["curve"] in ON_GRID and x is not None and y is not None:
                grid[row["curve"]][x].append(y)
            elif row["curve"] == "calibration" and x is not None:
                points.append([x, y, int(row["n"]), row["repeat"]])
        drawn = {
            curve: [
                list(at),
                [short(mean(values), 4) for values in at.values()],
                [min(values) for values in at.values()],
                [max(values) for values in at.values()],
            ]
            for curve, at in grid.items()
        }
        cohorts[cohort] = {**drawn, "calibration": points}
    return cohorts


def calibration(rows: list[dict]) -> dict[str, list[list]]:
    """Rows of calibration.csv by cohort: repeat, then `CALIBRATION`."""
    return {
        cohort: [[row["repeat"], *(short(row[name], 4) for name in CALIBRATION)] for row in part]
        for cohort, part in by_cohort(rows).items()
    }


def confusion(rows: list[dict]) -> dict[str, list[list]]:
    """Rows of confusion.csv by cohort: truth, predicted, count."""
    return {
        cohort: [[row["truth"], row["predicted"], short(row["count"], 4)] for row in part]
        for cohort, part in by_cohort(rows).items()
    }


def tuning(rows: list[dict]) -> dict | None:
    """The candidates of a model over the splits, the best first; None if nothing was tuned.

    Each is a list of its parameters (JSON text), the mean of the tuning metric over splits and
    inner folds, the number of splits that tried it, and of those that chose it.
    """
    values, parameters = defaultdict(lambda: defaultdict(list)), {}
    for row in rows:
        if row["split"] != FINAL:
            number = int(row["candidate"])
            values[row["split"]][number].append(float(row["value"] or "nan"))
            parameters[row["split"], number] = row["parameters"]
    if not values:
        return None
    metric, tried, chosen = rows[0]["metric"], defaultdict(list), Counter()
    for split, candidates in values.items():
        numbers = sorted(candidates)
        means = [sum(candidates[number]) / len(candidates[number]) for number in numbers]
        for number, value in zip(numbers, means, strict=True):
            tried[parameters[split, number]].append(value)
        if any(value == value for value in means):
            chosen[parameters[split, numbers[best_candidate(metric, np.array(means))]]] += 1
    sign = METRICS[metric].sign
    listed = [
        [text, short(mean(map(short, of_splits)), 5), len(of_splits), chosen[text]]
        for text, of_splits in tried.items()
    ]
    listed.sort(key=lambda row: (row[1] is None, -sign * (row[1] or 0)))
    return {"metric": METRICS[metric].label, "splits": len(values), "candidates": listed}


def importances(rows: list[dict]) -> list[list]:
    """Rows of feature_ranks.csv: feature, mean rank, share of the splits that use it."""
    return [
        [row["feature"], short(row["mean_rank"], 4), short(row["used_share"], 4)] for row in rows
    ]


def stability(rows: list[dict]) -> list | None:
    """`STABILITY` of stability.csv."""
    return [short(rows[0][name], 4) for name in STABILITY] if rows else None


def horizons(rows: list[dict]) -> dict[str, list[list]]:
    """Rows of horizons.csv by cohort: `HORIZON`."""
    return {
        cohort: [[short(row[name]) for name in HORIZON] for row in part]
        for cohort, part in by_cohort(rows).items()
    }


def horizon_calibration(rows: list[dict]) -> dict[str, list[list]]:
    """Rows of horizon_calibration.csv by cohort: horizon, predicted, observed, limits, n."""
    names = ("horizon", "predicted", "observed", "ci_low", "ci_high", "n")
    return {
        cohort: [[short(row[name]) for name in names] for row in part]
        for cohort, part in by_cohort(rows).items()
    }


# Points of a Kaplan-Meier curve on the page.
MOST_TIMES = 200


def risk_groups(rows: list[dict]) -> dict[str, dict[str, list[list]]]:
    """Kaplan-Meier curves by cohort and group: times, survival, limits."""
    names = ("time", "survival", "ci_low", "ci_high")
    cohorts = {}
    for cohort, of_cohort in by_cohort(rows).items():
        groups = defaultdict(list)
        for row in of_cohort:
            groups[row["group"]].append([short(row[name], 4) for name in names])
        cohorts[cohort] = {
            # A step is kept where it is: only steps in between are left out.
            group: [list(column) for column in zip(*thinned(points, MOST_TIMES), strict=True)]
            for group, points in groups.items()
        }
    return cohorts


def thinned(rows: list, most: int) -> list:
    """At most about `most` rows at equal distances, the first and the last among them."""
    step = -(-len(rows) // most)
    return rows if step <= 1 else [*rows[:-1:step], rows[-1]]


# What the page shows of a model: the table that it comes from, and its function.
PARTS = {
    "timing": ("timing", timing),
    "curves": ("curves", curves),
    "calibration": ("calibration", calibration),
    "confusion": ("confusion", confusion),
    "tuning": ("tuning", tuning),
    "importances": ("feature_ranks", importances),
    "stability": ("stability", stability),
    "horizons": ("horizons", horizons),
    "horizon_calibration": ("horizon_calibration", horizon_calibration),
    "risk_groups": ("risk_groups", risk_groups),
}
OF_A_MODEL = {table for table, _ in PARTS.values()}
