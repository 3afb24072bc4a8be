"""The files of the library that a script uses."""

import shutil

import pytest

from omc.study.code import code_files, code_sha256, r_files, sha256_once, used_by


@pytest.fixture
def stems(root):
    def code_of(script, *more):
        files = code_files(str(root / "workflow"), f"scripts/{script}", *more)
        return {file.rpartition("/")[2].partition(".")[0] for file in files}

    return code_of


def test_what_is_imported_inside_functions_and_through_others_is_found(stems):
    result = stems("learn/train.py")
    assert {"training", "models", "preprocessing", "matrix", "seeds", "checksums"} <= result
    assert not result & {"summary", "metrics", "scoring", "images"}


def test_what_an_r_file_uses_is_found_by_its_use_lines(stems):
    result = stems("learn/train.R")
    assert {"training", "models", "losses", "preprocessing", "matrix", "seeds"} <= result
    assert not result & {"theme", "delong", "shuffling"}


def test_the_script_and_all_further_files_count(root):
    figures = [f"R/figures/{name}.R" for name in ("layers", "grouping")]
    files = code_files(str(root / "workflow"), "scripts/figures/draw_figures.R", *figures)
    assert {str(root / "workflow" / figure) for figure in figures} <= set(files)
    assert [file for file in files if file.endswith("draw_figures.R")]


def test_a_word_for_people_trains_no_model_again(stems):
    for script in ("learn/train.py", "learn/train.R", "learn/permute_labels.py"):
        assert not stems(script) & {"errors", "logs", "summary", "methods", "null"}, script


def test_a_clearer_description_of_a_column_trains_no_model_again(root):
    workflow = root / "workflow"
    tables = workflow / "catalog" / "tables.csv"
    for script in ("learn/train.py", "learn/train.R"):
        assert str(tables) not in code_files(str(workflow), f"scripts/{script}"), script
    for module in ("python/omc/core/tables.py", "R/core/tables.R"):
        assert tables in used_by(workflow / module, str(workflow)), module


def test_every_script_of_the_workflow_names_files_that_exist(root):
    workflow = root / "workflow"
    for script in (workflow / "scripts").rglob("*.*"):
        if script.suffix in (".py", ".R"):
            code_files(str(workflow), str(script.relative_to(workflow)))


@pytest.fixture
def workflow(root, tmp_path):
    """A copy of the workflow, to edit."""
    for function in (used_by, r_files, sha256_once):
        function.cache_clear()
    return shutil.copytree(root / "workflow", tmp_path / "workflow")


def test_what_a_package_runs_when_it_is_imported_is_used(root, workflow):
    script = "scripts/data/list_images.py"
    before = code_files(str(root / "workflow"), script)
    package = workflow / "python" / "omc" / "data" / "__init__.py"
    text = package.read_text(encoding="utf-8")
    package.write_text(f"{text}from omc.core.names import FINAL\n", encoding="utf-8")
    after = code_files(str(workflow), script)
    new = {
        file for file in after if file.replace(str(workflow), str(root / "workflow")) not in before
    }
    assert new == {str(package), str(workflow / "python" / "omc" / "core" / "names.py")}


@pytest.mark.parametrize("kind", ["import", "use", "catalog"])
def test_a_new_line_adds_a_file(workflow, kind):
    line, script, wanted = {
        "import": ("    from omc.core.seeds import fit_seed\n", "data/list_images.py", "seeds.py"),
        "use": ('use("seeds")\n', "data/read_rds.R", "seeds.R"),
        "catalog": ('    catalog("models/r.yaml")\n', "data/list_images.py", "r.yaml"),
    }[kind]
    before = code_files(str(workflow), f"scripts/{script}")
    assert not [file for file in before if file.endswith(wanted)]
    used_by.cache_clear()
    path = workflow / "scripts" / script
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    added = set(code_files(str(workflow), f"scripts/{script}")) - set(before)
    assert [file for file in added if file.endswith(wanted)]


def test_the_code_of_a_script_changes_with_what_it_uses_and_not_with_its_place(root, workflow):
    script = "scripts/learn/train.py"
    before = code_sha256(str(root / "workflow"), script)
    assert code_sha256(str(workflow), script) == before
    for file, other in {"report/methods.py": False, "learn/tuning.py": True}.items():
        path = workflow / "python" / "omc" / file
        path.write_text(path.read_text(encoding="utf-8") + "# More.\n", encoding="utf-8")
        sha256_once.cache_clear()
        assert (code_sha256(str(workflow), script) != before) == other
