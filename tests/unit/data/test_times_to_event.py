"""Times to an event: how they are read, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.core.survival import Censoring, martingale_residuals, outcomes
from omc.data.checked import CheckedData
from omc.data.checking import all_checks
from omc.data.survival import check_horizons, check_times, times_to_event

SETTING = {"time": "days", "event": "status", "event_value": "1"}
DAYS, STATUS = ["10", "20.5", "30", "30"], ["1", "0", "1.0", "0"]


def sheet(days=DAYS, status=STATUS):
    index = pd.Index([f"s{i}" for i in range(len(days))], name="sample")
    return pd.DataFrame({"days": days, "status": status}, index=index)


def read(**more):
    return times_to_event(sheet(**more), SETTING, "datasets.d.outcome", "samples.tsv")


def test_a_censored_time_has_a_plus():
    assert read().tolist() == ["10", "20.5+", "30", "30+"]
    outcome = outcomes(read())
    np.testing.assert_array_equal(outcome["time"], [10, 20.5, 30, 30])
    np.testing.assert_array_equal(outcome["event"], [True, False, True, False])


def test_the_value_of_an_event_may_be_a_word():
    setting = {**SETTING, "event_value": "dead"}
    table = sheet(status=["dead", "alive", "dead", "alive"])
    assert times_to_event(table, setting, "k", "p").tolist()[:2] == ["10", "20.5+"]


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        ({"days": ["10", "0", "30", "30"]}, ["outcome.time", "not above 0", "s1: 0"]),
        ({"days": ["10", "-3", "30", "30"]}, ["outcome.time", "s1: -3"]),
        ({"days": ["10", "2015-03-01", "3", "3"]}, ["'2015-03-01'", "sample s1", "give numbers"]),
        ({"days": ["10", "inf", "3", "3"]}, ["'inf'", "give numbers"]),
        ({"days": ["10", "", "3", "3"]}, ["column 'days'", "is empty", "s1"]),
        ({"status": ["0"] * 4}, ["event_value: '1' does not occur", "holds 0"]),
        ({"status": ["dead", "alive"] * 2}, ["does not occur", "alive, dead"]),
        ({"status": ["1", "0", "2", "0"]}, ["outcome.event", "'0', '2'", "competing", "recode"]),
    ],
)
def test_other_times_and_events_are_refused(columns, parts):
    with pytest.raises(UserError) as refused:
        read(**columns)
    for part in parts:
        assert part in str(refused.value)


def test_one_event_is_too_few():
    outcome = outcomes(["10", "20+", "30+"])
    with pytest.raises(UserError, match="1 of the 3 samples .* nothing to predict"):
        check_times(outcome, SETTING, "datasets.d", "samples.tsv")


@pytest.mark.parametrize(
    ("horizon", "problem"),
    [(5, "nobody had the event before"), (30, "nobody was observed for longer")],
)
def test_a_horizon_needs_events_before_and_samples_after(horizon, problem):
    outcome = outcomes(["10", "20.5+", "30", "30+"])
    check_horizons([10, 29], outcome, SETTING, "datasets.d.outcome")
    with pytest.raises(UserError, match=f"horizons: {horizon}: {problem}.*'days', whose median"):
        check_horizons([10, horizon], outcome, SETTING, "datasets.d.outcome")


def test_martingale_residuals_are_those_of_r():
    # survival: residuals(coxph(Surv(time, event) ~ 1, ties = "breslow"))
    outcome = outcomes(["1", "2", "2+", "3", "5+", "5"])
    expected = [0.833333, 0.633333, -0.366667, 0.3, -1.2, -0.2]
    np.testing.assert_allclose(martingale_residuals(outcome), expected, atol=1e-6)


def test_the_probability_of_not_being_censored_is_counted_by_hand():
    # At 2, one of the five left had the event and one of the other four is censored.
    censoring = Censoring(outcomes(["1", "2", "2+", "3", "5+", "5"]))
    at = censoring.at([0.5, 1, 1.9, 2, 4, 5, 9])
    # The last one is censored: nobody is left, and the probability stays as it was.
    np.testing.assert_allclose(at, [1, 1, 1, 3 / 4, 3 / 4, 3 / 4, 3 / 4])


@pytest.mark.parametrize(("events", "status"), [(19, "warning"), (20, "ok")])
def test_few_events_are_an_alarm(events, status, monkeypatch):
    times = [f"{i + 1}{'' if i < events else '+'}" for i in range(60)]
    rows = pd.DataFrame({"sample": range(60), "outcome": times, "cohort": "development"})
    data = CheckedData("survival", "days", None, pd.DataFrame(), rows)
    monkeypatch.setitem(vars(data), "features", ["a"] * 120)
    ((found, value, _),) = all_checks()["events"].check(data, None)
    assert found == status
    assert value.startswith(f"{events} events of 60 samples") and "120 features" in value
