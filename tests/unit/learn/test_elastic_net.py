"""The elastic net of logistic regression stops at the optimum."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import ElasticNet, LogisticRegression

from omc.learn.estimators.elastic_net import LinearElasticNet, LogisticElasticNet


def study(classes, n=45, p=80):
    rng = np.random.default_rng(classes)
    y = np.arange(n) % classes
    x = rng.normal(size=(n, p))
    x[:, :6] += 0.8 * y[:, None]
    return x, y


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(("alpha", "l1_ratio"), [(0.1, 1.0), (0.03, 1.0), (0.01, 0.1)])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradient_vanishes_at_the_fit(classes, alpha, l1_ratio, weighted):
    x, y = study(classes)
    y[:9] = 0
    weights = np.ones(len(y))
    if weighted:
        weights = (len(y) / (classes * np.bincount(y)))[y]
    model = LogisticElasticNet(alpha, l1_ratio, class_weight="balanced" if weighted else None)
    prob = model.fit(x, y).predict_proba(x)
    np.testing.assert_allclose(prob.sum(axis=1), 1)
    residual = (prob - np.eye(classes)[y]) * (weights / weights.sum())[:, None]
    residual = residual[:, 1:] if classes == 2 else residual
    np.testing.assert_allclose(residual.sum(axis=0), 0, atol=1e-6)
    coefficients = model.coef_
    gradient = residual.T @ x + alpha * (1 - l1_ratio) * coefficients
    used = coefficients != 0
    slope = -alpha * l1_ratio * np.sign(coefficients[used])
    np.testing.assert_allclose(gradient[used], slope, atol=1e-5)
    assert np.all(np.abs(gradient[~used]) <= alpha * l1_ratio + 1e-5)
    assert 0 < used.sum() < used.size


@pytest.mark.parametrize("classes", [2, 3])
def test_unpenalised_columns_have_the_gradient_zero_and_the_others_that_of_the_penalty(classes):
    x, y = study(classes, p=30)
    free = [3, 29]
    model = LogisticElasticNet(0.05, 1.0, unpenalised=free).fit(x, y)
    residual = (model.predict_proba(x) - np.eye(classes)[y]) / len(y)
    residual = residual[:, 1:] if classes == 2 else residual
    gradient = residual.T @ x
    np.testing.assert_allclose(gradient[:, free], 0, atol=1e-6)
    others = np.delete(np.arange(30), free)
    assert np.all(np.abs(gradient[:, others]) <= 0.05 + 1e-5)
    assert 0 < np.count_nonzero(model.coef_[:, others]) < others.size


def test_without_a_penalty_at_all_it_is_plain_logistic_regression():
    x, y = study(2, n=200, p=4)
    # Indicators of all levels, which add up to 1.
    level = np.arange(200) % 3
    x = np.column_stack([x, np.eye(3)[level]])
    model = LogisticElasticNet(0.3, 1.0, unpenalised=range(7)).fit(x, y)
    plain = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, y)
    np.testing.assert_allclose(model.predict_proba(x), plain.predict_proba(x), atol=1e-5)


def test_a_regression_with_unpenalised_columns_is_at_its_optimum():
    x, _ = study(2, p=30)
    y = x[:, 0] + 2 * x[:, 5] + np.random.default_rng(1).normal(size=len(x))
    model = LinearElasticNet(0.2, l1_ratio=0.5, tol=1e-9, unpenalised=[5]).fit(x, y)
    residual = (model.predict(x) - y) / len(y)
    assert residual.sum() == pytest.approx(0, abs=1e-9)
    gradient = residual @ x + 0.2 * 0.5 * model.coef_
    assert residual @ x[:, 5] == pytest.approx(0, abs=1e-7)
    used = np.flatnonzero(model.coef_)
    used = used[used != 5]
    np.testing.assert_allclose(gradient[used], -0.1 * np.sign(model.coef_[used]), atol=1e-6)
    plain = ElasticNet(0.2, l1_ratio=0.5).fit(x, y)
    np.testing.assert_array_equal(LinearElasticNet(0.2).fit(x, y).coef_, plain.coef_)


def test_c_is_scikit_learns_scale_of_the_penalty():
    x, y = study(2)
    one = LogisticElasticNet(alpha=1 / (len(y) * 0.2), l1_ratio=1.0).fit(x, y)
    other = LogisticElasticNet(C=0.2, l1_ratio=1.0).fit(x, y)
    np.testing.assert_array_equal(one.coef_, other.coef_)
    np.testing.assert_allclose(one.predict_proba(x)[:, 1], expit(one.decision_function(x)))
    assert set(one.predict(x)) == {0, 1}


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="all of one class"):
        LogisticElasticNet().fit(np.eye(3), np.zeros(3))
