"""Columns of the sample sheet: as they are, or as features, numbers and indicators of levels."""

import re
from collections.abc import Iterable

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
            own = next(iter(parts.values()))
            parts[cohort] = same_features(
                sheet, own.columns, layer, key, paths[cohort], own.attrs["first_levels"]
            )
    return parts


def features_of(sheet: pd.DataFrame, layer: dict, key: str, path: str) -> pd.DataFrame:
    """Samples x features of the columns of a sheet; NaN where missing.

    sheet: text cells; layer: its setting, with columns and types; key: of the layer; path: of the
    sheet. A number is a feature as it is, and so is the position of an ordered level, from 0. A
    column with two levels becomes the indicator of the second, one with more an indicator of each:
    `stage: III`. Nothing is learned from the values but which levels there are.
    `attrs["first_levels"]` has, by the indicator of the second level, the first.
    """
    parts, first_levels = [], {}
    for name in layer["columns"]:
        kind = layer["types"].get(name)
        labels = _labels(sheet, name, kind, key, path)
        if labels.isna().all():
            raise UserError(f"{key}.columns: '{name}' of {path} is empty: take it out")
        part = feature_columns(labels, name, kind, f"{key}.columns", path)
        levels = sorted(labels.dropna().unique())
        if list(part) == [f"{name}: {level}" for level in levels[1:]]:
            first_levels[part.columns[0]] = levels[0]
        parts.append(part)
    table = pd.concat(parts, axis=1)
    table.attrs["first_levels"] = first_levels
    return table


def same_features(
    sheet: pd.DataFrame, features: pd.Index, layer: dict, key: str, path: str, first_levels: dict
) -> pd.DataFrame:
    """The columns of another sheet as the `features` of development; NaN where missing.

    first_levels: see `features_of`. UserError for a third level of a column with two; of others, a
    level that development lacks is none of its levels: all its indicators are 0.
    """
    parts = {}
    for name in layer["columns"]:
        indicators = [f for f in features if f.startswith(f"{name}: ")]
        levels = [feature.removeprefix(f"{name}: ") for feature in indicators]
        known = [*(first_levels[f] for f in indicators if f in first_levels), *levels]
        kind = "nominal" if indicators else _known(layer, name)
        labels = _labels(sheet, name, kind, key, path, known)
        if not indicators:
            parts[name] = feature_columns(labels, name, kind, f"{key}.columns", path)[name]
            continue
        others = labels[labels.notna() & ~labels.isin(known)]
        if len(others) and len(known) > len(levels):
            raise UserError(
                f"{key}.columns: '{name}' of {path} holds '{others.iloc[0]}' (sample"
                f" {others.index[0]}), which is none of the two levels of development"
                f" ({some(known)}): correct it, or leave the cell empty"
            )
        if len(others):
            print(f"{key}: '{name}': {some(others.unique())}: treated as none of {some(known)}")
        for feature, level in zip(indicators, levels, strict=True):
            parts[feature] = _indicator(labels, level)
    return pd.DataFrame(parts, sheet.index)[list(features)]


def _known(layer: dict, name: str):
    """The type of a column of which development had numbers or ordered levels."""
    return layer["types"].get(name, "numeric")


def _labels(
    sheet: pd.DataFrame, name: str, kind, key: str, path: str, known: Iterable[str] = ()
) -> pd.Series:
    """The cells of a column, None where missing.

    kind: its type, None: by content; known: its levels in development.
    """
    if name not in sheet.columns:
        raise UserError(
            f"{key}.columns: '{name}' is not a column of {path}."
            f"{did_you_mean(name, list(sheet.columns))} Its columns: {some(sheet.columns, 12)}"
        )
    labels = sheet[name].str.strip()
    lacking = _lacking(labels, kind, known)
    words = labels[lacking & (labels != "")]
    if len(words):
        print(
            f"{key}.columns: '{name}' of {path}: treated as missing: {quoted(words.unique())}"
            f" ({len(words)} sample(s))"
        )
    return labels.astype(object).where(~lacking, None)


def _lacking(labels: pd.Series, kind, known: Iterable[str]) -> pd.Series:
    """Whether each cell is missing: empty, or a word for that which is no level. See `_labels`."""
    levels = set(known)
    if isinstance(kind, dict):
        levels |= {str(level) for level in kind["levels"]}
    # Beside + it is negative.
    if labels.str.fullmatch(r"\++").any():
        levels |= {"-", "--"}
    lacking = labels.map(lambda label: is_missing(label) or is_doubtful(label))
    lacking &= ~labels.isin(levels)
    numbers = np.isfinite(pd.to_numeric(labels[~lacking], errors="coerce")).all()
    if kind == "numeric" or (kind is None and numbers):
        return lacking
    # Among labels it says something, such as no toxicity.
    return lacking & (labels.str.lower() != "none")


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
