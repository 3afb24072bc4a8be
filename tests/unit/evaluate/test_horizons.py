"""Survival predictions at the horizons, and Kaplan-Meier curves of groups of risk."""

import numpy as np
import pandas as pd
import pytest
from sksurv.functions import StepFunction
from sksurv.nonparametric import kaplan_meier_estimator

from omc.core import tables as contracts
from omc.core.survival import OUTCOME
from omc.evaluate import horizons
from omc.evaluate.curves import THRESHOLDS
from omc.evaluate.kaplan_meier import KaplanMeier
from omc.evaluate.risk_groups import risk_group_rows
from omc.evaluate.scoring import score
from tests.predicted import predicted_survival

N = 120
HORIZONS = [0.5, 1.0]
MODEL = {"language": "r", "model": "a", "cohort": "development"}


def outcome_of(time, event):
    outcome = np.empty(len(time), dtype=OUTCOME)
    outcome["time"], outcome["event"] = time, event
    return outcome


@pytest.fixture
def drawn():
    """Columns of samples in two splits, whose predicted survival is true; a third is censored."""
    rng = np.random.default_rng(1)
    risk = rng.normal(size=N)
    time, until = rng.exponential(np.exp(-risk)), rng.exponential(2, N)
    return {
        "time": np.round(np.minimum(time, until) + 1e-3, 6), "event": time <= until, "risk": risk,
        "survival": np.exp(-np.outer(np.exp(risk), HORIZONS)), "horizons": HORIZONS,
        "sample": [f"s{i}" for i in range(N)],
        "split": np.repeat(["f1", "f2"], N // 2), "repeat": "1", **MODEL,
    }  # fmt: skip


def tables_of(columns):
    """splits.csv and samples.tsv: each half is tested by a model of the other."""
    written = [
        f"{t}" if e else f"{t}+" for t, e in zip(columns["time"], columns["event"], strict=True)
    ]
    sheet = pd.DataFrame(
        {"sample": columns["sample"], "outcome": written, "group": "", "cohort": "development"}
    )
    parts = [
        pd.DataFrame({"split": split, "repeat": "1", "sample": columns["sample"],
                      "role": np.where(columns["split"] == split, "test", "train")})
        for split in ("f1", "f2")
    ]  # fmt: skip
    return pd.concat(parts), sheet


def table(name, rows):
    rows = pd.DataFrame(list(rows), columns=contracts.ALL_TABLES[name].columns)
    words = ("dataset", "language", "model", "cohort")
    return rows.replace("", None).astype({c: float for c in rows if c not in (*words, "group")})


def test_kaplan_meier_is_that_of_scikit_survival_and_ends_with_the_samples():
    outcome = outcome_of([1.0, 2, 2, 3, 5, 5], [1, 1, 0, 0, 1, 0])
    curve = KaplanMeier(outcome)
    times, survival = kaplan_meier_estimator(outcome["event"], outcome["time"])
    np.testing.assert_allclose(curve.at(times)[0], survival)
    np.testing.assert_allclose(curve.at([0.5, 4])[0], [1, StepFunction(times, survival)(4)])
    assert np.isnan(curve.at([5.1])).all()
    assert KaplanMeier(outcome_of([1.0, 2], [0, 1])).at([9])[0, 0] == 0
    assert np.isnan(KaplanMeier(outcome[:0]).at([1])).all()
    np.testing.assert_array_equal(curve.at_risk([0, 2, 2.5, 5, 6]), [6, 5, 3, 2, 0])


def test_scores_at_the_horizons_are_those_of_the_splits(drawn):
    predictions = predicted_survival(**drawn)
    splits, sheet = tables_of(drawn)
    rows = table(
        "horizons",
        horizons.horizon_rows(predictions, "demo", splits, sheet, "repeated_kfold", 1),
    )
    by_split = [score(part) for _, part in predictions.by("split")]
    assert rows["auc"].mean() == pytest.approx(np.mean([v["horizon_auc"] for v in by_split]))
    # Two horizons have the same weight.
    expected = np.mean([v["integrated_brier"] for v in by_split])
    assert rows["brier"].mean() == pytest.approx(expected)
    assert (rows["brier"] < rows["brier_kaplan_meier"]).all()
    assert ((rows["auc_low"] < rows["auc"]) & (rows["auc"] < rows["auc_high"])).all()
    assert rows["n_events"].tolist() == [
        sum(drawn["event"] & (drawn["time"] <= h)) for h in HORIZONS
    ]
    np.testing.assert_allclose(rows["calibration_ratio"], 1, atol=0.15)
    once = table(
        "horizons", horizons.horizon_rows(predictions, "demo", splits, sheet, "leave_one_out", 1)
    )
    np.testing.assert_allclose(once["auc"], rows["auc"])
    assert once["auc_low"].isna().all() and (once["brier_low"] < once["brier"]).all()


def test_the_reference_is_the_survival_of_the_training_samples(drawn):
    splits, sheet = tables_of(drawn)
    known = horizons.survival_of_training(splits, sheet, HORIZONS)
    second = np.asarray(drawn["split"]) == "f2"
    outcome = outcome_of(drawn["time"][second], drawn["event"][second])
    np.testing.assert_allclose(known["f1"], KaplanMeier(outcome).at(HORIZONS)[0])


def test_a_baseline_of_kaplan_meier_scores_as_the_reference(drawn):
    splits, sheet = tables_of(drawn)
    known = horizons.survival_of_training(splits, sheet, HORIZONS)
    drawn |= {"survival": np.array([known[s] for s in drawn["split"]]), "risk": np.zeros(N)}
    rows = table(
        "horizons",
        horizons.horizon_rows(
            predicted_survival(**drawn), "demo", splits, sheet, "repeated_kfold", 1
        ),
    )
    np.testing.assert_allclose(rows["brier"], rows["brier_kaplan_meier"])
    np.testing.assert_allclose(rows["auc"], 0.5)


def test_true_risks_are_observed(drawn):
    rows = table(
        "horizon_calibration",
        horizons.horizon_calibration_rows(predicted_survival(**drawn), "demo"),
    )
    assert len(rows) == 2 * 5 and rows["n"].sum() == 2 * N
    assert (rows.groupby("horizon")["predicted"].diff().dropna() > 0).all()
    inside = (rows["ci_low"] <= rows["predicted"]) & (rows["predicted"] <= rows["ci_high"])
    assert inside.sum() >= 8
    # A group without an event has no limits: the formula would make it 0 to 0.
    low = {**drawn, "survival": np.where(drawn["event"][:, None], [0.1, 0.1], [0.9, 0.9])}
    rows = table(
        "horizon_calibration", horizons.horizon_calibration_rows(predicted_survival(**low), "demo")
    )
    none = rows["observed"] == 0
    assert none.any() and rows.loc[none, ["ci_low", "ci_high"]].isna().all(axis=None)
    few = predicted_survival(**{k: v[:30] if len(v) == N else v for k, v in drawn.items()})
    assert len(list(horizons.horizon_calibration_rows(few, "demo"))) == 2


def test_net_benefit_counts_events_by_kaplan_meier():
    # Treated at .5: events at 1 and 3, one censored at 2: survival 3/4 * 1/2 until 3.
    outcome = outcome_of([1.0, 2, 3, 9, 9, 9], [1, 0, 1, 0, 0, 0])
    risk = np.array([0.9, 0.8, 0.7, 0.6, 0.1, 0.1])
    benefit = horizons.net_benefit(outcome, risk, 4.0)
    at = np.searchsorted(THRESHOLDS, 0.5)
    survival = 3 / 4 * 1 / 2
    assert benefit[at] == pytest.approx(4 / 6 * (1 - survival) - 4 / 6 * survival * 1)
    assert benefit[-1] == 0
    # Without censoring, that of a classification.
    everybody = outcome_of([1.0, 5, 3, 9, 2, 9], [1, 1, 1, 1, 1, 1])
    event = everybody["time"] <= 4
    for t in (0.15, 0.65, 0.85):
        treated = risk >= t
        expected = (treated & event).mean() - (treated & ~event).mean() * t / (1 - t)
        found = np.interp(t, THRESHOLDS, horizons.net_benefit(everybody, risk, 4.0))
        assert found == pytest.approx(expected)
    # Who is treated was not observed for so long.
    short = horizons.net_benefit(outcome_of([1.0, 9.0], [0, 0]), np.array([0.9, 0.1]), 4.0)
    assert np.isnan(short[at]) and short[0] == pytest.approx(-THRESHOLDS[0] / (1 - THRESHOLDS[0]))


def test_treating_all_is_of_all_samples(drawn):
    rows = table(
        "horizon_benefit", horizons.horizon_benefit_rows(predicted_survival(**drawn), "demo")
    )
    assert len(rows) == 2 * len(THRESHOLDS)
    low = rows[rows["threshold"] == 0.01]
    np.testing.assert_allclose(low["net_benefit"], low["treat_all"], atol=0.01)
    assert rows["net_benefit"].min() > rows["treat_all"].min()


def test_groups_are_cut_by_training_samples_alone(drawn):
    predictions = predicted_survival(**drawn)
    # In f1, all training samples have a lower risk than all test samples.
    shift = np.where(np.asarray(drawn["split"]) == "f1", -100.0, 0.0)
    inner = predicted_survival(**{**drawn, "risk": drawn["risk"] + shift})
    rows = table("risk_groups", risk_group_rows(predictions, inner, "demo"))
    groups = {group: part for group, part in rows.groupby("group")}
    second = np.asarray(drawn["split"]) == "f2"
    high = ~second | (drawn["risk"] > np.median(drawn["risk"][second]))
    assert groups["high"]["n_at_risk"].iloc[0] == high.sum()
    assert groups["low"]["n_at_risk"].iloc[0] == N - high.sum()
    outcome = outcome_of(drawn["time"][high], drawn["event"][high])
    expected = KaplanMeier(outcome).at(groups["high"]["time"])
    np.testing.assert_allclose(groups["high"][["survival", "ci_low", "ci_high"]].T, expected)


def test_splits_without_inner_predictions_are_in_no_group(drawn):
    second = np.asarray(drawn["split"]) == "f2"
    inner = {k: np.asarray(v)[second] if len(v) == N else v for k, v in drawn.items()}
    rows = risk_group_rows(predicted_survival(**drawn), predicted_survival(**inner), "demo")
    start = table("risk_groups", rows).query("time == 0")
    assert start["n_at_risk"].sum() == N // 2


def test_groups_that_have_no_sample_have_no_curve(drawn):
    constant = predicted_survival(**{**drawn, "risk": np.ones(N)})
    rows = table("risk_groups", risk_group_rows(constant, constant, "demo"))
    assert set(rows["group"]) == {"low"}
