"""Try every model on a small part of a data set before the training (twin: trial.R)."""

import json
import time
from functools import cache
from pathlib import Path

from omc.core.csv_files import number, write_csv
from omc.core.errors import UserError
from omc.core.tables import COSTS
from omc.learn.batch import Data
from omc.learn.costs import measured_cost, model_cost
from omc.learn.job import Settings, SplitResult, settings_of, timed
from omc.learn.models import build, check_model
from omc.learn.processes import Limits, train_batch

# Trees that a forest gets: more take most of the time, and find no other mistake.
TREES = 20
# What a model may take. It has a minute's work at most, unless it hangs.
LIMITS = Limits(seconds=600)


def try_models(input, output, params, log: str) -> None:
    """Train each model on the cut data, or else on the first split; UserError names all failures.

    input: paths by name, as attributes; output: paths of `tried`, a line for each model, and of
    `costs`, what each will cost; params: dataset, models (JSON text), task, tuning_metric,
    imbalance and seed, as attributes; log: path of the log, for the sentences.
    """
    started = time.process_time()

    @cache
    def load(splits: str, preprocessing: str):
        job = SplitResult()
        with timed(job, "load"):
            data = Data(input.data, input.samples, splits, preprocessing, params.task)
            split = next(iter(data.splits))
            data.load_batch([split])
        return data, split, started + job.timing[0][2]

    problems, done, costs = [], [], []
    for spec in json.loads(params.models):
        began = time.perf_counter()
        settings = settings_of(params, spec)
        few, times = few_trees(spec)
        built = few, params.task, params.imbalance, spec["key"]
        try:
            check_model(*built)
            estimator = build(*built)
            result, whole = try_model(load, input, settings, estimator)
        except UserError as error:
            problems.append(str(error))
            continue
        failure = result.failures[-1][1] if result.failures else None
        if failure:
            problems.append(failure_text(spec, params.dataset, failure, log))
        else:
            costs.append(cost_row(load, input, settings, estimator, result, whole, times))
        done.append(f"{spec['name']}: {failure or 'done'}")
        print(f"{done[-1]} ({time.perf_counter() - began:.1f} s)", flush=True)
    if problems:
        raise UserError("\n".join(problems))
    write_csv(output.costs, COSTS, costs)
    Path(output.tried).write_text("\n".join(done) + "\n", encoding="utf-8")


def try_model(load, input, settings: Settings, estimator) -> tuple[SplitResult, bool]:
    """(result, whole) of a model on the cut data, or on the whole split if it fails there.

    If only the cut data are too small, that is no failure.
    """

    def trained(splits: str, preprocessing: str) -> SplitResult:
        data, split, _ = load(splits, preprocessing)
        return train_batch(data, settings, estimator, [split], LIMITS)[split]

    result = trained(input.cut_splits, input.cut_preprocessing)
    if result.failures:
        return trained(input.splits, input.preprocessing), True
    return result, False


def cost_row(load, input, settings: Settings, estimator, tried, whole, times) -> list:
    """A row of costs.csv; tried, whole: what `try_model` returned; times: see `few_trees`."""
    data, split, job_seconds = load(input.splits, input.preprocessing)
    if whole:
        cost = measured_cost(tried, times)
    else:
        cost = model_cost(data, settings, estimator, split, tried, times)
    return [settings.dataset, settings.language, settings.model, number(job_seconds), *cost]


def few_trees(spec: dict) -> tuple[dict, float]:
    """A specification with at most TREES trees in its params, and how many times these it had."""
    given = spec["params"].get("n_estimators")
    if not isinstance(given, int) or given <= TREES:
        return spec, 1
    return {**spec, "params": {**spec["params"], "n_estimators": TREES}}, given / TREES


def failure_text(spec: dict, dataset: str, why: str, log: str) -> str:
    """The sentence for a model that fails: its key, the reason, and what to do."""
    params = f" {json.dumps(spec['params'], ensure_ascii=False)}" if spec["params"] else ""
    return (
        f"{spec['key']}: '{spec['name']}'{params} fails on {dataset}: {why.rstrip('.')}."
        f" Change its params or grid, or take it out (log: {log})"
    )
