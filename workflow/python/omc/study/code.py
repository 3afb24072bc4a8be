"""A script and the files of the library that it uses, found by its imports."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

from omc.core.checksums import sha256_file

IMPORT = re.compile(r"^\s*from (omc[\w.]*) import (\([\w\s,]+\)|.+)$", re.M)
USE = re.compile(r"^\s*use\(([^)]*)\)", re.M)
CATALOG = re.compile(r"""catalog\(["']([\w./-]+)["']""")
REGISTRY = re.compile(r'"(omc(?:\.\w+)+)"')
# Files that affect no number: sentences, logs, checks of files. A new or dropped column in
# tables.csv also changes the code that fills it.
NO_NUMBERS = {"errors.py", "logs.py", "logs.R", "records.py", "records.R", "tables.csv"}


def code_sha256(workflow: str, *files: str) -> str:
    """SHA-256 of these files and those of the library that they use; see `code_files`.

    It depends on their contents and their places in the workflow, and not on where that is.
    """
    digest = hashlib.sha256()
    for file in code_files(workflow, *files):
        name = Path(file).relative_to(workflow).as_posix()
        digest.update(f"{name} {sha256_once(file)}\n".encode())
    return digest.hexdigest()


# Read once: many scripts use the same files.
sha256_once = cache(sha256_file)


def code_files(workflow: str, *files: str) -> list[str]:
    """Paths of these files and of all files of the library that they use, also through others.

    workflow: the folder with scripts/, python/, R/ and catalog/; files: paths of scripts, or of
    files of the library, relative to it.
    """
    used_files, pending = set(), [Path(workflow, file) for file in files]
    while pending:
        path = pending.pop()
        if path not in used_files:
            used_files.add(path)
            pending += [] if path.name in NO_NUMBERS else used_by(path, workflow)
    return sorted(str(path) for path in used_files if path.name not in NO_NUMBERS)


@cache
def used_by(path: Path, workflow: str) -> list[Path]:
    """Files of the library that a file names in its imports, `use()` lines and `catalog()` calls.

    The name of a registry in quotes means all of its files: see `core.registry`.
    """
    if path.suffix not in (".py", ".R"):
        return []
    text = path.read_text(encoding="utf-8")
    used_files = [Path(workflow, "catalog", name) for name in CATALOG.findall(text)]
    if path.suffix == ".R":
        names = {name for line in USE.findall(text) for name in re.findall(r'"([\w./]+)"', line)}
        return used_files + [
            f for f in r_files(workflow) if {f.stem, f"{f.parent.name}/{f.stem}"} & names
        ]
    library = Path(workflow, "python")
    for module, names in IMPORT.findall(text):
        location = library.joinpath(*module.split("."))
        used_files += modules(location, re.findall(r"\w+", names)) + packages(location, library)
    for package in REGISTRY.findall(text):
        location = library.joinpath(*package.split("."))
        used_files += sorted(location.glob("*.py")) + packages(location, library)
    return used_files


def modules(location: Path, names: list[str]) -> list[Path]:
    """The file of a module, or the files of modules that are imported from a package."""
    if location.with_suffix(".py").exists():
        return [location.with_suffix(".py")]
    return [file for name in names if (file := location / f"{name}.py").exists()]


@cache
def packages(location: Path, library: Path) -> list[Path]:
    """The `__init__.py` of a package and of those around it, which an import runs.

    Files with only a docstring are left out.
    """
    if location == library:
        return []
    file = location / "__init__.py"
    runs = file.exists() and len(ast.parse(file.read_text(encoding="utf-8")).body) > 1
    return [*packages(location.parent, library), *([file] if runs else [])]


@cache
def r_files(workflow: str) -> list[Path]:
    """All files of the R library."""
    return sorted(Path(workflow, "R").rglob("*.R"))
