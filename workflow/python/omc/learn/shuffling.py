"""Predictions of test samples with shuffled features (twin: shuffling.R)."""

import json
import time

import numpy as np

from omc.core.csv_files import read_csv, write_csv
from omc.core.names import FINAL
from omc.core.tables import PERMUTED, with_outcome
from omc.learn.batch import Data
from omc.learn.job import SplitResult, settings_of, split_seed
from omc.learn.models import build
from omc.learn.training import predict_test, refit_split
from omc.learn.tuning import choose_candidate, split_candidates

# Limits of the cost, the same in both languages: splits that are trained again, shuffles of each
# feature, and numbers in one block of predictions.
SPLITS = 5
PERMUTATIONS = 10
BLOCK_NUMBERS = 1 << 22
# Shuffling fewer test samples says little.
LEAST_TEST = 5


def splits_to_permute(data) -> list[str]:
    """The first splits with enough test samples to shuffle: none in leave-one-out."""
    sizes = {name: (inner == 0).sum() for name, (_, inner) in data.splits.items()}
    return [name for name, n in sizes.items() if name != FINAL and n >= LEAST_TEST][:SPLITS]


def rows_of_model(path: str, settings) -> list[dict]:
    """The rows of a model in a table of all data sets."""
    names = settings.dataset, settings.language, settings.model
    return [r for r in read_csv(path) if (r["dataset"], r["language"], r["model"]) == names]


def failed_splits(path: str, settings, *stages: str) -> set[str]:
    """Splits of one model that are in failures.csv, with one of some stages if these are given."""
    rows = rows_of_model(path, settings)
    return {row["split"] for row in rows if not stages or row["stage"] in stages}


def read_evaluated(path: str, settings) -> dict[str, list]:
    """Rows of tuning.csv of one model by split, for `choose_candidate`."""
    evaluated = {}
    for row in rows_of_model(path, settings):
        # A candidate that failed has no value, which is enough to leave it out again.
        values = [row[n] for n in ("candidate", "parameters", "inner_fold", "metric", "value")]
        evaluated.setdefault(row["split"], []).append([*values, row["seconds"], ""])
    return evaluated


def permute_split(data, settings, estimator, split: str, evaluated: list, features: list[str]):
    """Predict a split's test samples, unchanged and with features shuffled among them.

    Each feature is shuffled alone, and all together, with the same shuffles: correlated features
    lose little alone, because the others remain. The model is trained again as in the run, with the
    candidate that the run chose. Yields (feature, permutation, row of predictions.csv from `cohort`
    on); the feature is "" for all together, and the permutation 0 for unchanged samples. A feature
    that the split did not select has no rows.
    """
    grid = split_candidates(data, settings, split)
    chosen = choose_candidate(SplitResult(), settings, grid, evaluated)
    model, _ = refit_split(data, settings, estimator, split, chosen)
    fit, (train, test, _) = data.fits[split, 0], data.split_rows(split)
    x = data.fit_matrix(fit, test)
    for row in predict_test(data, model, x, test, train):
        yield "", 0, row
    rng = np.random.default_rng(split_seed(settings, split, "permutation"))
    shuffles = np.array([rng.permutation(len(test)) for _ in range(PERMUTATIONS)])
    names = data.features[fit.index]
    columns = np.flatnonzero(np.isin(names, features))
    sets = [*columns[:, None], columns] if len(columns) else []
    size = max(1, BLOCK_NUMBERS // (PERMUTATIONS * x.size))
    for start in range(0, len(sets), size):
        block = sets[start : start + size]
        times = len(block) * PERMUTATIONS
        stacked = np.tile(x, (times, 1))
        parts = stacked.reshape(len(block), PERMUTATIONS, *x.shape)
        for part, at in zip(parts, block, strict=True):
            part[:, :, at] = x[shuffles[:, :, None], at]
        predicted = predict_test(data, model, stacked, np.tile(test, times), train)
        for i, row in enumerate(predicted):
            number, permutation = divmod(i // len(test), PERMUTATIONS)
            yield (
                names[block[number][0]] if start + number < len(columns) else "",
                permutation + 1,
                row,
            )


def shuffle_features(input, output: str, params) -> None:
    """Predict test samples with shuffled features by the best model of the language.

    input: paths by name, as attributes; params: dataset, models (JSON text), task, tuning_metric,
    imbalance and seed, as attributes. Writes only the header where the plan has no model, or the
    data set no suitable split.
    """
    key = params.dataset, "python"
    plan = [row for row in read_csv(input.plan) if (row["dataset"], row["language"]) == key]
    data = Data(input.data, input.samples, input.splits, input.preprocessing, params.task)
    rows = []
    splits = splits_to_permute(data) if plan else []
    if splits:
        specs = json.loads(params.models)
        spec = next(spec for spec in specs if spec["name"] == plan[0]["model"])
        settings = settings_of(params, spec)
        estimator = build(spec, settings.task, settings.imbalance, spec["key"])
        evaluated = read_evaluated(input.tuning, settings)
        failed = failed_splits(input.failures, settings)
        # The model gave no predictions there, and may not end this time.
        lost = failed_splits(input.failures, settings, "fit", "predict")
        splits = [split for split in splits if split not in lost]
        features = [row["feature"] for row in plan]
        data.load_batch(splits)
    began = time.process_time()
    for split in splits:
        try:
            predictions = permute_split(
                data, settings, estimator, split, evaluated.get(split, []), features
            )
            rows += [[split, feature, n, *row[1:]] for feature, n, row in predictions]
        except Exception as error:
            if split not in failed:
                raise
            # It failed in the run too.
            print(f"{split}: left out: {error}", flush=True)
    print(f"fitted and predicted in {time.process_time() - began:.2f} CPU s", flush=True)
    write_csv(output, with_outcome(PERMUTED, data.classes, data.horizons), rows)
