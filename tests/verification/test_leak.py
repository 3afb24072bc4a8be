"""Labels without meaning: selecting genes outside the folds invents a signal, inside does not."""

import numpy as np
import pytest

from omc.core.names import FINAL
from omc.learn import models
from omc.learn.preprocessing import apply_fit, learn
from omc.learn.splits import make_splits

PERMUTATIONS = 40
SETTING = {
    "max_missing": 0.2, "impute": "median", "scale": "standard", "method": "anova", "features": 50,
}  # fmt: skip
SCHEME = {"scheme": "repeated_kfold", "folds": 8, "repeats": 1, "inner_folds": 2}
SVM = {"name": "svm", "estimator": "sklearn.svm.SVC", "params": {"kernel": "linear"}, "grid": None}
SOURCE = (
    "Leukemia with permuted labels: selection inside and outside the folds",
    f"""The selection bias of Ambroise & McLachlan 2002 (PNAS 99:6562,
    doi:10.1073/pnas.102102699): 50 genes by F, linear SVM, 8-fold cross-validation, mean of
    {PERMUTATIONS} permutations of the labels. The correct result is chance: the error of the same
    predictions if they were independent of the labels. The workflow selects features inside the
    folds and has no way to select them outside; the test does that by hand, with the workflow's
    own functions. An earlier trial outside this workflow gave .372 inside and .137 outside.""",
)


def predict(values, outcome, split, learned):
    """Labels of a split's test samples, by genes that are selected on the rows `learned`."""
    layers = [{"name": "expression", "columns": np.arange(values.shape[1]), "top_variance": None}]
    fit = learn(values[learned], outcome[learned], layers, SETTING)
    x = apply_fit(values[:, fit.index], fit)
    svm = models.build(SVM, "classification", "none", "models.python[0]")
    svm = models.fit_model(svm, {}, x[split.train], outcome[split.train], 2, [], 1, "none")
    return models.predict_model(svm, x[split.test], 2)[0]


@pytest.mark.slow
@pytest.mark.verification
def test_permuted_labels(leukemia, report):
    values, labels = leukemia
    outcome = (labels == "AML").astype(int)
    rng = np.random.default_rng(2022)
    inside, outside, chance = [], [], []
    for number in range(PERMUTATIONS):
        permuted = rng.permutation(outcome)
        splits = make_splits(permuted, permuted, None, "permuted", SCHEME, seed=number)
        predicted = {"inside": np.zeros_like(outcome), "outside": np.zeros_like(outcome)}
        for split in (split for split in splits if split.name != FINAL):
            everything = np.arange(len(outcome))
            for where, rows in {"inside": split.train, "outside": everything}.items():
                predicted[where][split.test] = predict(values, permuted, split, rows)
        inside.append(np.mean(predicted["inside"] != permuted))
        outside.append(np.mean(predicted["outside"] != permuted))
        truth, answer = permuted.mean(), predicted["inside"].mean()
        chance.append(truth * (1 - answer) + answer * (1 - truth))
    inside, outside, chance = (float(np.mean(part)) for part in (inside, outside, chance))
    section = report.section(*SOURCE)
    section.check("error, selection inside the folds", inside, chance, tolerance=0.1)
    what = "error, selection outside the folds"
    section.tell(what, "far below chance", "", f"{outside:.3f}", "the leak")
    assert outside < inside - 0.15
