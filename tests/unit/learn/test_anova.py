"""The ANOVA of features gives the numbers of scikit-learn."""

import numpy as np
import pytest
from sklearn.feature_selection import f_classif

from omc.learn.anova import f_statistics


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_statistics_are_those_of_scikit_learn(number, order):
    rng = np.random.default_rng(1)
    for k in (2, 3, 5):
        x = rng.normal(rng.normal(0, 5), rng.uniform(0.1, 9), (50, 40)).astype(number, order=order)
        y = np.append(np.arange(k), rng.integers(0, k, 50 - k))
        # One is constant, another within the classes only.
        x[:, 0], x[:, 1] = 3, y
        for classes in (y, np.array(list("edcba"))[y]):
            np.testing.assert_array_equal(f_statistics(x, classes), f_classif(x, classes)[0])


def test_labels_of_real_samples(leukemia):
    x, y = leukemia
    np.testing.assert_array_equal(f_statistics(x, y), f_classif(x, y)[0])
