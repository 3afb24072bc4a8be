"""Which files of the library a script uses, read from its imports."""

import ast
import re
from functools import cache
from pathlib import Path

IMPORT = re.compile(r"^\s*from (omc[\w.]*) import (\([\w\s,]+\)|.+)$", re.M)
USE = re.compile(r"^\s*use\(([^)]*)\)", re.M)
CATALOG = re.compile(r"""catalog\(["']([\w./-]+)["']""")
REGISTRY = re.compile(r'"(omc(?:\.\w+)+)"')
# Files whose sentences are for people and change no number. A column that tables.csv gains or loses
# is a change in the code that fills it as well.
FOR_PEOPLE = {"errors.py", "logs.py", "logs.R", "tables.csv"}


def code_files(workflow: str, *files: str) -> list[str]:
    """Paths of all files of the library that these files use, directly or through others.

    workflow: the folder with python/, R/ and catalog/; files: paths of scripts, or of files of the
    library, relative to it. The first is a script, which Snakemake watches by itself, and is left
    out.
    """
    found, new = [], [Path(workflow, file) for file in files]
    while new:
        path = new.pop()
        if path not in found:
            found.append(path)
            new += used_by(path, workflow)
    kept = (path for path in found[1:] if path.name not in FOR_PEOPLE)
    return sorted(map(str, kept))


@cache
def used_by(path: Path, workflow: str) -> list[Path]:
    """Files of the library that one file names in its imports, `use()` lines and `catalog()` calls.

    The name of a registry in quotes stands for all of its files: see `core.registry`.
    """
    if path.suffix not in (".py", ".R"):
        return []
    text = path.read_text(encoding="utf-8")
    found = [Path(workflow, "catalog", name) for name in CATALOG.findall(text)]
    if path.suffix == ".R":
        names = {name for line in USE.findall(text) for name in re.findall(r'"([\w./]+)"', line)}
        return found + [
            f for f in r_files(workflow) if {f.stem, f"{f.parent.name}/{f.stem}"} & names
        ]
    library = Path(workflow, "python")
    for module, names in IMPORT.findall(text):
        place = library.joinpath(*module.split("."))
        found += modules(place, re.findall(r"\w+", names)) + packages(place, library)
    for package in REGISTRY.findall(text):
        place = library.joinpath(*package.split("."))
        found += sorted(place.glob("*.py")) + packages(place, library)
    return found


def modules(place: Path, names: list[str]) -> list[Path]:
    """Files of a module, or of those that are imported from a package."""
    if place.with_suffix(".py").exists():
        return [place.with_suffix(".py")]
    return [file for name in names if (file := place / f"{name}.py").exists()]


@cache
def packages(place: Path, library: Path) -> list[Path]:
    """The `__init__.py` of a package and of those around it, which an import runs.

    One that holds a docstring alone runs nothing.
    """
    if place == library:
        return []
    file = place / "__init__.py"
    runs = file.exists() and len(ast.parse(file.read_text(encoding="utf-8")).body) > 1
    return [*packages(place.parent, library), *([file] if runs else [])]


@cache
def r_files(workflow: str) -> list[Path]:
    """All files of the R library."""
    return sorted(Path(workflow, "R").rglob("*.R"))
