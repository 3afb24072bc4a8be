"""The example configurations, cut down, run to their figures."""

import pytest
import yaml

pytestmark = pytest.mark.slow


def test_tuning(workflow, root):
    config = yaml.safe_load((root / "config" / "examples" / "tuning.yaml").read_text())
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["tuning"]["size"] = 6
    run = workflow()
    process = run.compare(config)
    assert process.returncode == 0, process.stderr
    assert "Tune r/gbm on bcr_abl, batch 1of1, candidates 4of4" in process.stderr
    _, tuning = run.table("results", "tuning", "tuning.csv")
    for model in ("svm_rbf", "gbm"):
        for split in ("r01f01", "r01f02", "final"):
            rows = [r for r in tuning if (r["model"], r["split"]) == (model, split)]
            assert len({r["candidate"] for r in rows}) == 6 and all(r["value"] for r in rows)
    for figure in ("model_comparison", "metric_overview", "tuning", "runtime"):
        assert run.path("images", "tuning", "bcr_abl", f"{figure}.png").stat().st_size > 10_000
