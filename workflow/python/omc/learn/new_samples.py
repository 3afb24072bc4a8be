"""Reads tables of new samples for saved models, as the import read those of the data set."""

import difflib

import numpy as np
import pandas as pd

from omc.core.errors import UserError, some
from omc.core.names import FINAL
from omc.data.matrix import axis_names, first_levels, layers
from omc.data.names import check_names
from omc.data.reading import ending, format_of, read_sheet, read_table
from omc.data.sheet_columns import same_features
from omc.data.transforming import is_compositional, transform
from omc.learn.batch_effects import read_lab_batches
from omc.learn.preprocessing import read_fits
from omc.learn.size_factors import normalise, read_size_factors, size_factors, without_factor

OTHER = {"features_in_rows": "samples_in_rows", "samples_in_rows": "features_in_rows"}


def read_new_samples(tables: dict, join: str, data: str, preprocessing: str):
    """The values of new samples that the final models of a data set use.

    tables: path, and how to read it, by layer (`prediction.resolve`); join: inner or
    outer; data, preprocessing: paths of data.h5ad and preprocessing.h5. Returns (values, samples,
    features, layers): values (n, p) transformed as in data.h5ad and normalised as in split `final`,
    NaN where missing; features: those that this split kept, named as in data.h5ad.
    """
    features, layer_of = np.array(axis_names(data, "var"), dtype=object), layers(data)
    used = np.zeros(len(features), dtype=bool)
    used[read_fits(preprocessing, {FINAL})[0][FINAL, 0].index] = True
    reference_of = final_references(preprocessing)
    parts = {}
    for name, table in tables.items():
        used_columns = (layer_of == name) & used
        if "columns" in table:
            known = names_in_table(features[layer_of == name], name)
            stored = first_levels(data)
            pairs = zip(known, features[layer_of == name], strict=True)
            own = {short: stored[feature] for short, feature in pairs if feature in stored}
            values = read_columns_of(table, known, own)
            kept = used[layer_of == name]
            parts[name] = values.loc[:, kept].set_axis(features[used_columns], axis=1)
            continue
        read_columns = (layer_of == name) if is_compositional(table["transform"]) else used_columns
        reference = reference_of.get(name)
        if reference is not None:
            read_columns = used_columns | ((layer_of == name) & np.isfinite(reference))
        values = read_layer(table, names_in_table(features[read_columns], name))
        if reference is not None:
            values = normalise_layer(values, reference[read_columns], table["path"])
        parts[name] = values.loc[:, used[read_columns]].set_axis(features[used_columns], axis=1)
    samples = join_samples(parts, tables, join)
    joined = pd.concat([values.reindex(samples) for values in parts.values()], axis=1)
    layer_names = [name for name, values in parts.items() for _ in values.columns]
    missing = int(joined.isna().to_numpy().sum())
    if read_lab_batches(preprocessing):
        print("Their lab batches were not in the training: they stay uncorrected")
    print(f"{len(joined)} samples x {len(layer_names)} features; {missing} values are missing")
    return joined.to_numpy(), list(joined.index), list(joined.columns), layer_names


def read_columns_of(layer: dict, features: list[str], first_levels: dict) -> pd.DataFrame:
    """The columns of a sheet of new samples as the features of the training sheet."""
    path, key = layer["path"], layer["key"]
    sheet = read_sheet(path, **layer.get("sheet", {}))
    return same_features(sheet, pd.Index(features), layer, key, path, first_levels)


def names_in_table(features, layer: str) -> list[str]:
    """Names of a layer's features in its own table, without the `layer:` of joined layers."""
    prefix = f"{layer}:"
    joined = all(name.startswith(prefix) for name in features)
    return [name.removeprefix(prefix) for name in features] if joined else list(features)


def read_layer(layer: dict, needed: list[str]) -> pd.DataFrame:
    """The needed features of a table, transformed (samples x features).

    UserError if the table has no sample or lacks a feature.
    """
    path, orientation, matrix = layer["path"], layer["orientation"], layer["matrix"]
    # The training table may have had another format: .h5ad fixes the orientation and has matrices.
    if ending(path) == ".h5ad":
        orientation = "samples_in_rows"
    elif not getattr(format_of(path), "SHEETS", False):
        matrix = None
    options = {key: layer[key] for key in ("duplicates", "column_prefix") if key in layer}
    table = read_table(path, orientation, matrix, **options)
    available = set(table.columns)
    lacking = [name for name in needed if name not in available]
    if lacking:
        raise UserError(_lacking(path, orientation, table, needed, lacking))
    values = table[needed].to_numpy()
    values = transform(values, layer["transform"], table.index, needed, path, layer["pseudo_count"])
    check_names(map(str, table.index), "sample", path)
    return pd.DataFrame(values, table.index, needed)


def final_references(preprocessing: str) -> dict[str, np.ndarray]:
    """The reference (p,) of split `final`, of all features, by layer that it normalises."""
    known = read_size_factors(preprocessing)
    if known is None or known.reference is None:
        return {}
    return dict.fromkeys(known.layers, known.reference)


def normalise_layer(counts: pd.DataFrame, reference: np.ndarray, path: str) -> pd.DataFrame:
    """The counts of a layer (samples x features), normalised by their own size factors.

    reference: (p,) of split `final`; see `size_factors`. UserError for a sample without one.
    """
    x, columns = counts.to_numpy(), np.arange(counts.shape[1])
    factors = size_factors(x, columns, reference)
    lost = np.flatnonzero(np.isnan(factors) & ~np.isnan(x).all(axis=1))
    if len(lost):
        raise UserError(f"{path}: {without_factor(counts.index[lost[0]])}")
    x = normalise(x, np.zeros(len(columns)), factors[:, None])
    return pd.DataFrame(x, counts.index, counts.columns)


def _lacking(path, orientation, table, needed, lacking) -> str:
    text = (
        f"{path}: {len(lacking)} of the {len(needed)} features that the model needs are missing"
        f" ({some(lacking)})"
    )
    if len(table.index.intersection(needed)):
        return (
            f"{text}, but some are names of samples here: the table must have the orientation of"
            f" the training table (orientation: {orientation}), and this one is"
            f" {OTHER[orientation]}"
        )
    unused = table.columns.difference(needed)
    near = difflib.get_close_matches(lacking[0], list(unused), n=1)
    hint = f" ('{lacking[0]}' may be '{near[0]}' here)" if near else ""
    return f"{text}{hint}: name them as in the training table, or add them"


def join_samples(parts: dict[str, pd.DataFrame], tables: dict, join: str) -> pd.Index:
    """Samples of all layers, in the order of the first; for an inner join they must be the same."""
    (first, *others) = parts
    samples = parts[first].index
    for name in others:
        differ = samples.symmetric_difference(parts[name].index, sort=False)
        if len(differ) and join == "inner":
            raise UserError(
                f"{tables[name]['path']}: {len(differ)} sample(s) are only here or only in"
                f" {tables[first]['path']} ({some(differ)}): every layer needs the same samples"
            )
        samples = samples.union(parts[name].index, sort=False)
    return samples
