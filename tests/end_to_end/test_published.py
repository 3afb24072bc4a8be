"""Published numbers, from models that the product itself trains."""

import numpy as np
import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.slow


def test_gasoline_of_the_pls_manual(workflow, root):
    """Mevik & Wehrens, Introduction to the pls package: 2 components, leave-one-out and test."""
    config = yaml.safe_load((root / "config" / "examples" / "spectra.yaml").read_text())
    for language, models in config["models"].items():
        named = [model for model in models if isinstance(model, dict) and model["name"] == "pls_2"]
        config["models"][language] = named
    run = workflow()
    folder = run.path("results", "spectra")
    process = run.compare(config, "--", "results/spectra/metrics.csv")
    assert process.returncode == 0, process.stderr
    table = pd.read_csv(folder / "gasoline" / "predictions.csv")
    table["squared"] = (table["truth"] - table["predicted"]) ** 2
    for language in ("python", "r"):
        of = table[table["language"] == language].groupby("cohort")["squared"]
        assert dict(of.count()) == {"development": 50, "test": 10}
        rmsep = np.sqrt(of.mean())
        assert f"{rmsep['development']:.4f}" == "0.2966"
        assert f"{rmsep['test']:.4f}" == "0.2445"
    metrics = pd.read_csv(folder / "metrics.csv")
    external = metrics[(metrics["cohort"] == "test") & (metrics["metric"] == "rmse")]
    assert [f"{value:.4f}" for value in external["value"]] == ["0.2445", "0.2445"]
