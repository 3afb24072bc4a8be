"""Columns of the sample sheet: as they are, or as features, numbers and indicators of levels."""

import re

import numpy as np
import pandas as pd

from omc.core.errors import UserError, did_you_mean, quoted, some
from omc.data.missing import is_doubtful, is_missing

# More levels than this are names rather than kinds of samples.
MOST_LEVELS = 12
# Rows of samples.tsv carry these columns during the import.
LAB = "preprocessing.batch "
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


def column(sheet: pd.DataFrame, name: str, key: str, path: str) -> pd.Series:
    """The column of the sheet that the config key `key` names."""
    if name in sheet.attrs.get("unread", {}):
        raise UserError(
            f"{key}: column '{name}' of {path} is stored as '{sheet.attrs['unread'][name]}', which"
            " this version of AnnData does not know: write it as text, numbers or categories"
        )
    if name not in sheet.columns:
        raise UserError(
            f"{key}: '{name}' is not a column of {path}.{did_you_mean(name, list(sheet.columns))}"
            f" Its columns: {some(sheet.columns, 12)}"
        )
    values = sheet[name].str.strip()
    empty = values[values.map(is_missing)]
    if len(empty):
        words = f" (or says {quoted(empty[empty != ''].unique())})" if (empty != "").any() else ""
        of_outcome = key.rpartition(".")[0] if ".outcome." in key else None
        drop = f", or set {of_outcome}.missing: drop" if of_outcome else ""
        raise UserError(
            f"{key}: column '{name}' of {path} is empty{words} for {len(empty)} sample(s)"
            f" ({some(empty.index)}): fill them in, or take these samples out of the sheet{drop}"
        )
    return values


def lab_columns(sheet: pd.DataFrame, dataset: dict, path: str) -> dict[str, pd.Series]:
    """The lab batches of a sheet's samples, and their covariates, as columns of their rows.

    dataset: its setting, whose `batch` names a key of the configuration and a column for each.
    UserError for a covariate whose levels tell the class of each sample of development.
    """
    columns = {
        name: column(sheet, given, key, path)
        for name, (key, given) in dataset.get("batch", {}).items()
    }
    outcome = dataset["outcome"]
    for name, labels in columns.items():
        if name == "lab_batch" or outcome["task"] != "classification" or path != dataset["samples"]:
            continue
        classes = sheet[outcome["column"]].groupby(labels)
        if 2 * classes.ngroups <= len(labels) and classes.nunique().max() == 1:
            key, given = dataset["batch"][name]
            raise UserError(
                f"{key}: each level of '{given}' of {path} is in only one class of"
                f" '{outcome['column']}': protecting it would leak the outcome of the test samples"
                " to the models: take it out"
            )
    return {f"{LAB}{name}": labels for name, labels in columns.items()}


def take_lab_columns(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Take the columns of `lab_columns` out of rows of samples.tsv, for data.h5ad."""
    names = [name for name in rows if name.startswith(LAB)]
    return {name.removeprefix(LAB): rows.pop(name).to_numpy() for name in names}


def import_columns(layer: dict, sheets: dict, paths: dict, key: str) -> dict[str, pd.DataFrame]:
    """The features by cohort; development comes first.

    layer: its setting, with columns and types; sheets, paths: the cells of the samples, and the
    file that they are of, by cohort; key: of the layer.
    """
    parts: dict[str, pd.DataFrame] = {}
    for cohort, sheet in sheets.items():
        if not parts:
            parts[cohort] = features_of(sheet, layer, key, paths[cohort])
        else:
            features = next(iter(parts.values())).columns
            parts[cohort] = same_features(sheet, features, layer, key, paths[cohort])
    return parts


def features_of(sheet: pd.DataFrame, layer: dict, key: str, path: str) -> pd.DataFrame:
    """Samples x features of the columns of a sheet; NaN where missing.

    sheet: text cells; layer: its setting, with columns and types; key: of the layer; path: of the
    sheet. A number is a feature as it is, and so is the position of an ordered level, from 0. A
    column with two levels becomes the indicator of the second, one with more an indicator of each:
    `stage: III`. Nothing is learned from the values but which levels there are.
    """
    parts = [
        feature_columns(
            _labels(sheet, name, key, path), name, layer["types"].get(name), f"{key}.columns", path
        )
        for name in layer["columns"]
    ]
    return pd.concat(parts, axis=1)


def same_features(
    sheet: pd.DataFrame, features: pd.Index, layer: dict, key: str, path: str
) -> pd.DataFrame:
    """The columns of another sheet as the `features` of development.

    A level that development lacks is none of its levels: all its indicators are 0.
    """
    parts = {}
    for name in layer["columns"]:
        labels = _labels(sheet, name, key, path)
        indicators = [f for f in features if f.startswith(f"{name}: ")]
        if not indicators:
            kind = _known(layer, name)
            parts[name] = feature_columns(labels, name, kind, f"{key}.columns", path)[name]
            continue
        for feature in indicators:
            parts[feature] = _indicator(labels, feature.removeprefix(f"{name}: "))
        known = [feature.removeprefix(f"{name}: ") for feature in indicators]
        others = labels[labels.notna() & ~labels.isin(known)].unique()
        # Of two levels, the first has no indicator.
        if len(others) > (len(known) == 1):
            print(f"{key}: '{name}': {some(others)}: treated as none of {some(known)}")
    return pd.DataFrame(parts, sheet.index)[list(features)]


def _known(layer: dict, name: str):
    """The type of a column of which development had numbers or ordered levels."""
    return layer["types"].get(name, "numeric")


def _labels(sheet: pd.DataFrame, name: str, key: str, path: str) -> pd.Series:
    """The cells of a column, None where missing."""
    if name not in sheet.columns:
        raise UserError(
            f"{key}.columns: '{name}' is not a column of {path}."
            f"{did_you_mean(name, list(sheet.columns))} Its columns: {some(sheet.columns, 12)}"
        )
    labels = sheet[name].str.strip()
    lacking = labels.map(lambda label: is_missing(label) or is_doubtful(label))
    if lacking.all():
        raise UserError(f"{key}.columns: '{name}' of {path} is empty: take it out")
    return labels.astype(object).where(~lacking, None)


def feature_columns(labels: pd.Series, name: str, kind, key: str, path: str) -> pd.DataFrame:
    """One feature, or an indicator of each level.

    labels: cells, None where missing; kind: its type, None: by content; key: that names the column.
    """
    types = f"{key.removesuffix('.columns')}.types"
    if isinstance(kind, dict):
        return _ordered(labels, name, [str(level) for level in kind["levels"]], types, path)
    present = labels.dropna()
    values = pd.to_numeric(present, errors="coerce")
    if kind == "numeric" or (kind is None and np.isfinite(values).all()):
        if not np.isfinite(values).all():
            wrong = present[~np.isfinite(values)]
            raise UserError(
                f"{types}: '{name}' is numeric, but {path} holds {wrong.iloc[0]!r} (sample"
                f" {wrong.index[0]}): correct it, or set the type to nominal"
            )
        return values.astype(float).reindex(labels.index).to_frame(name)
    levels = sorted(present.unique())
    _check_levels(levels, present, name, key, path)
    indicated = levels[1:] if len(levels) <= 2 else levels
    columns = {f"{name}: {level}": _indicator(labels, level) for level in indicated or levels}
    return pd.DataFrame(columns, labels.index)


def _ordered(labels: pd.Series, name: str, levels: list, types: str, path: str) -> pd.DataFrame:
    unknown = labels[labels.notna() & ~labels.isin(levels)]
    if len(unknown):
        raise UserError(
            f"{types}.{name}.levels: {path} holds '{unknown.iloc[0]}' (sample"
            f" {unknown.index[0]}), which is none of {some(levels, 12)}: add it, or correct it"
        )
    positions = {level: float(position) for position, level in enumerate(levels)}
    return labels.map(positions).astype(float).to_frame(name)


def _check_levels(levels: list[str], present: pd.Series, name: str, key: str, path: str) -> None:
    dates = [level for level in levels if DATE.fullmatch(level)]
    if dates:
        raise UserError(
            f"{key}: '{name}' of {path} holds dates ('{dates[0]}'): write a number instead,"
            " such as the age or the days since a start"
        )
    if len(levels) > MOST_LEVELS or 2 * len(levels) > len(present):
        raise UserError(
            f"{key}: '{name}' of {path} has {len(levels)} levels in {len(present)} samples"
            f" ({some(levels)}); at most {MOST_LEVELS}, and at most half the number of samples, are"
            " allowed: merge rare levels, correct those that should be numbers, or take the column"
            " out"
        )


def _indicator(labels: pd.Series, level: str) -> pd.Series:
    """1 where a sample has the level, 0 where it has another, NaN where that is missing."""
    return (labels == level).astype(float).where(labels.notna())
