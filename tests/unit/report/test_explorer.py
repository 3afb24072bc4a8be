"""What the explorer page is told: the tables of a run, put together and thinned."""

import numpy as np
import pytest

from omc.core.colours import colours
from omc.core.registry import names
from omc.data.matrix import write_h5ad
from omc.learn.preprocessing import Fit, write_fits
from omc.learn.size_factors import SizeFactors
from omc.report.explorer import content, features, models, samples
from omc.report.explorer.content import alarms, links
from omc.report.explorer.files import read_files, with_figures
from omc.report.explorer.models import curves, keep_best_candidates, thinned, tuning
from omc.report.explorer.numbers import short
from omc.report.explorer.samples import Outcome, sheet_of
from omc.report.result import Result
from omc.report.summary import summary
from omc.study.figures import caption, figure_table
from tests.explored import Study


@pytest.fixture
def study(tmp_path):
    return lambda *given, **more: Study(tmp_path, *given, **more)


def shown(study):
    return study.content()["datasets"][0]


def test_numbers_are_short_and_what_is_undefined_is_none():
    assert [short(x) for x in ("", None, "nan", "-inf", "0.123456789", "3.0", 1e20)] == [
        *[None] * 4, 0.123457, 3, 1e20,
    ]  # fmt: skip


def test_models_stand_in_the_order_of_the_ranking_with_the_words_of_the_summary(study):
    one = study()
    data = shown(one)
    assert [m["id"] for m in data["models"]] == ["python/a", "r/b", "python/dummy"]
    first = data["models"][0]
    assert (first["value"], first["interval"], first["against"]) == (
        "0.900", "0.800 to 1.000", "leads",
    )  # fmt: skip
    assert "| python/a | 0.900 | 0.800 to 1.000 | leads |" in summary(
        one.tables(), [one.dataset()], {"images": "images", "results": "results"}
    )
    assert data["sentences"] == ["`python/a` leads. **s** and s."]
    assert data["metrics"][0] | {"chance": None} == {
        "name": "roc_auc", "label": "ROC AUC", "higher": True, "decimals": 3, "chance": None,
        "lowest": 0, "highest": 1,
    }  # fmt: skip


def test_scores_splits_and_pairs_are_those_of_the_tables(study):
    data = shown(study(cohorts=["lyon"]))
    assert data["scores"]["lyon"]["roc_auc"]["r/b"] == [2, 0.8, 0.7, 0.9, "scored", 4, 4, 0]
    assert data["splits"]["names"] == ["r01f01", "r01f02", "r02f01", "r02f02"]
    assert data["splits"]["values"]["roc_auc"]["python/a"] == [0.9, 0.92, 0.94, 0.96]
    # The test and the posterior probability stand in two rows of comparisons.csv.
    assert data["pairs"]["development"][0] == ["python/a", "python/dummy", 0.4, -0.1, 0.3, 0.1, 0.4]


def test_a_failed_model_is_shown(study):
    data = shown(study())
    assert data["failures"] == [["r/b", "r01f01", "fit", "s", "logs/x.log"]]
    assert data["models"][1]["notes"] == ["failed on 1 split"]


def test_failures_on_permuted_outcomes_are_shown_and_told_apart(study):
    one = study()
    tables = one.tables()
    row = tables["failures"][0]
    others = [f"{row['dataset']}/null/002", f"{row['dataset']}2", f"{row['dataset']}2/null/001"]
    tables["failures"] += [row | {"dataset": name} for name in others]
    data = content.dataset_content(tables, one.dataset(), 1)
    assert [row[1] for row in data["failures"]] == ["r01f01", "permuted outcomes, 002/r01f01"]
    assert data["models"][1]["notes"] == ["failed on 1 split"]


def test_the_sentences_are_those_of_the_summary(study):
    one = study()
    tables = one.tables()
    row = {"dataset": one.called, "key": "subgroups", "place": "summary", "text": "Subgroups: s."}
    tables["findings"] += [row, row | {"place": "title"}, row | {"dataset": "other"}]
    data = content.dataset_content(tables, one.dataset(), 1)
    written = summary(tables, [one.dataset()], {"images": "images", "results": "results"})
    assert data["sentences"] == ["`python/a` leads. **s** and s.", "Subgroups: s."]
    assert all(f"\n{text}\n" in written for text in data["sentences"])


def test_a_figure_is_described_by_its_title_or_else_by_its_caption(study):
    one = study()
    tables, dataset = one.tables(), one.dataset()
    figure = dataset["figures"][0]
    text = "How well the `x` of *s* agree (Nogueira et al. 2018): 1 means so. More."
    dataset["figures"] = [figure, figure | {"name": "net_benefit", "caption": text}]
    row = {"dataset": one.called, "key": figure["name"], "place": "subtitle", "text": "And b."}
    tables["findings"].append(row)
    data = content.dataset_content(tables, dataset, 1)
    assert [figure["alt"] for figure in data["figures"]] == [
        "model comparison. A title of s. And b.",
        "net benefit. How well the x of s agree (Nogueira et al. 2018): 1 means so.",
    ]


def tuned(values, split="r01f01"):
    """Rows of tuning.csv; values: {candidate: its values on the inner folds}."""
    return [
        {"split": split, "candidate": str(candidate), "parameters": f'{{"C":{candidate}}}',
         "metric": "brier", "value": value}
        for candidate, cells in values.items() for value in cells
    ]  # fmt: skip


def test_the_chosen_candidates_are_counted_as_the_training_chose_them():
    rows = tuned({1: ["0.2", "0.4"], 2: ["0.1", "0.5"], 3: ["0.1", ""]})
    rows += tuned({1: ["0.3"], 2: ["0.2"], 3: ["0.4"]}, "r01f02") + tuned({3: ["0"]}, "final")
    found = tuning(rows)
    assert (found["metric"], found["splits"]) == ("Brier score", 2)
    # A tie goes to the first candidate; one that failed on a fold is never chosen.
    assert found["candidates"] == [
        ['{"C":2}', 0.25, 2, 1], ['{"C":1}', 0.3, 2, 1], ['{"C":3}', 0.4, 2, 0],
    ]  # fmt: skip
    assert tuning([]) is None


def test_curves_are_averaged_over_the_repeats():
    rows = [
        {"cohort": "development", "curve": curve, "repeat": repeat, "x": "0.5", "y": y, "n": "4"}
        for curve in ("roc", "calibration", "decision")
        for repeat, y in (("1", "0.2"), ("2", "0.4"))
    ]
    drawn = curves([*rows, rows[0] | {"y": ""}])["development"]
    assert drawn == {
        "roc": [[0.5], [0.3], [0.2], [0.4]],
        "calibration": [[0.5, 0.2, 4, "1"], [0.5, 0.4, 4, "2"]],
    }


@pytest.mark.parametrize(
    ("task", "number", "label"),
    [("classification", 0.6, "sB"), ("regression", 1.7, ""), ("survival", 0.7, "")],
)
def test_predictions_of_a_sample(study, task, number, label):
    samples = shown(study(task))["samples"]
    risk = 1 if task == "survival" else None
    assert samples["predictions"]["r/b"][1] == [[number, {label: 2}, risk], [number, number]]
    assert samples["outcomes"][1] == study(task).outcome(1)
    assert (samples["positive"], samples["classes"]) == (
        ("sB", ["sA", "sB"]) if task == "classification" else (None, [])
    )


def test_of_several_classes_the_probability_of_the_own_class_is_shown(study):
    one = study()
    result = Result(one.tables(), one.dataset())
    row = {"truth": "y", "predicted": "x", "prob_x": "0.5", "prob_y": "0.3", "prob_z": "0.2"}
    outcome = Outcome(result, [row])
    assert outcome.positive is None and outcome.number(row) == 0.3
    assert outcome.number(row | {"prob_y": ""}) is None


def test_columns_of_the_sheets_of_samples_cohorts_and_images():
    sheets = {"development": {"a": {"age": "3", "note": "x" * 300}}, "lyon": {"b": {"site": "L"}}}
    kept = [("development", "a"), ("development", "a/1.png"), ("lyon", "b"), ("lyon", "c")]
    assert sheet_of(kept, sheets, []) == [
        ["age", ["3", "3", "", ""]], ["note", ["x" * 200, "x" * 200, "", ""]],
        ["site", ["", "", "L", ""]],
    ]  # fmt: skip
    notes = []
    many = {"development": {"a": {str(i): "" for i in range(50)}}}
    assert len(sheet_of(kept[:1], many, notes)) == 40 and "first 40 columns" in notes[0]


def test_features_have_their_values_in_the_order_of_the_signature(study):
    features = shown(study())["features"]
    assert features["names"][:2] == ["sgene0", "sgene1"]
    assert features["labels"] == {"sgene2": "slabel"}
    assert features["samples"][1] == ["s1", "sB"] and features["values"][1][:2] == [1, 6]
    assert features["drops"] == {"python/a": [0.01] * 5}


def test_counts_are_shown_with_the_size_factors_of_the_final_model(tmp_path):
    data, fits, samples = str(tmp_path / "data.h5ad"), str(tmp_path / "fits"), ["s1", "s2", "s3"]
    counts = np.array([[3.0, 4, 5], [14, 15, 16], [0, np.nan, 1]])
    write_h5ad(data, counts, samples, ["a", "b", "c"], ["genes", "genes", "other"])
    parts = {name: np.zeros(1) for name in ("index", "fill", "center", "scale", "rank")}
    parts |= {"normalised": np.zeros(1), "size_factors": np.array([[2.0], [1], [4]])}
    known = SizeFactors(["s2", "s1", "s3"], ["genes"], None)
    write_fits(fits, {("final", 0): Fit(**parts)}, {}, None, known)
    rows = [{"sample": name, "cohort": "development", "outcome": "x"} for name in samples]
    files = {"samples": rows, "data": data, "preprocessing": fits}
    notes = []
    shown = features.values_of(["c", "a", "b"], files, 1, notes)["values"]
    assert shown[1] == [2, 3, 0] and shown[0] == [5, 16, 1]
    assert shown[2] == [short(np.log2(5), 4), short(np.log2(8.5), 4), None]
    assert notes == [
        "Values of features: counts are normalised by the size factors of split final."
    ]


def test_large_tables_are_thinned_and_the_page_says_so(study, monkeypatch):
    monkeypatch.setattr(content, "MOST_SPLIT_VALUES", 10)
    monkeypatch.setattr(samples, "MOST_PAIRS", 12)
    monkeypatch.setattr(samples, "MOST_PREDICTIONS", 10)
    monkeypatch.setattr(features, "MOST_FEATURES", 3)
    monkeypatch.setattr(models, "MOST_CANDIDATES", 1)
    data = shown(study())
    assert list(data["splits"]["values"]) == ["roc_auc"]
    # Those that are wrong most, in the order of the sheet.
    assert data["samples"]["names"] == ["s2", "s5", "s8", "s11"]
    assert data["samples"]["predictions"]["r/b"][0] == [[0.6, {"sB": 2}, None], []]
    assert len(data["features"]["rows"]) == 3
    assert len(data["models"][0]["tuning"]["candidates"]) == 1
    assert [note.partition(" ")[0] for note in data["notes"]] == [
        "Samples:", "Samples", "Tuning", "Scores", "Features:",
    ]  # fmt: skip
    assert "the 4 of 12 that the models misclassify most" in data["notes"][0]


def test_few_candidates_and_times_are_left_as_they_are():
    notes, one = [], {"candidates": [1, 2]}
    keep_best_candidates([one], notes)
    assert one["candidates"] == [1, 2] and not notes
    assert thinned([1, 2, 3], 3) == [1, 2, 3]
    assert thinned(list(range(100)), 10)[::9] == [0, 90] and thinned(list(range(100)), 10)[-1] == 99


def test_each_check_has_its_texts():
    checks = names("omc.data.checks")
    rows = [{"check": name, "status": "warning"} for name in (*checks, "null")]
    texts = alarms([*rows, {"check": "batch", "status": "ok"}])
    assert set(texts) == set(checks) and alarms([{"check": "batch", "status": "ok"}]) == {}
    assert all(all(words.values()) for words in texts.values())


def test_links_say_what_a_table_holds():
    found = dict(links(["metrics.csv", "demo/samples.tsv", "demo/r/permuted.csv", "other.csv"]))
    assert found["metrics.csv"] == "every metric of every model on every split"
    assert found["demo/samples.tsv"].startswith("the samples that were compared")
    assert found["other.csv"] == ""
    assert "do: the alarms, and" in dict(links(["checks.csv"]))["checks.csv"]


@pytest.mark.parametrize("name", figure_table())
@pytest.mark.parametrize("imbalance", ["none", "weights"])
def test_captions_are_filled_in(name, imbalance):
    config = {
        "resampling": {"repeats": 5}, "imbalance": imbalance,
        "comparison": {"null_permutations": 99}, "report": {"posterior": imbalance == "none"},
    }  # fmt: skip
    text = caption(name, "demo", {"comparison_metric": "roc_auc", "rope": "0.01"}, config)
    assert text.endswith(".") and "\n" not in text
    assert not {"{{", "{%", "``", "`_", "snakemake"} & set(text.split()) and "{" not in text
    assert text.count("`") % 2 == 0 and "`_" not in text


def test_captions_count_permutations_and_say_where_the_kind_of_interval_is():
    params, words = {"comparison_metric": "roc_auc"}, "{} of the outcomes, beside"
    for n, said in ((1, "after 1 permutation"), (99, "after 99 permutations")):
        config = {"comparison": {"null_permutations": n}}
        assert words.format(said) in caption("null", "demo", params, config)
    # In the figure's own caption, not in its subtitle.
    assert "the words below name the kind of interval" in caption(
        "model_comparison", "demo", params, {}
    )


def test_files_are_read_and_figures_found_beside_the_page(tmp_path):
    texts = {
        "sheet.tsv": "name\tage\na\t3\n",
        "samples.tsv": "sample\toutcome\na\tx\n",
        "predictions.csv": "sample\na\n",
        "images/one/roc_pr.png": "png",
        "images/one/roc_pr.svg": "",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    dataset = {
        "name": "one", "sheets": {"development": str(tmp_path / "sheet.tsv")}, "rds": {},
        "options": {"development": {"id": "name"}},
        "columns": None,
        "figures": [{"name": "roc_pr", "caption": "c"}],
    }  # fmt: skip
    paths = [[tmp_path / name] for name in ("samples.tsv", "predictions.csv", "data.h5ad")]
    read_files([dataset], *paths)
    assert dataset["files"]["sheets"] == {"development": {"a": {"age": "3"}}}
    private = dataset | {"sheets": {"development": str(tmp_path / "sheet.tsv")}, "columns": ["sex"]}
    read_files([private], *paths)
    assert private["files"]["sheets"] == {"development": {"a": {}}}
    assert dataset["files"]["samples"] == [{"sample": "a", "outcome": "x"}]
    figures = [tmp_path / "images" / "one" / f"roc_pr.{ending}" for ending in ("svg", "png")]
    with_figures([dataset], figures, tmp_path / "results" / "run")
    assert dataset["figures"][0]["file"] == "../../images/one/roc_pr.png"
    assert dataset["figures"][0]["data"] == "data:image/svg+xml;base64,"


def test_the_page_has_the_colours_of_the_figures(study):
    used = study().content()["colours"]
    assert {name: used[name] for name in ("Python", "R")} == colours("language")
    assert used["baseline"] == colours("baseline")["baseline"]
