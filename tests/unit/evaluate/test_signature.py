"""Stability against Nogueira et al.'s definition, ranks by hand, and planted features."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from omc.core.checksums import sha256_file
from omc.core.csv_files import write_csv
from omc.core.tables import FAILURES, TUNING
from omc.data.matrix import write_h5ad
from omc.evaluate.predictions import parse
from omc.evaluate.shuffled import drops
from omc.evaluate.signature import consensus, read_uses, stability
from omc.learn import models
from omc.learn.batch import Data
from omc.learn.job import Settings
from omc.learn.preprocessing import learn, write_fits
from omc.learn.shuffling import (
    PERMUTATIONS,
    permute_split,
    read_evaluated,
    shuffle_features,
    splits_to_permute,
)
from omc.learn.splits import make_splits, split_rows
from omc.learn.training import train_split


def test_stability_by_hand():
    # Three sets of two of four features: the variances s² of the features (definition 4) are
    # 0, 1/3, 1/3 and 0, their mean is 1/6, and 2/4 * (1 - 2/4) is expected by chance.
    used = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0]], dtype=bool)
    value, low, high = stability(used, 4)
    assert value == pytest.approx(1 / 3)
    # Theorem 7: the sets' terms are 1, 2/3 and 1.
    half = 1.959963985 * np.sqrt(4 / 9 * np.sum((np.array([1, 2 / 3, 1]) - 8 / 9) ** 2))
    assert (low, high) == pytest.approx((1 / 3 - half, 1 / 3 + half))
    assert stability(used[:, :3], 4) == pytest.approx((value, low, high))


def test_stability_of_equal_and_of_random_sets():
    rng = np.random.default_rng(1)
    same = np.tile(rng.random(50) < 0.2, (10, 1))
    value, low, high = stability(same, 50)
    assert value == 1 and np.isnan([low, high]).all()
    drawn = np.argsort(rng.random((200, 100)), axis=1) < 10
    value, low, high = stability(drawn, 100)
    assert abs(value) < 0.02 and low < 0 < high
    # Sets of any size, and of mixed sizes.
    drawn = rng.random((200, 100)) < rng.uniform(0.05, 0.6, (200, 1))
    assert abs(stability(drawn, 100)[0]) < 0.02


def test_stability_is_undefined_where_nothing_is_left_out():
    for used in (np.ones((5, 8)), np.zeros((5, 8)), np.eye(8)[:1]):
        assert np.isnan(stability(used, 8)).all()


def test_the_interval_is_as_wide_as_the_measure_varies():
    rng = np.random.default_rng(2)
    share = rng.beta(0.5, 2, 60)
    result = np.array([stability(rng.random((40, 60)) < share, 60) for _ in range(300)])
    width = (result[:, 2] - result[:, 1]).mean() / 2 / 1.96
    assert width == pytest.approx(result[:, 0].std(), rel=0.15)


def importance(model, splits, language="r"):
    """Rows of importance.csv; splits: {split: {feature: importance}}."""
    rows = [
        [language, model, split, feature, "true", value]
        for split, of in splits.items()
        for feature, value in of.items()
    ]
    return pd.DataFrame(
        rows, columns=["language", "model", "split", "feature", "selected", "importance"]
    )


def test_ranks_and_use_by_hand():
    net = importance("net", {
        "s1": {"a": 0.5, "b": -2.0, "c": 0.0}, "s2": {"a": 1.0, "b": 1.0, "d": 0.0},
        "final": {"e": 9.0},
    })  # fmt: skip
    knn = importance("knn", {
        "s1": dict.fromkeys("abc", np.nan), "s2": dict.fromkeys("abd", np.nan),
    })  # fmt: skip
    null = importance("null", {"s1": {"c": 9.0}})
    features, selected, uses = read_uses(pd.concat([net, knn, null]), ["r/null"])
    assert list(features) == list("abcd")
    assert selected.sum(axis=0).tolist() == [2, 2, 1, 1]
    assert [use.model for use in uses] == ["net", "knn"]
    # At most three are selected: unused features have rank 4, and ties share a rank.
    assert uses[0].ranks.tolist() == [[2, 1, 4, 4], [1.5, 1.5, 4, 4]]
    assert uses[0].used.sum(axis=1).tolist() == [2, 2]
    # A model without importance uses all selected features and ranks none.
    assert uses[1].ranks is None and (uses[1].used == selected).all()


def test_consensus_is_the_mean_rank_with_ties_by_share_and_name():
    one = importance("one", {"s1": {"b": 3, "a": 2, "c": 1}, "s2": {"b": 3, "a": 2, "d": 1}})
    two = importance("two", {"s1": {"b": 1, "a": 3, "c": 2}, "s2": {"b": 1, "a": 3, "d": 2}})
    features, selected, uses = read_uses(pd.concat([one, two]), [])
    order, score, share = consensus(features, selected, uses)
    assert [features[i] for i in order] == ["a", "b", "c", "d"]
    assert score[order].tolist() == [1.5, 2, 3.25, 3.25]
    assert share[order].tolist() == [1, 1, 0.5, 0.5]
    order, score, _ = consensus(*read_uses(one.assign(importance=np.nan), []))
    assert [features[i] for i in order] == ["a", "b", "c", "d"] and np.isnan(score).all()


def test_models_that_lost_a_split_count_those_that_they_have():
    one = importance("one", {"s1": {"a": 1.0, "b": 0.0}, "s2": {"a": np.nan, "b": np.nan}})
    lost = importance("lost", {"s2": {"a": np.nan, "b": np.nan}})
    _, _, uses = read_uses(pd.concat([one, lost]), [])
    assert uses[0].used.tolist() == [[True, False]] and len(uses[1].used) == 1


def test_drops_by_hand():
    rows = []
    for split, feature, permutation, predicted in [
        ("s1", "", 0, "aabb"), ("s1", "g", 1, "abbb"), ("s1", "g", 2, "bbaa"),
        ("s1", "", 1, "bbaa"), ("s2", "", 0, "abbb"),
    ]:  # fmt: skip
        for truth, label in zip("aabb", predicted, strict=True):
            rows.append([split, feature, str(permutation), truth, label, "", ""])
    columns = ["split", "feature", "permutation", "truth", "predicted", "prob_a", "prob_b"]
    table = pd.DataFrame(rows, columns=columns)
    lost = drops(parse(table, "b"), ["g", "other", ""], "accuracy")
    # Accuracy 1 becomes 3/4 and 0; the second split did not select g.
    assert lost.tolist() == [[0.625, 0, 1], [0, 0, 0]]
    assert np.isnan(drops(parse(table, "b"), ["g"], "roc_auc")).all()
    numbers = table.replace({"a": "0", "b": "2"}).drop(columns=["prob_a", "prob_b"])
    assert drops(parse(numbers, None), [""], "rmse")[0, 0] == 2
    assert drops(parse(table[:0], "b"), ["g"], "accuracy").shape == (0, 1)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Files of 60 samples with 12 features; only f4 separates the classes."""
    folder = tmp_path_factory.mktemp("planted")
    rng = np.random.default_rng(5)
    outcome = ["case", "control"] * 30
    x = rng.normal(size=(60, 12))
    x[::2, 4] += 2.5
    samples = [f"s{i}" for i in range(60)]
    paths = [str(folder / n) for n in ("data.h5ad", "samples.tsv", "splits.csv", "p.h5")]
    write_h5ad(paths[0], x, samples, [f"f{i}" for i in range(12)], ["rna"] * 12)
    sheet = ([s, o, "", "development"] for s, o in zip(samples, outcome, strict=True))
    write_csv(paths[1], ["sample", "outcome", "group", "cohort"], sheet, "\t")
    scheme = {"scheme": "repeated_kfold", "folds": 3, "repeats": 2, "inner_folds": 3}
    splits = make_splits(outcome, outcome, None, "d", scheme, 1)
    header = ["split", "repeat", "fold", "sample", "role", "inner_fold"]
    write_csv(paths[2], header, split_rows(splits, samples))
    setting = {
        "max_missing": 0, "impute": "median", "scale": "standard", "method": "anova", "features": 8,
    }  # fmt: skip
    layer = [{"name": "rna", "columns": np.arange(12), "top_variance": None}]
    fits = {}
    for split in splits:
        for j in range(4):
            rows = split.train[split.inner_fold != j]
            fits[split.name, j] = learn(x[rows], np.array(outcome)[rows], layer, setting)
    write_fits(paths[3], fits, {"splits_sha256": sha256_file(paths[2]), "data_sha256": ""})
    return paths


def open_planted(planted):
    spec = {
        "name": "m", "estimator": "sklearn.linear_model.LogisticRegression", "params": {},
        "grid": {"C": [0.001, 1.0]}, "size": 9,
    }  # fmt: skip
    settings = Settings("d", "m", spec, "classification", "brier", "none", 1)
    data = Data(*planted, "classification")
    splits = splits_to_permute(data)
    data.load_batch(splits)
    return data, settings, models.build(spec, "classification", "none", "key"), splits


def test_a_planted_feature_costs_most_and_the_model_is_that_of_the_run(planted, tmp_path):
    data, settings, estimator, splits = open_planted(planted)
    assert splits == ["r01f01", "r01f02", "r01f03", "r02f01", "r02f02"]
    run = {split: train_split(data, settings, estimator, split) for split in splits}
    lead = ["d", "python", "m"]
    write_csv(
        tmp_path / "tuning.csv", TUNING,
        [[*lead, split, *row] for split in splits for row in run[split].tuning]
        + [["d", "r", "m", splits[0], *run[splits[0]].tuning[0]]],
    )  # fmt: skip
    evaluated = read_evaluated(tmp_path / "tuning.csv", settings)
    features, rows = [f"f{i}" for i in range(12)], []
    for split in splits:
        result = list(permute_split(data, settings, estimator, split, evaluated[split], features))
        assert [row for _, n, row in result if n == 0] == run[split].predictions
        assert len(result) == 20 * (1 + (8 + 1) * PERMUTATIONS)
        rows += [[split, feature, str(n), *row[2:]] for feature, n, row in result]
    columns = ["split", "feature", "permutation", "truth", "predicted", "prob_case", "prob_control"]
    table = pd.DataFrame(rows, columns=columns)
    for metric, least in (("roc_auc", 0.3), ("log_loss", 0.5)):
        lost = drops(parse(table.astype(str), "case"), [*features, ""], metric).mean(axis=0)
        assert lost[:12].argmax() == 4 and lost[4] > least
        assert np.delete(lost[:12], 4).max() < 0.1
        assert lost[12] == pytest.approx(lost[4], abs=0.1)


def test_what_is_predicted_at_once_does_not_change_the_result(planted, monkeypatch):
    data, settings, estimator, splits = open_planted(planted)
    evaluated = train_split(data, settings, estimator, splits[0]).tuning
    evaluated = [[*row, ""] for row in evaluated]
    arguments = (data, settings, estimator, splits[0], evaluated, ["f4", "f1"])
    rows = list(permute_split(*arguments))
    monkeypatch.setattr("omc.learn.shuffling.BLOCK_NUMBERS", 1)
    assert list(permute_split(*arguments)) == rows


def test_no_split_of_single_samples_is_permuted(planted):
    data, *_ = open_planted(planted)
    data.splits = {
        name: (rows[kept], inner[kept])
        for name, (rows, inner) in data.splits.items()
        for kept in [(inner > 0) | np.isin(rows, rows[inner == 0][:1])]
    }
    assert splits_to_permute(data) == []


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_only_a_split_that_failed_in_the_run_may_be_left_out(planted, tmp_path):
    _, settings, _, splits = open_planted(planted)
    names = ("tuning", "failures", "plan")
    files = SimpleNamespace(**{name: str(tmp_path / f"{name}.csv") for name in names})
    files.data, files.samples, files.splits, files.preprocessing = planted
    # Without rows of tuning.csv no candidate can be chosen.
    write_csv(files.tuning, TUNING, [])
    write_csv(files.failures, FAILURES, [])
    plan = ["dataset", "language", "model", "feature"]
    write_csv(files.plan, plan, [["d", "python", "m", "f4"]])
    params = SimpleNamespace(
        dataset="d", models=json.dumps([{**settings.spec, "key": "key"}]), task="classification",
        tuning_metric="brier", imbalance="none", seed=1,
    )  # fmt: skip
    arguments = (files, tmp_path / "permuted.csv", params)
    with pytest.raises(ValueError):
        shuffle_features(*arguments)
    rows = [["d", "python", "m", split, "tune", "no", "log"] for split in splits]
    write_csv(files.failures, FAILURES, rows)
    shuffle_features(*arguments)
    assert len((tmp_path / "permuted.csv").read_text().splitlines()) == 1
