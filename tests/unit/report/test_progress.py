"""Stages of a run, the time that is left, and the screen that shows them, with made events."""

import io
import logging
import os
import re

import pytest

from omc.report import screen
from omc.report.progress import Job, Progress, clock, job_of, seconds_of_jobs, what

MODELS = ["python/svm_rbf", "r/glmnet"]


def train(model, rule="train_{}_final", dataset="demo"):
    language, name = model.split("/")
    return job_of(rule.format(language), "x/learn/train.py", {"dataset": dataset, "model": name})


def plan():
    data = job_of("import_dataset", "x/data/import_dataset.py", {"dataset": "demo"})
    ends = [Job("score", "evaluate"), Job("draw_figures", "figures"), Job("all", "report")]
    return [data, *map(train, MODELS), *ends]


def test_each_rule_has_its_stage():
    assert train("r/gbm") == Job("train_r_final", "train", ("demo", "r", "gbm"))
    assert train("python/knn", "tune_{}").stage == "train"
    assert train("python/knn", "train_{}_null").stage == "null"
    for rule, script, stage in (
        ("make_splits", "learn/make_splits.py", "prepare"),
        ("permute_r", "learn/permute.R", "evaluate"),
        ("permute_labels", "learn/permute_labels.py", "null"),
        ("validate", None, "report"),
    ):
        assert job_of(rule, script, {}).stage == stage


def test_models_at_work_are_named_by_data_set():
    progress = Progress([], {}, 2, 0.0)
    for number, model in enumerate([*MODELS, "r/pls", "r/gbm", "r/gbm"]):
        progress.start(number, train(model), "Train", 0.0)
    progress.start(9, Job("score", "evaluate"), "Score all", 0.0)
    assert progress.line("train") == (
        "train 0/5: python/svm_rbf, r/glmnet, r/pls and 1 more on demo"
    )
    assert what([progress.at_work[0], progress.at_work[9]]) == "python/svm_rbf on demo; Score all"
    assert progress.active() == ["train", "evaluate"]


def test_expected_seconds_come_from_the_forecast_else_from_an_earlier_run():
    names = {"dataset": "demo", "language": "r"}
    forecast = [{**names, "model": "pls", "cpu_seconds": "30.0", "jobs": "3"}]
    timing = [
        {**names, "model": model, "stage": stage, "cpu_seconds": "2.0"}
        for model in ("pls", "gbm")
        for stage in ("startup", "tune", "startup", "fit")
    ]
    jobs = [{"rule": "score", "start_seconds": "1.0", "end_seconds": end} for end in ("3", "5")]
    seconds = seconds_of_jobs(forecast, timing, jobs)
    assert seconds == {("demo", "r", "pls"): 10.0, ("demo", "r", "gbm"): 4.0, "score": 3.0}


def test_the_time_that_is_left_follows_what_jobs_took():
    seconds = {train(model).model: 100.0 for model in MODELS} | {"score": 10.0}
    progress = Progress(plan(), seconds, 2, 0.0)
    # 100 + 100 + 10 + three steps of 4 seconds, on two cores.
    assert progress.left(0.0) == pytest.approx(111)
    progress.start(1, train(MODELS[0]), "", 0.0)
    progress.end(1, 200.0)
    # Twice as long as expected: so will others be, and the longest limits the end.
    assert progress.left(200.0) == pytest.approx(200)
    progress.start(2, train(MODELS[1]), "", 200.0)
    assert progress.left(250.0) == pytest.approx(150)
    # Overdue: it is not done at once, and the machine seems slower still.
    assert 10 < progress.left(600.0) < 300
    # A single core.
    assert Progress(plan(), seconds, 1, 0.0).left(0.0) == pytest.approx(222)


def test_nothing_is_said_of_the_time_of_models_that_are_unknown():
    progress = Progress(plan(), {}, 2, 0.0)
    assert progress.left(0.0) is None and "left" not in progress.total(5.0)
    progress.start(1, train(MODELS[1]), "", 0.0)
    progress.end(1, 20.0)
    assert progress.total(20.0) == "1/6 jobs in 0:20, about 20 s left"


def test_a_job_that_is_tried_again_is_counted_once():
    progress = Progress(plan(), {}, 2, 0.0)
    progress.start(1, train(MODELS[0]), "", 0.0)
    progress.end(1, 1.0, failed=True)
    assert progress.line("train") == "train 0/2, 1 failed"
    progress.start(1, train(MODELS[0]), "", 1.0)
    progress.end(1, 2.0)
    assert progress.line("train") == "train 1/2" and not progress.is_done("train")


def test_a_clock():
    assert [clock(s) for s in (-1, 7, 754, 3723)] == ["0:00", "0:07", "12:34", "1:02:03"]


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def shown(self):
        """What stands on the terminal in the end."""
        lines = []
        for part in re.split(r"(\x1b\[\d+F\x1b\[J)", self.getvalue()):
            if part.startswith("\x1b"):
                del lines[len(lines) - int(part[2:].partition("F")[0]) :]
            else:
                lines += part.splitlines()
        return lines


@pytest.fixture
def run(monkeypatch, tmp_path):
    """A screen on a terminal or not; yields a function that makes one and one that logs events."""
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.delenv(screen.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("snakemake.logging")
    monkeypatch.setattr(logger, "level", logging.INFO)
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "propagate", False)
    screens = []

    def begin(stream, is_run=True, jobs=None, elsewhere=False):
        handler = logging.StreamHandler(stream)
        handler.name = "DefaultStreamHandler"
        logger.addHandler(handler)
        shown = screen.attach(lambda: is_run)
        progress = Progress(jobs or plan(), {}, 2, 0.0)
        shown.begin(progress, lambda rule, _: by_rule[rule], elsewhere)
        screens.append(shown)
        return shown

    by_rule = {job.rule: job for job in plan()} | {"train_r": train(MODELS[1], "train_{}")}

    def log(event, text="", level=logging.INFO, **extra):
        files = {"output": [], "log": [], "wildcards": {}, "rule_msg": None}
        logger.log(level, text, extra={"event": event, **files, **extra})

    yield begin, log
    for shown in screens:
        shown.end()
    os.environ.pop(screen.VARIABLE, None)


def test_a_terminal_shows_the_stages_at_work_in_place(run):
    begin, log = run
    terminal = Terminal()
    begin(terminal)
    log("job_info", jobid=1, rule_name="train_python_final")
    log("job_info", jobid=2, rule_name="train_r_final")
    log(None, "Select jobs to execute...")
    log("progress", "1 of 6 steps")
    *_, plan_line, now, total = terminal.shown()
    assert plan_line[10:] == "6 jobs: prepare 1, train 2, evaluate 1, figures 1, report 1"
    assert now == "train 0/2: python/svm_rbf, r/glmnet on demo"
    assert total.startswith("0/6 jobs in ")
    log("job_finished", job_id=1)
    log("job_finished", job_id=2)
    log(None, "something that is no routine")
    lines = terminal.shown()
    assert [line[10:] for line in lines[1:2]] == ["train 2/2 done in 0:00"]
    assert lines[-1] == "something that is no routine"


def test_lines_that_stay_are_few(run, monkeypatch):
    begin, log = run
    file, now = io.StringIO(), [1000.0]
    monkeypatch.setattr(screen.time, "time", lambda: now[0])
    shown = begin(file, jobs=[train(MODELS[1], "train_{}")] * 500)
    shown.progress.began = 1000.0
    for number in range(500):
        log("job_info", jobid=number, rule_name="train_r")
        now[0] += 4
        shown._show()
        log("job_finished", job_id=number)
    lines = file.getvalue().splitlines()
    # 33 minutes.
    assert 10 <= len(lines) <= 45
    assert "250/500 jobs" in file.getvalue() and "r/glmnet on demo" in lines[3]
    assert lines[-1].endswith("train 500/500 done in 33:20")


def test_a_failure_is_told_at_once(run, tmp_path):
    begin, log = run
    file = io.StringIO()
    shown = begin(file, elsewhere=True)
    (tmp_path / "failures.csv").write_text(
        "split,stage,message,log\n"
        "r01f01,tune,one candidate,a.log\n"
        "r01f02,fit,ValueError: bad,a.log\nfinal,fit,ValueError: bad,a.log\n"
    )
    log("job_info", jobid=1, rule_name="train_r_final", output=["failures.csv"])
    log("job_finished", job_id=1)
    assert "FAILED: r/glmnet on demo (r01f02, final): ValueError: bad (log: a.log)\n" in (
        file.getvalue()
    )
    log("job_info", jobid=2, rule_name="import_dataset", rule_msg="Import demo", log=["b.log"])
    (tmp_path / "b.log").write_text("ERROR: samples: wrong\nused 1 CPU s\n")
    log("job_error", level=logging.ERROR, jobid=2, rule_name="import_dataset", log=["b.log"])
    log("error", "RuleException:\nCalledProcessError in file a, line 1:\nCommand 'x'\nreturned"
        " non-zero exit status 1.", level=logging.ERROR)  # fmt: skip
    assert file.getvalue().endswith("FAILED: Import demo (log: b.log)\nERROR: samples: wrong\n")
    # A job without a sentence in its log is told by Snakemake.
    log("job_info", jobid=3, rule_name="score")
    log("job_error", "Error in rule score", level=logging.ERROR, jobid=3, rule_name="score")
    shown.end()
    assert "Error in rule score\n" in file.getvalue()
    assert file.getvalue().endswith("evaluate 0/1, 1 failed\n")


def test_without_a_run_snakemake_says_all(run):
    begin, log = run
    file = io.StringIO()
    begin(file, is_run=False)
    for text in ("Building DAG of jobs...", "Select jobs to execute..."):
        log(None, text)
    log("job_info", "a job", jobid=1, rule_name="score")
    assert file.getvalue().splitlines()[1:] == [
        "Building DAG of jobs...", "Select jobs to execute...", "a job",
    ]  # fmt: skip


def test_an_event_that_is_not_understood_costs_the_screen_and_not_the_run(run):
    begin, log = run
    file = io.StringIO()
    begin(file)
    log("job_info", "the first", jobid=1, rule_name="a rule that nobody knows")
    log("job_info", "the second", jobid=2, rule_name="score")
    why, *shown = file.getvalue().splitlines()[1:]
    assert why[10:].startswith("no further progress is shown: ") and "Error" in why
    assert shown == ["the first", "the second"]


def test_a_plugin_that_writes_to_the_screen_is_left_alone(run):
    logging.getLogger("snakemake.logging").addHandler(logging.StreamHandler())
    assert screen.attach(lambda: True) is None
