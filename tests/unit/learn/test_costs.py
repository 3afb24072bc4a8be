"""What a check measures of the cost of a model."""

import time
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from omc.learn import costs
from omc.learn.batch import Data
from omc.learn.job import Settings
from omc.learn.processes import Limits, train_batch
from tests.unit.learn.test_training import write_study


class Clock:
    """CPU seconds that only the model below spends, whatever else the machine does."""

    seconds = 0.0


class Busy(DummyClassifier):
    """Takes some CPU seconds of the clock for each training row, or really for ever."""

    def __init__(self, per_row=0.0, strategy="prior"):
        super().__init__(strategy=strategy)
        self.per_row = per_row

    def fit(self, x, y):
        while self.per_row == np.inf:
            pass
        Clock.seconds += len(x) * self.per_row
        return super().fit(x, y)


@pytest.fixture
def cost_of(tmp_path, monkeypatch):
    """The cost of a model on n samples, and what its first split really takes."""

    monkeypatch.setattr(time, "process_time", lambda: Clock.seconds)

    def cost(estimator, n, grid=None):
        x = np.random.default_rng(1).normal(size=(n, 4))
        data = Data(*write_study(tmp_path, x, ["a", "b"] * (n // 2)), "classification")
        data.load_batch(["r01f01"])
        spec = {"name": "m", "params": {}, "grid": grid, "size": 9}
        settings = Settings("d", "m", spec, "classification", "brier", "none", 1)
        tried = SimpleNamespace(timing=[["fit", 0, 0, 0], ["predict", 0, 0, 0]])
        basis, seconds, memory = costs.model_cost(data, settings, estimator, "r01f01", tried)
        assert 20 < float(memory) < 4000

        def trained():
            return train_batch(data, settings, estimator, ["r01f01"])["r01f01"]

        return basis, float(seconds), trained

    return cost


def test_some_fits_tell_what_a_split_takes(cost_of):
    # 8 training rows in each of 3 inner fits of 3 candidates, and 12 in the last one.
    grid = {"strategy": ["prior", "stratified", "uniform"]}
    basis, seconds, trained = cost_of(Busy(0.002), 24, grid)
    actual = sum(float(row[2]) for row in trained().timing)
    assert basis == "measured" and seconds == pytest.approx(actual, rel=0.01)


def test_a_model_with_one_candidate_is_fitted_for_inner_predictions(cost_of):
    basis, seconds, _ = cost_of(Busy(0.005), 24)
    expected = 0.005 * (3 * 8 + 12)
    assert basis == "measured" and seconds == pytest.approx(expected)


def test_a_slow_fit_is_told_from_a_part_of_the_samples(cost_of, monkeypatch):
    # 27 of 108 rows in 0.108 s.
    monkeypatch.setattr(costs, "QUARTER", 200)
    basis, seconds, _ = cost_of(Busy(0.004), 324)
    expected = 200 * 0.108 * (3 + 1.5)
    assert basis == "extrapolated" and seconds == pytest.approx(expected)


def test_a_fit_without_end_costs_at_least_what_it_was_given(cost_of, monkeypatch):
    monkeypatch.setattr(costs, "MOST", Limits(seconds=1))
    basis, seconds, _ = cost_of(Busy(np.inf), 24, {"strategy": ["prior", "uniform"]})
    assert basis == "at least" and seconds == 3 * 2 * 1
