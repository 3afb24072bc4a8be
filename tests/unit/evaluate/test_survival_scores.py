"""Metrics of survival against scikit-survival and hand computations."""

import numpy as np
import pytest
from scipy.stats import kendalltau
from sksurv.metrics import (
    brier_score,
    concordance_index_censored,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
    integrated_brier_score,
)
from sksurv.nonparametric import CensoringDistributionEstimator

from omc.core.survival import OUTCOME, Censoring
from omc.evaluate.intervals import sample_intervals
from omc.evaluate.samples import Samples
from omc.evaluate.scores import horizon_auc, integrated_brier
from omc.evaluate.scoring import score, scores
from tests.predicted import predicted_survival


def drawn(n=80, seed=1, censored=0.5, ties=True):
    """(training outcome, test outcome, risk, survival at the horizons) of n samples each."""
    rng = np.random.default_rng(seed)
    risk = np.round(rng.normal(size=2 * n), 1)
    time = rng.exponential(np.exp(-risk)) + 0.01
    until = rng.exponential(1 / censored, 2 * n) * 2
    outcome = np.empty(2 * n, dtype=OUTCOME)
    outcome["event"], outcome["time"] = time <= until, np.minimum(time, until)
    if ties:
        outcome["time"] = np.ceil(outcome["time"] * 10) / 10
    train, test = outcome[:n], outcome[n:]
    # scikit-survival takes no test sample after the last training sample.
    train["time"][0], train["event"][0] = outcome["time"].max() + 1, False
    return train, test, risk[n:]


def survival_at(risk, horizons):
    return np.exp(-np.outer(np.exp(0.7 * risk), horizons))


def predictions_of(train, test, risk, horizons):
    return predicted_survival(
        test["time"], test["event"], risk, survival_at(risk, horizons), horizons, train
    )


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_the_metrics_are_those_of_scikit_survival(seed, ties):
    train, test, risk = drawn(seed=seed, ties=ties)
    horizons = np.quantile(test["time"], np.linspace(0.1, 0.8, 20))
    horizons = np.unique(np.round(horizons, 3))
    predictions = predictions_of(train, test, risk, horizons)
    values = score(predictions)
    harrell = concordance_index_censored(test["event"], test["time"], risk)[0]
    uno = concordance_index_ipcw(train, test, risk)[0]
    survival = survival_at(risk, horizons)
    assert values["concordance"] == pytest.approx(harrell, abs=1e-9)
    assert values["uno_concordance"] == pytest.approx(uno, abs=1e-9)
    ibs = integrated_brier_score(train, test, survival, horizons)
    assert values["integrated_brier"] == pytest.approx(ibs, abs=1e-9)
    samples = Samples(predictions, np.ones((1, len(test))))
    briers = brier_score(train, test, survival, horizons)[1]
    np.testing.assert_allclose(integrated_brier.at_horizons(samples)[0], briers, atol=1e-9)
    # Its mean over the times is weighted by the survival, ours is not.
    aucs = cumulative_dynamic_auc(train, test, risk, horizons)[0]
    ours = [horizon_auc.at_horizon(samples, h)[0] for h in horizons]
    np.testing.assert_allclose(ours, aucs, atol=1e-9)
    assert values["horizon_auc"] == pytest.approx(np.mean(aucs), abs=1e-9)


def test_the_probabilities_of_not_being_censored_are_those_of_scikit_survival():
    train, test, risk = drawn()
    estimator = CensoringDistributionEstimator().fit(train)
    predictions = predictions_of(train, test, risk, [0.2, 0.5])
    expected = estimator.predict_proba(test["time"])
    np.testing.assert_allclose(predictions.uncensored[:, 0], expected, atol=1e-9)
    expected = np.broadcast_to(estimator.predict_proba(np.array([0.2, 0.5])), (len(test), 2))
    np.testing.assert_allclose(predictions.uncensored[:, 1:], expected, atol=1e-9)


def test_twenty_weights_by_hand():
    rng = np.random.default_rng(5)
    time, event = rng.integers(1, 9, 20).astype(float), rng.random(20) < 0.5
    outcome = np.empty(20, dtype=OUTCOME)
    outcome["time"], outcome["event"] = time, event
    for at in range(10):
        known = 1.0
        for t in range(1, at + 1):
            # At the same time, who had the event has left before others are censored.
            at_risk = sum(time >= t) - sum((time == t) & event)
            censored = sum((time == t) & ~event)
            # Where all that are left are censored, it stays as it was.
            if at_risk > censored:
                known *= 1 - censored / at_risk
        assert Censoring(outcome).at([at])[0] == pytest.approx(known, abs=1e-12)


def test_without_censoring_concordance_is_rank_agreement():
    _, test, risk = drawn(ties=False)
    predictions = predicted_survival(test["time"], np.ones(len(test)), risk)
    values = score(predictions, ["concordance", "uno_concordance"])
    time = test["time"]
    pairs = [
        (1 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0)
        for i in range(len(time))
        for j in range(len(time))
        if time[i] < time[j]
    ]
    assert values["concordance"] == pytest.approx(np.mean(pairs))
    assert values["uno_concordance"] == pytest.approx(np.mean(pairs))
    ranks = np.argsort(np.argsort(risk))
    alone = score(predicted_survival(time, np.ones(len(time)), ranks), ["concordance"])
    tau = kendalltau(-ranks, time).statistic
    assert alone["concordance"] == pytest.approx((tau + 1) / 2)


def test_permuted_times_give_one_half_on_average():
    train, test, risk = drawn()
    rng, names = np.random.default_rng(1), ["concordance", "uno_concordance", "horizon_auc"]
    values = [
        list(score(predictions_of(train, rng.permutation(test), risk, [0.2, 0.5]), names).values())
        for _ in range(60)
    ]
    np.testing.assert_allclose(np.mean(values, axis=0), 0.5, atol=0.02)


def test_ninety_percent_censored():
    train, test, risk = drawn(300, censored=15)
    assert 0.05 < test["event"].mean() < 0.15
    horizons = np.quantile(test["time"], [0.3, 0.6])
    values = score(predictions_of(train, test, risk, horizons))
    assert values["concordance"] == pytest.approx(
        concordance_index_censored(test["event"], test["time"], risk)[0], abs=1e-9
    )
    assert values["integrated_brier"] == pytest.approx(
        integrated_brier_score(train, test, survival_at(risk, horizons), horizons), abs=1e-9
    )


def test_a_horizon_after_the_last_time_has_no_auc_and_does_not_count():
    train, test, risk = drawn()
    late = test["time"].max() + 1
    predictions = predictions_of(train, test, risk, [0.3, late])
    with np.errstate(invalid="ignore"):
        samples = Samples(predictions, np.ones((1, len(test))))
        assert np.isnan(horizon_auc.at_horizon(samples, late)[0])
        first = horizon_auc.at_horizon(samples, 0.3)[0]
    assert score(predictions, ["horizon_auc"])["horizon_auc"] == pytest.approx(first)
    alone = predictions_of(train, test, risk, [late])
    assert np.isnan(score(alone, ["horizon_auc"])["horizon_auc"])


def test_without_comparable_pairs_there_is_no_value():
    names = ["concordance", "uno_concordance", "horizon_auc"]
    predictions = predicted_survival([1.0, 2.0, 3.0], [0, 0, 1], [1.0, 2.0, 3.0], horizons=[2.5])
    assert all(np.isnan(value) for value in score(predictions, names).values())


def test_a_model_without_survival_has_no_integrated_brier():
    predictions = predicted_survival([1.0, 2.0, 3.0], [1, 0, 1], [3.0, 2.0, 1.0], horizons=[1.5])
    values = score(predictions)
    assert np.isnan(values["integrated_brier"]) and values["concordance"] == 1


def test_many_samples_are_resampled_in_little_memory():
    train, test, risk = drawn(700)
    predictions = predictions_of(train, test, risk, [0.2, 0.5])
    units = np.arange(len(test))
    few = scores(predictions, np.random.default_rng(0).multinomial(700, np.ones(700) / 700, 2))
    assert few["concordance"].shape == (2,)
    intervals = sample_intervals(lambda w: scores(predictions, w), units, {}, seed=1)
    for estimate, low, high, _ in intervals.values():
        assert low < estimate < high
