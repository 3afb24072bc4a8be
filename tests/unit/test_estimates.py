"""Intervals of external cohorts."""

import numpy as np
import pandas as pd
import pytest

from omc.estimates import sample_intervals
from omc.scoring import proportions, scorer


def intervals(truth, prob_b, units=None):
    truth, prob_b = np.array(truth, dtype=object), np.array(prob_b, dtype=float)
    part = pd.DataFrame({
        "truth": truth, "predicted": np.where(prob_b > 0.5, "b", "a"),
        "prob_a": (1 - prob_b).astype(str), "prob_b": prob_b.astype(str),
    })  # fmt: skip
    classes = ["a", "b"]
    units = np.arange(len(truth)) if units is None else units
    of = proportions(truth, classes, "b")
    return sample_intervals(scorer(part, "classification", classes, "b"), units, of, seed=1)


def test_a_model_that_is_always_right_has_no_interval_of_zero_width():
    found = intervals(["a"] * 10 + ["b"] * 5, [0.1] * 10 + [0.9] * 5)
    # Wilson with k = n: the lower limit is n / (n + z²).
    z2 = 1.959963984540054**2
    for metric, n in {"accuracy": 15, "sensitivity": 5, "specificity": 10}.items():
        assert found[metric][0] == found[metric][2] == 1
        assert found[metric][1] == pytest.approx(n / (n + z2))
        assert found[metric][3] == "wilson"
    assert found["roc_auc"][0] == 1 and np.isnan(found["roc_auc"][1:3]).all()


def test_copies_of_a_group_do_not_narrow_wilsons_interval():
    truth, prob = ["a", "b"] * 5, [0.1, 0.9] * 5
    alone = intervals(truth, prob)
    copied = intervals(truth * 4, prob * 4, np.tile(np.arange(10), 4))
    assert copied["accuracy"] == alone["accuracy"]


def test_the_bootstrap_stays_where_it_has_a_width():
    found = intervals(["a"] * 10 + ["b"] * 10, np.linspace(0.05, 0.95, 20)[::-1] ** 3)
    low, estimate, high = found["accuracy"][1], found["accuracy"][0], found["accuracy"][2]
    assert found["accuracy"][3] == "bootstrap" and low < estimate < high
