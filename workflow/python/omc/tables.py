"""Import: feature tables and sample sheets, as users have them, into one matrix and one sheet."""

import numpy as np
import pandas as pd

from omc.errors import UserError, did_you_mean, some

SEPARATORS = {".tsv": "\t", ".txt": "\t", ".csv": ","}


def separator(path: str) -> str:
    """Column separator told by the ending (.tsv, .txt, .csv, each also with .gz)."""
    name = str(path).removesuffix(".gz")
    for ending, text in SEPARATORS.items():
        if name.endswith(ending):
            return text
    raise UserError(
        f"{path}: the ending is none of .tsv, .txt, .csv (each also with .gz): rename it"
    )


def read_table(path: str, orientation: str) -> pd.DataFrame:
    """A feature table as samples x features in double precision; empty, NA and NaN are missing.

    The first column holds the names of the rows. orientation: 'features_in_rows' or
    'samples_in_rows'.
    """
    try:
        table = pd.read_csv(
            path,
            sep=separator(path),
            index_col=0,
            dtype={0: str},
            float_precision="round_trip",
            encoding="utf-8-sig",
        )
    except (ValueError, OSError, EOFError) as error:
        raise UserError(
            f"{path}: cannot be read as a table ({' '.join(str(error).split())})"
        ) from error
    if table.shape[1] == 0:
        shown = repr(separator(path))
        raise UserError(
            f"{path}: only one column found with separator {shown}: does the ending fit?"
        )
    _refuse_non_numbers(path, table)
    table.index = table.index.astype(str)
    table.columns = table.columns.astype(str)
    if orientation == "features_in_rows":
        table = table.T
    for what, labels in {"sample": table.index, "feature": table.columns}.items():
        twice = labels[labels.duplicated()].unique()
        if len(twice):
            raise UserError(f"{path}: {what} names stand twice: {some(twice)}: make them unique")
    return table.astype(np.float64)


def _refuse_non_numbers(path: str, table: pd.DataFrame) -> None:
    for column in table.select_dtypes(exclude="number").columns:
        values = table[column]
        wrong = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()]
        if len(wrong):
            raise UserError(
                f"{path}: row '{wrong.index[0]}', column '{column}' is {wrong.iloc[0]!r},"
                " not a number: correct it, or leave it empty if it is missing"
            )


def read_sheet(path: str) -> pd.DataFrame:
    """A sample sheet as text columns, indexed by its column `sample`."""
    try:
        sheet = pd.read_csv(
            path, sep=separator(path), dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (ValueError, OSError) as error:
        raise UserError(
            f"{path}: cannot be read as a table ({' '.join(str(error).split())})"
        ) from error
    if "sample" not in sheet.columns:
        raise UserError(f"{path}: there is no column 'sample' (columns: {some(sheet.columns, 12)})")
    twice = sheet["sample"][sheet["sample"].duplicated()].unique()
    if len(twice):
        raise UserError(f"{path}: samples stand twice: {some(twice)}: one row per sample")
    return sheet.set_index("sample", drop=True)


def column(sheet: pd.DataFrame, name: str, key: str, path: str) -> pd.Series:
    """A column of the sheet that the config key `key` names."""
    if name not in sheet.columns:
        raise UserError(
            f"{key}: '{name}' is not a column of {path}.{did_you_mean(name, list(sheet.columns))}"
            f" Its columns: {some(sheet.columns, 12)}"
        )
    values = sheet[name].str.strip()
    empty = values.index[values.str.lower().isin(["", "na", "nan", "null"])]
    if len(empty):
        raise UserError(
            f"{key}: column '{name}' of {path} is empty for {len(empty)} sample(s) ({some(empty)}):"
            " fill them in, or take these samples out of the sheet"
        )
    return values


def import_layer(layer: dict, samples: pd.Index, key: str, sheet_path: str) -> pd.DataFrame:
    """One layer's rows for the samples of the sheet, in the sheet's order."""
    table = read_table(layer["table"], layer["orientation"])
    missing = samples.difference(table.index, sort=False)
    if len(missing):
        advice = ""
        if len(missing) == len(samples) and len(samples.intersection(table.columns)):
            other = {"features_in_rows": "samples_in_rows", "samples_in_rows": "features_in_rows"}
            advice = f"; {key}.orientation: {other[layer['orientation']]} would fit"
        raise UserError(
            f"{key}.table: {len(missing)} of {len(samples)} samples of {sheet_path} are not in"
            f" {layer['table']} (missing: {some(missing)}; the table has: {some(table.index)})"
            f"{advice}"
        )
    return table.loc[samples]


def import_dataset(name: str, dataset: dict):
    """Read a data set's sheet and layers.

    Returns (values, samples, features, layers, sheet): values (n, p) float64 with NaN where
    missing; sheet: rows of samples.tsv (sample, outcome, group, further columns, cohort).
    """
    key = f"datasets.{name}"
    path = dataset["samples"]
    sheet = read_sheet(path)
    outcome = column(sheet, dataset["outcome"]["column"], f"{key}.outcome.column", path)
    _check_outcome(outcome, dataset["outcome"], key, path)
    group = ""
    if dataset["groups"] is not None:
        group = column(sheet, dataset["groups"], f"{key}.groups", path)
    rows = pd.DataFrame({"outcome": outcome, "group": group}, index=sheet.index)
    for further in dataset["stratify_by"]:
        rows[further] = column(sheet, further, f"{key}.stratify_by", path)
    rows["cohort"] = "development"
    parts = [
        import_layer(layer, sheet.index, f"{key}.layers.{layer_name}", path)
        for layer_name, layer in dataset["layers"].items()
    ]
    layers = [n for n, part in zip(dataset["layers"], parts, strict=True) for _ in part.columns]
    values = np.hstack([part.to_numpy() for part in parts])
    features = [str(f) for part in parts for f in part.columns]
    if len(parts) > 1:
        features = [f"{layer}:{f}" for layer, f in zip(layers, features, strict=True)]
    return values, list(sheet.index), features, layers, rows


def _check_outcome(outcome: pd.Series, setting: dict, key: str, path: str) -> None:
    where = f"{key}.outcome"
    if setting["task"] == "regression":
        wrong = outcome[pd.to_numeric(outcome, errors="coerce").isna()]
        if len(wrong):
            raise UserError(
                f"{where}.task: regression, but column '{setting['column']}' of {path} holds"
                f" {wrong.iloc[0]!r} (sample {wrong.index[0]}): give numbers,"
                " or task: classification"
            )
        return
    classes = sorted(outcome.unique())
    if len(classes) < 2:
        raise UserError(
            f"{where}.column: '{setting['column']}' of {path} has only one class: {classes[0]}"
        )
    positive = setting["positive"]
    if positive is not None and positive not in classes:
        raise UserError(
            f"{where}.positive: '{positive}' is not a class of column '{setting['column']}'"
            f" (classes: {some(classes, 12)})"
        )
