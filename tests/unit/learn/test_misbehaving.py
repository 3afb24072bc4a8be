"""A model that misbehaves costs its own splits, and says why (cut of faults/test_models.py)."""

import re

import pytest
import validate_models
from sklearn.neighbors import KNeighborsClassifier

from omc.core.errors import UserError
from omc.learn.models import build, single_threaded
from omc.learn.processes import Limits
from tests.misbehaving import WritesX, spec_of
from tests.unit.learn.test_training import files, run  # noqa: F401

# The machine may be busy.
SHORT, LONG = Limits(seconds=2), Limits(seconds=60)
CUT = [
    "long message", "surrogates", "no message", "exit", "segfault", "helper", "endless, deaf",
    "percentages", "negative", "one column", "sum", "NaN", "more rows", "label 0.9", "long label",
    "thread", "crowd", "pool", "closes output", "other folder", "Unsaveable", "Unreadable",
    "LongCoefficients",
]  # fmt: skip


@pytest.mark.parametrize("how", CUT)
def test_a_model_that_misbehaves_is_a_row_or_does_no_harm(files, tmp_path, how):  # noqa: F811
    spec, part = spec_of(how, tuned=False)
    tables, _, _ = run(files, tmp_path, spec, limits=SHORT if how.startswith("endless") else LONG)
    messages = [row["message"] for row in tables["failures"]]
    if part is None:
        assert messages == [] and len(tables["predictions"]) == 38
        return
    assert messages and all(part in m or m.startswith("not tried") for m in messages), messages
    assert max(map(len, messages)) < 1100
    harmless = how in ("Unsaveable", "Unreadable")
    assert len(tables["predictions"]) == (38 if harmless else 0)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("raise RuntimeError('no licence\\nfound')", "(no licence found): correct the module"),
        ("import sys; sys.exit(3)", "(3): correct the module, which raises SystemExit"),
        (
            "class Model:\n  fit = 1\n  def get_params(self): raise OSError('no disk')\n"
            "  def set_params(self): return self",
            "Model cannot be used: OSError: no disk",
        ),
    ],
)
def test_a_module_that_fails_is_one_sentence_with_its_key(tmp_path, monkeypatch, code, hint):
    name = f"module_{len(code)}"
    (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    spec = {"name": "m", "estimator": f"{name}.Model", "params": {}, "grid": None}
    with pytest.raises(UserError, match=re.escape(hint)) as raised:
        build(spec, "classification", "none", "models.python[3]")
    assert str(raised.value).startswith("models.python[3]") and "\n" not in str(raised.value)


def test_a_module_that_ends_python_hides_no_other_problem(tmp_path, monkeypatch):
    codes = {
        "leaves": "import os; os._exit(0)",
        "kills": "import faulthandler, os; faulthandler.disable(); os.kill(os.getpid(), 11)",
        "raises": "raise RuntimeError('no licence')",
    }
    for name, code in codes.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    plain = {"params": {}, "grid": None, "task": "classification", "imbalance": "none"}
    specs = [
        {"name": name, "estimator": f"{name}.Model", "key": f"models.python[{i}]", **plain}
        for i, name in enumerate(codes)
    ]
    with pytest.raises(UserError) as raised:
        validate_models.main(specs, str(tmp_path / "versions.json"))
    lines = str(raised.value).splitlines()
    for i, how in enumerate(("its import ends the process (exit status 0)", "SIGSEGV", "licence")):
        assert lines[i].startswith(f"models.python[{i}]: ") and how in lines[i]


def test_threads_are_one_however_they_are_named():
    class Threads(WritesX):
        def __init__(self, n_jobs=None, thread_count=8, model=None):
            self.n_jobs, self.thread_count, self.model = n_jobs, thread_count, model

    inner = KNeighborsClassifier(n_jobs=-1)
    params = single_threaded(Threads(model=inner)).get_params()
    assert (params["n_jobs"], params["thread_count"], params["model__n_jobs"]) == (None, 1, 1)


def test_candidates_do_not_share_what_they_write_into(files, tmp_path):  # noqa: F811
    grid = {"var_smoothing": [1e-9, 1e-2, 1]}
    plain = {"estimator": "sklearn.naive_bayes.GaussianNB", "grid": grid}
    writing = {"estimator": f"{WritesX.__module__}.WritesX", "grid": grid}
    expected = run(files, tmp_path, plain)[0]
    actual = run(files, tmp_path, writing)[0]
    for name in ("predictions", "inner_predictions"):
        assert actual[name] == expected[name]


def test_global_generators_are_seeded_before_each_fit(files, tmp_path):  # noqa: F811
    spec, _ = spec_of("Chance", tuned=True)
    first, second = (run(files, tmp_path, spec)[0] for _ in range(2))
    assert first["predictions"] == second["predictions"]
    assert first["inner_predictions"] == second["inner_predictions"]
    tuned = {}
    for row in first["tuning"]:
        values = [row[n] for n in ("candidate", "parameters", "inner_fold", "metric", "value")]
        tuned.setdefault(row["split"], []).append([*values, row["seconds"], ""])
    apart = run(files, tmp_path, spec, tuned=tuned)[0]
    assert apart["inner_predictions"] == first["inner_predictions"]
