"""Expected performance of a picked model, against the definition of BBC-CV."""

import numpy as np
import pytest

from omc.evaluate.intervals import resamples
from omc.evaluate.picking import RESAMPLES, expect_of_winner
from omc.evaluate.pooled import Cohort, Predicted

N = 12
RIGHT = {
    "a": [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0],
    "b": [0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0],
    "c": [1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1],
}


def cohort_of(right, units=range(N), tested=()):
    def scorer(of):
        def scored(weights, metrics=None):
            with np.errstate(invalid="ignore"):
                return {"accuracy": (weights @ np.array(of, dtype=float)) / weights.sum(axis=1)}

        return scored

    known = {model: np.ones(len(of), dtype=bool) for model, of in right.items()}
    for model in tested:
        known[model][0] = False
    models = {
        model: Predicted(known[model], scorer(of), known[model].all())
        for model, of in right.items()
    }
    return Cohort("group", np.array(units), {}, models)


def by_definition(right, units, sign):
    """Algorithm 5 of Tsamardinos et al. 2018, one resample at a time."""
    losses = []
    for weights in np.concatenate(list(resamples(np.array(units), 7, RESAMPLES))):
        inside, outside = np.flatnonzero(weights), np.flatnonzero(weights == 0)
        drawn = np.repeat(inside, weights[inside].astype(int))
        chosen = max(right, key=lambda model: sign * np.mean(np.array(right[model])[drawn]))
        if len(outside):
            losses.append(np.mean(np.array(right[chosen])[outside]))
    return losses


@pytest.mark.parametrize("units", [list(range(N)), [i // 2 for i in range(N)]])
@pytest.mark.parametrize("smaller", [False, True])
def test_it_is_what_the_algorithm_says(units, smaller):
    sign = -1 if smaller else 1
    result = expect_of_winner(cohort_of(RIGHT, units), list("abc"), "accuracy", smaller, seed=7)
    expected = by_definition(RIGHT, units, sign)
    assert result.estimate == pytest.approx(np.mean(expected))
    assert [result.low, result.high] == pytest.approx(np.quantile(expected, [0.025, 0.975]))
    assert (result.models, result.resamples) == (3, len(expected))
    # Models a and b both have 8 of 12: the first is picked.
    assert result.winner == ("a" if smaller else "c")
    assert result.winner_estimate == pytest.approx(8 / 12 if smaller else 9 / 12)
    assert result.optimism == pytest.approx(sign * (result.winner_estimate - result.estimate))


def test_the_best_of_many_coins_is_told_to_be_a_coin():
    rng = np.random.default_rng(2)
    coins = {str(i): rng.integers(0, 2, 60) for i in range(40)}
    result = expect_of_winner(cohort_of(coins, range(60)), list(coins), "accuracy", False, seed=1)
    assert result.optimism > 0.05 and result.estimate < 0.5 < result.winner_estimate
    assert result.low < 0.5 < result.high


def test_a_model_that_lost_samples_is_not_picked():
    result = expect_of_winner(cohort_of(RIGHT, tested="c"), list("abc"), "accuracy", False, seed=1)
    assert result.winner == "a" and result.models == 2
    assert expect_of_winner(cohort_of(RIGHT), [], "accuracy", False, seed=1) is None
    assert expect_of_winner(cohort_of(RIGHT, ["g"] * N), ["a"], "accuracy", False, seed=1) is None
