"""The library is layered: a stage imports only from earlier ones."""

import re

STAGES = ["core", "data", "learn", "evaluate", "report", "study"]


def test_imports_point_one_way(root):
    for path in (root / "workflow" / "python" / "omc").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        stage = path.relative_to(root / "workflow" / "python" / "omc").parts[0]
        if stage not in STAGES:
            continue
        for used in re.findall(r"^\s*from omc\.(\w+)", text, flags=re.M):
            assert STAGES.index(used) <= STAGES.index(stage), f"{path} imports {used}"


def test_r_files_use_what_stands_before_them(root):
    folder = root / "workflow" / "R"
    order = ["core", "data", "learn", "evaluate", "figures"]
    stage_of = {path.stem: path.relative_to(folder).parts[0] for path in folder.rglob("*/*.R")}
    for path in folder.rglob("*/*.R"):
        stage = path.relative_to(folder).parts[0]
        for line in re.findall(r"^use\(([^)]*)\)", path.read_text(encoding="utf-8"), flags=re.M):
            for name in re.findall(r'"([\w/]+)"', line):
                used = name.split("/")[0] if "/" in name else stage_of[name]
                assert order.index(used) <= order.index(stage), f"{path} uses {name}"


def test_no_function_of_r_is_defined_in_two_files_that_one_script_loads(root):
    defined = {}
    for path in (root / "workflow" / "R").rglob("*.R"):
        stage = "figures" if "figures" in path.parts else "library"
        for name in re.findall(r"^([\w.]+) <- function", path.read_text("utf-8"), flags=re.M):
            assert (stage, name) not in defined, f"{name}: {path} and {defined[stage, name]}"
            defined[stage, name] = path
