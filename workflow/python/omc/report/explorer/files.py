"""Reads the files behind the explorer page."""

import os
from functools import cache
from pathlib import Path

from omc.core.csv_files import read_csv
from omc.report.explorer.page import FIGURE_BYTES, with_pictures


def read_tables(paths: dict[str, str]) -> dict[str, list[dict]]:
    """Rows of tables by name, as text."""
    return {name: read_csv(path) for name, path in paths.items()}


def read_files(datasets: list[dict], samples, predictions, data) -> None:
    """Add to each data set `files`: rows of samples and predictions, data (a path), sheets.

    datasets: with `sheets` ({cohort: path}), `options` (of `read_sheet`, by cohort), `rds` (the
    user's own name of a converted file), `columns` (of the sheets on the page; None for all) and,
    if it has size factors, `preprocessing` (a path).
    samples, predictions, data: paths, one for a data set.
    """
    from omc.data.files import named_by_user
    from omc.data.reading import read_sheet

    read = cache(read_sheet)
    for dataset, *paths in zip(datasets, samples, predictions, data, strict=True):
        with named_by_user(dataset["rds"]):
            sheets = {
                cohort: shown(read(path, **dataset["options"].get(cohort, {})), dataset["columns"])
                for cohort, path in dataset["sheets"].items()
            }
        dataset["files"] = {
            "samples": read_csv(paths[0], delimiter="\t"),
            "predictions": read_csv(paths[1]),
            "data": paths[2],
            "preprocessing": dataset.get("preprocessing"),
            "sheets": sheets,
        }


def shown(sheet, columns: list[str] | None) -> dict[str, dict[str, str]]:
    """The columns of a sheet that the page may show, by sample; columns: None for all."""
    kept = sheet if columns is None else sheet[[name for name in sheet if name in columns]]
    return kept.to_dict("index")


def with_figures(datasets: list[dict], paths: list[str], home: Path) -> None:
    """Add to each figure its file, relative to the folder of the page, and its picture.

    paths: images/{dataset}/{figure}.svg and .png of all data sets.
    """
    budget = FIGURE_BYTES
    for dataset in datasets:
        files = {}
        for path in map(Path, paths):
            if path.parent.name == dataset["name"]:
                files.setdefault(path.stem, []).append(path)
        for figure in dataset["figures"]:
            picture = next(p for p in files[figure["name"]] if p.suffix == ".png")
            figure["file"] = os.path.relpath(picture, home)
        budget = with_pictures(dataset["figures"], files, budget)
