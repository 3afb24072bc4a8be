"""The example configurations, cut down, run to their figures."""

import pytest
import yaml

pytestmark = pytest.mark.slow


def test_tuning(workflow, root):
    config = yaml.safe_load((root / "config" / "examples" / "tuning.yaml").read_text())
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["tuning"] = {"size": 6, "jobs": 2}
    run = workflow()
    names = ("model_comparison", "metric_overview", "tuning", "runtime")
    figures = [f"images/tuning/bcr_abl/{name}.png" for name in names]
    process = run.compare(config, "--", *figures)
    assert process.returncode == 0, process.stderr
    assert "Tune r/gbm on bcr_abl, batch 1of1, candidates 2of2" in run.log()
    _, tuning = run.table("results", "tuning", "tuning.csv")
    for model in ("svm_rbf", "gbm"):
        for split in ("r01f01", "r01f02", "final"):
            rows = [r for r in tuning if (r["model"], r["split"]) == (model, split)]
            assert len({r["candidate"] for r in rows}) == 6 and all(r["value"] for r in rows)
    for figure in figures:
        assert run.path(figure).stat().st_size > 10_000


def test_no_group_of_the_slurm_profile_waits_for_itself(workflow, root):
    """A rule between two rules of a group must belong to it: all rules that there are, planned."""
    leukemia = {
        "layers": {
            "expression": {
                "table": "resources/leukemia/expression.tsv.gz",
                "orientation": "features_in_rows",
            },
            "clinical": {"columns": ["sex"], "role": "baseline"},
        },
        "samples": "resources/leukemia/samples.tsv",
        "outcome": {"column": "subtype", "task": "classification", "positive": "AML"},
    }
    expression = {key: leukemia["layers"]["expression"][key] for key in ("table", "orientation")}
    cohort = {"layers": {"expression": expression}, "samples": leukemia["samples"]}
    config = {
        "datasets": {
            "leukemia": {**leukemia, "cohorts": {"other": cohort}},
            "microbes": yaml.safe_load(
                (root / "config" / "examples" / "microbiome.yaml").read_text(encoding="utf-8")
            )["datasets"].popitem()[1],
        },
        "resampling": {"folds": 3, "repeats": 1, "inner_folds": 3},
        "comparison": {"null_permutations": 20},
        "report": {"subgroups": ["sex"]},
        "models": {"python": ["dummy"], "r": ["glmnet"]},
    }
    profile = root / "workflow" / "profiles" / "slurm"
    process = workflow().compare(config, "--workflow-profile", profile, "--dry-run")
    assert process.returncode == 0, process.stderr
    for rule in ("delong", "drop_groups", "take_layer", "compare_baselines", "score_null"):
        assert f"\n{rule} " in process.stderr + process.stdout, rule
