"""Parts of the docs that repeat the schema, the catalog or the checks: `make docs` writes them.

Each stands between `<!-- made by make docs: NAME -->` and `<!-- end -->`; all else is hand-written.
"""

import re
from collections.abc import Iterator
from textwrap import fill
from typing import NamedTuple

import yaml

from omc.core.catalog import CATALOG, catalog
from omc.core.csv_files import read_csv
from omc.core.errors import UserError, did_you_mean, stop
from omc.core.tables import ALL_TABLES
from omc.evaluate.metrics import METRICS
from omc.study.figures import figure_table
from omc.study.messages import dotted
from omc.study.schema import LAYER_KEYS, read_schema

PAGES = ("config/README.md", "docs/alarms.md", "docs/figures.md", "docs/results.md")
TABLE = re.compile(r"(<!-- made by make docs: (.+?) -->\n).*?(<!-- end -->)", flags=re.S)


class Key(NamedTuple):
    """A key of the configuration: its path, its part of the schema, and whether it is required."""

    path: tuple[str, ...]
    part: dict
    required: bool


def with_tables(page: str, text: str) -> str:
    """The text of a page with its tables as they should be; UserError for an unknown one."""
    by_name = tables()

    def with_table(match: re.Match) -> str:
        start, name, end = match.groups()
        if name not in by_name:
            near = did_you_mean(name, list(by_name))
            raise UserError(f"{page}: no table is called '{name}'.{near}")
        return f"{start}\n{by_name[name]}\n{end}"

    return TABLE.sub(with_table, text)


def tables() -> dict[str, str]:
    """All generated tables, in Markdown, by the name in their markers."""
    return _key_tables() | _file_tables() | _other_tables() | {"alarms": _alarms()}


def _key_tables() -> dict[str, str]:
    schema = read_schema(str(CATALOG.parent / "schemas" / "config.schema.yaml"))
    keys = list(described_keys(schema, schema))
    sections = {
        "keys of resampling": ["resampling"],
        "keys of preprocessing and selection": ["preprocessing", "selection"],
        "keys of tuning and comparison": ["tuning", "comparison"],
    }
    by_name = {
        name: _key_table(key for key in keys if key.path[0] in parts)
        for name, parts in sections.items()
    }
    elsewhere = ["datasets", *sum(sections.values(), [])]
    by_name["keys of the run"] = _key_table(key for key in keys if key.path[0] not in elsewhere)

    dataset = [key._replace(path=key.path[2:]) for key in keys if key.path[0] == "datasets"]
    layers = [key for key in dataset if key.path[0] == "layers"]
    images = [key for key in layers if key.path[-1] in LAYER_KEYS["images"][1:]]
    by_name["keys of datasets"] = _key_table(key for key in dataset if key not in images)
    by_name["keys of images"] = _key_table(key._replace(path=key.path[-1:]) for key in images)
    by_name["keys of a model"] = _key_table(described_keys(schema, schema["$defs"]["model"]))
    return by_name


def described_keys(schema: dict, part: dict, path: tuple[str, ...] = ()) -> Iterator[Key]:
    """The keys in a part of the schema; a key with a description stands for those below it.

    UserError for a key without a description.
    """
    inside = dict(part.get("properties", {}))
    named_by_users = part.get("additionalProperties")
    if isinstance(named_by_users, dict) and "$ref" in named_by_users:
        inside[f"*{_definition(named_by_users)}*"] = named_by_users
    for name, inner in inside.items():
        if "$ref" in inner:
            inner = schema["$defs"][_definition(inner)] | inner
        if "description" in inner:
            yield Key((*path, name), inner, name in part.get("required", []))
            continue
        below = list(described_keys(schema, inner, (*path, name)))
        if not below:
            key = dotted([*path, name])
            raise UserError(f"config.schema.yaml: {key} has no description: add one for the docs")
        yield from below


def _definition(reference: dict) -> str:
    return reference["$ref"].split("/")[-1]


def _key_table(keys) -> str:
    rows = [[_name(key.path), _default(key), _meaning(key.part)] for key in keys]
    return _table(["key", "default", "meaning"], rows)


def _name(path: tuple[str, ...]) -> str:
    """A key in code style, but for the names that users give, which are in italics."""
    return re.sub(r"\*\w+\*", r"`\g<0>`", f"`{'.'.join(path)}`").replace("``", "")


def _default(key: Key) -> str:
    if "x-default" in key.part:
        return key.part["x-default"]
    if "default" not in key.part:
        return "required" if key.required else ""
    default = key.part["default"]
    if default is None:
        return "none"
    return f"`{yaml.safe_dump(default, default_flow_style=True).splitlines()[0]}`"


def _meaning(part: dict) -> str:
    """The description, after the values that it does not name."""
    text = part["description"]
    choices = [f"`{value}`" for value in part.get("enum", []) if value != part.get("default")]
    unnamed = [choice for choice in choices if choice not in text]
    return f"or {', '.join(unnamed)}: {text}" if unnamed else text


def _file_tables() -> dict[str, str]:
    files = {name: (table.file, table.description) for name, table in ALL_TABLES.items()}
    columns = read_csv(str(catalog("tables.csv")))
    rows = [
        [_code(files[row["table"]][0]), _code(row["column"]), row["description"]]
        for row in columns
        if row["table"] and row["column"] and row["description"]
    ]
    shared = [[_code(row["column"]), row["description"]] for row in columns if not row["table"]]
    own = "{dataset}/"
    run_files = [[_code(file), text] for file, text in files.values() if not file.startswith(own)]
    own_files = [
        [_code(file.removeprefix(own)), text]
        for file, text in files.values()
        if file.startswith(own)
    ]
    return {
        "files of all data sets": _table(["file", "what it holds"], run_files),
        "files of a data set": _table(["file", "what it holds"], own_files),
        "shared columns": _table(["column", "meaning"], shared),
        "columns": _table(["file", "column", "meaning"], rows),
    }


def _other_tables() -> dict[str, str]:
    figures = [
        [
            _code(name),
            row["when"],
            ", ".join(_code(ALL_TABLES[table].file) for table in row["tables"]),
        ]
        for name, row in figure_table().items()
    ]
    metrics = [
        [
            _code(metric.name),
            metric.label,
            metric.task + (", two classes" if metric.classes else ""),
            "higher" if metric.higher_is_better else "lower",
            f"{metric.lowest:g} to {metric.highest:g}".replace("inf", "∞"),
            "" if metric.chance != metric.chance else f"{metric.chance:g}",
        ]
        for metric in METRICS.values()
    ]
    presets = []
    for language in ("python", "r"):
        by_task = yaml.safe_load(catalog(f"models/{language}.yaml").read_text(encoding="utf-8"))
        names = [", ".join(by_task[task]) for task in by_task]
        presets.append([{"python": "Python", "r": "R"}[language], *names])
    return {
        "figures": _table(["figure", "when", "reads"], figures),
        "metrics": _table(["metric", "name", "task", "better", "range", "by chance"], metrics),
        "presets": _table(["presets", "classification", "regression", "survival"], presets),
    }


def _alarms() -> str:
    """A section per check of the data: what it looks for, why, when it warns, what to do."""
    from omc.data.checking import all_checks

    sections = []
    for name, check in all_checks().items():
        purpose = check.__doc__.strip().splitlines()[0]
        texts = [
            f"## {name}", f"*{purpose}* {check.EXPLANATION}", f"It warns if {check.RULE}.",
            f"**What to do.** {check.FIX}",
        ]  # fmt: skip
        sections += [
            fill(text, 100, break_long_words=False, break_on_hyphens=False) for text in texts
        ]
    return "\n\n".join(sections) + "\n"


def _code(text: str) -> str:
    return f"`{text}`"


def _table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; each cell on one line."""
    lines = ["|".join(f" {cell} " if cell else " " for cell in row) for row in [header, *rows]]
    lines.insert(1, "|".join("---" for _ in header))
    return "".join(f"|{line}|\n" for line in lines)


if __name__ == "__main__":
    try:
        for page in PAGES:
            path = CATALOG.parents[1] / page
            before = path.read_text(encoding="utf-8")
            after = with_tables(page, before)
            if after != before:
                path.write_text(after, encoding="utf-8")
                print(f"Updated the tables of {page}")
    except UserError as error:
        stop(error)
