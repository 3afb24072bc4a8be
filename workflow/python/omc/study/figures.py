"""Figures of a data set, their tables and captions, from catalog/figures.yaml."""

import os
import re
from functools import cache
from pathlib import Path

from jinja2 import Template

from omc.core.catalog import catalog
from omc.study.config_file import read_yaml
from omc.study.variants import compared_layers


@cache
def figure_table() -> dict[str, dict]:
    """The rows of figures.yaml by name: when, tables and caption."""
    return read_yaml(catalog("figures.yaml"))


def figure_names(dataset: dict, null_permutations: bool, subgroups: bool = False) -> list[str]:
    """Names of the figures of a data set, in the order of the report.

    dataset: its resolved setting; null_permutations: whether it has a permutation null; subgroups:
    whether its models are scored by subgroup.
    """
    conditions = {
        "always": True,
        dataset["outcome"]["task"]: True,
        "cohorts": bool(dataset["cohorts"]),
        "compare_layers": bool(compared_layers(dataset)),
        "baseline": any(
            dataset["layers"][name]["role"] == "baseline" for name in compared_layers(dataset)
        ),
        "compare_grouping": dataset["compare_grouping"],
        "compare_batch": dataset["compare_batch"],
        "null_permutations": null_permutations,
        "subgroups": subgroups,
        "images": any("images" in layer for layer in dataset["layers"].values()),
    }
    return [name for name, row in figure_table().items() if conditions.get(row["when"])]


def figure_tables(names) -> list[str]:
    """Names of the tables that some figures read, each once."""
    return list(dict.fromkeys(table for name in names for table in figure_table()[name]["tables"]))


def write_captions(folder: str) -> str:
    """Write each caption to {folder}/{figure}.rst, for Snakemake's report; returns the folder.

    Files that are up to date are kept, so that parallel jobs never read a partial file.
    """
    os.makedirs(folder, exist_ok=True)
    for name, row in figure_table().items():
        path = Path(folder, f"{name}.rst")
        if not path.exists() or path.read_text(encoding="utf-8") != row["caption"]:
            path.write_text(row["caption"], encoding="utf-8")
    return folder


def caption(name: str, dataset: str, params: dict, config: dict) -> str:
    """The caption of a figure of a data set as Markdown; params: of the rule that draws it."""
    values = {"wildcards": {"dataset": dataset}, "params": params, "config": config}
    text = caption_template(name).render(snakemake=values)
    # A link to a table of the report, and code.
    text = re.sub(r"`([^`]+)`_", r"`\1`", text).replace("``", "`")
    return " ".join(text.split())


@cache
def caption_template(name: str) -> Template:
    """The caption of a figure, compiled once for all data sets."""
    return Template(figure_table()[name]["caption"])
