"""Text of users that tries to run: in names, labels, paths, formulas, pages and make's variables.

Each attempt would leave a file `pwned`, or a script in a page.
"""

import copy
import json
import os
import re
import subprocess

import numpy as np
import pandas as pd
import pytest
import yaml
from markdown_it import MarkdownIt

from omc.core.errors import UserError
from omc.data.importing import import_dataset
from omc.data.names import check_names
from omc.report.pages import inert, page
from omc.study.config_file import read_config
from omc.study.study import load
from tests.end_to_end.conftest import Workflow

SHELL = [
    "x'; touch {0}; echo '",
    'x"; touch {0}; echo "',
    "x' ]; touch {0}; [ '",
    "$(touch {0})",
    "`touch {0}`",
    "$(shell touch {0})",
    "${{shell touch {0}}}",
    "$(eval $(shell touch {0}))",
    "x; touch {0}",
    "x | touch {0}",
    "x && touch {0}",
    "x\n\ttouch {0}",
    "x > {0}",
    "-x $(touch {0})",
]
VARIABLES = "CONFIG CORES DEPLOY TARGETS ARGS TZ DATASET MODEL INPUT OUTPUT".split()
SCRIPT = "</script><script>document.title = 'pwned'</script>"
HTML = [
    SCRIPT,
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\\<b>bold</b>",
    "<!-- -->",
    "<?php ?>",
    "[link](javascript:alert(1))",
    "![image](http://example.org/seen.png)",
    "[a][b]\n\n[b]: javascript:alert(1)",
    "[b]\n\n[b]: http://example.org",
    "<http://example.org>",
    "`<b>`</code><script>1</script>",
    "`` ` `` <script>1</script>",
]
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://example.org")', "@SUM(1+1)*cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", " =1+1", "\t=1+1", "\r=1+1", "-SUM(A1:A2)",
    "+WEBSERVICE(\"http://example.org\")", "a\n=1+1",
]  # fmt: skip
# Names that stay as they are.
NAMES = [
    "+", "-", "=", "@", "+/-", "-1", "+1.5", "-1e-3", "(-)-epicatechin", "+/-12(13)-DiHOME", "ALL",
    "HER2+", "a=b", "<5 mm", "it's", 'a "b"', "é😀", "$(id)", "a|b", "-|+", "+ (new)", "--", "{a}",
]  # fmt: skip


def attempted(kind, count, capsys):
    with capsys.disabled():
        print(f"\n{kind}: {count} attempts, 0 executed")


def make(root, *arguments, **environment):
    command = ["make", "--directory", str(root), "--old-file", ".venv/.stamp-run", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=300
    )


@pytest.mark.parametrize("by", ["argument", pytest.param("environment", marks=pytest.mark.faults)])
def test_variables_of_make(root, tmp_path, capsys, by):
    for number, attempt in enumerate(SHELL):
        given = {name: attempt.format(tmp_path / f"pwned-{name}-{number}") for name in VARIABLES}
        if by == "argument":
            process = make(root, "given", *(f"{name}={text}" for name, text in given.items()))
        else:
            process = make(root, "given", **given)
        assert f"ERROR: CONFIG={given['CONFIG']}: there is no such file" in process.stderr
    assert not list(tmp_path.iterdir())
    attempted(f"variables of make, by {by}", len(SHELL) * len(VARIABLES), capsys)


@pytest.mark.faults
def test_variables_that_snakemake_gets(root, tmp_path, capsys):
    count = 0
    for number, attempt in enumerate(SHELL):
        for target in ("check", "run", "retry", "report", "predict"):
            given = {
                name: attempt.format(tmp_path / f"pwned-{target}-{name}-{number}")
                for name in ("TARGETS", "ARGS", "CORES", "DATASET", "MODEL", "INPUT", "OUTPUT")
            }
            if target == "predict":
                given |= {"ARGS": "", "CORES": "1"}
            arguments = [f"{name}={text}" for name, text in given.items()]
            process = make(root, target, "CONFIG=config/quick.yaml", *arguments)
            assert "Traceback" not in process.stderr, process.stderr
            count += len(given)
    assert not list(tmp_path.iterdir())
    attempted("variables of make to Snakemake", count, capsys)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.faults)])
def test_configurations(root, tmp_path, monkeypatch, capsys, step):
    monkeypatch.chdir(root)
    base = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))
    attempts = [text.format(tmp_path / "pwned") for text in SHELL] + HTML + ["{0}", "{x.__class__}"]
    attempts = attempts[::step]
    places = [
        ("run",),
        ("datasets", "leukemia", "samples"),
        ("datasets", "leukemia", "outcome", "column"),
        ("datasets", "leukemia", "outcome", "positive"),
        ("datasets", "leukemia", "groups"),
        ("datasets", "leukemia", "layers", "expression", "matrix"),
    ]
    for text in attempts:
        for *parents, last in places:
            config = copy.deepcopy(base)
            part = config
            for key in parents:
                part = part[key]
            part[last] = text
            try:
                study = load(config, str(root / "workflow"))
            except UserError as error:
                assert len(str(error).splitlines()) == 1 and str(error).isprintable()
                continue
            # What Snakemake puts into the report, or reads as wildcards.
            for params in (study.slices.summary_setting(), study.slices.import_setting("leukemia")):
                texts = re.findall(r'"(?:[^"\\]|\\.)*"', params)
                assert "<" not in params and not any(set(found) & set("{}") for found in texts)
                assert json.loads(params)
    attempted("texts of configurations", len(attempts) * len(places), capsys)


TAGS = [
    "!!python/object/apply:os.system ['touch {0}']",
    "!!python/object/apply:subprocess.check_output [[touch, '{0}']]",
    "!!python/object/new:os.system ['touch {0}']",
    "!!python/name:os.system",
    "!!python/module:os",
    "!!python/object:os.system {{}}",
    "!!python/tuple [1]",
    "!include {0}",
]


def test_tags_of_yaml(tmp_path, capsys):
    for tag in TAGS:
        path = tmp_path / "my.yaml"
        path.write_text(f"run: a\nseed: {tag.format(tmp_path / 'pwned')}\n", encoding="utf-8")
        with pytest.raises(UserError, match="line 2: not valid YAML"):
            read_config(str(path))
    path.write_text("__use_yte__: true\n?__import__('os').system('touch pwned'): 1\n")
    with pytest.raises(UserError, match="line 1: __use_yte__"):
        read_config(str(path))
    assert not (tmp_path / "pwned").exists()
    attempted("tags of YAML", len(TAGS) + 1, capsys)


def test_formulas(tmp_path, capsys):
    check_names(NAMES, "label", "a.tsv")
    sheet = {"sample": ["s1", "s2"], "outcome": ["x", "y"], "group": ["g", "h"]}
    table = pd.DataFrame({"f1": [1, 2], "f2": [2, 3]}, index=["s1", "s2"])
    for text in FORMULAS:
        for column in (*sheet, "feature"):
            rows, values = copy.deepcopy(sheet), table
            if column == "feature":
                text = text.lstrip("\r")
                values = table.rename(columns={"f2": text})
            else:
                rows[column][1] = text
                values = table.rename(index={"s2": rows["sample"][1]})
            with pytest.raises(UserError):
                imported(tmp_path, rows, values)
    imported(tmp_path, sheet, table)
    attempted("formulas", len(FORMULAS) * 4, capsys)


def hostile_run(folder):
    """A configuration whose column and labels, and a sheet and table whose names, hold HTML."""
    generator, n = np.random.default_rng(1), 24
    samples = [f"s{i}<b>{HTML[i % 3]}" for i in range(n)]
    sheet = pd.DataFrame({"sample": samples, SCRIPT: np.where(np.arange(n) % 2, SCRIPT, HTML[1])})
    sheet[HTML[6]] = [f"{HTML[2]}{i % 8}" for i in range(n)]
    table = pd.DataFrame(
        generator.normal(size=(n, 6)), samples, [SCRIPT, *HTML[1:3], "a", "b", "c"]
    )
    table["a"] += np.arange(n) % 2
    sheet.to_csv(folder / "it's $(x) é.tsv", sep="\t", index=False)
    table.to_csv(folder / 'a "table".tsv', sep="\t", index_label="sample")
    outcome = {"column": SCRIPT, "task": "classification", "positive": SCRIPT}
    dataset = {"layers": {"genes": {"table": 'a "table".tsv'}}, "samples": "it's $(x) é.tsv"}
    return {
        "datasets": {"hostile": {**dataset, "outcome": outcome, "groups": HTML[6]}},
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "models": {"python": ["dummy", "knn"], "r": []},
    }


@pytest.mark.faults
def test_pages_figures_and_report_of_a_run(root, tmp_path, capsys):
    run = Workflow(root, tmp_path)
    process = run.compare(hostile_run(tmp_path))
    assert process.returncode == 0, process.stderr
    process = run.run("--configfile", "config.yaml", "--report", "report.html")
    assert process.returncode == 0, process.stderr
    shown = [tmp_path / "report.html", *tmp_path.glob("results/*.html")]
    shown += tmp_path.glob("images/**/*.svg")
    for path in shown:
        assert "document.title = 'pwned'</script>" not in path.read_text(encoding="utf-8"), path
    for path in (p for p in shown[1:] if p.suffix == ".svg"):
        tags = set(re.findall(r"<\s*(\w+)", path.read_text(encoding="utf-8")))
        assert not tags & {"script", "img", "b"}, path
    attempted("pages, figures and the report of a run", 6 * len(shown), capsys)


def imported(folder, sheet, table):
    pd.DataFrame(sheet).to_csv(folder / "samples.csv", index=False)
    table.to_csv(folder / "table.csv", index_label="sample")
    layer = {"table": str(folder / "table.csv"), "orientation": "samples_in_rows", "matrix": None}
    layer |= {"transform": "none", "pseudo_count": 0}
    dataset = {
        "samples": str(folder / "samples.csv"), "layers": {"layer": layer}, "join": "inner",
        "outcome": {"column": "outcome", "task": "classification"}, "groups": "group",
        "stratify_by": [], "cohorts": {},
    }  # fmt: skip
    return import_dataset("data", dataset)


@pytest.mark.parametrize("render", [MarkdownIt("gfm-like", {"linkify": False}).render, None])
def test_markdown(capsys, render):
    for text in HTML:
        for shown in (
            text,
            f"a {text} b",
            f"`{text}`",
            f"- {text}: 1",
            f"| {text} |\n|---|\n| 1 |",
        ):
            html = (
                render(inert(shown)) if render else page("title", inert(shown)).split("<body>")[1]
            )
            tags = set(re.findall(r"<\s*(/?\w+)", html))
            assert not tags & {"script", "img", "svg", "a", "b", "iframe"}, html
    attempted("HTML, links and images in Markdown", 5 * len(HTML), capsys)
