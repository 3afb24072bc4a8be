"""Reading configuration files."""

import pytest
import yaml

from omc.study.config_file import read_config, read_places

LABEL = "datasets:\n  d:\n    outcome: {{column: response, positive: {}, event_value: {}}}\n"


@pytest.mark.parametrize("word", ["yes", "no", "on", "Off", "TRUE", "y"])
def test_labels_are_read_as_they_are_written(tmp_path, word):
    path = tmp_path / "config.yaml"
    path.write_text(LABEL.format(word, word), encoding="utf-8")
    wanted = {"column": "response", "positive": word, "event_value": word}
    config, places = read_config(str(path))
    assert config["datasets"]["d"]["outcome"] == wanted
    # Snakemake reads the file itself.
    of_snakemake = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert read_places([str(path)], of_snakemake).keys() == places.keys()
    assert of_snakemake == config


def test_true_and_false_are_the_labels_that_python_writes(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(LABEL.format("true", "false"), encoding="utf-8")
    outcome = read_config(str(path))[0]["datasets"]["d"]["outcome"]
    assert outcome == {"column": "response", "positive": True, "event_value": False}


def test_only_labels_are_kept_as_text(tmp_path):
    path = tmp_path / "config.yaml"
    # An argument of scikit-learn's Lasso has the name of a label.
    path.write_text("report: {pdf: yes}\nparams: {positive: no}\n", encoding="utf-8")
    assert read_config(str(path))[0] == {"report": {"pdf": True}, "params": {"positive": False}}
