"""Registries: packages in which each file is one choice, with the name of the file.

Adding a file adds a choice. The docstring of the package says what a file must hold.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

PACKAGES = Path(__file__).parents[1]


@cache
def names(package: str) -> tuple[str, ...]:
    """Names of the entries of a registry such as 'omc.learn.schemes', without importing any."""
    folder = PACKAGES.joinpath(*package.split(".")[1:])
    return tuple(sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")))


def entry(package: str, name: str) -> ModuleType:
    """The module of one entry; LookupError if no entry has this name."""
    if name not in names(package):
        raise LookupError(f"{package} has no '{name}', only {', '.join(names(package))}")
    return import_module(f"{package}.{name}")


def entries(package: str) -> dict[str, ModuleType]:
    """All entries of a registry by name."""
    return {name: entry(package, name) for name in names(package)}
