"""The label-permutation null: scores of the whole pipeline when there is nothing to learn."""

import warnings

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.errors import some
from omc.core.names import FINAL
from omc.evaluate.joining import checked_rows
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import scored_together
from omc.evaluate.predictions import Predictions, parse, read_predictions
from omc.evaluate.ranking import complete_models
from omc.evaluate.scoring import score

LEVEL = 0.05
# With fewer permutations, p cannot reach the level.
MIN_PERMUTATIONS = 19


def permuted_values(
    observed: str, folders: list[str], models: list[list], keys: list[list], scoring: dict
) -> dict[tuple, np.ndarray]:
    """{(language, model): (1 + N,)}: the value on the real outcomes, then on N permutations.

    observed: path of predictions.csv; folders: one per permutation, in order; models: [language,
    name]; keys: settings of each model's training job, in the order of `training_key`;
    scoring: positive, metric and scheme.
    """
    positive, pooled = scoring["positive"], scored_together(scoring["scheme"])
    tables = [read_predictions(observed, positive)]
    for folder in folders:
        files = [f"{folder}/{language}/{name}/predictions.csv" for language, name in models]
        sources = f"{folder}/splits.csv", f"{folder}/preprocessing.h5"
        header, rows = checked_rows(files, *sources, keys)
        tables.append(parse(pd.DataFrame(rows, columns=header), positive))
    performances = [performance(table, scoring["metric"], pooled) for table in tables]
    names = [(language, name) for language, name in models]
    return {
        name: np.array([by_model.get(name, np.nan) for by_model in performances]) for name in names
    }


def performance(predictions: Predictions, metric: str, pooled: bool) -> dict:
    """{(language, model): value} in cross-validation; NaN without one.

    A model that lacks the value of a split on which another has one has none: failures on some
    splits must not make it look better, or more variable, than it is. pooled: score all predictions
    together, instead of averaging over the splits; metrics that rank samples are averaged all the
    same.
    """
    folds = predictions.take((predictions.rows["split"] != FINAL).to_numpy())
    together = pooled and METRICS[metric].pooled
    performances, valued = {}, {}
    for model, part in folds.by("language", "model"):
        splits = dict(part.by("split"))
        if together:
            performances[model] = score(part, [metric])[metric]
            valued[model] = set(splits)
            continue
        values = {name: score(split, [metric])[metric] for name, split in splits.items()}
        valued[model] = {name for name, value in values.items() if np.isfinite(value)}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Mean of empty slice")
            performances[model] = float(np.nanmean([*values.values()]))
    complete = complete_models(valued)
    return {model: value if model in complete else np.nan for model, value in performances.items()}


def p_value(observed: float, null, smaller_is_better: bool) -> tuple[float, int]:
    """(p, b): b of N permutations are at least as good as observed; p = (b + 1) / (N + 1).

    null: (N,); a permutation without a value (NaN) counts as at least as good, so that failures
    cannot make p smaller. (Phipson & Smyth 2010, doi:10.2202/1544-6115.1585; of classifiers: Ojala
    & Garriga 2010, JMLR 11:1833.)
    """
    null = np.asarray(null, dtype=float)
    worse = null > observed if smaller_is_better else null < observed
    # Equal, except for rounding errors of sums in another order.
    b = int((~worse | np.isclose(null, observed, rtol=1e-9, atol=1e-12)).sum())
    return (b + 1) / (len(null) + 1), b


def best_values(nulls, smaller_is_better: bool) -> np.ndarray:
    """(N,) the best value that any model has in each permutation; NaN if none has one.

    nulls: (models, N). The same permutations serve all models, so the best of them shows what the
    best of as many models scores if there is nothing to learn. Compared with it, p holds for all
    models at once (single-step max-T: Westfall & Young 1993).
    """
    nulls = np.asarray(nulls, dtype=float)
    return (np.fmin if smaller_is_better else np.fmax).reduce(nulls, axis=0)


def p_values(metric: str, observed: float, null, best) -> tuple[float, int, float]:
    """(p, b, adjusted p); null, best: (N,) of the permutations, the model's and `best_values`.

    Where this model has no value, the best of the others cannot stand for it.
    """
    smaller = not METRICS[metric].higher_is_better
    best = np.where(np.isnan(null), np.nan, best)
    return *p_value(observed, null, smaller), p_value(observed, best, smaller)[0]


def null_test(metric: str, observed: float, null, best) -> list:
    """Row of null_tests.csv from `observed` on; no p without an observed value.

    null, best: see `p_values`.
    """
    p = b = adjusted = None
    if np.isfinite(observed):
        p, b, adjusted = p_values(metric, observed, null, best)
    return [number(observed), len(null), "" if b is None else b, number(p), number(adjusted)]


def check(model: str, metric: str, observed: float, null, best, missing=None) -> list:
    """Row (check, status, value, advice) of one model; null, best: see `p_values`.

    missing: {model: number of permutations without its value} of the models behind `best`.
    """
    name, label, count = f"permutation_null:{model}", METRICS[metric].label, len(null)
    if not np.isfinite(observed):
        return [name, "skipped", f"no value of {label}", ""]
    p, b, adjusted = p_values(metric, observed, null, best)
    value = f"p = {p:.3g}: {label} {observed:.3f}; {b} of {count} permutations are as good"
    if adjusted != p:
        value += f", p = {adjusted:.3g} against the best model of each"
    n_missing = int(np.isnan(null).sum())
    if n_missing:
        value += f", {n_missing} of them as they have no value"
    others = [f"{m} (no value in {n})" for m, n in (missing or {}).items() if n and m != model]
    if others:
        value += f"; the best model of each is chosen without {some(others)}"
    if count < MIN_PERMUTATIONS:
        advice = (
            f"set comparison.null_permutations to {MIN_PERMUTATIONS} or more: p could not be below"
        )
        return [name, "skipped", value, f"{advice} {1 / (count + 1):.2g}"]
    if adjusted <= LEVEL:
        return [name, "ok", value, ""]
    advice = "no evidence that it learns the outcome: do not interpret its score or its features"
    return [name, "warning", value, advice]
