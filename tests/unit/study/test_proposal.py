"""`make init`: what a first configuration of somebody's own tables says, and what it asks."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from omc.core.errors import UserError
from omc.study import study
from omc.study.init import init
from omc.study.proposal.answers import Answers
from omc.study.proposal.columns import describe, positive_class, roles_of
from omc.study.proposal.values import kind_of

ROOT = Path(__file__).parents[3]
N = 40
NAMES = [f"S{i:02d}" for i in range(N)]


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(frame: pd.DataFrame, path: str) -> str:
    frame.to_csv(path, sep="\t" if path.endswith(".tsv") else ",", index_label="gene")
    return path


def sheet(**columns) -> pd.DataFrame:
    return pd.DataFrame({"sample": NAMES, **columns})


def table(values, names=NAMES) -> pd.DataFrame:
    return pd.DataFrame(values, names, [f"g{i}" for i in range(values.shape[1])])


def proposed(samples: pd.DataFrame, values: pd.DataFrame, **given):
    """(configuration, screen, guesses) of a sheet and a table."""
    samples.to_csv("meta.csv", index=False)
    write(values.T, "counts.csv")
    answers = Answers()
    screen = init({"TABLE": "counts.csv", "SAMPLES": "meta.csv", **given}, answers)
    path = f"config/{given.get('NAME', 'my_study')}.yaml"
    study.read(path)
    config = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return next(iter(config["datasets"].values())), config, screen, dict(answers.unsure)


CLASSES = ["healthy", "tumor"] * (N // 2)


def test_certain_data_raise_no_question(folder, rng):
    counts = table(rng.poisson(200, (N, 300)))
    dataset, config, screen, unsure = proposed(sheet(diagnosis=CLASSES, age=range(30, 70)), counts)
    assert dataset["layers"]["omics"] == {
        "table": "counts.csv",
        "orientation": "features_in_rows",
        "transform": "cpm_log2",
    }
    assert dataset["samples"] == "meta.csv"
    assert dataset["outcome"] == {
        "column": "diagnosis",
        "task": "classification",
        "positive": "tumor",
    }
    assert unsure == {}
    assert "make check CONFIG=config/my_study.yaml" in screen
    assert (
        "# clinical: {columns: [age], role: baseline}" in Path("config/my_study.yaml").read_text()
    )


def test_samples_in_rows_are_seen(folder, rng):
    sheet(diagnosis=CLASSES).to_csv("meta.csv", index=False)
    write(table(rng.normal(8, 1, (N, 30))), "values.tsv")
    init({"TABLE": "values.tsv", "SAMPLES": "meta.csv"}, Answers())
    text = Path("config/my_study.yaml").read_text(encoding="utf-8")
    assert "orientation: samples_in_rows" in text
    assert "selection: {method: none}" in text


def test_repeated_subjects_become_groups_and_plates_a_comment(folder, rng):
    subjects = [f"P{i // 2}" for i in range(N)]
    samples = sheet(
        diagnosis=np.repeat(["healthy", "tumor"], N // 2), patient=subjects, plate=["A", "B"] * 20
    )
    dataset, _, screen, unsure = proposed(samples, table(rng.normal(8, 1, (N, 300))))
    assert dataset["groups"] == "patient"
    assert "never on both sides of a split" in screen
    assert "batch: {column: plate" in Path("config/my_study.yaml").read_text(encoding="utf-8")


def test_a_time_and_an_event_are_survival(folder, rng):
    samples = sheet(days=rng.integers(10, 2000, N), status=["0", "1"] * 20, age=range(30, 70))
    dataset, config, _, unsure = proposed(samples, table(rng.normal(8, 1, (N, 300))))
    assert dataset["outcome"]["task"] == "survival"
    assert (dataset["outcome"]["time"], dataset["outcome"]["event"]) == ("days", "status")
    assert config["models"]["python"][0] == "dummy"
    assert "outcome.horizons" in unsure


def test_a_number_alone_is_a_regression(folder, rng):
    dataset, config, _, _ = proposed(
        sheet(octane=rng.normal(85, 2, N)), table(rng.normal(8, 1, (N, 300)))
    )
    assert dataset["outcome"] == {"column": "octane", "task": "regression"}
    assert "elastic_net" in config["models"]["python"]


def test_several_likely_outcomes_are_told_and_outcome_names_one(folder, rng):
    samples = sheet(relapse=["yes", "no"] * 20, remission=["CR", "REF", "REF", "CR"] * 10)
    values = table(rng.normal(8, 1, (N, 30)))
    _, _, _, unsure = proposed(samples, values)
    assert "remission" in unsure["outcome"] and "OUTCOME=" in unsure["outcome"]
    dataset, _, _, unsure = proposed(samples, values, NAME="other", OUTCOME="remission")
    assert dataset["outcome"]["column"] == "remission"
    assert "outcome" not in unsure


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"OUTCOME": "diagnosi"}, "Did you mean 'diagnosis'?"),
        ({"NAME": "a/b"}, "NAME=a/b"),
        ({"TABLE": ""}, "make init TABLE="),
        ({"TABLE": "lost.csv"}, "TABLE=lost.csv: there is no such file"),
    ],
)
def test_wrong_requests_end_in_a_sentence(folder, rng, given, words):
    with pytest.raises(UserError, match=words.replace("?", r"\?")):
        proposed(sheet(diagnosis=CLASSES), table(rng.normal(8, 1, (N, 30))), **given)
    assert not list(Path(".").glob("config/*"))


def test_an_existing_file_is_kept(folder, rng):
    samples, values = sheet(diagnosis=CLASSES), table(rng.normal(8, 1, (N, 30)))
    proposed(samples, values)
    Path("config/my_study.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="already exists"):
        proposed(samples, values)
    assert Path("config/my_study.yaml").read_text(encoding="utf-8") == "mine"


def test_samples_that_match_nowhere_are_one_question(folder, rng):
    samples = sheet(diagnosis=CLASSES).assign(sample=[f"X-{i}" for i in range(N)])
    with pytest.raises(UserError, match="no column of the sheet names the samples") as error:
        proposed(samples, table(rng.normal(8, 1, (N, 30))))
    assert "'S00'" in str(error.value) and "'X-0'" in str(error.value)


def test_samples_without_a_partner_are_counted(folder, rng):
    values = table(rng.normal(8, 1, (N, 30))).iloc[3:]
    _, _, _, unsure = proposed(sheet(diagnosis=CLASSES), values)
    assert unsure["layers.omics"].startswith("3 of 40 samples of the sheet")


@pytest.mark.parametrize(
    ("values", "transform", "words"),
    [
        (lambda rng: rng.poisson(500, (N, 50)), "cpm_log2", "counts"),
        (lambda rng: rng.normal(8, 2, (N, 50)).clip(0, 16), None, "log values"),
        (lambda rng: rng.normal(0, 1, (N, 50)), None, "ratios"),
        (lambda rng: rng.beta(2, 2, (N, 50)).clip(0.01, 0.99), "m_value", "methylation"),
        (lambda rng: rng.dirichlet(np.ones(50), N), "clr", "proportions"),
        (lambda rng: 100 * rng.dirichlet(np.ones(50), N), "clr", "percentages"),
        (lambda rng: rng.lognormal(6, 2, (N, 50)), "log2", "intensities"),
        (lambda rng: rng.integers(0, 3, (N, 50)), None, "genotypes"),
    ],
)
def test_kinds_of_numbers(rng, values, transform, words):
    kind = kind_of(table(values(rng)))
    assert kind.settings.get("transform") == transform
    assert words in kind.words


def test_spectra_and_taxa_are_known_by_their_features(rng):
    spectra = pd.DataFrame(rng.normal(1, 0.1, (N, 100)), NAMES, range(900, 1100, 2))
    kind = kind_of(spectra)
    assert "spectra" in kind.words and not kind.selects
    taxa = pd.DataFrame(rng.poisson(30, (N, 50)), NAMES, [f"k__Bacteria;g__{i}" for i in range(50)])
    assert kind_of(taxa).settings == {"transform": "clr"}


@pytest.mark.parametrize(
    ("labels", "positive", "sure"),
    [
        (["control"] * 9 + ["case"] * 20, "case", True),
        (["NR"] * 9 + ["R"] * 20, "NR", False),
        (["responder"] * 20 + ["non-responder"] * 9, "responder", True),
        (["no"] * 9 + ["yes"] * 20, "yes", True),
        (["0"] * 9 + ["1"] * 20, "1", True),
        (["WT"] * 20 + ["KO"] * 9, "KO", True),
    ],
)
def test_the_positive_class(labels, positive, sure):
    column = describe(pd.DataFrame({"x": labels}), "x")
    assert positive_class(column) == (positive, sure)


def test_a_site_and_an_age_are_no_outcomes(rng):
    roles = roles_of(
        sheet(
            hospital=["A", "B"] * 20,
            age=[str(a) for a in range(30, 70)],
            visit=["1", "2"] * 20,
            response=CLASSES,
        ),
        "sample",
    )
    assert [column.name for _, column in roles.outcomes] == ["response"]
    assert [column.name for column in roles.lab_batches] == ["hospital"]
    assert [column.name for column in roles.clinical] == ["age"]


def test_on_a_terminal_it_asks(folder, rng):
    sheet(relapse=["yes", "no"] * 20, remission=["CR", "REF"] * 20).to_csv("meta.csv", index=False)
    write(table(rng.normal(8, 1, (N, 30))).T, "counts.csv")
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "workflow/python"),
        "TABLE": "counts.csv",
        "SAMPLES": "meta.csv",
    }
    parent, child = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "omc.study.init"],
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=child,
        env=environment,
        text=True,
    ) as process:
        os.write(parent, b"9\n2\n\n")
        out, _ = process.communicate(timeout=60)
        asked = os.read(parent, 10_000).decode()
    os.close(child)
    os.close(parent)
    assert process.returncode == 0, asked
    assert "Which column is to be predicted?" in asked
    assert "column: remission" in Path("config/my_study.yaml").read_text(encoding="utf-8")
    assert "outcome: 'relapse' is a guess" not in out
