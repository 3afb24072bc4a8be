"""A stranger's path by the commands of the docs: what the first run gives, and a second does."""

import base64
import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from omc.core import tables as contracts
from omc.evaluate.metrics import METRICS_OF
from omc.learn.batch import Data
from tests.contract.headers import wrong_headers
from tests.end_to_end.conftest import Workflow, run_command
from tests.pages import COMMANDS

pytestmark = pytest.mark.slow

JOINS = {
    "all", "validate", "validate_models_python", "validate_models_r", "join_models",
    "score", "compare_models", "describe_predictions",
    *(f"join_{step}" for step in ("training", "checks", "metrics", "comparisons", "descriptions",
                                  "subgroups", "features", "findings")),
    "manifest", "summarise", "draw_figures", "report_failures", "findings", "explorer",
    "efficiency", "draw_efficiency",
    "signature", "label_features", "permute_python", "permute_r", "permutation_importance",
}  # fmt: skip


SPLITS = [f"r{repeat:02d}f{fold:02d}" for repeat in (1, 2) for fold in (1, 2, 3)]


def planned(process):
    """Rules and their number of jobs, as a dry run lists them."""
    assert process.returncode == 0, process.stderr
    table = process.stdout + process.stderr
    counts = re.findall(r"^(\w+) +(\d+)$", table.partition("Job stats:")[2], flags=re.M)
    return {rule: int(count) for rule, count in counts if rule not in ("total", "job")}


def test_every_model_split_and_metric_is_in_metrics(finished):
    workflow, config, _ = finished
    header, rows = workflow.table("results", "metrics.csv")
    assert header == contracts.METRICS
    models = [
        (language, model) for language in ("python", "r") for model in config["models"][language]
    ]
    expected = [
        (language, model, split, metric)
        for language, model in models
        for split in SPLITS
        for metric in METRICS_OF["binary"]
    ]
    assert [(r["language"], r["model"], r["split"], r["metric"]) for r in rows] == expected
    assert all(r["value"] for r in rows)
    auc = {r["model"]: float(r["value"]) for r in rows if r["metric"] == "roc_auc"}
    assert auc["dummy"] == 0.5
    assert all(value > 0.8 for model, value in auc.items() if model != "dummy")


def test_every_csv_has_the_header_of_the_catalog(finished):
    results = finished[0].path("results")
    assert not wrong_headers(results)
    tables = sorted(path.name for path in results.glob("*.csv"))
    empty = [name for name in tables if not finished[0].table("results", name)[1]]
    # Neither failures nor labels of features, which these data do not have.
    assert len(tables) >= 15 and empty == ["failures.csv", "feature_labels.csv"]


def test_no_interval_has_zero_width(finished):
    _, rows = finished[0].table("results", "estimates.csv")
    wide = set()
    for row in rows:
        if row["ci_low"]:
            assert float(row["ci_low"]) < float(row["ci_high"]), row
            wide.add((row["language"], row["model"], row["metric"]))
    for metric in ("roc_auc", "accuracy", "sensitivity", "specificity", "brier", "log_loss"):
        assert sum(of == metric for *_, of in wide) == 5, metric


def test_every_two_models_are_compared(finished):
    _, rows = finished[0].table("results", "comparisons.csv")
    for test in ("nadeau_bengio", "bayesian_correlated_t"):
        result = {(row["model_a"], row["model_b"]) for row in rows if row["test"] == test}
        assert len(result) == 5 * 4 / 2
    _, (picked,) = finished[0].table("results", "selection.csv")
    assert picked["n_models"] == "4" and float(picked["estimate"]) <= 1


def test_every_job_is_in_the_efficiency_of_the_run(finished):
    workflow, _, _ = finished
    header, rows = workflow.table("results", "jobs.csv")
    assert header == contracts.JOBS
    logs = workflow.path("results", "logs")
    names = {str(log.relative_to(logs).with_suffix("")) for log in logs.rglob("*.log")}
    own = {"efficiency", "draw_efficiency", "report_failures"}
    assert {row["job"] for row in rows} == names - own
    _, rows = workflow.table("results", "efficiency.csv")
    assert len({row["run"] for row in rows}) == 1
    value = {row["measure"]: float(row["value"]) for row in rows}
    assert value["cores"] == 2 and 0 < value["model_share"] < 1 >= value["busy_share"] > 0
    assert 0 < value["speed_up"] <= value["speed_up_bound"] and value["wall_over_bound"] >= 1
    kinds = [name for name in value if name.startswith("cpu_") and name != "cpu_seconds"]
    assert all(value[kind] > 0 for kind in kinds)
    assert sum(value[kind] for kind in kinds) == pytest.approx(value["cpu_seconds"], abs=0.01)
    for ending in ("svg", "png"):
        assert workflow.path("images", f"efficiency.{ending}").stat().st_size > 10_000


def test_probabilities_sum_to_one(finished):
    header, rows = finished[0].table("results", "leukemia", "predictions.csv")
    assert header == [*contracts.PREDICTIONS, "prob_ALL", "prob_AML", "splits_sha256"]
    assert len(rows) == 5 * 2 * 38
    for row in rows:
        prob = [float(row["prob_ALL"]), float(row["prob_AML"])]
        assert sum(prob) == pytest.approx(1, abs=1e-9) and min(prob) >= 0
        assert row["predicted"] == ("ALL" if prob[0] >= prob[1] else "AML")


def test_each_training_sample_has_an_inner_prediction(finished):
    folder = ("results", "leukemia")
    header, rows = finished[0].table(*folder, "inner_predictions.csv")
    columns = ["prob_ALL", "prob_AML", "splits_sha256"]
    assert header == [*contracts.INNER_PREDICTIONS, *columns]
    _, splits = finished[0].table(*folder, "splits.csv")
    trained = sorted(
        tuple(row[column] for column in ("split", "inner_fold", "sample"))
        for row in splits
        if row["role"] == "train"
    )
    by_model = {}
    for row in rows:
        of_model = by_model.setdefault((row["language"], row["model"]), [])
        of_model.append((row["split"], row["inner_fold"], row["sample"]))
    assert len(by_model) == 5 and all(sorted(keys) == trained for keys in by_model.values())
    _, picks = finished[0].table("results", "picks.csv")
    assert [row["split"] for row in picks] == SPLITS


def test_both_languages_select_the_same_features(finished):
    _, rows = finished[0].table("results", "importance.csv")
    chosen = {}
    for row in rows:
        chosen.setdefault((row["split"], row["language"], row["model"]), []).append(row["feature"])
    for split in (*SPLITS, "final"):
        lists = [features for key, features in chosen.items() if key[0] == split]
        assert len(lists) == 5 and all(one == lists[0] and len(one) == 50 for one in lists)


def test_what_the_models_use(finished):
    workflow = finished[0]
    _, stability = workflow.table("results", "stability.csv")
    assert "dummy" not in {row["model"] for row in stability} and len(stability) == 4
    size = {row["model"]: float(row["mean_selected"]) for row in stability}
    assert size["svm_rbf"] == size["svmRadial"] == 50 > size["glmnet"]
    assert all(0 < float(row["stability"]) <= 1 for row in stability)
    _, signature = workflow.table("results", "signature.csv")
    assert [row["rank"] for row in signature] == [str(i + 1) for i in range(len(signature))]
    assert {row["n_models"] for row in signature} == {"2"}
    _, shuffled = workflow.table("results", "permutation_importance.csv")
    top = [row["feature"] for row in signature[:20]]
    for language in ("python", "r"):
        rows = [row for row in shuffled if row["language"] == language]
        assert [row["feature"] for row in rows] == [*top, ""]
        assert len({row["model"] for row in rows}) == 1
        # The base of each is what the run predicted.
        _, permuted = workflow.table("results", "leukemia", language, "permuted.csv")
        unshuffled = {
            (r["split"], r["sample"]): r["prob_AML"] for r in permuted if r["permutation"] == "0"
        }
        _, predictions = workflow.table("results", "leukemia", "predictions.csv")
        of_model = {
            (r["split"], r["sample"]): r["prob_AML"]
            for r in predictions
            if (r["language"], r["model"]) == (language, rows[0]["model"])
        }
        assert unshuffled.items() <= of_model.items()
        # Five of the six splits.
        assert len({split for split, _ in unshuffled}) == 5


READ_IN_R = """
args <- commandArgs(TRUE)
source(file.path(args[1], "use.R"))
use("logs", "matrix", "preprocessing")
splits <- read.csv(file.path(args[2], "splits.csv"), colClasses = "character")
samples <- unique(splits$sample)
fits <- read_fits(file.path(args[2], "preprocessing.h5"), args[3])
fit <- one_fit(fits, args[3], as.integer(args[4]))
x <- apply_fit(read_columns(file.path(args[2], "data.h5ad"), samples, fit$index), fit)
write.table(format(x, digits = 17), args[5], sep = ",", quote = FALSE, col.names = NA)
"""


@pytest.mark.parametrize("fit", [0, 2])
def test_r_trains_on_the_numbers_of_python(finished, root, tmp_path, fit):
    folder = finished[0].path("results", "leukemia")
    script, output = tmp_path / "read.R", tmp_path / "x.csv"
    script.write_text(READ_IN_R, encoding="utf-8")
    command = ["Rscript", script, root / "workflow" / "R", folder, "r01f02", str(fit), output]
    subprocess.run(command, check=True)
    result = pd.read_csv(output, index_col=0, dtype={0: str})
    names = ("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5")
    data = Data(*(str(folder / name) for name in names), "classification")
    data.load_batch(["r01f02"])
    learned = data.fits["r01f02", fit]
    rows = [list(data.samples).index(sample) for sample in result.index]
    expected = data.fit_matrix(learned, rows)
    assert list(result.columns) == list(data.features[learned.index])
    np.testing.assert_allclose(result.to_numpy(), expected, rtol=0, atol=1e-9)


def test_figures_summary_and_manifest(finished):
    workflow, _, process = finished
    for figure in (
        *("model_comparison", "metric_overview", "stability"),
        *("roc_pr", "calibration", "decision", "confusion"),
    ):
        assert workflow.path("images", "leukemia", f"{figure}.png").stat().st_size > 10_000
        svg = workflow.path("images", "leukemia", f"{figure}.svg").read_text(encoding="utf-8")
        # A long name may be on two lines.
        assert "svmRadial" in svg and "regression" in svg
    summary = workflow.path("results", "summary.md").read_text(encoding="utf-8")
    answer = summary.partition("## leukemia\n\n")[2].partition("\n")[0]
    assert "ROC AUC" in answer and "The baseline reaches 0.500 (`python/dummy`" in answer
    assert answer in process.stderr and "| python/svm_rbf |" not in process.stderr
    assert all(f"| {model} |" in summary for model in ("python/svm_rbf", "r/svmRadial"))
    methods = workflow.path("results", "methods.md").read_text(encoding="utf-8")
    assert "38 samples (27 ALL, 11 AML)" in methods and "scikit-learn 1.8.0" in methods
    manifest = json.loads(workflow.path("results", "manifest.json").read_text(encoding="utf-8"))
    assert manifest["config"]["seed"] == manifest["seed"] == 2022
    assert {"r", "packages"} <= set(manifest["versions"]["r"])
    assert {"caret", "ragg", "pROC"} <= set(manifest["versions"]["r"]["packages"])
    assert manifest["workflow"]["snakemake"] == version("snakemake")
    assert manifest["workflow"]["deployment"] == "native"
    assert f"R {manifest['versions']['r']['r']} and Python 3." in process.stderr
    assert manifest["versions"]["python"]["packages"]["scikit-learn"] == "1.8.0"
    assert all(len(digest) == 64 for digest in manifest["inputs"].values())


def test_the_screen_has_a_line_per_stage_and_the_file_every_job(finished):
    workflow, _, process = finished
    lines = process.stderr.splitlines()
    stages = re.findall(r"  (\w+) (\d+)/\2 done in \d", process.stderr)
    trained = [("prepare", "6"), ("train", "5")]
    assert trained == stages[:2] and {"evaluate", "figures", "report"} <= dict(stages).keys()
    assert len(lines) < 60 and "Select jobs" not in process.stderr
    first = min(workflow.path(".snakemake", "log").glob("*.snakemake.log"))
    log = first.read_text(encoding="utf-8")
    assert log.count("Select jobs to execute") > 10
    assert log.count(": Train ") == 5


def on_a_terminal(command, folder):
    """(exit status, text) of a command whose screen is a terminal."""
    main, end = pty.openpty()
    process = subprocess.Popen([str(c) for c in command], cwd=folder, stdout=end, stderr=end,
                               env={**os.environ, "TERM": "xterm", "TZ": "UTC"})  # fmt: skip
    os.close(end)
    parts = []
    # Linux: an error when the other end is closed.
    with contextlib.suppress(OSError):
        while part := os.read(main, 4096):
            parts.append(part)
    os.close(main)
    return process.wait(), b"".join(parts).decode().replace("\r\n", "\n")


def test_a_terminal_shows_which_model_is_trained_and_what_fails(finished, tmp_path):
    workflow, config, _ = finished
    folder = tmp_path / "copy"
    copy = workflow.copied(folder)
    copy.write(config)
    snakemake = [
        *(sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", "config.yaml"),
    ]
    target = "results/quick/leukemia/python/dummy/1of1/failures.csv"
    status, text = on_a_terminal([*snakemake, "--forcerun", target, "--", target], folder)
    assert status == 0, text
    assert re.search(r"train 0/1: python/dummy on leukemia\n0/1 jobs in .* left\n", text)
    assert "\x1b[2F\x1b[J" in text and "train 1/1 done in " in text
    changed = {**config["datasets"]["leukemia"], "samples": "sheet.tsv"}
    (folder / "sheet.tsv").write_text("sample\tsubtype\nX1\tALL\nX2\tAML\n", encoding="utf-8")
    copy.write({**config, "datasets": {"leukemia": changed}})
    status, text = on_a_terminal([*snakemake, "--", "results/quick/leukemia/samples.tsv"], folder)
    sentence = r"ERROR: datasets\.leukemia\.layers\.expression\.table: .*X1"
    log = "results/quick/logs/leukemia/import.log"
    told = rf"FAILED: Import data set leukemia \(log: {log}\)\n{sentence}"
    assert status == 1 and re.search(told, text), text
    # Again on the last screen, and from no one else.
    assert len(re.findall(sentence, text)) == 2
    assert re.search(rf"What went wrong:\n{sentence}", text)


@pytest.fixture(scope="module")
def report(finished):
    workflow, config, _ = finished
    path = workflow.path("results", "report.html")
    process = workflow.compare(config, "--report", path)
    assert process.returncode == 0, process.stderr
    return path


def test_the_report_shows_every_figure_and_the_summary(finished, report):
    workflow = finished[0]
    html = report.read_text(encoding="utf-8")
    results = json.loads(re.search(r"^ +var results = (\{.*\});$", html, flags=re.M)[1])
    images = workflow.path("images")
    figures = [*images.glob("*.png"), *images.glob("[!.]*/*.png")]
    assert {str(figure.relative_to(workflow.folder)) for figure in figures} | {
        f"results/quick/{name}"
        for name in (
            "summary.html", "metrics.csv", "estimates.csv", "comparisons.csv", "selection.csv",
            "checks.csv", "manifest.json",
        )
    } == set(results)  # fmt: skip
    for path, result in results.items():
        assert len(result["caption"]) > 80 and "{{" not in result["caption"], path
        assert ("leukemia" in result["caption"]) == path.startswith("images/quick/leukemia/"), path
    assert "3 inner folds" in html
    page = base64.b64decode(
        results["results/quick/summary.html"]["data_uri"].partition("base64,")[2]
    )
    assert b"<td>python/svm_rbf</td>" in page and b"doi:10.1023/A:1024068626366" in page
    assert report.stat().st_size < 10e6


def shown_in_menu(browser, category):
    """Click on a category of the report, then on the eye of each entry; yields its name."""
    browser.find_element(By.LINK_TEXT, category).click()
    browser.find_element(By.CSS_SELECTOR, "a[iconname=eye]")
    for row in browser.find_elements(By.CSS_SELECTOR, "tbody tr"):
        row.find_element(By.CSS_SELECTOR, "a[iconname=eye]").click()
        yield row.find_element(By.TAG_NAME, "td").text
    browser.find_element(By.LINK_TEXT, "Results").click()


def test_a_browser_shows_every_figure_and_the_table_of_the_report(finished, report, browser):
    """The screenshots stay in pytest's folder, to be looked at."""
    browser.get(f"file://{report}")
    assert "Which model" in browser.find_element(By.TAG_NAME, "body").text
    shots = report.parent / "screenshots"
    shots.mkdir()
    seen = []
    for name in shown_in_menu(browser, "leukemia"):
        wanted = f"img[src*='filename={name.replace(' ', '_')}.png']"
        picture = browser.find_element(By.CSS_SELECTOR, wanted)
        WebDriverWait(browser, 10).until(lambda _, p=picture: p.get_property("naturalWidth") > 500)
        # From the top on, where the title is, and in its whole width.
        assert picture.rect["y"] >= 0 and picture.rect["x"] >= 0, name
        assert picture.rect["x"] + picture.rect["width"] <= 1400, name
        shot = shots / f"{name}.png"
        assert browser.save_screenshot(str(shot))
        seen.append(name.replace(" ", "_"))
        with Image.open(shot) as image:
            # White where nothing is shown.
            menu = browser.find_element(By.TAG_NAME, "nav").size["width"]
            content = image.convert("L").crop((menu, 0, *image.size))
            assert np.mean(np.asarray(content) < 250) > 0.02, name
    figures = finished[0].path("images", "leukemia").glob("*.png")
    assert sorted(seen) == sorted(figure.stem for figure in figures)

    for name in shown_in_menu(browser, "All data sets"):
        if "table of models" in name:
            browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
            rows = browser.find_elements(By.CSS_SELECTOR, "table tr")
            models = [row.text.partition(" ")[0] for row in rows if row.is_displayed()]
            assert {"python/svm_rbf", "python/dummy", "r/glmnet", "r/svmRadial"} <= set(models)
            browser.switch_to.default_content()
            assert browser.save_screenshot(str(shots / "table.png"))
    assert len(list(shots.glob("*.png"))) == len(seen) + 1
    # Snakemake's own report brings a style library that says so.
    said = [line["message"] for line in browser.get_log("browser")]
    assert [line for line in said if "tailwindcss.com should not be used" not in line] == []


def test_final_models_are_saved(finished):
    import skops.io

    folder = finished[0].path("results", "leukemia")
    saved = next(folder.glob("python/logistic_regression/*/final/model.skops"))
    model = skops.io.load(saved, trusted=skops.io.get_untrusted_types(file=saved))
    assert len(model["features"]) == 50 and model["classes"] == ["ALL", "AML"]
    assert next(folder.glob("r/glmnet/*/final/model.rds")).stat().st_size > 1000


def test_a_second_run_does_nothing_in_a_fresh_copy_either(finished):
    workflow, config, _ = finished
    for file in (workflow.root / "workflow").rglob("*.*"):
        file.touch()
    process = workflow.compare(config)
    assert process.returncode == 0 and "Nothing to be done" in process.stderr


def test_each_lost_file_is_made_again_though_later_ones_are_there(finished):
    workflow, config, _ = finished
    lost = {
        "results/quick/leukemia/python/svm_rbf/1of1/importance.csv": "train_python_final",
        "results/quick/leukemia/r/glmnet/1of1/final": "train_r_final",
        "results/quick/references.bib": "summarise",
        "images/quick/leukemia/model_comparison.svg": "draw_figures",
    }
    kept = workflow.path("kept")
    for number, name in enumerate(lost):
        shutil.move(workflow.path(name), f"{kept}{number}")
    try:
        jobs = planned(workflow.compare(config, "--dry-run"))
    finally:
        for number, name in enumerate(lost):
            shutil.move(f"{kept}{number}", workflow.path(name))
    assert set(lost.values()) <= set(jobs)
    assert jobs["train_python_final"] == jobs["train_r_final"] == 1
    assert not planned(workflow.compare(config, "--dry-run"))


def test_checks_that_are_lost_are_made_again(finished):
    workflow, config, _ = finished
    checks = workflow.path("results", "validation")
    kept = shutil.move(checks, workflow.path("kept checks"))
    try:
        jobs = planned(workflow.compare(config, "--dry-run"))
    finally:
        shutil.move(kept, checks)
    assert {"validate", "validate_models_python", "validate_models_r"} <= set(jobs)
    assert not planned(workflow.compare(config, "--dry-run"))


def test_a_new_line_trains_that_model_and_redraws(finished):
    workflow, config, _ = finished
    more = {**config, "models": {**config["models"], "r": [*config["models"]["r"], "pls"]}}
    jobs = planned(workflow.compare(more, "--dry-run"))
    assert jobs.pop("train_r_final") == 1
    assert set(jobs) <= JOINS - {"validate_models_python"}
    more = {
        **config,
        "models": {
            **config["models"],
            "python": [*config["models"]["python"], "sklearn.naive_bayes.GaussianNB"],
        },
    }
    jobs = planned(workflow.compare(more, "--dry-run"))
    assert jobs.pop("train_python_final") == 1
    assert set(jobs) <= JOINS - {"validate_models_r"}


def test_a_new_data_set_is_the_only_one_that_is_trained_and_evaluated(finished, tmp_path):
    workflow, config, _ = finished
    more, models = deepcopy(config), config["models"]
    more["datasets"]["other"] = deepcopy(config["datasets"]["leukemia"])
    jobs = planned(workflow.compare(more, "--dry-run"))
    for rule in ("score", "compare_models", "describe_predictions", "signature"):
        assert jobs[rule] == 1
    assert jobs["train_python_final"] == len(models["python"])
    assert jobs["train_r_final"] == len(models["r"])
    # From the start, the figures of one need nothing of the other.
    figure = "images/quick/other/model_comparison.png"
    jobs = planned(Workflow(workflow.root, tmp_path).compare(more, "--dry-run", "--", figure))
    assert jobs["train_python_final"] == len(models["python"])
    assert jobs["train_r_final"] == len(models["r"])
    assert jobs["score"] == jobs["compare_models"] == jobs["draw_figures"] == 1


def test_a_failing_model_is_a_row_and_not_a_lost_run(finished, tmp_path):
    workflow, config, _ = finished
    run, more = workflow.copied(tmp_path / "copy"), deepcopy(config)
    # More nearest neighbours than there are samples, in both languages.
    more["models"]["python"].append(
        {"name": "knn_python", "estimator": "sklearn.neighbors.KNeighborsClassifier",
         "params": {"n_neighbors": 500}}
    )  # fmt: skip
    more["models"]["r"].append(
        {"name": "pls_r", "method": "pls", "params": {"validation": "nonsense"}}
    )
    process = run.compare(more)
    assert process.returncode != 0
    assert "python/knn_python failed on leukemia" in process.stderr
    _, failures = run.table("results", "failures.csv")
    assert {(r["language"], r["model"]) for r in failures} == {
        ("python", "knn_python"), ("r", "pls_r"),
    }  # fmt: skip
    assert any("n_neighbors" in r["message"] for r in failures)
    assert all(run.path(r["log"]).exists() and "\n" not in r["message"] for r in failures)
    for failure in failures:
        log = run.path(failure["log"]).read_text(encoding="utf-8")
        assert "Traceback" in log
    _, metrics = run.table("results", "metrics.csv")
    assert {r["value"] for r in metrics if r["model"] == "knn_python"} == {""}
    assert all(r["value"] for r in metrics if r["model"] == "glmnet")
    svg = run.path("images", "leukemia", "model_comparison.svg").read_text(encoding="utf-8")
    assert "knn_python" in svg and "failed" in svg
    assert "knn_python" in run.path("results", "summary.md").read_text(encoding="utf-8")
    # With on_failure: report, the same results end with status 0, and only that rule runs again.
    more["on_failure"] = "report"
    process = run.compare(more)
    assert process.returncode == 0, process.stderr
    assert "train_" not in run.log()


def test_another_positive_class_is_scored_and_not_trained(finished):
    workflow, config, _ = finished
    other = json.loads(json.dumps(config))
    other["datasets"]["leukemia"]["outcome"]["positive"] = "ALL"
    jobs = planned(workflow.compare(other, "--dry-run"))
    assert {"check_data", "score"} <= set(jobs) <= JOINS | {"check_data"}


def test_subgroups_are_scored_and_nothing_is_trained(finished):
    workflow, config, _ = finished
    more = {**config, "report": {"subgroups": ["sex"]}}
    jobs = planned(workflow.compare(more, "--dry-run"))
    assert {"read_strata", "score_subgroups"} <= set(jobs)
    assert set(jobs) <= JOINS | {"read_strata", "score_subgroups"}


def test_the_explorer_shows_every_view_of_the_run(finished, browser):
    """The screenshots stay in pytest's folder, to be looked at."""
    workflow = finished[0]
    page = workflow.path("results", "explorer.html")
    assert page.stat().st_size < 15e6
    _, ranking = workflow.table("results", "ranking.csv")
    _, signature = workflow.table("results", "signature.csv")
    places = {
        "overview": "", "models": "view=model&model=r/glmnet", "samples": "view=samples&sample=S01",
        "features": f"view=features&feature={signature[0]['feature']}",
    }  # fmt: skip
    shots = workflow.path("results", "explorer")
    shots.mkdir()
    for name, place in places.items():
        browser.get(f"file://{page}#{place}")
        charts = browser.find_elements(By.CSS_SELECTOR, ".plot")
        assert charts and all(c.find_elements(By.CSS_SELECTOR, ".main-svg") for c in charts), name
        assert browser.save_screenshot(str(shots / f"{name}.png"))
    browser.get(f"file://{page}#view=overview")
    answer = workflow.path("results", "summary.md").read_text().split("\n\n")[2]
    shown = browser.find_element(By.CSS_SELECTOR, ".answer").text
    assert shown == answer.replace("`", "")
    models = browser.find_elements(By.CSS_SELECTOR, "#models tbody th a")
    order = [f"{r['language']}/{r['model']}" for r in ranking if r["metric"] == "roc_auc"]
    assert [model.text for model in models] == order
    pictures = browser.find_elements(By.CSS_SELECTOR, ".picture img")
    assert len(pictures) == len(list(workflow.path("images", "leukemia").glob("*.png")))
    for picture in pictures:
        browser.execute_script("arguments[0].scrollIntoView()", picture)
        WebDriverWait(browser, 10).until(lambda _, p=picture: p.get_property("naturalWidth") > 100)
    for link in browser.find_elements(By.CSS_SELECTOR, ".files a, .picture figcaption a"):
        assert Path(unquote(urlparse(link.get_attribute("href")).path)).exists()
    assert [line["message"] for line in browser.get_log("browser")] == []


def shrink(folder):
    """Fewer splits and models, as this is a test."""
    path = folder / "config" / "my_study.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["models"] = {"python": ["dummy", "logistic_regression"], "r": ["glmnet"]}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def test_every_command_of_the_docs_does_what_they_say(finished, repository):
    # The first has made the finished run.
    for command in COMMANDS[1:]:
        proposed = repository / "config" / "my_study.yaml"
        if "init" in command:
            proposed.unlink(missing_ok=True)
        process = run_command(repository, command)
        screen = process.stdout + process.stderr
        assert process.returncode == 0, f"{command}\n{screen}"
        if "init" in command:
            # Four columns of this sheet may be the outcome.
            assert "Wrote config/my_study.yaml" in screen and "OUTCOME=" in screen
            shrink(repository)
    assert (repository / "images/quick/leukemia/model_comparison.png").stat().st_size > 10_000
    for run_name in ("quick", "my_study"):
        assert (repository / f"results/{run_name}/explorer.html").stat().st_size > 4_000_000
    assert (repository / "results/quick/report.html").stat().st_size > 100_000
    assert len((repository / "out.csv").read_text(encoding="utf-8").splitlines()) == 39
    assert list(repository.glob("images/my_study/*/model_comparison.png"))
    assert (repository / "results/my_study/summary.md").exists()
