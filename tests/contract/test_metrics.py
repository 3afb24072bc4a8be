"""Requirements for every metric: a file in omc/evaluate/scores and a row in catalog/metrics.csv."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from omc.core.registry import names
from omc.core.survival import OUTCOME
from omc.evaluate.metrics import METRICS, METRICS_OF
from omc.evaluate.scoring import score, scores
from tests.predicted import predicted, predicted_survival

KINDS = {"binary": ["c", "d"], "multiclass": ["a", "b", "c"], "regression": [], "survival": []}
CASES = [(kind, metric) for kind in KINDS for metric in METRICS_OF[kind]]
N = 60

# Horizons of survival, as shares of the number of samples.
HORIZONS = (0.4, 0.7)

every_metric = pytest.mark.parametrize(("kind", "metric"), CASES)


def random_predictions(kind, skill, seed=1, n=N):
    """Columns of n predictions; skill: from 0, uninformed, to 1, perfect."""
    rng = np.random.default_rng(seed)
    classes = KINDS[kind]
    if kind == "survival":
        return random_survival(rng, skill, n)
    if not classes:
        truth = rng.normal(3, 2, n)
        return {"truth": truth, "predicted": skill * truth + (1 - skill) * rng.normal(3, 2, n)}
    truth = np.arange(n) % len(classes)
    known = np.eye(len(classes))[truth]
    prob = skill * known + (1 - skill) * rng.dirichlet(np.ones(len(classes)), n)
    given = np.array(classes)[prob.argmax(axis=1)]
    return {"truth": np.array(classes)[truth], "predicted": given, "prob": prob}


def random_survival(rng, skill, n):
    """Of three samples one is censored, the first and the last are not."""
    time = rng.permutation(n) + 1.0
    event = (time % 3 != 2) | (time == n)
    alive = time[:, None] > np.array(HORIZONS) * n
    noise = rng.random(n)
    survival = skill * alive + (1 - skill) * noise[:, None] * np.array([1, 0.8])
    return {"time": time, "event": event, "risk": (skill - 1) * n * noise - skill * time,
            "survival": survival}  # fmt: skip


def predictions_of(kind, columns, at=slice(None)):
    if kind == "survival":
        outcome = np.empty(len(columns["time"]), dtype=OUTCOME)
        outcome["time"], outcome["event"] = columns["time"], columns["event"]
        horizons = [h * len(outcome) for h in HORIZONS]
        chosen = {name: values[at] for name, values in columns.items()}
        return predicted_survival(**chosen, horizons=horizons, train=outcome)
    return predicted(**{name: values[at] for name, values in columns.items()}, classes=KINDS[kind])


def test_every_metric_is_a_file_and_a_row():
    assert set(names("omc.evaluate.scores")) == set(METRICS)


@every_metric
def test_it_keeps_its_range(kind, metric):
    limits = METRICS[metric].lowest, METRICS[metric].highest
    for seed in range(30):
        # With few samples, extreme values occur.
        value = score(
            predictions_of(kind, random_predictions(kind, seed % 3 / 2, seed, n=6)), [metric]
        )[metric]
        assert limits[0] <= value <= limits[1]


@every_metric
def test_its_direction_is_that_of_the_catalog(kind, metric):
    random, good, perfect = (
        score(predictions_of(kind, random_predictions(kind, skill)), [metric])[metric]
        for skill in (0, 0.7, 1)
    )
    sign = METRICS[metric].sign
    assert sign * random < sign * good <= sign * perfect
    best = METRICS[metric].highest if sign > 0 else METRICS[metric].lowest
    assert perfect == pytest.approx(best, abs=1e-9)


@every_metric
def test_the_order_of_the_samples_does_not_matter(kind, metric):
    columns = random_predictions(kind, 0.4)
    shuffled = np.random.default_rng(2).permutation(N)
    value = score(predictions_of(kind, columns), [metric])[metric]
    assert score(predictions_of(kind, columns, shuffled), [metric])[metric] == pytest.approx(value)


@every_metric
def test_a_weight_is_a_number_of_copies(kind, metric):
    columns = random_predictions(kind, 0.4)
    weights = np.random.default_rng(3).multinomial(N, np.ones(N) / N, 20).astype(float)
    values = scores(predictions_of(kind, columns), weights, [metric])[metric]
    assert values.shape == (20,)
    for value, times in zip(values, weights, strict=True):
        copies = predictions_of(kind, columns, np.repeat(np.arange(N), times.astype(int)))
        assert value == pytest.approx(score(copies, [metric])[metric])


@every_metric
def test_it_is_a_number_or_nan_of_any_resample_and_of_a_model_without_probabilities(kind, metric):
    columns = random_predictions(kind, 0.4)
    values = scores(predictions_of(kind, columns), np.eye(N)[:4], [metric])[metric]
    assert values.shape == (4,) and not np.isinf(values).any()
    if "prob" in columns:
        bare = predicted(columns["truth"], columns["predicted"], classes=KINDS[kind])
        value = score(bare, [metric])[metric]
        needed = metric in ("roc_auc", "average_precision", "log_loss", "brier")
        assert np.isnan(value) == needed


@every_metric
def test_it_scores_alone_as_among_all(kind, metric):
    predictions = predictions_of(kind, random_predictions(kind, 0.4))
    assert score(predictions)[metric] == score(predictions, [metric])[metric]


def test_a_new_metric_is_one_file_and_one_row(root, tmp_path):
    workflow = tmp_path / "workflow"
    for folder in ("python", "catalog"):
        shutil.copytree(root / "workflow" / folder, workflow / folder)
    code = "def score(samples):\n    return 1 - samples.right.sum(axis=1) / samples.total\n"
    (workflow / "python" / "omc" / "evaluate" / "scores" / "error_rate.py").write_text(code)
    with open(workflow / "catalog" / "metrics.csv", "a", encoding="utf-8") as file:
        file.write("error_rate,error rate,Error|rate,classification,,false,0,1,,,0.01\n")
    program = (
        "import pandas as pd\n"
        "from omc.evaluate.predictions import parse\n"
        "from omc.evaluate.scoring import score\n"
        "table = {'truth': 'aabb', 'predicted': 'aaba', 'prob_a': '1111', 'prob_b': '0000'}\n"
        "print(score(parse(pd.DataFrame({k: list(v) for k, v in table.items()}), None)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(workflow / "python")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "'error_rate': 0.25" in done.stdout
