"""Captions of the report: reStructuredText that is filled from the configuration."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

from omc.study.study import load

REPORT = Path(__file__).parents[3] / "workflow" / "report"
# Snakemake adds a link target for each file of the report.
TARGETS = "\n\n.. _summary.html: x\n.. _comparisons.csv: x\n"


@pytest.mark.parametrize("example", ["config.yaml", "examples/microbiome.yaml"])
@pytest.mark.parametrize("caption", sorted(path.name for path in REPORT.glob("*.rst")))
def test_a_caption_has_no_gap_and_no_mistake(root, monkeypatch, caption, example):
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config" / example).read_text(encoding="utf-8"))
    study = load(config, str(root / "workflow"))
    snakemake = SimpleNamespace(
        config=study.config,
        wildcards=SimpleNamespace(dataset="demo"),
        params=SimpleNamespace(comparison_metric="roc_auc"),
    )
    # Like Snakemake, except for undefined names.
    jinja = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    text = jinja.from_string((REPORT / caption).read_text(encoding="utf-8") + TARGETS)
    html = publish_parts(
        text.render(snakemake=snakemake), writer="html", settings_overrides={"halt_level": 2}
    )["html_body"]
    assert len(html) > 80
