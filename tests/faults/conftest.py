"""A comparison in both languages that takes half a minute, to be disturbed."""

import random

import pytest

from tests.end_to_end.conftest import Workflow


def tiny_study(folder):
    """Write two small classes; returns a configuration with one model of each language."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(7)
    names = [f"g{i}" for i in range(12)]
    samples = [(f"s{i}", "ab"[i % 2]) for i in range(24)]
    lines = ["\t".join(["sample", *names])]
    for sample, label in samples:
        values = [f"{draw.gauss((label == 'b') * (i < 3), 1):.4f}" for i in range(len(names))]
        lines.append("\t".join([sample, *values]))
    (folder / "genes.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["sample\tkind", *("\t".join(sample) for sample in samples)]
    (folder / "samples.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {
        "datasets": {
            "tiny": {
                "layers": {"genes": {"table": "genes.tsv", "orientation": "samples_in_rows"}},
                "samples": "samples.tsv",
                "outcome": {"column": "kind", "task": "classification", "positive": "b"},
            }
        },
        "resampling": {"folds": 3, "repeats": 1, "inner_folds": 2},
        "models": {
            "python": ["dummy", "logistic_regression"],
            "r": [{"name": "knn", "method": "knn", "grid": {"k": [3, 5]}}],
        },
    }


@pytest.fixture(scope="session")
def finished(root, tmp_path_factory):
    """(workflow, config) of a run that nothing disturbed; to be copied, not changed."""
    run = Workflow(root, tmp_path_factory.mktemp("faults") / "undisturbed")
    config = tiny_study(run.folder)
    process = run.compare(config)
    assert process.returncode == 0, process.stderr
    return run, config
