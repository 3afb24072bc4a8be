"""Calibration, decision, ROC and PR curves against hand calculations and other libraries."""

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from omc.core import tables as contracts
from omc.evaluate import calibration, curves, decisions, scoring
from omc.evaluate.curves import GRID
from omc.evaluate.predictions import read_predictions
from tests.predicted import predicted


def binary(event, prob, repeat="1", split="r01f01"):
    """Predictions of the classes `no` and `yes`."""
    event, prob = np.asarray(event, dtype=int), np.asarray(prob, dtype=float)
    classes, n = np.array(["no", "yes"]), len(event)
    return predicted(
        classes[event], classes[(prob > 0.5).astype(int)], np.column_stack([1 - prob, prob]),
        classes, "yes", repeat=np.broadcast_to(repeat, n), split=np.broadcast_to(split, n),
    )  # fmt: skip


@pytest.fixture
def drawn():
    """(event, prob) of 300 samples; the probabilities are too extreme and have ties."""
    rng = np.random.default_rng(1)
    logit = rng.normal(0.3, 1.5, 300)
    event = rng.random(300) < 1 / (1 + np.exp(-logit))
    return event, np.round(1 / (1 + np.exp(-1.8 * logit - 0.4)), 2)


def test_slope_and_intercept_are_those_of_statsmodels(drawn):
    event, prob = drawn[0], np.clip(drawn[1], 0.005, 0.995)
    result = calibration.calibration_line(event, prob)
    logit = np.log(prob / (1 - prob))
    family = sm.families.Binomial()
    slope = sm.GLM(event, sm.add_constant(logit), family).fit(tol=1e-14, maxiter=200)
    level = sm.GLM(event, np.ones(300), family, offset=logit).fit(tol=1e-14, maxiter=200)
    for name, fit, which in (("slope", slope, 1), ("intercept", level, 0)):
        expected = [fit.params[which], *fit.conf_int()[which]]
        np.testing.assert_allclose(result[name], expected, rtol=0, atol=1e-8)
    assert 0 < result["slope"][0] < 1 and result["intercept"][0] < 0


def test_a_slope_needs_twenty_of_both_and_overlap():
    prob = np.linspace(0.05, 0.95, 60)
    event = np.arange(60) % 3 == 0
    assert event.sum() == 20
    assert np.isfinite(calibration.calibration_line(event, prob)["slope"]).all()
    assert np.isfinite(calibration.calibration_line(~event, prob)["slope"]).all()
    event[0] = False
    for few in (event, ~event):
        line = calibration.calibration_line(few, prob)
        assert np.isnan(line["slope"]).all() and np.isfinite(line["intercept"]).all()
    for event in (prob > 0.4, prob < 0.4):
        line = calibration.calibration_line(event, prob)
        assert np.isnan(line["slope"]).all() and np.isfinite(line["intercept"]).all()
    constant = calibration.calibration_line(np.arange(60) < 30, np.full(60, 0.5))
    assert np.isnan(constant["slope"]).all()
    assert constant["intercept"][0] == pytest.approx(0, abs=1e-9)
    assert np.isnan(calibration.calibration_line(np.zeros(60, bool), prob)["intercept"]).all()


def test_a_line_that_certain_probabilities_decide_is_withheld(drawn):
    event, prob = drawn
    assert not calibration.clipped(prob[(prob > 0) & (prob < 1)]).any()
    prob = np.clip(prob, 0.01, 0.99)
    known = calibration.calibration_line(event, prob)
    right = np.flatnonzero(event)[:15]
    # Up to 5 % of them, on the right side, change little.
    certain = prob.copy()
    certain[right] = 1
    line = calibration.calibration_line(event, certain)
    assert line["slope"][0] == pytest.approx(known["slope"][0], abs=0.1)
    more, wrong = certain.copy(), prob.copy()
    more[np.flatnonzero(event)[15]] = 1
    wrong[np.flatnonzero(event)[0]] = 0
    for case in (more, wrong):
        line = calibration.calibration_line(event, case)
        assert np.isnan([*line["slope"], *line["intercept"]]).all()
    # What was printed: an intercept that is the place where one probability was clipped.
    forest = np.where(event, 1.0, 0.0)
    forest[0] = 1 - forest[0]
    assert np.isnan(calibration.calibration_line(event, forest)["intercept"][0])
    assert calibration.clipped(forest).all()


def test_errors_of_the_smoothed_curve_are_those_of_a_known_curve():
    rng = np.random.default_rng(2)
    prob = rng.uniform(size=4000)
    event = rng.random(4000) < 0.2 + 0.5 * prob
    off = np.abs(0.2 + 0.5 * prob - prob)
    expected = [off.mean(), np.median(off), np.quantile(off, 0.9)]
    assert calibration.calibration_errors(event, prob) == pytest.approx(expected, abs=0.02)
    ici, _, e90 = calibration.calibration_errors(rng.random(4000) < prob, prob)
    assert ici < 0.02 and e90 < 0.04


def test_errors_without_a_curve():
    event = np.array([True, False, False, False] * 5)
    assert calibration.calibration_errors(event, np.full(20, 0.5)) == pytest.approx([0.25] * 3)
    # Most probabilities are equal, so that a window has no width.
    prob = np.where(np.arange(20) < 17, 0.0, np.linspace(0.2, 1, 20))
    assert np.isfinite(calibration.calibration_errors(event, prob)).all()


def test_bins_of_one_repeat_are_those_of_scikit_learn(drawn):
    event, prob = drawn
    edges = curves.bin_edges(prob, 1)
    assert len(edges) == 9
    mean, share, count = curves.reliability(event, prob, edges)
    shares, means = calibration_curve(event, prob, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(mean[count > 0], means)
    np.testing.assert_allclose(share[count > 0], shares)
    assert count.sum() == 300


def test_bins_by_hand_and_one_without_a_prediction():
    event = np.array([True, False, True, True])
    mean, share, count = curves.reliability(event, np.array([0.1, 0.3, 0.8, 0.9]), [0.35, 0.5])
    assert count.tolist() == [2, 0, 2]
    assert mean[[0, 2]] == pytest.approx([0.2, 0.85]) and share[[0, 2]].tolist() == [0.5, 1]
    assert np.isnan([mean[1], share[1]]).all()
    # Bins depend on the size of a repeat: 38 samples have 3, however often they are repeated.
    assert len(curves.bin_edges(np.linspace(0, 1, 38 * 5), 5)) == 2


def test_net_benefit_by_hand():
    event = np.array([True, True, False, False, False])
    prob = np.array([0.9, 0.2, 0.6, 0.2, 0.1])
    result = curves.net_benefit(event, prob, np.array([0.01, 0.2, 0.5, 0.95]))
    # Treated are: all; all but one; one event and one non-event; nobody.
    assert result == pytest.approx([2 / 5 - 3 / 5 / 99, 2 / 5 - 2 / 5 / 4, 1 / 5 - 1 / 5, 0])


@pytest.fixture
def sheet(tmp_path):
    def write(groups):
        rows = "".join(f"s{i}\tyes\t{group}\tdevelopment\n" for i, group in enumerate(groups))
        path = tmp_path / "samples.tsv"
        path.write_text("sample\toutcome\tgroup\tcohort\n" + rows, encoding="utf-8")
        return str(path)

    return write


def table_of(part, samples, n, within=(0, 1)):
    part.rows["sample"] = [f"s{i % n}" for i in range(len(part))]
    part.rows["cohort"] = "development"
    part.rows["language"], part.rows["model"] = "r", "m"
    rows = list(decisions.decision_rows(part, "d", samples, 1, within))
    return np.array([[float(cell or "nan") for cell in row[4:]] for row in rows]).T


def test_net_benefit_has_the_interval_of_a_bootstrap_over_samples_or_groups(drawn, sheet):
    event, prob = (part[:100] for part in drawn)
    threshold, benefit, low, high, gain, gain_low, gain_high = table_of(
        binary(event, prob), sheet([""] * 100), 100
    )
    np.testing.assert_allclose(threshold, curves.THRESHOLDS)
    np.testing.assert_allclose(benefit, curves.net_benefit(event, prob), atol=1e-12)
    of_all = event.mean() - (1 - event.mean()) * threshold / (1 - threshold)
    np.testing.assert_allclose(gain, benefit - np.maximum(of_all, 0), atol=1e-9)
    middle = slice(20, 60)
    assert (low < benefit)[middle].all() and (benefit < high)[middle].all()
    assert (gain_low < gain)[middle].all() and (gain < gain_high)[middle].all()
    # Where treating none is the alternative: not one threshold, but all together.
    assert (gain_high - gain_low > high - low)[55:90].all()
    # At odds of 1 it is a mean of 1 (rightly treated), -1 (wrongly) and 0.
    worth = np.where(prob >= 0.5, np.where(event, 1, -1), 0)
    assert (high - low)[49] == pytest.approx(4 * worth.std() / 10, rel=0.15)
    # Ten groups of ten, whose samples are alike, say less.
    repeated = np.repeat(np.arange(10) * 10, 10)
    part = binary(event[repeated], prob[repeated])
    of_groups = table_of(part, sheet([f"g{i // 10}" for i in range(100)]), 100)
    of_samples = table_of(part, sheet([""] * 100), 100)
    assert (of_groups[3] - of_groups[2])[30] > 2 * (of_samples[3] - of_samples[2])[30]


def test_gains_are_judged_within_the_thresholds_of_interest(drawn, sheet):
    part, path = binary(*(values[:100] for values in drawn)), sheet([""] * 100)
    everywhere, within = table_of(part, path, 100), table_of(part, path, 100, (0.2, 0.4))
    inside = slice(19, 40)
    np.testing.assert_array_equal(within[:5], everywhere[:5])
    assert np.isnan(np.delete(within[5:], np.arange(99)[inside], axis=1)).all()
    # Fewer thresholds to hold for: narrower.
    assert (within[5] > everywhere[5])[inside].all()


def test_a_model_that_knows_nothing_is_rarely_of_use(sheet):
    rng, claims, path = np.random.default_rng(4), 0, sheet([""] * 60)
    for _ in range(60):
        prob = 1 / (1 + np.exp(1.4 + rng.normal(size=60)))
        gain_low = table_of(binary(np.arange(60) < 12, prob), path, 60)[5]
        claims += (gain_low > 0).any()
    assert claims <= 3


def test_net_benefit_of_several_classes_is_not_defined(three_classes, sheet):
    assert not list(decisions.decision_rows(three_classes, "d", "", seed=1))


def test_roc_and_precision_recall_are_those_of_scikit_learn(drawn):
    event, prob = drawn
    false, true = curves.roc(event, prob)
    expected = roc_curve(event, prob, drop_intermediate=False)
    np.testing.assert_allclose(false, expected[0])
    np.testing.assert_allclose(true, expected[1])
    recall, precision = curves.precision_recall(event, prob)
    expected = precision_recall_curve(event, prob)
    np.testing.assert_allclose(precision[::-1], expected[0][:-1])
    np.testing.assert_allclose(recall[::-1], expected[1][:-1])


def area(curve):
    return np.trapezoid(curve, GRID)


def test_curves_on_the_grid_have_the_areas_of_the_scorer(drawn):
    event, prob = drawn
    split = np.where(np.arange(300) % 2, "r01f01", "r01f02")
    part = binary(event, prob, split=split)
    halves = [split == name for name in np.unique(split)]
    auc = np.mean([roc_auc_score(event[half], prob[half]) for half in halves])
    ap = np.mean([average_precision_score(event[half], prob[half]) for half in halves])
    result = curves.ranking_curves(part)
    assert area(result["roc"]) == pytest.approx(auc, abs=0.005)
    assert area(result["pr"]) == pytest.approx(ap, abs=0.005)
    assert result["roc"][-1] == 1 and (np.diff(result["roc"]) >= 0).all()


def test_steps_of_the_curves_by_hand():
    event, prob = [1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]
    result = curves.ranking_curves(binary(event, prob))
    at = dict(zip(np.round(GRID, 2), result["roc"], strict=True))
    assert [at[x] for x in (0, 0.49, 0.5, 1)] == pytest.approx([0.5, 0.5, 1, 1])
    at = dict(zip(np.round(GRID, 2), result["pr"], strict=True))
    assert [at[x] for x in (0, 0.5, 0.51, 1)] == pytest.approx([1, 1, 2 / 3, 2 / 3])


def test_a_split_without_one_class_has_no_curve():
    split = np.array(["r01f01", "r01f01", "r01f02", "r01f02"])
    part = binary([1, 0, 0, 0], [0.9, 0.2, 0.3, 0.95], split=split)
    assert (curves.ranking_curves(part)["roc"] == 1).all()
    part = binary([0, 0, 0, 0], [0.9, 0.2, 0.3, 0.95], split=split)
    assert not curves.ranking_curves(part)
    assert {row[0] for row in curves.curve_rows(part)} == {"calibration", "histogram", "decision"}


@pytest.fixture
def three_classes():
    rng = np.random.default_rng(3)
    truth = rng.integers(3, size=240)
    prob = rng.dirichlet(np.ones(3), 240) + np.eye(3)[truth] * 0.3
    prob = prob / prob.sum(axis=1, keepdims=True)
    split = np.where(np.arange(240) % 2, "r01f01", "r01f02")
    classes, repeat = np.array(["a", "b", "c"]), np.where(np.arange(240) < 120, "1", "2")
    given = classes[prob.argmax(axis=1)]
    return predicted(classes[truth], given, prob, classes, split=split, repeat=repeat)


def test_several_classes_macro_curves_and_the_predicted_class(three_classes):
    part = three_classes
    values = [scoring.score(of) for _, of in part.by("split")]
    result = curves.ranking_curves(part)
    for curve, metric in (("roc", "roc_auc"), ("pr", "average_precision")):
        expected = np.mean([value[metric] for value in values])
        assert area(result[curve]) == pytest.approx(expected, abs=0.005)
    event, prob = calibration.event_of(part)
    assert (event == (part.truth == part.prob.argmax(axis=1))).all()
    assert (prob == part.prob.max(axis=1)).all()
    kinds = {row[0] for row in curves.curve_rows(part)}
    assert kinds == {"calibration", "histogram", "roc", "pr"}


def test_confusion_is_the_mean_over_repeats(three_classes):
    part = three_classes
    expected = confusion_matrix(part.truth, part.predicted) / 2
    np.testing.assert_allclose(curves.confusion(part), expected)


def test_rows_of_every_repeat(drawn):
    event, prob = drawn
    repeat = np.where(np.arange(300) < 150, "1", "2")
    part = binary(event, prob, repeat=repeat)
    first, second = calibration.calibration_rows(part)
    assert [first[0], second[0]] == ["1", "2"]
    half = repeat == "1"
    expected = calibration.calibration_line(event[half], prob[half])
    assert first[1:7] == [*expected["slope"], *expected["intercept"]]
    assert first[7] == pytest.approx(brier_score_loss(event[half], prob[half]))
    assert first[8] == min(event[half].sum(), (~event[half]).sum())
    assert first[9] == calibration.clipped(prob[half]).mean()
    assert first[10:] == [*calibration.calibration_errors(event[half], prob[half])]
    rows = curves.curve_rows(part)
    bars = [row for row in rows if row[:2] == ["histogram", "2"]]
    assert sum(row[4] for row in bars) == 150 and sum(row[3] for row in bars) == pytest.approx(1)
    # The same bins in both repeats.
    assert [sum(row[:2] == ["calibration", r] for row in rows) for r in "12"] == [10, 10]


def test_predictions_are_read_by_model_and_cohort(tmp_path):
    header = [*contracts.PREDICTIONS, "prob_a", "prob_b"]
    rows = [
        ["r", "m", "r01f01", "development", "s1", "a", "b", "0.25", "0.75"],
        ["r", "m", "final", "lyon", "s9", "b", "b", "0.5", "0.5"],
        ["r", "sure", "r01f01", "development", "s1", "a", "a", "", ""],
    ]
    text = "\n".join(",".join(row) for row in [header, *rows])
    (tmp_path / "predictions.csv").write_text(text, encoding="utf-8")
    splits = "split,repeat,fold,sample,role,inner_fold\nr01f01,1,1,s1,test,\nfinal,,,s9,test,\n"
    (tmp_path / "splits.csv").write_text(splits, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("predictions.csv", "splits.csv")]

    def read(positive):
        predictions = read_predictions(files[0], positive, files[1])
        return dict(predictions.by("language", "model", "cohort"))

    result = read("a")
    assert list(result) == [
        ("r", "m", "development"),
        ("r", "m", "lyon"),
        ("r", "sure", "development"),
    ]
    part = result["r", "m", "development"]
    assert list(part.rows["repeat"]) == ["1"] and calibration.event_of(part)[1].tolist() == [0.25]
    assert list(result["r", "m", "lyon"].rows["repeat"]) == [""]
    assert part.has_probabilities and not result["r", "sure", "development"].has_probabilities
    assert read(None)["r", "m", "lyon"].positive == 1
