"""Expected performance of a picked model: picking happens inside each training set."""

import numpy as np
import pandas as pd
import pytest

from omc.core.csv_files import read_csv, write_csv
from omc.core.tables import INNER_PREDICTIONS, PREDICTIONS, RANKING, SPLITS, prob_columns
from omc.evaluate.estimates import estimate
from omc.evaluate.picking import best_in_each, inner_values, pick
from omc.evaluate.predictions import parse

N = 20
MODELS = ["python/b", "python/a", "r/c", "r/null"]
METRICS = ["roc_auc", "brier"]


def name(i):
    return f"s{i:02d}"


def predicted(rows, columns):
    """Predictions with the columns of a table; rows: (leading cells, sample, prob of class 1)."""
    cells = [
        [*lead, name(i), str(i % 2), str(int(p > 0.5)), f"{1 - p:.12g}", f"{p:.12g}"]
        for lead, i, p in rows
    ]
    return pd.DataFrame(cells, columns=[*columns, *prob_columns("01")])


class Run:
    """The tables of a run of four splits, each with two inner folds.

    good: {split: model whose inner predictions are right there}; lacking: (model, split) pairs
    without inner predictions.
    """

    def __init__(self, folder, good, lacking=(), scheme="repeated_kfold", metric="roc_auc"):
        rng = np.random.default_rng(3)
        self.dataset = {"name": "demo", "positive": "1", "metric": metric, "models": MODELS}
        self.params = {"scheme": scheme, "seed": 1}
        self.splits, outer, inner, values = [], [], [], []
        for k in range(4):
            split, test = f"r01f0{k + 1}", [i for i in range(N) if i % 8 // 2 == k]
            train = [i for i in range(N) if i not in test]
            self.splits += [["r" + split[1:], "1", str(k + 1), name(i), "test", ""] for i in test]
            self.splits += [
                [split, "1", str(k + 1), name(i), "train", str(i // 2 % 2 + 1)] for i in train
            ]
            for model in MODELS:
                language, own = model.split("/")
                lead = [language, own, split]
                prob = rng.uniform(size=N)
                outer += [([*lead, "development"], i, prob[i]) for i in test]
                right = [0.6 + 0.3 * (i % 2) * (good.get(split) == model) for i in range(N)]
                if (model, split) not in lacking:
                    inner += [([*lead, str(i // 2 % 2 + 1)], i, right[i]) for i in train]
                for m in METRICS:
                    values.append([*lead, m, rng.uniform()])
        self.values = pd.DataFrame(
            values, columns=["language", "model", "split", "metric", "value"]
        )
        self.values = self.values.assign(dataset="demo", cohort="development")
        self.paths = {
            key: str(folder / f"{key}.csv")
            for key in ("predictions", "inner_predictions", "splits", "samples")
        }
        predicted(outer, PREDICTIONS).to_csv(self.paths["predictions"], index=False)
        predicted(inner, INNER_PREDICTIONS).to_csv(self.paths["inner_predictions"], index=False)
        write_csv(self.paths["splits"], SPLITS, self.splits)
        sheet = [[name(i), str(i % 2), "", "development"] for i in range(N)]
        columns = ["sample", "outcome", "group", "cohort"]
        write_csv(self.paths["samples"], columns, sheet, "\t")
        self.ranking = [
            dict.fromkeys(RANKING, "") | {
                "dataset": "demo", "cohort": "development", "metric": metric,
                "language": model.split("/")[0], "model": model.split("/")[1],
                "estimate": f"{0.9 - i / 10:.1f}", "complete": "true",
                "baseline": str(model == "r/null").lower(),
            }
            for i, model in enumerate(["r/null", "r/c", "python/a", "python/b"])
        ]  # fmt: skip

    def pick(self):
        selection, picks = pick(self.dataset, self.paths, self.values, self.ranking, self.params)
        return selection, {row[1]: "/".join(row[2:4]) for row in picks}, picks

    def value(self, split, model, metric="roc_auc"):
        language, own = model.split("/")
        v = self.values
        row = (v["split"] == split) & (v["language"] == language) & (v["model"] == own)
        return float(v.loc[row & (v["metric"] == metric), "value"].iloc[0])


GOOD = {"r01f01": "python/a", "r01f02": "r/c", "r01f03": "r/c", "r01f04": "r/null"}
# Baselines are not picked; of equal models, the first of the configuration is.
PICKS = {"r01f01": "python/a", "r01f02": "r/c", "r01f03": "r/c", "r01f04": "python/b"}


def test_the_picks_of_the_training_sets_are_scored_on_the_test_samples(tmp_path):
    run = Run(tmp_path, GOOD)
    ((_, metric, winner, winner_estimate, *numbers, models, splits, method),), picks, rows = (
        run.pick()
    )
    assert picks == PICKS
    values = [run.value(split, model) for split, model in PICKS.items()]
    assert [float(row[5]) for row in rows] == pytest.approx(values, abs=1e-11)
    assert [row[4] for row in rows] == ["1", "1", "1", "0.5"]
    estimate, low, high, optimism = map(float, numbers)
    assert estimate == pytest.approx(np.mean(values), abs=1e-11)
    assert low < estimate < high
    assert (metric, winner, winner_estimate) == ("roc_auc", "r/c", "0.8")
    assert optimism == pytest.approx(0.8 - estimate)
    assert (models, int(splits), method) == (3, 4, "nadeau_bengio")


def test_the_estimate_of_a_model_that_is_always_picked_is_its_own(tmp_path):
    run = Run(tmp_path, dict.fromkeys(GOOD, "r/c"))
    (row,), picks, _ = run.pick()
    assert set(picks.values()) == {"r/c"}
    files = {name: run.paths[name] for name in ("predictions", "splits", "samples")}
    own = run.values[(run.values["model"] == "c") & (run.values["metric"] == "roc_auc")]
    estimates = estimate(own, {"demo": files}, [run.dataset], *run.params.values())
    shown = next(row[5:10] for row in estimates if row[2] == "c" and row[8] == "nadeau_bengio")
    assert [row[4], *row[5:7], row[10], int(row[9])] == shown


def test_a_split_without_inner_predictions_is_left_out(tmp_path, capsys):
    run = Run(tmp_path, GOOD, [(model, "r01f02") for model in MODELS] + [("python/a", "r01f01")])
    (row,), picks, _ = run.pick()
    assert picks == {"r01f01": "python/b", "r01f03": "r/c", "r01f04": "python/b"}
    assert row[9] == "3"
    assert "no model has inner predictions of 1 of 4 splits" in capsys.readouterr().out
    everything = [(model, split) for model in MODELS for split in GOOD]
    run = Run(tmp_path, GOOD, everything)
    assert run.pick()[:2] == ([], {})


def test_a_model_that_lacks_a_value_is_not_picked(tmp_path):
    run = Run(tmp_path, GOOD)
    run.ranking[1]["complete"] = "false"
    (row,), picks, _ = run.pick()
    assert set(picks.values()) == {"python/a", "python/b"}
    assert (row[2], row[8]) == ("python/a", 2)


def test_predictions_that_are_scored_together_are_pooled(tmp_path):
    run = Run(tmp_path, GOOD, scheme="leave_one_out", metric="brier")
    (row,), picks, _ = run.pick()
    table = pd.DataFrame(read_csv(run.paths["predictions"]))
    chosen = table["split"].map(picks) == table["language"] + "/" + table["model"]
    prob, truth = (table.loc[chosen, key].astype(float) for key in ("prob_1", "truth"))
    assert chosen.sum() == N
    assert float(row[4]) == pytest.approx(np.mean((prob - truth) ** 2))
    # A smaller Brier score is better.
    assert float(row[7]) == pytest.approx(float(row[4]) - 0.8)
    assert float(row[5]) < float(row[4]) < float(row[6])


def test_folds_with_different_levels_are_scored_one_by_one():
    """A fold whose probabilities are lower must not make a perfect ranking imperfect."""
    rows = [
        (["r", "m", "r01f01", str(fold)], i, 0.3 * (i % 2) + 0.5 * fold / 2)
        for fold in (0, 1)
        for i in range(8 * fold, 8 * fold + 8)
    ]
    # In a fold with one class, the ROC AUC is undefined.
    rows += [(["r", "m", "r01f01", "2"], 16, 0.1)]
    values = inner_values(parse(predicted(rows, INNER_PREDICTIONS), "1"), ["r/m"], "roc_auc")
    assert values.at["r01f01", "r/m"] == 1


def test_the_first_of_equal_models_is_the_best():
    values = pd.DataFrame(
        {"a": [0.7, np.nan, np.nan], "b": [0.9, 0.2, np.nan], "c": [0.9 + 1e-13, 0.1, np.nan]},
        index=["s1", "s2", "s3"],
    )
    assert best_in_each(values, 1) == {"s1": "b", "s2": "b"}
    assert best_in_each(values, -1) == {"s1": "a", "s2": "c"}
