"""Try every model on a small part of a data set before the training (twin: trial.R)."""

import json
import time
from functools import cache
from pathlib import Path

from omc.core.errors import UserError
from omc.learn.batch import Data
from omc.learn.job import settings_of
from omc.learn.models import build, check_model
from omc.learn.processes import Limits, train_batch

# Trees that a forest gets: more take most of the time, and find no other mistake.
TREES = 20
# What a model may take. It has a minute's work at most, unless it hangs.
LIMITS = Limits(seconds=600)


def try_models(input, output: str, params, log: str) -> None:
    """Train each model on the cut data, or else on the first split; UserError names all failures.

    input: paths by name, as attributes; params: dataset, models (JSON text), task, tuning_metric,
    imbalance and seed, as attributes; log: path of the log, for the sentences.
    """

    @cache
    def load(splits: str, preprocessing: str):
        data = Data(input.data, input.samples, splits, preprocessing, params.task)
        split = next(iter(data.splits))
        data.load_batch([split])
        return data, split

    def model_failure(spec, estimator):
        """Why a model fails, or None. If only the cut data are too small, that is no failure."""
        settings = settings_of(params, spec)
        failures = []
        for part in (
            (input.cut_splits, input.cut_preprocessing),
            (input.splits, input.preprocessing),
        ):
            data, split = load(*part)
            failures = train_batch(data, settings, estimator, [split], LIMITS)[split].failures
            if not failures:
                return None
        return failures[-1][1]

    problems, done = [], []
    for spec in json.loads(params.models):
        began = time.perf_counter()
        built = few_trees(spec), params.task, params.imbalance, spec["key"]
        try:
            check_model(*built)
            estimator = build(*built)
            failure = model_failure(spec, estimator)
        except UserError as error:
            problems.append(str(error))
            continue
        if failure:
            problems.append(failure_text(spec, params.dataset, failure, log))
        done.append(f"{spec['name']}: {failure or 'done'}")
        print(f"{done[-1]} ({time.perf_counter() - began:.1f} s)", flush=True)
    if problems:
        raise UserError("\n".join(problems))
    Path(output).write_text("\n".join(done) + "\n", encoding="utf-8")


def few_trees(spec: dict) -> dict:
    """A specification with at most TREES trees in its params."""
    given = spec["params"].get("n_estimators")
    few = {"n_estimators": TREES} if isinstance(given, int) and given > TREES else {}
    return {**spec, "params": {**spec["params"], **few}}


def failure_text(spec: dict, dataset: str, why: str, log: str) -> str:
    """The sentence for a model that fails: its key, the reason, and what to do."""
    params = f" {json.dumps(spec['params'], ensure_ascii=False)}" if spec["params"] else ""
    return (
        f"{spec['key']}: '{spec['name']}'{params} fails on {dataset}: {why.rstrip('.')}."
        f" Change its params or grid, or take it out (log: {log})"
    )
