"""A training job from its files to its tables (twin: running.R)."""

import json
import time

from omc.core.checksums import sha256_file, training_key
from omc.core.errors import UserError
from omc.core.logs import since_start
from omc.learn.batch import Data
from omc.learn.job import SplitResult, peak_mb, settings_of, timed
from omc.learn.models import build
from omc.learn.processes import NO_LIMITS, Limits, lose_batch, train_batch
from omc.learn.results import write_results, write_tuned
from omc.learn.tuning import read_tuned


def run_job(input, output, params, log: str, limits: Limits = NO_LIMITS, killed: str = "") -> None:
    """Train, or tune a part of, one model on the splits of a batch, and write its tables.

    input, output: paths by name, as attributes; inner predictions are made if output has
    `inner_predictions`; params: dataset, spec (JSON text), task, tuning_metric, imbalance, seed,
    batch_index (1-based), batch_count, final (whether split `final` is trained after them) and part
    (index and count of a job that only evaluates candidates, None for one that trains), as
    attributes; log: path of the log, for failures.csv; limits: of the time and memory of each
    split; killed: why no split is trained any more (see `attempts`), or an empty text.
    """
    wanted = "inner_predictions" in output.keys()
    settings = settings_of(params, json.loads(params.spec), wanted)
    job = SplitResult()
    job.timing.append(["startup", since_start(), time.process_time(), peak_mb()])
    with timed(job, "load"):
        data = Data(input.data, input.samples, input.splits, input.preprocessing, settings.task)
        splits = data.batch_splits(params.batch_index, params.batch_count, params.final)
        attributes = data.load_batch(splits)
        splits_sha256 = sha256_file(input.splits)
    if attributes["splits_sha256"] != splits_sha256:
        raise UserError(f"{input.preprocessing} was made from other splits than {input.splits}")
    where = f"models.python '{settings.model}'"
    estimator = build(settings.spec, settings.task, settings.imbalance, where)
    tuned = None if settings.part else read_tuned(list(input.tuned))
    model_folder = output.model if "model" in output.keys() else None
    if killed:
        results = lose_batch(settings, splits, killed, model_folder)
    else:
        results = train_batch(data, settings, estimator, splits, limits, tuned, model_folder)
    if settings.part:
        write_tuned(output, settings, results, job.timing)
        return
    key = training_key(
        input.preprocessing,
        "python",
        params.spec,
        settings.task,
        settings.tuning_metric,
        settings.imbalance,
        settings.seed,
    )
    write_results(output, data, settings, results, log, (splits_sha256, key), job.timing)
