"""R methods that a file of the user defines."""

import pytest
import yaml

from omc.core.errors import UserError
from omc.study.study import load


@pytest.fixture
def study(root, monkeypatch, tmp_path):
    """Loads the quick configuration with one R model, whose method is given."""
    monkeypatch.chdir(root)

    def loaded(method):
        config = yaml.safe_load((root / "config" / "quick.yaml").read_text())
        config["models"] = {"r": [{"name": "mine", "method": str(method)}, "pls"]}
        return load(config, str(root / "workflow"))

    return loaded


def test_a_changed_definition_is_another_model(study, tmp_path):
    path = tmp_path / "mine.R"
    path.write_text("list()")
    mine, other = study(path).all_models()
    path.write_text("list(1)")
    changed, same = study(path).all_models()
    assert mine.spec["method"] == str(path)
    assert changed.spec_text != mine.spec_text
    assert same.spec_text == other.spec_text
    assert "sha256" not in other.spec


def test_a_file_that_does_not_exist_is_named_with_its_key(study, tmp_path):
    with pytest.raises(UserError, match=r"models\.r\[0\]\.method: '.*none\.R' does not exist"):
        study(tmp_path / "none.R")
