"""The models of a data set against each other: rows of comparisons.csv."""

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd

from omc.core.csv_files import number, read_csv
from omc.core.names import DEVELOPMENT
from omc.evaluate.differences import bootstrap_difference, corrected_t, correlated_t, holm
from omc.evaluate.intervals import bootstrap_seed, resamples, test_train_ratio
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.reading import read_text


def compare_dataset(dataset: dict, paths: dict, metrics: pd.DataFrame, params: dict) -> list:
    """Rows of comparisons.csv.

    dataset: dictionary of name, positive, metric and models; paths: of splits,
    predictions and samples, and of delong or None; metrics: table of `read_metrics`; params:
    scheme, rope and seed.
    """
    name, metric = dataset["name"], dataset["metric"]
    filters = {"dataset": name, "cohort": DEVELOPMENT, "metric": metric}
    scores = metrics[(metrics[list(filters)] == pd.Series(filters)).all(axis=1)]
    scores = scores.assign(model=scores["language"] + "/" + scores["model"])
    values = scores.pivot(index="split", columns="model", values="value")[dataset["models"]]
    tables = {kind: paths[kind] for kind in ("predictions", "splits", "samples")}
    cohort = read_cohorts(**tables, positive=dataset["positive"]).get(DEVELOPMENT)
    development = in_development(dataset, paths, values, cohort, params)
    rows = [[name, DEVELOPMENT, metric, *row] for row in development]
    if paths["delong"]:
        rows += [
            [name, external, metric, *row]
            for external, row in in_cohorts(read_csv(paths["delong"]))
        ]
    return rows


def in_development(dataset: dict, paths: dict, values, cohort, params: dict) -> list[list]:
    """The comparisons in cross-validation: rows of comparisons.csv from the column `test` on.

    dataset: dictionary of name, metric and models; paths: splits and samples; values: table of
    splits x models on the metric; cohort: `pooled.Cohort`, or None without predictions; params:
    scheme, rope and seed.
    """
    name, metric, models = (dataset[key] for key in ("name", "metric", "models"))
    tests = {}
    if not scored_together(params["scheme"]):
        rope = params["rope"]
        if METRICS[metric].unit == "outcome":
            sheet = read_text(paths["samples"], sep="\t")
            rope *= sheet.loc[sheet["cohort"] == DEVELOPMENT, "outcome"].astype(float).std()
        ratio = test_train_ratio(read_text(paths["splits"]))
        tests = by_split(values, ratio, rope, not METRICS[metric].higher_is_better)
    elif cohort:
        seed = bootstrap_seed(params["seed"], name)
        tests = {f"{cohort.unit}_bootstrap": by_units(cohort, models, metric, seed)}
    rows = []
    for test, comparisons in tests.items():
        largest = max((count for *_, count, _ in comparisons), default=0)
        for a, b, count, numbers in comparisons:
            if count < largest:
                print(f"{name}, {test}: {a} and {b} have {count} of {largest} in common")
            rows.append([test, a, b, *map(number, numbers)])
    return rows


def in_cohorts(delong: list[dict]):
    """(cohort, columns from `test` on) of each row of delong.csv, with adjusted p-values."""
    cohorts = {}
    for row in delong:
        cohorts.setdefault(row["cohort"], []).append(row)
    for cohort, rows in cohorts.items():
        adjusted = holm([float(row["p_value"] or np.nan) for row in rows])
        for row, p_adjusted in zip(rows, adjusted, strict=True):
            texts = [row[key] for key in ("difference", "ci_low", "ci_high", "p_value")]
            numbers = [number(float(value)) if value else "" for value in texts]
            names = row["model_a"], row["model_b"]
            yield cohort, ["delong", *names, *numbers, number(p_adjusted), "", "", ""]


def pairs(values):
    """(a, b, differences) of each pair of models, on the splits where both have a value.

    values: table of splits x models, NaN where a model has no value; differences: a minus b.
    """
    for a, b in combinations(values.columns, 2):
        yield a, b, (values[a] - values[b]).dropna().to_numpy()


def by_split(values, test_train_ratio: float, rope: float, smaller: bool) -> dict[str, list]:
    """{t-test: (a, b, n, numbers) of each pair of models on n common splits}.

    values: see `pairs`. numbers: difference, low, high, p, adjusted p, P(a better), P(equivalent),
    P(b better). Both tests share the interval of the corrected t.
    """
    compared = [
        (a, b, differences, corrected_t(differences, test_train_ratio))
        for a, b, differences in pairs(values)
    ]
    adjusted = holm([result[-1] for *_, result in compared])
    undefined = (np.nan,) * 3
    posterior = [
        correlated_t(differences, test_train_ratio, rope, smaller)
        for *_, differences, _ in compared
    ]
    return {
        "nadeau_bengio": [
            (a, b, len(differences), (*result, p, *undefined))
            for (a, b, differences, result), p in zip(compared, adjusted, strict=True)
        ],
        "bayesian_correlated_t": [
            (a, b, len(differences), (*result[:3], *undefined[:2], *probabilities))
            for (a, b, differences, result), probabilities in zip(compared, posterior, strict=True)
        ],
    }


def by_units(cohort, models: list[str], metric: str, seed: int) -> list[tuple]:
    """(a, b, n, numbers) of each pair of models from resamples of their pooled predictions.

    cohort: `pooled.Cohort`; n: how many samples or groups both models predicted: only these are
    compared; numbers: see `by_split`.
    """
    weights = np.concatenate([np.ones((1, len(cohort.units))), *resamples(cohort.units, seed)])

    @cache
    def values(model, mask):
        return cohort.models[model].scored(weights * np.frombuffer(mask, dtype=bool), [metric])[
            metric
        ]

    compared = []
    for a, b in combinations(models, 2):
        if not {a, b} <= set(cohort.models):
            compared.append((a, b, 0, (np.nan,) * 4))
            continue
        shared = cohort.models[a].tested & cohort.models[b].tested
        differences = values(a, shared.tobytes()) - values(b, shared.tobytes())
        units = len(np.unique(cohort.units[shared]))
        result = bootstrap_difference(float(differences[0]), differences[1:], units)
        compared.append((a, b, units, result))
    adjusted = holm([result[-1] for *_, result in compared])
    return [
        (a, b, units, (*result, p, *(np.nan,) * 3))
        for (a, b, units, result), p in zip(compared, adjusted, strict=True)
    ]
