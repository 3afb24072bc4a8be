"""Collects published and obtained numbers; `make verify` writes them to docs/verification.md."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Workflow

HEADER = """# Obtained against published numbers

Written by `make verify`, which trains every model with the workflow itself and combines its
predictions in `tests/verification/`. A number outside its tolerance is reported and explained, and
not tuned away.
"""


class Section:
    """The numbers of one source."""

    def __init__(self, title: str, text: str):
        self.title, self.text = title, " ".join(text.split())
        self.rows, self.notes = [], []

    def check(self, what, obtained, published, tolerance, digits=3, why=""):
        """Note a number, and refuse one outside its tolerance unless `why` explains it."""
        agrees = abs(obtained - published) <= tolerance
        verdict = "agrees" if agrees else f"outside{': ' if why else ''}{why}"
        numbers = [f"{value:.{digits}f}" for value in (published, obtained)]
        allowed = f"± {tolerance:.{digits + 1}f}".rstrip("0").rstrip(".")
        self.tell(what, numbers[0], allowed, numbers[1], verdict)
        assert agrees or why, f"{self.title}, {what}: {numbers[1]} instead of {numbers[0]}"

    def tell(self, *row):
        """A row of the table: what, expected, tolerance, obtained, verdict."""
        self.rows.append(list(row))
        print("\n{}: expected {} {}, obtained {} ({})".format(*row))

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.text, ""]
        if self.rows:
            header = ["", "expected", "tolerance", "obtained", ""]
            rows = [header, ["---"] * len(header), *self.rows]
            lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
        for note in self.notes:
            lines += [note, ""]
        return "\n".join(lines)


class Report:
    """All sections, and the versions of what trained the models."""

    def __init__(self):
        self.sections, self.versions = {}, {}

    def section(self, title: str, text: str) -> Section:
        return self.sections.setdefault(title, Section(title, text))

    def trained_by(self, results: Path):
        """Note the versions that a run recorded."""
        for path in sorted(results.glob("validation/models_*.json")):
            recorded = json.loads(path.read_text(encoding="utf-8"))
            packages = recorded.pop("packages")
            self.versions.update({**recorded, **packages})

    def markdown(self) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        made = f"Last written {date.today().isoformat()}, with {versions}.\n"
        return "\n".join([HEADER, made, *(s.markdown() for s in self.sections.values())])


def pytest_addoption(parser):
    parser.addoption("--write", help="the Markdown file for the numbers obtained")


@pytest.fixture(scope="session")
def report(request):
    report = Report()
    yield report
    path = request.config.getoption("--write", None)
    if path:
        Path(path).write_text(report.markdown().rstrip() + "\n", encoding="utf-8")


@pytest.fixture
def workflow(root, tmp_path):
    return Workflow(root, tmp_path)
