"""Import: feature tables and sample sheets, as users have them, into one matrix and one sheet."""

import numpy as np
import pandas as pd
from scipy import sparse

from omc.core.errors import UserError, did_you_mean, quoted, some
from omc.data.reading import as_csc, is_sparse, read_sheet, read_table
from omc.data.transforming import is_compositional, transform

DEVELOPMENT = "development"


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


def use_image_tables(dataset: dict, folder: str) -> None:
    """Let each image layer be read from the table of its features.

    folder: with a folder for each source of images, with features.csv and images.csv.
    """
    for part in (dataset, *dataset["cohorts"].values()):
        for layer in part["layers"].values():
            if "images" in layer:
                source = f"{folder}/{layer['source']}"
                layer |= {"table": f"{source}/features.csv", "listed": f"{source}/images.csv"}
                layer |= {"orientation": "samples_in_rows", "matrix": None}
                layer |= {"transform": "none", "pseudo_count": 0}


def rows_with_images(rows: pd.DataFrame, dataset: dict, cohort: str) -> pd.DataFrame:
    """A sheet's rows where the only layer is one of images, else the rows as they are.

    Without the samples that lost all their images to `broken: skip`; with `unit: image` a row for
    each image, named `sample/image`, of the sample's outcome, and grouped by sample where the
    sheet has no groups.
    """
    layers = (dataset if cohort == DEVELOPMENT else dataset["cohorts"][cohort])["layers"]
    layer = next(iter(layers.values()))
    if len(layers) > 1 or "images" not in layer:
        return rows
    images = pd.read_csv(layer["listed"], dtype=str, keep_default_na=False)
    usable = images[images["reason"] == ""]
    lost = rows.index.intersection(images["sample"]).difference(usable["sample"], sort=False)
    if len(lost):
        print(f"{layer['images']}: without a usable image, left out: {some(lost)}")
    rows = rows.drop(index=lost)
    if layer["unit"] == "sample":
        return rows
    usable = usable[usable["sample"].isin(rows.index)]
    of_image = rows.loc[usable["sample"]]
    if (of_image["group"] == "").all():
        of_image = of_image.assign(group=of_image.index)
    return of_image.set_index(pd.Index(usable["sample"] + "/" + usable["image"], name="sample"))


def import_dataset(name: str, dataset: dict):
    """Read a data set's sheets and layers: development's, and those of its external cohorts.

    Returns (values, samples, features, layers, rows): values (n, p) float64 with NaN where
    missing, development's samples first; features are development's, those of a cohort are put in
    their order; rows of samples.tsv (outcome, group, further columns, cohort) by sample.
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
            rows[cohort], parts[cohort], dataset["join"], at, _sheet_path(dataset, cohort)
        )
    check_outcomes(rows, dataset, key)
    development = parts[DEVELOPMENT]
    layers = [layer for layer, part in development.items() for _ in part.columns]
    features = [str(f) for part in development.values() for f in part.columns]
    if len(development) > 1:
        features = [f"{layer}:{f}" for layer, f in zip(layers, features, strict=True)]
    values = stack(list(parts.values()))
    rows = pd.concat(rows.values())
    return values, list(rows.index), features, layers, rows


def _sheet_path(dataset: dict, cohort: str) -> str:
    return (dataset if cohort == DEVELOPMENT else dataset["cohorts"][cohort])["samples"]


def read_sheets(dataset: dict, key: str) -> dict[str, pd.DataFrame]:
    """Rows of samples.tsv by cohort, development first; no sample stands in two of them."""
    found = {}
    for cohort in (DEVELOPMENT, *dataset["cohorts"]):
        path = _sheet_path(dataset, cohort)
        sheet = read_sheet(path)
        rows = {
            "outcome": column(sheet, dataset["outcome"]["column"], f"{key}.outcome.column", path),
            "group": "",
        }
        if dataset["groups"] is not None:
            rows["group"] = column(sheet, dataset["groups"], f"{key}.groups", path)
        for further in dataset["stratify_by"]:
            # Only development is split.
            rows[further] = (
                column(sheet, further, f"{key}.stratify_by", path) if cohort == DEVELOPMENT else ""
            )
        for other, known in found.items():
            both = sheet.index.intersection(known.index, sort=False)
            if len(both):
                raise UserError(
                    f"{key}.cohorts.{cohort}.samples: {len(both)} sample(s) of {path} stand in"
                    f" {_sheet_path(dataset, other)} too ({some(both)}): a cohort's samples must"
                    " be new: take them out of one sheet, or rename them if they are others"
                )
        found[cohort] = pd.DataFrame({**rows, "cohort": cohort}, index=sheet.index)
    return found


def import_layer(name: str, dataset: dict, rows: dict, key: str) -> dict[str, pd.DataFrame]:
    """The values of one layer by cohort: of each sheet's samples those that its table has.

    rows: what `read_sheets` returned. A cohort that is read from development's table has its
    features.
    """
    layer, at, others = dataset["layers"][name], f"{key}.layers.{name}", len(dataset["layers"]) > 1
    table = read_table(layer["table"], layer["orientation"], layer["matrix"])
    parts = {}
    for cohort, part in rows.items():
        path = _sheet_path(dataset, cohort)
        own = layer if cohort == DEVELOPMENT else dataset["cohorts"][cohort]["layers"][name]
        if own == layer:
            samples = found_samples(table, part.index, others, at, layer, path)
            parts[cohort] = transformed(table, samples, table.columns, layer, at)
            continue
        own_at = f"{key}.cohorts.{cohort}.layers.{name}"
        own_table = read_table(own["table"], own["orientation"], own["matrix"])
        samples = found_samples(own_table, part.index, others, own_at, own, path)
        impute = dataset["cohorts"][cohort]["missing_features"] == "impute"
        check_features(own_table, table.columns, impute, own_at, own)
        # A feature that development lacks is no part of the whole.
        parts[cohort] = transformed(own_table, samples, table.columns, own, own_at)
    return parts


def found_samples(
    table: pd.DataFrame, samples: pd.Index, others: bool, key: str, layer: dict, sheet_path: str
) -> pd.Index:
    """The samples of a sheet that a table has, in the sheet's order.

    others: whether there are other layers, to join this one with. UserError if a sample is lacking
    and there are none, or if all are. key: the layer's key.
    """
    missing = samples.difference(table.index, sort=False)
    if len(missing) > (len(samples) - 1 if others else 0):
        advice = ""
        if len(missing) == len(samples) and len(samples.intersection(table.columns)):
            other = {"features_in_rows": "samples_in_rows", "samples_in_rows": "features_in_rows"}
            advice = f"; {key}.orientation: {other[layer['orientation']]} would fit"
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
    """A layer's values of these samples and features after its transform.

    A feature that the table lacks is NaN. Sparse columns stay so where zero maps to zero.
    """
    if is_sparse(table):
        values = as_csc(table.loc[samples].reindex(columns=features))
    else:
        values = _take(table, samples, features)
    where = f"{key}.transform: {layer['table']}"
    how = layer["transform"], samples, features, where, layer["pseudo_count"]
    values = transform(values, *how, copy=False)
    frame = pd.DataFrame.sparse.from_spmatrix if sparse.issparse(values) else pd.DataFrame
    return frame(values, samples, features)


def _take(table: pd.DataFrame, samples: pd.Index, features: pd.Index) -> np.ndarray:
    """A copy of a part of a table, made a few rows at a time: there is no other in between."""
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
    """Refuse a cohort's table without development's features, unless `impute` has them missing.

    It cannot where the others would be shifted by it. Features that development lacks are passed
    over. key: the layer's key in the cohort.
    """
    lacking = features.difference(table.columns, sort=False)
    where = f"{len(lacking)} of development's {len(features)} features"
    if len(lacking) == len(features):
        raise UserError(
            f"{key}.table: {layer['table']} has none of development's {len(features)} features"
            f" (it has: {some(table.columns)}; development: {some(features)}): name them alike"
        )
    whole = is_compositional(layer["transform"])
    if len(lacking) and (whole or not impute):
        fix = (
            f"transform {layer['transform']} relates each value to the whole sample, so that the"
            " others would be shifted: add them, or take them out of development's table"
            if whole
            else f"add them, or set {key.rpartition('.layers.')[0]}.missing_features: impute"
        )
        raise UserError(
            f"{key}.table: {where} are not in {layer['table']} (missing: {some(lacking)}): {fix}"
        )
    extra = len(table.columns) - len(features) + len(lacking)
    print(f"{key}: {where} are missing and get the learned fill; {extra} others are passed over")


def join_layers(rows: pd.DataFrame, parts: dict, join: str, key: str, path: str):
    """Samples that every layer has (join: inner) or any layer has (outer), in the sheet's order.

    rows: (n, …) of one sheet; parts: its samples' values by layer. Returns the rows and the parts
    of these samples; with an outer join the rows of a layer that a sample lacks are NaN.
    """
    has = pd.DataFrame({layer: rows.index.isin(part.index) for layer, part in parts.items()})
    kept = (has.all(axis=1) if join == "inner" else has.any(axis=1)).to_numpy()
    counts = ", ".join(f"{layer} {count}" for layer, count in has.sum().items())
    dropped = rows.index[~kept]
    if not kept.any():
        raise UserError(
            f"{key}: none of the {len(rows)} samples of {path} is in every layer (samples found:"
            f" {counts}): name the samples alike, or set the data set's join: outer"
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

    A CSC array if a layer has sparse columns. Empties `parts` as it goes, so that no layer is in
    memory twice.
    """
    if any(is_sparse(part) for of_cohort in parts for part in of_cohort.values()):
        blocks = [
            [as_csc(of_cohort.pop(layer)) for layer in list(of_cohort)] for of_cohort in parts
        ]
        return sparse.block_array(blocks, format="csc")
    lengths = [len(next(iter(of_cohort.values()))) for of_cohort in parts]
    width = sum(part.shape[1] for part in parts[0].values())
    values = np.empty((sum(lengths), width))
    left = 0
    for layer in list(parts[0]):
        top = 0
        for of_cohort, length in zip(parts, lengths, strict=True):
            part = of_cohort.pop(layer)
            values[top : top + length, left : left + part.shape[1]] = part
            top += length
        left += part.shape[1]
    return values


def check_outcomes(rows: dict[str, pd.DataFrame], dataset: dict, key: str) -> None:
    """Refuse outcomes that do not fit the task, and classes of a cohort that no model knows."""
    setting = dataset["outcome"]
    if setting["task"] == "regression":
        for cohort, part in rows.items():
            _check_numbers(part["outcome"], setting, key, _sheet_path(dataset, cohort))
        return
    _check_classes(rows[DEVELOPMENT]["outcome"], setting, key, dataset["samples"])
    classes = sorted(rows[DEVELOPMENT]["outcome"].unique())
    for cohort in dataset["cohorts"]:
        outcome = rows[cohort]["outcome"]
        unknown = outcome[~outcome.isin(classes)]
        if len(unknown):
            raise UserError(
                f"{key}.cohorts.{cohort}.samples: the outcome of {len(unknown)} sample(s) is no"
                f" class of development: '{unknown.iloc[0]}' (sample {unknown.index[0]});"
                f" development has {some(classes, 12)}: rename them, or take these samples out"
            )


def _check_numbers(outcome: pd.Series, setting: dict, key: str, path: str) -> None:
    wrong = outcome[~np.isfinite(pd.to_numeric(outcome, errors="coerce"))]
    if len(wrong):
        raise UserError(
            f"{key}.outcome.task: regression, but column '{setting['column']}' of {path} holds"
            f" {wrong.iloc[0]!r} (sample {wrong.index[0]}): give numbers, or task: classification"
        )


def _check_classes(outcome: pd.Series, setting: dict, key: str, path: str) -> None:
    classes = sorted(outcome.unique())
    if len(classes) < 2:
        raise UserError(
            f"{key}.outcome.column: '{setting['column']}' of {path} has only one class among the"
            f" {len(outcome)} samples that the layers have: {classes[0]}"
        )
    if len(classes) > 2 and "binary_metric" in setting:
        raise UserError(
            f"comparison.metric.classification: {setting['binary_metric']} is of two classes, and"
            f" '{setting['column']}' of {path} has {len(classes)} ({some(classes, 12)}): set it to"
            f" one of {', '.join(setting['other_metrics'])}"
        )
