"""The elastic net of logistic regression stops at the optimum."""

import numpy as np
import pytest
from scipy.special import expit

from omc.learn.estimators.elastic_net import LogisticElasticNet


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
