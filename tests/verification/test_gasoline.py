"""Published numbers, from models that the product itself trains."""

import numpy as np
import pandas as pd
import pytest
import yaml

SOURCE = (
    "Gasoline: partial least squares with two components",
    """Mevik & Wehrens, Introduction to the pls package (vignette of the R package pls), and
    Mevik & Wehrens 2007, J Stat Softw 18(2), doi:10.18637/jss.v018.i02: root mean squared error of
    prediction of the first 50 samples by leave-one-out, and of the other 10, an external cohort
    here.""",
)


@pytest.mark.slow
@pytest.mark.verification
def test_gasoline_of_the_pls_manual(workflow, root, report):
    config = yaml.safe_load((root / "config" / "examples" / "spectra.yaml").read_text())
    for language, models in config["models"].items():
        named = [model for model in models if isinstance(model, dict) and model["name"] == "pls_2"]
        config["models"][language] = named
    folder = workflow.path("results", "spectra")
    process = workflow.compare(config, "--", "results/spectra/metrics.csv")
    assert process.returncode == 0, process.stderr
    table = pd.read_csv(folder / "gasoline" / "predictions.csv")
    table["squared"] = (table["truth"] - table["predicted"]) ** 2
    report.trained_by(folder)
    section = report.section(*SOURCE)
    for language in ("python", "r"):
        of = table[table["language"] == language].groupby("cohort")["squared"]
        assert dict(of.count()) == {"development": 50, "test": 10}
        rmsep = np.sqrt(of.mean())
        label = {"python": "Python", "r": "R"}[language]
        for cohort, what, published in (
            ("development", "leave-one-out", 0.2966),
            ("test", "test samples", 0.2445),
        ):
            section.check(f"{what}, {label}", rmsep[cohort], published, tolerance=5e-5, digits=4)
    metrics = pd.read_csv(folder / "metrics.csv")
    external = metrics[(metrics["cohort"] == "test") & (metrics["metric"] == "rmse")]
    assert [f"{value:.4f}" for value in external["value"]] == ["0.2445", "0.2445"]
