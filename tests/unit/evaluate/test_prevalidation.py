"""A prevalidated score beside a baseline's columns."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from omc.core.csv_files import write_csv
from omc.data.matrix import write_h5ad
from omc.evaluate.prevalidation import prevalidated, scored
from omc.learn.preprocessing import learn_all
from omc.learn.splits import make_splits, split_rows

N = 60
SAMPLES = [f"s{i:02d}" for i in range(N)]
PICKS = {"r01f01": "r/a", "r01f02": "r/b", "r01f03": "r/a"}
SETTING = {
    "max_missing": 0.2, "impute": "median", "scale": "standard", "method": "none", "features": 0,
    "top_variance": {"clinic": None}, "baseline": ["clinic"],
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    """Paths, the columns (N, 2), the labels and the probabilities by (table, model, split)."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(N, 2))
    labels = np.where(rng.uniform(size=N) < expit(x[:, 0]), "yes", "no")
    kinds = ("data", "samples", "splits", "preprocessing", "predictions", "inner_predictions")
    paths = {kind: str(tmp_path / kind) for kind in kinds}
    write_h5ad(paths["data"], x, SAMPLES, ["age", "size"], ["clinic"] * 2)
    sheet = [[s, label, "", "development"] for s, label in zip(SAMPLES, labels, strict=True)]
    write_csv(paths["samples"], ["sample", "outcome", "group", "cohort"], sheet, "\t")
    scheme = {"scheme": "repeated_kfold", "folds": 3, "repeats": 1, "inner_folds": 2}
    splits = make_splits(list(labels), list(labels), None, "d", scheme, 1)
    header = ["split", "repeat", "fold", "sample", "role", "inner_fold"]
    write_csv(paths["splits"], header, split_rows(splits, SAMPLES))
    learn_all(*(paths[k] for k in kinds[:3]), SETTING, "classification", paths["preprocessing"])
    prob = {}
    for kind, extra in (("predictions", "development"), ("inner_predictions", "1")):
        rows = []
        for split in splits[:-1]:
            at = split.test if kind == "predictions" else split.train
            for model in "ab":
                p = prob[kind, model, split.name] = pd.Series(rng.uniform(size=len(at)), at)
                rows += [
                    ["r", model, split.name, extra, SAMPLES[i], labels[i], "no", 1 - p[i], p[i]]
                    for i in at
                ]
        column = "cohort" if kind == "predictions" else "inner_fold"
        names = ["language", "model", "split", column, "sample", "truth", "predicted"]
        write_csv(paths[kind], [*names, "prob_no", "prob_yes"], rows)
    return paths, x, labels, prob, splits


def test_the_score_of_the_split_s_pick_is_one_more_column(study):
    paths, x, labels, prob, splits = study
    tables = prevalidated(paths, "classification", None, PICKS)
    for split in splits[:-1]:
        model = PICKS[split.name][-1]
        scores = [
            logit(prob[kind, model, split.name].clip(0.001, 0.999)).to_numpy()[:, None]
            for kind in ("inner_predictions", "predictions")
        ]
        for table, parts in zip(tables, (scores, [s[:, :0] for s in scores]), strict=True):
            plain = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000)
            plain.fit(np.hstack([x[split.train], parts[0]]), labels[split.train])
            expected = plain.predict_proba(np.hstack([x[split.test], parts[1]]))[:, 1]
            rows = table[table["split"] == split.name]
            assert list(rows["sample"]) == [SAMPLES[i] for i in split.test]
            np.testing.assert_allclose(rows["prob_yes"].astype(float), expected, atol=1e-4)
    rows = scored(tables[0], None, ["roc_auc", "brier"])
    assert len(rows) == 6 and set(rows["model"]) == {"prevalidated"}
    assert rows["value"].between(0, 1).all()


def test_splits_without_a_pick_or_a_score_of_every_sample_are_left_out(study, capsys):
    paths, *_ = study
    inner = pd.read_csv(paths["inner_predictions"])
    first = inner["split"] == "r01f01"
    inner[~first | (np.arange(len(inner)) > 0)].to_csv(paths["inner_predictions"], index=False)
    picks = {"r01f01": "r/a", "r01f02": "r/b"}
    with_score, without = prevalidated(paths, "classification", None, picks)
    assert set(with_score["split"]) == set(without["split"]) == {"r01f02"}
    assert "r01f01: left out" in capsys.readouterr().out
    assert all(table.empty for table in prevalidated(paths, "classification", None, {}))
