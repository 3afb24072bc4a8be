"""Metrics against scikit-learn and hand calculations."""

import numpy as np
import pytest
from scipy.stats import bootstrap, spearmanr
from sklearn import metrics as sk

from omc.evaluate import scoring
from omc.evaluate.intervals import corrected_interval, sample_intervals
from omc.learn.losses import best_candidate, tuning_value
from tests.predicted import predicted as make_predictions


def score(*args):
    return scoring.score(make_predictions(*args))


def scorer(*args):
    """The scores as a function of the weights."""
    return lambda weights: scoring.scores(make_predictions(*args), weights)


def bootstrapped(scored, units, metric):
    """(estimate, low, high)."""
    return sample_intervals(scored, units, {}, seed=1)[metric][:3]


def test_binary_by_hand():
    truth = ["b", "b", "a", "a"]
    prob = np.array([[0.1, 0.9], [0.6, 0.4], [0.8, 0.2], [0.7, 0.3]])
    values = score(truth, ["b", "a", "a", "a"], prob, ["a", "b"], "b")
    assert values["accuracy"] == 0.75
    assert values["sensitivity"] == 0.5
    assert values["specificity"] == 1.0
    assert values["balanced_accuracy"] == 0.75
    assert values["roc_auc"] == 1.0
    assert values["brier"] == pytest.approx((0.01 + 0.36 + 0.04 + 0.09) / 4)
    assert values["log_loss"] == pytest.approx(-np.mean(np.log([0.9, 0.4, 0.8, 0.7])))
    assert values["mcc"] == pytest.approx(1 / np.sqrt(3))
    assert values["f1"] == pytest.approx(2 / 3)


def test_agrees_with_scikit_learn_on_three_classes():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 60)
    prob = rng.dirichlet([1, 1, 1], 60)
    classes = ["x,1", 'q"', "z"]
    truth = [classes[i] for i in y]
    predicted = [classes[i] for i in prob.argmax(axis=1)]
    values = score(truth, predicted, prob, classes, None)
    auc = sk.roc_auc_score(y, prob, multi_class="ovr", average="macro")
    assert values["roc_auc"] == pytest.approx(auc, abs=1e-12)
    assert values["log_loss"] == pytest.approx(sk.log_loss(y, prob), abs=1e-12)
    assert values["brier"] == pytest.approx(sk.brier_score_loss(y, prob, scale_by_half=False))
    assert values["mcc"] == pytest.approx(sk.matthews_corrcoef(truth, predicted))
    assert "sensitivity" not in values


def test_undefined_is_nan_and_no_warning():
    # Without a case, F1 is undefined whatever was predicted.
    for predicted in (["a", "a"], ["a", "b"]):
        values = score(["a", "a"], predicted, [[1, 0], [0, 1]], ["a", "b"], "b")
        assert np.isnan(values["f1"])
    values = score(["a", "a"], ["a", "b"], [[1, 0], [0, 1]], ["a", "b"], "b")
    assert np.isnan(values["roc_auc"]) and np.isnan(values["sensitivity"])
    assert values["accuracy"] == 0.5
    without_prob = score(["a", "b"], ["a", "b"], None, ["a", "b"], "b")
    assert np.isnan(without_prob["brier"]) and without_prob["accuracy"] == 1


def test_regression():
    values = score(["1", "2", "3"], ["1", "2", "5"])
    assert values["rmse"] == pytest.approx(np.sqrt(4 / 3))
    assert values["mae"] == pytest.approx(2 / 3)
    assert values["r2"] == pytest.approx(-1)
    assert values["spearman"] == pytest.approx(1)
    assert score(["1", "2"], ["3", "3"])["spearman"] == 0
    assert np.isnan(score(["3", "3"], ["1", "2"])["spearman"])


def test_tuning_metrics_by_hand():
    truth = np.array([0, 1, 1])
    prob = np.array([[0.8, 0.2], [0.3, 0.7], [1.0, 0.0]])
    labels = prob.argmax(axis=1)
    assert tuning_value("brier", truth, labels, prob) == pytest.approx((0.04 + 0.09 + 1) / 3)
    expected = -(np.log(0.8) + np.log(0.7) + np.log(1e-15)) / 3
    assert tuning_value("log_loss", truth, labels, prob) == pytest.approx(expected)
    assert tuning_value("accuracy", truth, labels, prob) == pytest.approx(2 / 3)
    assert tuning_value("balanced_accuracy", truth, labels, prob) == pytest.approx(0.75)
    assert tuning_value("rmse", np.array([1.0, 2]), np.array([1.0, 4]), None) == pytest.approx(
        2**0.5
    )
    three = np.array([[1.0, 0, 0], [0, 0.5, 0.5]])
    assert tuning_value("brier", np.array([0, 1]), None, three) == pytest.approx(0.25)


def test_the_first_candidate_wins_a_tie_and_a_failed_one_never():
    assert best_candidate("brier", np.array([np.nan, 0.2, 0.1, 0.1])) == 2
    assert best_candidate("accuracy", np.array([0.9, 0.9, np.nan])) == 0
    # Reordered values have a mean that differs in the last digits.
    assert best_candidate("brier", np.array([0.3, 0.1 + 1e-13, 0.1])) == 1


def test_corrected_resampled_t_by_hand():
    values = np.array([0.8, 0.9, 0.7, 0.8, 0.8])
    mean, low, high = corrected_interval(values, 0.25, 4)
    half = 2.7764451052 * np.sqrt(values.var(ddof=1) * (1 / 5 + 0.25))
    assert (mean, low, high) == pytest.approx((0.8, 0.8 - half, 0.8 + half))
    assert np.isnan(corrected_interval(np.array([0.5]), 0.25, 1)[1])


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_label_metrics_agree_with_scikit_learn(classes):
    rng = np.random.default_rng(classes)
    names = [f"c{i}" for i in range(classes)]
    for n in (3, 8, 40):
        truth, predicted = rng.choice(names, n), rng.choice(names, n)
        truth[:2] = names[:2]
        values = score(truth, predicted, None, names, names[-1])
        assert values["accuracy"] == pytest.approx(sk.accuracy_score(truth, predicted))
        assert values["mcc"] == pytest.approx(sk.matthews_corrcoef(truth, predicted))
        average = {"average": "macro"} if classes > 2 else {"pos_label": names[-1]}
        f1 = sk.f1_score(truth, predicted, zero_division=0, **average)
        assert values["f1"] == pytest.approx(f1)
        present = [k for k in names if k in truth]
        recall = sk.recall_score(truth, predicted, labels=present, average="macro", zero_division=0)
        assert values["balanced_accuracy"] == pytest.approx(recall)


@pytest.mark.parametrize("classes", [2, 3])
def test_rankings_with_ties_agree_with_scikit_learn(classes):
    rng = np.random.default_rng(classes)
    for _ in range(20):
        y = np.concatenate([np.arange(classes), rng.integers(0, classes, 20)])
        prob = rng.integers(1, 5, (len(y), classes)).astype(float)
        prob /= prob.sum(axis=1, keepdims=True)
        names = [f"c{i}" for i in range(classes)]
        truth = [names[i] for i in y]
        values = score(truth, truth, prob, names, "c1")
        onehot = np.eye(classes)[y][:, [1] if classes == 2 else slice(None)]
        of = prob[:, [1]] if classes == 2 else prob
        assert values["roc_auc"] == pytest.approx(sk.roc_auc_score(onehot, of))
        assert values["average_precision"] == pytest.approx(sk.average_precision_score(onehot, of))
    x, z = rng.integers(0, 4, 30), rng.integers(0, 4, 30)
    values = score(x, z)
    assert values["r2"] == pytest.approx(sk.r2_score(x, z))
    assert values["spearman"] == pytest.approx(spearmanr(x, z).statistic)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_a_weight_is_a_number_of_copies(classes):
    rng = np.random.default_rng(4)
    n, names = 12, [f"c{i}" for i in range(classes)]
    if classes:
        prob = rng.integers(1, 4, (n, classes)) / 10
        truth, predicted = rng.choice(names, n), rng.choice(names, n)
    else:
        prob = None
        truth, predicted = rng.integers(0, 4, n) / 10, rng.integers(0, 4, n) / 10
    positive = names[-1] if names else None
    weights = np.vstack([rng.multinomial(n, np.ones(n) / n, 30), np.eye(n)[0] * 3])
    result = scorer(truth, predicted, prob, names, positive)(weights)
    for b, times in enumerate(weights):
        rows = np.repeat(np.arange(n), times.astype(int))
        part = None if prob is None else prob[rows]
        expected = score(truth[rows], predicted[rows], part, names, positive)
        assert {m: v[b] for m, v in result.items()} == pytest.approx(expected, nan_ok=True)


def test_bootstrap_interval_agrees_with_scipy():
    error = np.random.default_rng(1).exponential(size=40)
    scored = scorer(np.zeros(40), error)
    estimate, low, high = bootstrapped(scored, np.arange(40), "mae")
    expected = bootstrap((error,), np.mean, n_resamples=9999, method="percentile", rng=1)
    assert estimate == pytest.approx(error.mean())
    assert (low, high) == pytest.approx(expected.confidence_interval, abs=0.02)


def test_bootstrap_of_groups_is_that_of_independent_units():
    """Five copies of each sample, kept together, carry no more information than the samples."""
    error = np.random.default_rng(1).exponential(size=20)

    def interval(copies, units):
        of = np.tile(error, copies)
        scored = scorer(np.zeros(len(of)), of)
        return bootstrapped(scored, units, "mae")

    alone = interval(1, np.arange(20))
    assert interval(5, np.tile(np.arange(20), 5)) == pytest.approx(alone)
    assert interval(1, np.zeros(20))[1:] == pytest.approx((np.nan, np.nan), nan_ok=True)


def test_bootstrap_leaves_undefined_resamples_out():
    truth, prob = ["a"] * 9 + ["b"], np.array([[0.9, 0.1]] * 8 + [[0.1, 0.9]] + [[0.2, 0.8]])
    scored = scorer(truth, truth, prob, ["a", "b"], "b")
    estimate, low, high = bootstrapped(scored, np.arange(10), "roc_auc")
    assert estimate == pytest.approx(8 / 9) and low < estimate < high == 1


def test_bootstrap_without_variation_has_no_limits():
    truth, prob = ["a"] * 5 + ["b"] * 5, np.array([[0.9, 0.1]] * 5 + [[0.2, 0.8]] * 5)
    scored = scorer(truth, truth, prob, ["a", "b"], "b")
    estimate, *limits = bootstrapped(scored, np.arange(10), "roc_auc")
    assert estimate == 1 and np.isnan(limits).all()


def test_bootstrap_of_a_class_alone_has_no_area():
    scored = scorer(["a"] * 3, ["a"] * 3, None, ["a", "b"], "b")
    assert np.isnan(bootstrapped(scored, np.arange(3), "roc_auc")).all()
