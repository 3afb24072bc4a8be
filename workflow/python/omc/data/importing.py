"""Imports feature tables and sample sheets of users into one matrix and one sheet."""

import numpy as np
import pandas as pd
from scipy import sparse

from omc.core.errors import UserError, quoted, some
from omc.core.names import DEVELOPMENT
from omc.data.annotation import Annotation
from omc.data.labels import labels_of
from omc.data.names import check_names
from omc.data.outcome import (
    check_outcomes,
    read_outcome,
    refuse_outcome,
    sheet_path,
    without_outcome,
)
from omc.data.reading import as_csc, is_sparse, read_sheet, read_table
from omc.data.sample_names import offer, renamed
from omc.data.sheet_columns import column, import_columns, lab_columns
from omc.data.transforming import is_compositional, transform


def use_image_tables(dataset: dict, folder: str) -> None:
    """Make each image layer a table of its features.

    folder: contains a folder per source of images, with features.csv and images.csv.
    """
    for part in (dataset, *dataset["cohorts"].values()):
        for layer in part["layers"].values():
            if "images" in layer:
                source = f"{folder}/{layer['source']}"
                layer |= {"table": f"{source}/features.csv", "listed": f"{source}/images.csv"}
                layer |= {"orientation": "samples_in_rows", "matrix": None}
                layer |= {"transform": "none", "pseudo_count": 0}


def rows_with_images(rows: pd.DataFrame, dataset: dict, cohort: str) -> pd.DataFrame:
    """A sheet's rows, adapted if images are the only layer.

    Samples that lost all their images to `broken: skip` are dropped. With `unit: image` there is a
    row for each image, named `sample/image`, with the sample's outcome; rows are grouped by sample
    if the sheet has no groups.
    """
    layers = (dataset if cohort == DEVELOPMENT else dataset["cohorts"][cohort])["layers"]
    layer = next(iter(layers.values()))
    if len(layers) > 1 or "images" not in layer:
        return rows
    images = pd.read_csv(layer["listed"], dtype=str, keep_default_na=False)
    usable = images[images["reason"] == ""]
    without_images = rows.index.intersection(images["sample"]).difference(
        usable["sample"], sort=False
    )
    if len(without_images):
        print(f"{layer['images']}: without a usable image, left out: {some(without_images)}")
    rows = rows.drop(index=without_images)
    if layer["unit"] == "sample":
        return rows
    usable = usable[usable["sample"].isin(rows.index)]
    image_rows = rows.loc[usable["sample"]]
    if (image_rows["group"] == "").all():
        image_rows = image_rows.assign(group=image_rows.index)
    return image_rows.set_index(pd.Index(usable["sample"] + "/" + usable["image"], name="sample"))


def import_dataset(name: str, dataset: dict):
    """Read a data set's sheets and layers: development's, and those of its external cohorts.

    Returns (values, samples, features, layers, rows): values (n, p) float64 with NaN where
    missing, development's samples first; features: development's, and those of cohorts are put in
    this order; rows: of samples.tsv (outcome, group, further columns, cohort), by sample;
    `attrs["labels"]` has the labels of features that came with the tables, and
    `attrs["first_levels"]`, by feature that is the indicator of one of two levels, the other.
    """
    key = f"datasets.{name}"
    rows = read_sheets(dataset, key)
    rows = {cohort: rows_with_images(part, dataset, cohort) for cohort, part in rows.items()}
    parts = {cohort: {} for cohort in rows}
    for layer in dataset["layers"]:
        for cohort, part in import_layer(layer, dataset, rows, key).items():
            parts[cohort][layer] = part
    for cohort in rows:
        at = key if cohort == DEVELOPMENT else f"{key}.cohorts.{cohort}"
        rows[cohort], parts[cohort] = join_layers(
            rows[cohort], parts[cohort], dataset["join"], at, sheet_path(dataset, cohort)
        )
    check_outcomes(rows, dataset, key)
    development = parts[DEVELOPMENT]
    for layer, part in development.items():
        source = dataset["layers"][layer].get("table", dataset["samples"])
        check_names(map(str, part.columns), "feature", source)
    layers = [layer for layer, part in development.items() for _ in part.columns]
    features = [str(f) for part in development.values() for f in part.columns]
    labels = {layer: part.attrs.get("labels", {}) for layer, part in development.items()}
    if len(development) > 1:
        features = [f"{layer}:{f}" for layer, f in zip(layers, features, strict=True)]
    first_levels = {
        f"{layer}:{f}" if len(development) > 1 else f: level
        for layer, part in development.items()
        for f, level in part.attrs.get("first_levels", {}).items()
    }
    values = stack(list(parts.values()))
    rows = pd.concat(rows.values())
    rows.attrs["first_levels"] = first_levels
    rows.attrs["labels"] = Annotation(
        (f"{layer}:{name}" if len(labels) > 1 else name, label)
        for layer, of_layer in labels.items()
        for name, label in of_layer.items()
    )
    return values, list(rows.index), features, layers, rows


def read_sheets(dataset: dict, key: str) -> dict[str, pd.DataFrame]:
    """Rows of samples.tsv by cohort, development first; no sample is in two cohorts."""
    sheets = {}
    for cohort in (DEVELOPMENT, *dataset["cohorts"]):
        path = sheet_path(dataset, cohort)
        sheet = sheet_with_outcome(dataset, cohort, f"{key}.outcome")
        rows = {
            "outcome": read_outcome(sheet, dataset["outcome"], f"{key}.outcome", path),
            "group": "",
        }
        if dataset["groups"] is not None:
            rows["group"] = column(sheet, dataset["groups"], f"{key}.groups", path)
        for stratum in dataset["stratify_by"]:
            # Only development is split.
            rows[stratum] = (
                column(sheet, stratum, f"{key}.stratify_by", path) if cohort == DEVELOPMENT else ""
            )
        rows |= lab_columns(sheet, dataset, path)
        for other, rows_of_other in sheets.items():
            shared = sheet.index.intersection(rows_of_other.index, sort=False)
            if len(shared):
                raise UserError(
                    f"{key}.cohorts.{cohort}.samples: {len(shared)} sample(s) of {path} are also in"
                    f" {sheet_path(dataset, other)} ({some(shared)}): a cohort's samples must be"
                    " new: remove them from one sheet, or rename them if they are different samples"
                )
        sheets[cohort] = pd.DataFrame({**rows, "cohort": cohort}, index=sheet.index)
        check_names(sheet.index, "sample", path)
        for name in rows:
            kind = {"outcome": "label", "group": "group"}.get(name, f"value of '{name}'")
            check_names(sheets[cohort][name].unique(), kind, path)
    return sheets


def sheet_with_outcome(dataset: dict, cohort: str, key: str) -> pd.DataFrame:
    """The sheet of development or of a cohort, without samples that `outcome.missing` drops."""
    part = dataset if cohort == DEVELOPMENT else dataset["cohorts"][cohort]
    path = part["samples"]
    sheet = read_sheet(path, **part.get("sheet", {}))
    dropped = without_outcome(sheet, dataset["outcome"])
    if len(dropped) == len(sheet):
        raise UserError(f"{key}.missing: drop leaves no sample of {path}: correct the column")
    if len(dropped):
        print(f"{path}: left out, since their outcome is missing: {some(dropped)}")
    return sheet.drop(index=dropped)


def read_layer_table(layer: dict) -> pd.DataFrame:
    """The table of a layer as its settings say."""
    options = {key: layer[key] for key in ("duplicates", "column_prefix") if key in layer}
    return read_table(layer["table"], layer["orientation"], layer["matrix"], **options)


def import_layer(name: str, dataset: dict, rows: dict, key: str) -> dict[str, pd.DataFrame]:
    """The values of one layer by cohort, for the samples of each sheet that are in its table.

    rows: see `read_sheets`. A cohort that is read from development's table has the same features.
    """
    layer, at = dataset["layers"][name], f"{key}.layers.{name}"
    if "columns" in layer:
        return _import_columns(name, dataset, rows, at)
    several_layers = len(dataset["layers"]) > 1
    table = read_layer_table(layer)
    parts = {}
    refuse_outcome(table, rows[DEVELOPMENT]["outcome"], dataset, at)
    for cohort, part in rows.items():
        path = sheet_path(dataset, cohort)
        cohort_layer = (
            layer if cohort == DEVELOPMENT else dataset["cohorts"][cohort]["layers"][name]
        )
        if cohort_layer == layer:
            own = _with_names_of_sheet(table, part.index, dataset, cohort, key, layer)
            samples = found_samples(own, part.index, several_layers, at, layer, path)
            parts[cohort] = transformed(own, samples, table.columns, layer, at)
            continue
        cohort_key = f"{key}.cohorts.{cohort}.layers.{name}"
        cohort_table = read_layer_table(cohort_layer)
        cohort_table = _with_names_of_sheet(
            cohort_table, part.index, dataset, cohort, key, cohort_layer
        )
        samples = found_samples(
            cohort_table, part.index, several_layers, cohort_key, cohort_layer, path
        )
        impute = dataset["cohorts"][cohort]["missing_features"] == "impute"
        check_features(cohort_table, table.columns, impute, cohort_key, cohort_layer)
        # Features that development lacks do not count towards the total of a sample.
        parts[cohort] = transformed(cohort_table, samples, table.columns, cohort_layer, cohort_key)
    parts[DEVELOPMENT].attrs["labels"] = labels_of(table)
    return parts


def _with_names_of_sheet(
    table: pd.DataFrame, samples: pd.Index, dataset: dict, cohort: str, key: str, layer: dict
) -> pd.DataFrame:
    """A table with the sheet's names of the samples, if they may be matched by R's names."""
    part, key = (dataset, key) if cohort == DEVELOPMENT else _cohort(dataset, cohort, key)
    if part.get("match") != "r_names":
        return table
    names = renamed(table.index, samples, layer["table"], f"{key}.samples")
    return table.set_axis(names, axis=0)


def _cohort(dataset: dict, cohort: str, key: str) -> tuple[dict, str]:
    return dataset["cohorts"][cohort], f"{key}.cohorts.{cohort}"


def _import_columns(name: str, dataset: dict, rows: dict, key: str) -> dict[str, pd.DataFrame]:
    """Columns of the sample sheets as features, or of tables that have the same samples."""
    sheets, paths, several_layers = {}, {}, len(dataset["layers"]) > 1
    for cohort, of_cohort in rows.items():
        part = dataset if cohort == DEVELOPMENT else dataset["cohorts"][cohort]
        layer = {"table": part["samples"], **part["layers"][name]}
        paths[cohort] = layer["table"]
        own = "table" in part["layers"][name]
        sheet = read_sheet(layer["table"], **({} if own else part.get("sheet", {})))
        samples = found_samples(sheet, of_cohort.index, several_layers, key, layer, part["samples"])
        sheets[cohort] = sheet.loc[samples]
    return import_columns(dataset["layers"][name], sheets, paths, key)


def found_samples(
    table: pd.DataFrame, samples: pd.Index, others: bool, key: str, layer: dict, sheet_path: str
) -> pd.Index:
    """The samples of a sheet that a table has, in the sheet's order.

    others: whether there are other layers to join. Without them UserError if a sample is missing,
    with them if all are. key: the layer's key.
    """
    missing = samples.difference(table.index, sort=False)
    if len(missing) > (len(samples) - 1 if others else 0):
        advice = ""
        in_columns = len(missing) == len(samples) and len(samples.intersection(table.columns))
        if in_columns and "orientation" in layer:
            other = {"features_in_rows": "samples_in_rows", "samples_in_rows": "features_in_rows"}
            advice = f"; {key}.orientation: {other[layer['orientation']]} would fit"
        else:
            advice = offer(
                missing, table.index, f"{key.rpartition('.layers.')[0]}.samples", sheet_path
            )
        kind = "images" if "images" in layer else "table"
        raise UserError(
            f"{key}.{kind}: {len(missing)} of {len(samples)} samples of {sheet_path} are not in"
            f" {layer[kind]} (missing: {quoted(missing)}; found there: {quoted(table.index)})"
            f"{advice}"
        )
    return samples.intersection(table.index, sort=False)


def transformed(
    table: pd.DataFrame, samples: pd.Index, features: pd.Index, layer: dict, key: str
) -> pd.DataFrame:
    """A layer's transformed values for these samples and features.

    Features that the table lacks are NaN. Sparse columns stay sparse if zero maps to zero.
    """
    if is_sparse(table):
        values = as_csc(table.loc[samples].reindex(columns=features))
    else:
        values = _take(table, samples, features)
    where = f"{key}.transform: {layer['table']}"
    options = layer["transform"], samples, features, where, layer["pseudo_count"]
    values = transform(values, *options, copy=False)
    frame = pd.DataFrame.sparse.from_spmatrix if sparse.issparse(values) else pd.DataFrame
    return frame(values, samples, features)


def _take(table: pd.DataFrame, samples: pd.Index, features: pd.Index) -> np.ndarray:
    """A copy of a part of a table, made a few rows at a time to save memory."""
    source = table.to_numpy()
    rows, columns = table.index.get_indexer(samples), table.columns.get_indexer(features)
    in_order = features.equals(table.columns)
    values = np.empty((len(rows), len(columns)))
    for first in range(0, len(rows), 16):
        part = slice(first, first + 16)
        if in_order:
            values[part] = source[rows[part]]
        else:
            values[part] = np.where(columns < 0, np.nan, source[rows[part]][:, columns])
    return values


def check_features(
    table: pd.DataFrame, features: pd.Index, impute: bool, key: str, layer: dict
) -> None:
    """Refuse a cohort's table that lacks features of development, unless they are to be imputed.

    A compositional transform rules this out, as it would shift the other features. Features that
    development lacks are ignored. key: the layer's key in the cohort.
    """
    lacking = features.difference(table.columns, sort=False)
    where = f"{len(lacking)} of the {len(features)} development features"
    if len(lacking) == len(features):
        raise UserError(
            f"{key}.table: {layer['table']} has none of the {len(features)} development features"
            f" (it has: {some(table.columns)}; development: {some(features)}): use the same names"
        )
    compositional = is_compositional(layer["transform"])
    if len(lacking) and (compositional or not impute):
        fix = (
            f"transform {layer['transform']} relates each value to the whole sample, so that the"
            " other values would be shifted: add them, or remove them from the development table"
            if compositional
            else f"add them, or set {key.rpartition('.layers.')[0]}.missing_features: impute"
        )
        raise UserError(
            f"{key}.table: {where} are not in {layer['table']} (missing: {some(lacking)}): {fix}"
        )
    extra = len(table.columns) - len(features) + len(lacking)
    print(f"{key}: {where} are missing and get the learned fill; {extra} others are ignored")


def join_layers(rows: pd.DataFrame, parts: dict, join: str, key: str, path: str):
    """Samples that are in every layer (join: inner) or in any layer (outer), in the sheet's order.

    rows: (n, …) of one sheet; parts: its samples' values by layer. Returns the rows and the parts
    of these samples; with an outer join, samples that a layer lacks are NaN.
    """
    presence = pd.DataFrame({layer: rows.index.isin(part.index) for layer, part in parts.items()})
    kept = (presence.all(axis=1) if join == "inner" else presence.any(axis=1)).to_numpy()
    counts = ", ".join(f"{layer} {count}" for layer, count in presence.sum().items())
    dropped = rows.index[~kept]
    if not kept.any():
        raise UserError(
            f"{key}: none of the {len(rows)} samples of {path} is in every layer (samples found:"
            f" {counts}): use the same sample names, or set the data set's join: outer"
        )
    if len(parts) > 1:
        print(f"{key}: {len(rows)} samples in {path}, found in the layers: {counts}")
        print(
            f"{key}: {join} join keeps {kept.sum()} and drops {len(dropped)}"
            + (f" ({some(dropped)})" if len(dropped) else "")
        )
    rows = rows[kept]
    for layer, part in parts.items():
        if not part.index.equals(rows.index):
            parts[layer] = part.reindex(rows.index)
    return rows, parts


def stack(parts: list[dict[str, pd.DataFrame]]):
    """One matrix of all cohorts (below each other) and layers (side by side).

    A CSC array if a layer has sparse columns. Empties `parts` on the way, so that no layer is in
    memory twice.
    """
    if any(is_sparse(part) for layers in parts for part in layers.values()):
        blocks = [[as_csc(layers.pop(layer)) for layer in list(layers)] for layers in parts]
        return sparse.block_array(blocks, format="csc")
    lengths = [len(next(iter(layers.values()))) for layers in parts]
    width = sum(part.shape[1] for part in parts[0].values())
    values = np.empty((sum(lengths), width))
    left = 0
    for layer in list(parts[0]):
        top = 0
        for layers, length in zip(parts, lengths, strict=True):
            part = layers.pop(layer)
            values[top : top + length, left : left + part.shape[1]] = part
            top += length
        left += part.shape[1]
    return values
