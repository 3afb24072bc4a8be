"""The catalog of figures."""

import re

import pytest

from omc.study.figures import figure_names, figure_table, figure_tables, write_captions


def setting(task="classification", **more):
    none = {"cohorts": {}, "compare_layers": False, "compare_grouping": False, "layers": {"x": {}}}
    none["compare_batch"] = False
    return {"outcome": {"task": task}, **none, **more}


def test_a_figure_is_drawn_where_its_condition_holds():
    names = figure_names(setting(), null_permutations=False)
    assert names[0] == "model_comparison" and "roc_pr" in names
    assert not {"residuals", "external", "null", "contact_sheet", "layers", "subgroups"} & set(
        names
    )
    assert "residuals" in figure_names(setting("regression"), False)
    assert "null" in figure_names(setting(), True)
    assert "subgroups" in figure_names(setting(), False, subgroups=True)
    assert "external" in figure_names(setting(cohorts={"b": {}}), False)
    assert "lab_batches" in figure_names(setting(compare_batch=True), False)
    assert "contact_sheet" in figure_names(setting(layers={"x": {"images": "cells"}}), False)
    layers = {"genes": {"role": "feature"}, "clinic": {"role": "baseline"}}
    assert {"layers", "added_value"} <= set(figure_names(setting(layers=layers), False))


def test_tables_are_named_once():
    assert figure_tables(["comparisons", "tuning"]).count("metrics") == 1


@pytest.mark.parametrize("name", figure_table())
def test_a_figure_has_a_file_that_draws_it_a_caption_and_no_other_key(root, name):
    row = figure_table()[name]
    assert set(row) == {"when", "tables", "caption"}
    text = (root / f"workflow/R/figures/{name}.R").read_text(encoding="utf-8")
    assert re.search(rf"^draw_{name} <- function\(data", text, flags=re.M)


def test_every_drawing_file_is_in_the_catalog(root):
    files = {path.stem for path in (root / "workflow/R/figures").glob("*.R")}
    assert files == set(figure_table())


def test_captions_are_written_where_the_report_finds_them(tmp_path):
    folder = write_captions(str(tmp_path / "captions"))
    written = (tmp_path / "captions" / "tuning.rst").read_text(encoding="utf-8")
    assert folder.endswith("captions") and written.startswith("The hyperparameters of each model")
