"""Intervals of external cohorts, of cross-validation, and of values that never vary."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import t

from omc.evaluate.comparisons import compare_dataset
from omc.evaluate.design import Design
from omc.evaluate.estimates import estimate, split_intervals
from omc.evaluate.intervals import corrected_interval, newcombe_interval, sample_intervals
from omc.evaluate.pooled import Cohort, read_cohorts
from omc.evaluate.scoring import proportions, scores
from tests.predicted import predicted


def intervals(truth, prob_b, units=None):
    truth, prob_b = np.array(truth, dtype=object), np.array(prob_b, dtype=float)
    given = np.where(prob_b > 0.5, "b", "a")
    part = predicted(truth, given, np.column_stack([1 - prob_b, prob_b]), ["a", "b"], "b")
    units = np.arange(len(truth)) if units is None else units
    shares = proportions(part.truth, part.classes, part.positive)
    return sample_intervals(partial(scores, part), units, shares, seed=1)


def test_a_model_that_is_always_right_has_no_interval_of_zero_width():
    result = intervals(["a"] * 10 + ["b"] * 5, [0.1] * 10 + [0.9] * 5)
    # Wilson with k = n: the lower limit is n / (n + z²).
    z2 = 1.959963984540054**2
    for metric, n in {"accuracy": 15, "sensitivity": 5, "specificity": 10}.items():
        assert result[metric][0] == result[metric][2] == 1
        assert result[metric][1] == pytest.approx(n / (n + z2))
        assert result[metric][3] == "wilson"
    assert result["roc_auc"] == (1, *newcombe_interval(1, 5, 10), "newcombe")
    assert result["mcc"][0] == 1 and np.isnan(result["mcc"][1:3]).all()


def test_copies_of_a_group_do_not_narrow_wilsons_interval():
    truth, prob = ["a", "b"] * 5, [0.1, 0.9] * 5
    alone = intervals(truth, prob)
    copied = intervals(truth * 4, prob * 4, np.tile(np.arange(10), 4))
    assert copied["accuracy"] == alone["accuracy"]


@pytest.mark.parametrize(
    ("auc", "sizes", "limits"),
    # Computed with auc.nonpara.mw(method = "newcombe") of the R package auRoc, which solves the
    # equation as a polynomial.
    [
        (0.893, (51, 58), (0.811476603228, 0.939883234296)),
        (0.9, (11, 27), (0.719558500426, 0.966294089905)),
        (0.5, (11, 27), (0.312701195943, 0.687298804057)),
        (1, (27, 11), (0.871156394412, 1)),
        (0, (11, 27), (0, 0.128843605588)),
    ],
)
def test_newcombes_interval_of_a_roc_auc(auc, sizes, limits):
    assert newcombe_interval(auc, *sizes) == pytest.approx(limits, abs=1e-9)


def test_splits_that_all_agree_have_no_interval_of_their_own():
    mean, low, high = corrected_interval(np.array([0.1 + 0.2, 0.3, 0.3]), 0.25, 2)
    assert mean == pytest.approx(0.3) and np.isnan([low, high]).all()


def scores_of(values, metric="roc_auc"):
    """Rows of metrics.csv of one model, by split."""
    return pd.DataFrame(
        {
            "dataset": "d", "language": "r", "model": "m", "cohort": "development",
            "split": [f"r01f{i:02d}" for i in range(1, len(values) + 1)],
            "metric": metric, "value": values,
        }
    )  # fmt: skip


def leukemia():
    """The test samples of a cohort of 11 positives and 27 negatives."""
    truth = np.repeat([1, 0], [11, 27])
    return Cohort(
        "sample", np.arange(38), proportions(truth, ["a", "b"], 1), {}, np.arange(38), truth
    )


def split_interval(values, metric="roc_auc"):
    design = Design("repeated_kfold", 0.25, 38)
    (result,) = split_intervals(scores_of(values, metric), design, leukemia()).values()
    return result


def test_a_model_that_is_nearly_always_right_is_no_surer_than_one_that_always_is():
    perfect, near = split_interval([1.0] * 25), split_interval([1.0] * 24 + [0.975])
    assert perfect[:3] == (1, *newcombe_interval(1, 11, 27))
    assert near[0] == pytest.approx(0.999)
    assert near[1] < perfect[1] and near[2] == 1
    accuracy = split_interval([1.0] * 25, "accuracy")
    assert accuracy[1] == pytest.approx(38 / (38 + 1.959963984540054**2))


def test_a_constant_prediction_has_no_interval():
    assert np.isnan(split_interval([0.5] * 25)[1:3]).all()


def test_repeats_of_the_folds_do_not_narrow_the_interval_without_end():
    rng = np.random.default_rng(1)
    values = rng.normal(0.7, 0.1, 100)
    design = Design("repeated_kfold", 0.25, 40)
    df = [design.degrees_of_freedom(n, "estimate") for n in (5, 25, 100)]
    assert max(df) < 8 and design.degrees_of_freedom(2, "estimate") == 1
    _, low, high = corrected_interval(values, 0.25, df[2])
    assert high - low > 2 * 2.3 * 0.1 * np.sqrt(0.25) * 0.8


@pytest.mark.parametrize(("units", "method"), [(4, "bootstrap_t"), (5, "bootstrap_t")])
def test_few_groups_have_a_t_interval_or_none(units, method):
    values = np.linspace(0.6, 0.9, units)
    bounds = {"accuracy": (0, 1)}

    def scored(weights, metrics=None):
        return {"accuracy": weights @ values / weights.sum(axis=1)}

    (result,) = sample_intervals(scored, np.arange(units), {}, 1, bounds).values()
    assert result[3] == method and np.isnan(result[1]) == (units < 5)
    if units == 5:
        # Student's t on the logit scale, with 1/5 + 1/4 instead of 1/5.
        error = values.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4)
        half = t.ppf(0.975, 4) * error / (0.75 * 0.25)
        expected = expit(logit(0.75) + np.array([-half, half]))
        assert result[1:3] == pytest.approx(expected, abs=0.02)


@pytest.fixture
def tables(tmp_path):
    """Two repeats of two folds with six samples, three in one group; and a cohort of two."""
    samples, names = "abcdef", ["language", "model", "split", "cohort", "sample", "truth"]
    predicted = {"r01f01": "abc", "r01f02": "def", "r02f01": "ace", "r02f02": "bdf"}
    truth = dict(zip(samples + "xy", [1, 2, 3, 4, 5, 6, 1, 2], strict=True))
    rows = [
        ["r", "lm", split, "development", sample, truth[sample], truth[sample] + int(split[2])]
        for split, names in predicted.items()
        for sample in names
        if (split, sample) != ("r02f02", "f")
    ]
    rows += [["r", "lm", "final", "other", sample, truth[sample], 0] for sample in "xy"]
    rows += [
        ["r", "pls", split, "development", sample, truth[sample], 0]
        for split, names in predicted.items()
        for sample in names
    ]
    paths = {kind: str(tmp_path / kind) for kind in ("predictions", "splits", "samples")}
    pd.DataFrame(rows, columns=[*names, "predicted"]).to_csv(paths["predictions"], index=False)
    splits = [
        (split, split[2], sample, "test" if sample in names else "train")
        for split, names in [*predicted.items(), ("final", "xy")]
        for sample in samples
    ]
    header = ["split", "repeat", "sample", "role"]
    pd.DataFrame(splits, columns=header).to_csv(paths["splits"], index=False)
    sheet = pd.DataFrame({"sample": list(samples + "xy"), "outcome": list(truth.values())})
    sheet["group"] = ["g", "g", "g", "d", "e", "f", "", ""]
    sheet["cohort"] = ["development"] * 6 + ["other"] * 2
    sheet.to_csv(paths["samples"], index=False, sep="\t")
    return paths


def test_all_predictions_of_a_sample_are_drawn_together(tables):
    cohorts = read_cohorts(**tables, positive=None, scheme="repeated_kfold")
    inside, model = cohorts["development"], cohorts["development"].models["r/lm"]
    assert list(inside.units) == ["g", "g", "g", "d", "e", "f"]
    # An error of 1 in the first repeat and of 2 in the second, whatever the weights.
    weights = np.array([[1, 1, 1, 1, 1, 1], [3, 0, 0, 0, 0, 2]])
    assert model.scored(weights)["mae"] == pytest.approx([1.5, 1.5])
    # Sample f is not among the predictions of the second repeat.
    assert model.scored(np.array([[0, 0, 0, 0, 0, 1]]))["mae"] == pytest.approx([1])
    # The first repeat tests it, but this model lacks a split that the other has.
    assert model.tested.all() and not model.complete
    assert cohorts["development"].models["r/pls"].complete
    outside = cohorts["other"]
    assert (inside.unit, outside.unit) == ("group", "sample")
    assert list(outside.units) == ["x", "y"]
    assert outside.models["r/lm"].scored(np.ones((1, 2)))["mae"] == pytest.approx([1.5])


def test_a_model_that_lost_a_split_is_counted_by_its_others(tables):
    valued = {"lm": [np.nan, 1, 2, 2], "pls": [3, 3, 4, 4]}
    splits = ["r01f01", "r01f02", "r02f01", "r02f02"]
    rows = [
        ["demo", "r", model, split, "development", "mae", value]
        for model, values in valued.items()
        for split, value in zip(splits, values, strict=True)
    ]
    header = ["dataset", "language", "model", "split", "cohort", "metric", "value"]
    table = pd.DataFrame(rows, columns=header)
    demo = {"name": "demo", "positive": None}
    predictions = pd.read_csv(tables["predictions"], dtype=str, keep_default_na=False)
    lost = (predictions["model"] == "lm") & (predictions["split"] == "r01f01")
    assert lost.any()
    files = tables | {"predictions": predictions[~lost]}

    def counts(files):
        result = estimate(table, {"demo": files}, [demo], "repeated_kfold", 1)
        return [(row[2], *row[-2:]) for row in result if row[-3] == "nadeau_bengio"]

    assert counts(files) == [("lm", 3, 1), ("pls", 4, 0)]
    # A metric that is undefined for its predictions is no failure.
    assert counts(tables) == [("lm", 3, 0), ("pls", 4, 0)]
    # All its samples were tested, at least in the other repeat.
    demo |= {"metric": "mae", "models": ["r/lm", "r/pls"], "baselines": []}
    params = {"scheme": "repeated_kfold", "rope": 0.01, "seed": 1}
    compared, (kept,) = compare_dataset(demo, tables | {"delong": None}, table, params)
    assert compared[0][:6] == ["demo", "development", "mae", "nadeau_bengio", "r/lm", "r/pls"]
    assert kept[:4] == ["demo", "repeated_kfold", 4, 4]


def test_the_bootstrap_stays_where_it_has_a_width():
    result = intervals(["a"] * 10 + ["b"] * 10, np.linspace(0.05, 0.95, 20)[::-1] ** 3)
    low, estimate, high = result["accuracy"][1], result["accuracy"][0], result["accuracy"][2]
    assert result["accuracy"][3] == "bootstrap" and low < estimate < high
