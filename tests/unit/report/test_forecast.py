"""What a run will cost, by the costs of a check or of an earlier run."""

import pytest

from omc.core.tables import FORECAST
from omc.report.forecast import (
    LINES,
    SHORTER,
    duration,
    forecast,
    forecast_cells,
    forecast_text,
    needs,
)

COST = {
    "dataset": "d", "language": "r", "model": "m", "job_seconds": "2", "basis": "measured",
    "split_seconds": "3", "peak_mb": "250",
}  # fmt: skip
PLAN = {"dataset": "d", "language": "r", "model": "m", "batches": 1, "parts": 0, "permutations": 0}
PLAN["final"] = True


def one(plan=None, timing=(), **cost):
    (row,) = forecast([PLAN | (plan or {})], [COST | cost], list(timing), {"d": 10})
    return row


def test_a_model_with_one_job():
    row = one()
    assert (row["jobs"], row["splits"]) == (1, 11)
    assert row["cpu_seconds"] == row["longest_seconds"] == 2 + 11 * 3
    assert forecast_cells([row]) == [["d", "r", "m", "measured", 1, 11, "35", "35", "250"]]
    assert len(FORECAST) == 9


@pytest.mark.parametrize(
    ("plan", "jobs", "seconds", "longest"),
    [
        ({"batches": 5}, 5, 5 * 2 + 11 * 3, 2 + 2 * 3),
        ({"batches": 5, "parts": 2}, 15, 15 * 2 + 11 * 3, 2 + 3),
        ({"final": False}, 1, 2 + 10 * 3, 2 + 10 * 3),
        ({"permutations": 4}, 5, 5 * 2 + (11 + 40) * 3, 2 + 11 * 3),
        ({"batches": 5, "permutations": 4}, 9, 9 * 2 + (11 + 40) * 3, 2 + 10 * 3),
    ],
)
def test_jobs_share_splits_and_candidates(plan, jobs, seconds, longest):
    row = one(plan)
    assert (row["jobs"], row["cpu_seconds"], row["longest_seconds"]) == (jobs, seconds, longest)


def timing(split, stage, seconds, memory=400):
    names = {"dataset": "d", "language": "r", "model": "m", "split": split, "stage": stage}
    return names | {"cpu_seconds": str(seconds), "peak_mb": str(memory)}


def test_an_earlier_run_knows_better():
    rows = [timing("", "startup", 1), timing("", "load", 1), timing("", "startup", 3)]
    for split in ("r01f01", "r01f02"):
        rows += [timing(split, "tune", 8), timing(split, "fit", 1), timing(split, "predict", 1)]
    row = one(timing=[*rows, timing("r01f02", "fit", 0, 500)])
    assert row["basis"] == "earlier run" and row["memory_mb"] == 500
    assert row["cpu_seconds"] == 2.5 + 11 * 10
    # Of another model, or of one that was never fitted, it knows nothing.
    assert one(timing=[{**r, "model": "other"} for r in rows])["basis"] == "measured"
    assert one(timing=rows[:3])["basis"] == "measured"


def test_a_cluster_is_asked_for_what_is_known_of_a_model():
    plans = [PLAN | {"model": name, "batches": 5} for name in ("seen", "tried", "slow", "new")]
    costs = [COST | {"model": name} for name in ("seen", "tried", "slow")]
    costs[2]["basis"] = "at least"
    cells = forecast_cells(forecast(plans[:3], costs, [], {"d": 10}))
    rows = [dict(zip(FORECAST, row, strict=True)) for row in cells]
    earlier = [timing("", "startup", 4), timing("r01f01", "fit", 10, 500)]
    known = needs(rows, [{**row, "model": "seen"} for row in earlier], plans, {"d": 10})
    assert known == {
        ("d", "r", "seen"): {
            "basis": "earlier run", "longest_seconds": 4 + 2 * 10, "memory_mb": 500,
        },
        ("d", "r", "tried"): {
            "basis": "measured", "longest_seconds": 2 + 2 * 3, "memory_mb": 250,
        },
    }  # fmt: skip


def test_the_screen_shows_models_data_sets_and_the_sum():
    plans = [PLAN | {"dataset": d, "model": m} for d in ("d1", "d2") for m in ("cheap", "costly")]
    costs = [
        COST | {"dataset": p["dataset"], "model": p["model"], "split_seconds": seconds}
        for p, seconds in zip(plans, (0.1, 60, 0.1, 120), strict=True)
    ]
    costs[1]["basis"] = "at least"
    rows = forecast(plans, costs, [], {"d1": 9, "d2": 9})
    lines = forecast_text(rows, 2, "results/validation/forecast.csv").splitlines()
    assert lines[2:5] == [
        "  model      CPU time     memory",
        "  r/costly     30 min     250 MB",
        "  r/cheap         6 s     250 MB",
    ]
    assert "  d2           20 min     250 MB" in [line.replace("data set", "d") for line in lines]
    assert "total: 0.5 CPU-hours in 4 jobs; on 2 cores 20 min" in lines
    assert "longest job: 20 min, r/costly on d2" in lines
    assert lines[-1] == "rough estimates, as a single fit takes long: r/costly"
    assert SHORTER not in lines
    costs[3]["split_seconds"] = 400
    rows = forecast(plans, costs, [], {"d1": 9, "d2": 9})
    lines = forecast_text(rows, 2, "results/validation/forecast.csv").splitlines()
    assert lines[lines.index("longest job: 67 min, r/costly on d2") + 1] == SHORTER


def test_many_models_fit_on_a_screen():
    plans = [PLAN | {"model": f"m{i}"} for i in range(LINES + 15)]
    costs = [COST | {"model": plan["model"]} for plan in plans]
    text = forecast_text(forecast(plans, costs, [], {"d": 9}), 1, "x")
    assert len(text.splitlines()) < LINES + 12 and "  15 others" in text


def test_durations_have_two_digits():
    cases = {0.034: "0.034 s", 8.71: "8.7 s", 89: "89 s", 95: "1.6 min", 7000: "1.9 h"}
    assert {seconds: duration(seconds) for seconds in cases} == cases
