"""Wrong configurations of every kind: each ends in sentences that name the key and the line."""

import copy
import datetime
import math
import random
import re

import pytest
import yaml

from omc.core.errors import UserError
from omc.study.study import read
from tests.end_to_end.conftest import Workflow

# Each is wrong for most keys.
VALUES = [
    None, True, -1, 0, 1.5, 7.0, 10**30, math.nan, math.inf, -math.inf, "", " ", "x" * 300, "a\nb",
    "run\n", "{a}", "../x", "é", "😀", "'", '"', "$(id)", "`id`", "<script>", "\x1b[31m", [], [1],
    [None], [[1]], ["a", "a"], {}, {"a": 1}, {"a": {"b": [1]}}, datetime.date(2026, 1, 15),
]  # fmt: skip
LAUGHS = b"a0: &a0 [1, 1]\n" + b"".join(
    b"a%d: &a%d [*a%d, *a%d]\n" % (i, i, i - 1, i - 1) for i in range(1, 30)
)
# Text that is no configuration, and the line that the sentence names.
TEXTS = {
    "a key twice": (b"run: a\nseed: 1\nrun: b\n", 3),
    "a key twice in a mapping": (b"run: a\ntuning: {size: 1, size: 2}\n", 2),
    "a key twice in JSON": (b'{"run": "a",\n "run": "b"}', 2),
    "a bracket left open": (b"run: a\nseed: [1\n", 3),
    "a tab": (b"tuning:\n\tsize: 1\n", 2),
    "two colons": (b"run: a\nseed: b: c\n", 2),
    "Latin-1": (b"run: a\n# caf\xe9\n", 2),
    "UTF-16": ("run: a\n".encode("utf-16"), 1),
    "NUL": (b"run: a\nseed: \x00\n", 2),
    "half a character": (b'run: "\\ud83d"\n', 1),
    "an alias of its own list": (b"run: &a\n  - *a\n", 1),
    "an alias of its own mapping": (b"run: &a\n  b: *a\n", 2),
    "an unknown alias": (b"run: a\nseed: *b\n", 2),
    "a list as key": (b"run: a\n? [1]\n: 2\n", 2),
    "a tag that runs code": (b"run: a\nseed: !!python/object/apply:os.system [id]\n", 2),
    "two documents": (b"run: a\n---\nrun: b\n", 2),
    "a number that is none": (b"seed: !!int x\n", None),
    "a number of 5,000 digits": (b"seed: " + b"1" * 5000, None),
    "too deep": (b"seed: " + b"[" * 1000, None),
    "aliases of aliases": (LAUGHS, None),
    "a table": (b"1\t2\n" * 600_000, None),
    "a list": (b"- a\n", None),
    "text": (b"no configuration", None),
    "nothing": (b"", None),
}  # fmt: skip


@pytest.fixture
def path(root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    return tmp_path / "my.yaml"


def problems_of(path):
    """The sentences about a file; none if it is a configuration. Any other error fails the test."""
    try:
        read(str(path))
    except UserError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_is_no_configuration(path, kind):
    text, line = TEXTS[kind]
    path.write_bytes(text)
    problems = problems_of(path)
    where = f"{path}, line {line}: " if line else str(path) if text else ""
    assert problems and all(problem.startswith(where) for problem in problems)


def places(part, parts=()):
    """The path of every value in a configuration."""
    yield parts
    for key, value in (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    ):
        yield from places(value, (*parts, key))


def changed(config, generator):
    """A copy with one to four values replaced, taken out, or given another key."""
    config = copy.deepcopy(config)
    for _ in range(generator.randint(1, 4)):
        *parents, last = generator.choice([p for p in places(config) if p])
        holder = config
        for key in parents:
            holder = holder[key]
        change = generator.choice(["replace"] * 6 + ["remove", "rename", "add"])
        if change == "add" and isinstance(holder[last], dict):
            holder[last][generator.choice(["extra", 2026, datetime.date(2026, 1, 15), "a b"])] = 1
        elif change == "rename" and isinstance(holder, dict):
            holder[f"{last}s"] = holder.pop(last)
        elif change == "remove":
            del holder[last]
        else:
            holder[last] = copy.deepcopy(generator.choice(VALUES))
    return config


@pytest.mark.parametrize("count", [25, pytest.param(1500, marks=pytest.mark.faults)])
def test_any_change_is_a_configuration_or_sentences_with_lines(root, path, count):
    config = yaml.safe_load(root.joinpath("config", "quick.yaml").read_text(encoding="utf-8"))
    dataset = config["datasets"]["leukemia"]
    dataset |= {"groups": "patient", "stratify_by": ["batch"], "compare_layers": False}
    dataset["cohorts"] = {"other": {"samples": dataset["samples"], "missing_features": "impute"}}
    cancer = "resources/breast_cancer"
    config["datasets"]["cancer"] = {
        "layers": {
            "genes": {"table": f"{cancer}/expression.tsv.gz", "orientation": "features_in_rows"},
            "clinical": {"columns": ["age", "grade"], "types": {"grade": "nominal"}},
        },
        "samples": f"{cancer}/samples.tsv",
        "outcome": {"task": "survival", "time": "days", "event": "metastasis", "horizons": [9, 99]},
    }
    config["models"] = {"python": ["dummy", "random_forest"], "r": ["glmnet"]}
    config |= {
        "preprocessing": {
            "max_missing": 0.1,
            "impute": "mean",
            "scale": "none",
            "batch": {"column": "plate", "covariates": ["age"]},
        },  # fmt: skip
        "report": {"subgroups": ["er", "age"]},
        "comparison": {
            "metric": {"classification": "brier"},
            "rope": 0.1,
            "null_permutations": 1,
            "thresholds": [0.1, 0.2],
        },  # fmt: skip
        "tuning": {"metric": {"classification": "brier"}, "size": 3, "jobs": 2},
    }
    config["models"]["python"] += [
        {
            "name": "knn",
            "estimator": "sklearn.neighbors.KNeighborsClassifier",
            "grid": {"n_neighbors": [1, 2]},
            "params": {"p": 1},
        }
    ]
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    assert not problems_of(path)
    generator, refused = random.Random(2022), 0
    for _ in range(count):
        text = yaml.safe_dump(changed(config, generator), sort_keys=False, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        problems = problems_of(path)
        refused += bool(problems)
        for problem in problems:
            where, _, key = problem.partition(": ")
            file, _, line = where.rpartition(", line ")
            assert file == str(path) and len(problem) < 2000 and problem.isprintable(), problem
            names = re.split(r"[.\[]", key.partition(": ")[0])
            # The line of the key, or of what should hold it.
            shown = text.splitlines()[int(line) - 1]
            item = shown.lstrip().startswith("-")
            assert line == "1" or item or any(n.strip("'\"]") in shown for n in names), problem
    print(f"\n{count} of {count} configurations refused ({refused}) or read, 0 with another error")


@pytest.mark.slow
def test_snakemake_shows_the_sentences_alone(root, tmp_path):
    run = Workflow(root, tmp_path)
    run.path("config").mkdir()
    config = run.path("config", "config.yaml")
    five = ["sead: 1", "run: a/b", "datasets: {a: {samples: no.tsv, outcome: {task: regression}}}"]
    five += ["resampling: {folds: 1}", "models: {python: [svm_rfb, dummy, dummy]}"]
    config.write_text("\n".join(five), encoding="utf-8")
    screen = run.run("-n", "--configfile", config).stderr
    lines = re.findall(r"^ERROR: config/config.yaml, line (\d):", screen, re.MULTILINE)
    assert sorted(set(lines)) == list("12345")
    for text, expected in (
        (b"run: a\nrun: b\n", "line 2: run: is also in line 1"),
        (b"# caf\xe9\n", "line 1: is not UTF-8"),
    ):
        config.write_bytes(text)
        process = run.run("-n")
        assert process.returncode and f"ERROR: config/config.yaml, {expected}" in process.stderr
        assert "Traceback" not in process.stderr
