"""What the rules declare for their scripts."""

import re

import pytest

from omc.study.jobs import COSTS


@pytest.fixture(scope="module")
def blocks(root):
    """(rule, its text, the text of its file) of every rule."""
    files = sorted((root / "workflow" / "rules").glob("*.smk"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    return [
        (block.partition(":")[0], block, text)
        for text in texts
        for block in re.split(r"^ *rule[ :]\s*", text, flags=re.M)[1:]
    ]


def test_a_rule_states_what_it_needs(blocks):
    for rule, block, _ in blocks:
        stated = set(re.findall(r"^ +(\w+):", block, flags=re.M))
        wanted = {"message"}
        if stated & {"script", "shell"}:
            wanted |= {"log", "conda"}
        if "localrule" not in stated:
            wanted |= {"resources", "benchmark"}
        # Its only output is the user's.
        assert not wanted - stated - ({"benchmark"} if rule == "predict" else set()), rule
        if "resources" in stated and "**training_resources" not in block:
            assert "mem_mb=mem_mb(" in block and "runtime=runtime(" in block, rule


def test_a_data_set_is_evaluated_and_drawn_before_further_models_are_trained(blocks, root):
    evaluation = (root / "workflow" / "rules" / "evaluate.smk").read_text(encoding="utf-8")
    waiting = [block for rule, block, text in blocks if text == evaluation or rule == "findings"]
    waiting += [(root / "workflow" / "rules" / "figures.smk").read_text(encoding="utf-8")]
    assert len(waiting) > 14
    for block in waiting:
        priority = re.search(r"^ +priority: (\d+)$", block, flags=re.M)
        assert priority and int(priority[1]) > len(COSTS), block
