"""The permutation null: which samples stay together, scores of permutations, and p-values."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.evaluate.null import best_values, check, null_test, p_value, performance
from omc.evaluate.predictions import parse
from omc.learn.label_permutation import permute_sheet, permuted, permuted_in_strata
from omc.report.console import null_cost

RESAMPLING = {"scheme": "repeated_kfold", "folds": 3, "repeats": 1, "inner_folds": 2}


def dealt(outcome, groups, seed=1):
    return permuted(outcome, groups, np.random.default_rng(seed))


def test_outcomes_are_permuted():
    outcome = np.arange(30)
    assert sorted(dealt(outcome, None)) == list(outcome)
    assert (dealt(outcome, None) != outcome).sum() > 20
    assert (dealt(outcome, None) != dealt(outcome, None, seed=2)).any()


def test_groups_of_one_outcome_move_whole():
    groups = np.repeat([f"g{i}" for i in range(12)], [1, 2, 3] * 4)
    label = dict(zip(dict.fromkeys(groups), ["a", "a", "b"] * 4, strict=True))
    outcome = np.array([label[g] for g in groups])
    result = [dict(zip(groups, dealt(outcome, groups, seed), strict=True)) for seed in range(20)]
    for seed, of_group in enumerate(result):
        assert [of_group[g] for g in groups] == list(dealt(outcome, groups, seed))
        assert Counter(of_group.values()) == {"a": 8, "b": 4}
    # Every group gets both outcomes in some permutation.
    assert all(len({of_group[g] for of_group in result}) == 2 for g in label)


def test_a_pair_keeps_one_of_each():
    groups = np.repeat(np.arange(10), 2)
    outcome = np.tile(["normal", "tumour"], 10)
    result = dealt(outcome, groups)
    assert all(set(result[groups == g]) == {"normal", "tumour"} for g in range(10))
    assert 0 < (result != outcome).sum() < 20


def test_blocks_go_to_groups_of_their_size():
    groups = np.array([*"aaabbbcccddee", "f"])
    outcome = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 4, 5, 6, 6, 7])
    seen = set()
    for seed in range(20):
        result = dealt(outcome, groups, seed)
        for size in (1, 2, 3):
            blocks = [
                [sorted(y[groups == g]) for g in "abcdef" if (groups == g).sum() == size]
                for y in (outcome, result)
            ]
            assert sorted(blocks[0]) == sorted(blocks[1])
        seen.add(tuple(sorted(result[groups == "a"])))
    assert seen == {(0, 0, 0), (1, 1, 2), (3, 3, 3)}


def test_strata_keep_their_outcomes():
    outcome, strata = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 5), np.repeat(["x", "y"], 4).tolist() * 5
    strata = np.array(strata)
    result = permuted_in_strata(outcome, None, strata, np.random.default_rng(1))
    assert result[strata == "x"].sum() == 5 and result[strata == "y"].sum() == 15
    assert (result != outcome).any()
    # A group in both strata: these cannot be kept, the groups are.
    groups = np.repeat(range(10), 4)
    groups[3] = 1
    again = [np.random.default_rng(1) for _ in range(2)]
    mixed = permuted_in_strata(outcome, groups, strata, again[0])
    assert (mixed == permuted(outcome, groups, again[1])).all()


def sheet(outcomes, groups=None):
    groups = [""] * len(outcomes) if groups is None else groups
    rows = [
        {"sample": f"S{i}", "outcome": y, "group": g, "cohort": "development"}
        for i, (y, g) in enumerate(zip(outcomes, groups, strict=True))
    ]
    return [*rows, {"sample": "X", "outcome": "a", "group": groups[0], "cohort": "elsewhere"}]


def test_a_permutation_is_split_anew_without_cohorts():
    rows = sheet(["a"] * 8 + ["b"] * 10)
    permuted_rows = [
        permute_sheet(rows, f"d/null/{i}", RESAMPLING, "classification", 1) for i in "123"
    ]
    for shuffled, splits in permuted_rows:
        assert [row["sample"] for row in shuffled] == [f"S{i}" for i in range(18)]
        assert Counter(row["outcome"] for row in shuffled) == {"a": 8, "b": 10}
        assert [split.name for split in splits] == ["r01f01", "r01f02", "r01f03"]
        for split in splits:
            # Balanced over the permuted outcomes.
            classes = Counter(shuffled[row]["outcome"] for row in split.test)
            assert set(classes) == {"a", "b"} and max(classes.values()) <= 4
    assert len({tuple(row["outcome"] for row in shuffled) for shuffled, _ in permuted_rows}) == 3
    assert len({tuple(splits[0].test) for _, splits in permuted_rows}) == 3


def test_what_cannot_be_split_is_drawn_again(monkeypatch):
    monkeypatch.setattr("omc.learn.schemes.repeated_kfold.DRAWS", 20)
    # About half of the permutations of these groups lack three different divisions.
    groups = np.repeat(list("cdefghij"), [1, 9, 4, 2, 6, 4, 2, 2])
    rows = sheet(np.where(groups < "f", "a", "b"), groups)
    repeated = {**RESAMPLING, "repeats": 3}
    for i in range(10):
        shuffled, splits = permute_sheet(rows, f"d/null/{i}", repeated, "classification", 1)
        assert len({row["group"] for row in shuffled if row["outcome"] == "a"}) == 3
        assert len(splits) == 9
    with pytest.raises(UserError, match="resampling.folds"):
        permute_sheet(sheet(["a"] * 2 + ["b"] * 9), "d", RESAMPLING, "classification", 1)


@pytest.mark.parametrize(
    ("observed", "null", "smaller", "expected"),
    [
        (0.9, [0.5] * 19, False, (0.05, 0)),
        (0.5, [0.4, 0.5, 0.6], False, (0.75, 2)),
        (0.5, [0.4, 0.5, 0.6], True, (0.75, 2)),
        (0.1, [0.4, 0.5, 0.6], True, (0.25, 0)),
        # Values that are equal except for rounding, and failures, count as at least as good.
        (0.3, [0.1 + 0.2 - 1e-16, 0.1], False, (2 / 3, 1)),
        (0.9, [np.nan, 0.1, 0.2], False, (0.5, 1)),
    ],
)
def test_p_value(observed, null, smaller, expected):
    p, b = p_value(observed, null, smaller)
    assert (pytest.approx(p), b) == expected


def test_the_row_of_a_check():
    null = np.linspace(0.3, 0.6, 19)
    name, status, value, advice = check("r/knn", "roc_auc", 0.9, null, null)
    assert (name, status, advice) == ("permutation_null:r/knn", "ok", "")
    assert value == "p = 0.05: ROC AUC 0.900; 0 of 19 permutations are as good"
    assert check("r/knn", "roc_auc", 0.55, null, null)[1] == "warning"
    assert check("r/knn", "brier", 0.2, null, null)[1] == "ok"
    assert check("r/knn", "roc_auc", np.nan, null, null)[1] == "skipped"
    # Of several models, one must be better than the best of them on each permutation.
    best = best_values([null, [*null[:-1], 0.95]], False)
    value, status = check("r/knn", "roc_auc", 0.9, null, best)[2:0:-1]
    assert status == "warning" and value.endswith("p = 0.1 against the best model of each")
    few = check("r/knn", "roc_auc", 0.9, *[np.array([0.5, np.nan])] * 2)
    assert few[1] == "skipped" and few[2].endswith("1 of them as they have no value")
    assert few[3].endswith("p could not be below 0.33")


def test_a_model_that_fails_on_permuted_outcomes_does_not_decide_on_the_others():
    chance, dead, half = np.full(99, 0.5), np.full(99, np.nan), np.array([np.nan] * 9 + [0.4] * 90)
    best = best_values([chance, dead, half], False)
    assert (best == 0.5).all()
    missing = {"r/chance": 0, "python/dead": 99, "r/half": 9}
    status, value, advice = check("r/chance", "roc_auc", 0.95, chance, best, missing)[1:]
    assert (status, advice) == ("ok", "")
    assert value == (
        "p = 0.01: ROC AUC 0.950; 0 of 99 permutations are as good; the best model of each is"
        " chosen without python/dead (no value in 99), r/half (no value in 9)"
    )
    # It must not pass by what the others score where it has no value itself.
    assert null_test("roc_auc", 0.95, half, best)[2:] == [9, "0.1", "0.1"]
    status, value = check("r/half", "roc_auc", 0.95, half, best, missing)[1:3]
    assert status == "warning" and ", 9 of them as they have no value; " in value
    assert value.endswith("without python/dead (no value in 99)")
    assert np.isnan(best_values([dead, dead], True)).all()
    assert (best_values([[0.2, np.nan], [0.1, 0.3]], True) == [0.1, 0.3]).all()


def test_the_row_of_a_test():
    assert null_test("roc_auc", 0.9, [0.5] * 19, [0.9] + [0.5] * 18) == [
        "0.9", 19, 0, "0.05", "0.1"
    ]  # fmt: skip
    null = [0.4, np.nan, 0.6]
    best = best_values([null, [0.7, 0.7, 0.3]], True)
    assert null_test("rmse", 0.5, null, best) == ["0.5", 3, 2, "0.75", "1"]
    assert null_test("roc_auc", np.nan, [0.5], [0.5]) == ["", 1, "", "", ""]


def predictions(rows):
    columns = ["language", "model", "split", "truth", "predicted", "prob_a", "prob_b"]
    return parse(pd.DataFrame(rows, columns=columns), None)


def test_performance_is_the_mean_over_splits_or_pooled():
    rows = [
        ["r", "m", "r01f01", "a", "a", "0.9", "0.1"],
        ["r", "m", "r01f01", "b", "a", "0.8", "0.2"],
        ["r", "m", "r01f02", "a", "b", "0.3", "0.7"],
        ["r", "m", "r01f02", "b", "b", "0.4", "0.6"],
        ["r", "m", "final", "a", "b", "0.0", "1.0"],
    ]
    assert performance(predictions(rows), "roc_auc", False) == {("r", "m"): 0.5}
    assert performance(predictions(rows[:3]), "roc_auc", False) == {("r", "m"): 1.0}
    # Predictions of several splits are not ranked together, but their labels are counted together.
    assert performance(predictions(rows[:3]), "roc_auc", True) == {("r", "m"): 1.0}
    assert performance(predictions(rows[:3]), "accuracy", True) == {("r", "m"): 1 / 3}
    assert performance(predictions(rows[:3]), "accuracy", False) == {("r", "m"): 0.25}
    assert np.isnan(performance(predictions(rows[:1]), "roc_auc", False)["r", "m"])
    # A model without one of the splits that others have has no value.
    partial = [["r", "n", *row[2:]] for row in rows[:2]]
    for metric, pooled in (("roc_auc", False), ("accuracy", True)):
        found = performance(predictions([*rows[:4], *partial]), metric, pooled)
        assert np.isfinite(found["r", "m"]) and np.isnan(found["r", "n"])


def test_the_cost_is_that_of_the_last_run(tmp_path):
    jobs = [("d", "r", "knn")] * 3 + [("d", "python", "new")]
    timing = tmp_path / "timing.csv"
    assert null_cost(jobs, str(timing)) == (
        "Permutation null: 4 training jobs on permuted outcomes, each at the cost of all"
        " cross-validation splits of its model"
    )
    rows = ["dataset,language,model,split,stage,wall_seconds,cpu_seconds,peak_mb"]
    rows += [
        f"d,r,knn,{split},fit,1,{cpu},1" for split, cpu in (("a", 50), ("b", 70), ("final", 9))
    ]
    timing.write_text("\n".join(rows) + "\n")
    assert f"about 6.0 CPU-minutes according to {timing} and 1 for models" in null_cost(
        jobs, str(timing)
    )
