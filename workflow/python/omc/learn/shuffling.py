"""What a model's predictions lose when a feature's values are shuffled (twin: shuffling.R)."""

import json
import time

import numpy as np

from omc.core.csv_files import read_csv, write_csv
from omc.core.names import FINAL
from omc.core.tables import PERMUTED, prob_columns
from omc.learn.batch import Data
from omc.learn.job import SplitResult, settings_of, split_seed
from omc.learn.models import build
from omc.learn.training import predict_test, refit_split
from omc.learn.tuning import choose_candidate, split_candidates

# Bounds of the cost, the same in both languages: splits that are trained again, shuffles of each
# feature, and numbers in what is predicted at once.
SPLITS = 5
PERMUTATIONS = 10
BLOCK_NUMBERS = 1 << 22
# Shuffling fewer test samples says little, and nothing of a single one.
LEAST_TEST = 5


def splits_to_permute(data) -> list[str]:
    """The first splits of a data set whose features are shuffled: none in leave-one-out."""
    sizes = {name: (part["role"] == "test").sum() for name, part in data.splits.items()}
    return [name for name, n in sizes.items() if name != FINAL and n >= LEAST_TEST][:SPLITS]


def rows_of_model(path: str, settings) -> list[dict]:
    """The rows of a model in a table of all data sets."""
    of = settings.dataset, settings.language, settings.model
    return [r for r in read_csv(path) if (r["dataset"], r["language"], r["model"]) == of]


def failed_splits(path: str, settings) -> set[str]:
    """Splits of one model that stand in failures.csv."""
    return {row["split"] for row in rows_of_model(path, settings)}


def read_evaluated(path: str, settings) -> dict[str, list]:
    """Rows of tuning.csv of one model by split, as `choose_candidate` takes them."""
    evaluated = {}
    for row in rows_of_model(path, settings):
        # A candidate that failed has no value, which is enough to leave it out again.
        values = [row[n] for n in ("candidate", "parameters", "inner_fold", "metric", "value")]
        evaluated.setdefault(row["split"], []).append([*values, row["seconds"], ""])
    return evaluated


def permute_split(data, settings, estimator, split: str, evaluated: list, features: list[str]):
    """Predict a split's test samples as they are, and with features shuffled among them.

    Each feature alone, and all together, by the same shuffles: of features that say the same each
    loses little alone, since the others stay. The model is that of the run: trained again, with the
    candidate that the run chose. Yields (feature, permutation, row of predictions.csv from `cohort`
    on); the feature is empty for all together, and permutation 0 for the samples as they are. A
    feature that the split did not select has no rows.
    """
    grid = split_candidates(data, settings, split)
    chosen = choose_candidate(SplitResult(), settings, grid, evaluated)
    model = refit_split(data, settings, estimator, split, chosen)
    fit, test = data.fits[split, 0], data.split_rows(split)[1]
    x = data.fit_matrix(fit, test)
    for row in predict_test(data, model, x, test):
        yield "", 0, row
    rng = np.random.default_rng(split_seed(settings, split, "permutation"))
    shuffles = np.array([rng.permutation(len(test)) for _ in range(PERMUTATIONS)])
    kept = data.features[fit.index]
    columns = np.flatnonzero(np.isin(kept, features))
    sets = [*columns[:, None], columns] if len(columns) else []
    size = max(1, BLOCK_NUMBERS // (PERMUTATIONS * x.size))
    for first in range(0, len(sets), size):
        block = sets[first : first + size]
        times = len(block) * PERMUTATIONS
        stacked = np.tile(x, (times, 1))
        parts = stacked.reshape(len(block), PERMUTATIONS, *x.shape)
        for part, at in zip(parts, block, strict=True):
            part[:, :, at] = x[shuffles[:, :, None], at]
        for i, row in enumerate(predict_test(data, model, stacked, np.tile(test, times))):
            of, permutation = divmod(i // len(test), PERMUTATIONS)
            yield kept[block[of][0]] if first + of < len(columns) else "", permutation + 1, row


def shuffle_features(input, output: str, params) -> None:
    """Predict test samples with shuffled features by the best model of the language.

    input: paths by name, as attributes; params: dataset, models (JSON text), task, tuning_metric,
    imbalance and seed, as attributes. Writes only the header where the plan has no model, or the
    data set no split that suits.
    """
    wanted = params.dataset, "python"
    plan = [row for row in read_csv(input.plan) if (row["dataset"], row["language"]) == wanted]
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
        features = [row["feature"] for row in plan]
        data.load_batch(splits)
    began = time.process_time()
    for split in splits:
        try:
            found = permute_split(
                data, settings, estimator, split, evaluated.get(split, []), features
            )
            rows += [[split, feature, n, *row[1:]] for feature, n, row in found]
        except Exception as error:
            if split not in failed:
                raise
            # As in the run.
            print(f"{split}: left out: {error}", flush=True)
    print(f"fitted and predicted in {time.process_time() - began:.2f} CPU s", flush=True)
    write_csv(output, [*PERMUTED, *prob_columns(data.classes)], rows)
