"""What the rules say of their scripts."""

import re

import pytest


@pytest.fixture(scope="module")
def blocks(root):
    """(rule, its text, the text of its file) of every rule."""
    files = sorted((root / "workflow" / "rules").glob("*.smk"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    return [
        (block.partition(":")[0], block, text)
        for text in texts
        for block in re.split(r"^ *rule ", text, flags=re.M)[1:]
    ]


@pytest.fixture(scope="module")
def rules(blocks):
    """(rule, script, names of the library that it lists) of every rule with a `code`."""
    found = []
    for rule, block, text in blocks:
        lists = dict(re.findall(r"^(\w+_CODE) = \[(.*?)\]", text, flags=re.M | re.S))
        script = re.search(r'scripts/(\w+\.\w+)"', block)
        code = re.search(r"(?:library|train_input)\((.*?)\n +(?=\w|\))(?! *\*)", block, re.S)
        if script and code:
            listed = code[1] + "".join(lists[name] for name in lists if name in code[1])
            names = set(re.findall(r'"(\w+)"', listed)) - {"python", "r"}
            found.append((rule, script[1], names))
    assert len(found) > 25
    return found


def test_a_rule_states_what_it_needs(blocks):
    for rule, block, _ in blocks:
        stated = set(re.findall(r"^ +(\w+):", block, flags=re.M))
        wanted = {"message"}
        if stated & {"script", "shell"}:
            wanted |= {"log", "conda"}
        if "localrule" not in stated:
            wanted |= {"threads", "resources", "benchmark"}
        # Its only output is the user's.
        assert not wanted - stated - ({"benchmark"} if rule == "predict" else set()), rule


def imported(text):
    names = set(re.findall(r"^ *from omc\.(\w+) import", text, flags=re.M))
    for line in re.findall(r"^ *from omc import (.*)", text, flags=re.M):
        names.update(re.findall(r"\w+", line))
    return names


# Their sentences change no number.
OF_PEOPLE = {"errors", "logs"}


def test_a_rule_lists_the_library_that_its_script_uses(root, rules):
    workflow = root / "workflow"
    for rule, script, listed in rules:
        text = (workflow / "scripts" / script).read_text(encoding="utf-8")
        if script.endswith(".R"):
            sourced = re.search(r"for \(name in c\((.*?)\)\)", text, flags=re.S)
            used = set(re.findall(r'"(\w+)(?:\.R)?"\)?', sourced[1] if sourced else ""))
            used |= set(re.findall(r'"R", "(\w+)\.R"', text))
        else:
            used, new = set(), imported(text)
            while new:
                name = new.pop()
                used.add(name)
                module = workflow / "python" / "omc" / f"{name}.py"
                new |= imported(module.read_text(encoding="utf-8")) - used
        assert listed == used - OF_PEOPLE, rule


def test_a_word_for_people_trains_no_model_again(rules):
    training = ("train_python", "tune_python", "train_r", "tune_r", "permute_labels")
    for rule, _, listed in rules:
        if rule in training:
            assert not listed & {"metrics", "null", "summary", *OF_PEOPLE}, rule
