"""Preprocessing that each fit learns from its training rows only (twin: preprocessing.R).

R applies what is learned here and learns nothing itself.
"""

import json
from dataclasses import dataclass, replace

import h5py
import numpy as np

from omc.core.checksums import sha256_file
from omc.core.csv_files import read_csv
from omc.core.errors import UserError
from omc.core.names import FINAL
from omc.core.survival import outcomes
from omc.data import matrix
from omc.learn.anova import f_statistics
from omc.learn.batch_effects import (
    LabBatches,
    learn_effects,
    no_effects,
    remove_effects,
    write_lab_batches,
)
from omc.learn.blocks import column_blocks, fit_memory, take_rows, with_values
from omc.learn.cox import score_statistics
from omc.learn.size_factors import Counts, SizeFactors, normalise, write_size_factors
from omc.learn.start import load_scikit_learn


@dataclass(frozen=True)
class Fit:
    """Preprocessing of one fit: its columns of X (ascending, 0-based) and their parameters.

    rank: of the supervised selection, 1 for the best; 0 without selection; effects: (p, L, T + 1)
    of the lab batches (`learn_effects`), None if nothing is corrected; normalised: number of the
    normalised layer of each column, -1: none, and size_factors: (N, L) of all samples of the data
    set in these layers, None if no layer is normalised.
    """

    index: np.ndarray
    fill: np.ndarray
    center: np.ndarray
    scale: np.ndarray
    rank: np.ndarray
    effects: np.ndarray | None = None
    normalised: np.ndarray | None = None
    size_factors: np.ndarray | None = None

    def take(self, at) -> "Fit":
        """Some columns of the fit, by their positions in it."""
        parts = {name: part for name, part in vars(self).items() if name != "size_factors"}
        return replace(self, **{name: p[at] for name, p in parts.items() if p is not None})


def joined(fits: list[Fit]) -> Fit:
    """One fit with the columns of several."""
    names = [name for name, part in vars(fits[0]).items() if part is not None]
    return Fit(**{name: np.concatenate([getattr(fit, name) for fit in fits]) for name in names})


def learn_all(data: str, samples: str, splits: str, setting: dict, task: str, output: str) -> None:
    """Learn all fits of all splits of a data set and write them; arguments: paths, and see `learn`.

    setting: also top_variance, a number of features or None by layer, and baseline, names of
    layers; batch: see `lab_batches` and `check_fits`, and layers, names of those to correct;
    normalised: layers, names of those to normalise by size factors, and dataset, its name.
    """
    # Nothing is learned from external cohorts, so they are not even read, but for size factors.
    everyone = read_csv(samples, "\t")
    sheet = [row for row in everyone if row["cohort"] == "development"]
    outcome = _outcome([row["outcome"] for row in sheet], task)
    row_of = {row["sample"]: i for i, row in enumerate(sheet)}
    layer_of = matrix.layers(data)
    batch, lab = setting.get("batch"), None
    if batch:
        # It imports pandas, which training jobs need not wait for.
        from omc.learn.lab_batches import check_fits, lab_batches

        lab = lab_batches(data, batch)
        check_fits(lab, read_csv(splits), batch)
        development = lab.of(row_of)
    normalised = setting.get("normalised", {"layers": []})["layers"]
    parts = [
        {
            "name": name,
            "columns": np.flatnonzero(layer_of == name),
            "top_variance": top_variance,
            "baseline": name in setting.get("baseline", []),
            "batch": batch["method"] if batch and name in batch["layers"] else None,
            "normalised": normalised.index(name) if name in normalised else -1,
        }
        for name, top_variance in setting["top_variance"].items()
    ]
    columns, names = np.arange(len(layer_of)), list(row_of)
    if normalised:
        names += [row["sample"] for row in everyone if row["cohort"] != "development"]
    values = matrix.read_columns(data, names, columns, dense=False, order="F")
    counts = Counts(values, names, layer_of, **setting["normalised"]) if normalised else None
    training = {}
    for row in read_csv(splits):
        if row["role"] == "train":
            row_and_fold = row_of[row["sample"]], int(row["inner_fold"])
            training.setdefault(row["split"], []).append(row_and_fold)
    fits, final = {}, None
    memory = fit_memory(values, max(map(len, training.values()), default=0))
    for split, part in training.items():
        rows, inner = np.array(part).T
        for fit in [0, *np.unique(inner)]:
            inside = rows[inner != fit]
            batches = None if lab is None else development.take(inside)
            y = outcome[inside]
            if counts is None:
                x = take_rows(values, inside, memory)
                fits[split, int(fit)] = learn(x, y, parts, setting, batches)
                continue
            where = f"split {split}" + (f", inner fold {fit}" if fit else "")
            reference, factors = counts.learn(inside, where)
            if (split, fit) == (FINAL, 0):
                final = reference
            x = take_rows(values, inside, memory)
            learned = learn(x, y, parts, setting, batches, factors[inside])
            fits[split, int(fit)] = replace(learned, size_factors=factors)
        print(f"{split}: {len(fits[split, 0].index)} features kept of {len(columns)}", flush=True)
    attributes = {"splits_sha256": sha256_file(splits), "data_sha256": sha256_file(data)}
    for name in ("baseline", "horizons"):
        if setting.get(name):
            attributes[name] = json.dumps(setting[name])
    known = SizeFactors(names, normalised, final) if normalised else None
    write_fits(output, fits, attributes, lab, known)


def _outcome(texts: list[str], task: str) -> np.ndarray:
    """(n,) labels, numbers, or times to an event."""
    if task == "survival":
        return outcomes(texts)
    return np.array(texts if task == "classification" else list(map(float, texts)))


def learn(
    values,
    outcome: np.ndarray,
    layers: list[dict],
    setting: dict,
    lab: LabBatches | None = None,
    factors: np.ndarray | None = None,
) -> Fit:
    """Learn one fit's preprocessing from its training rows.

    values: (n, p) array or sparse CSC array, NaN where missing; outcome: (n,) labels, or numbers in
    a regression; layers: one {name, columns: (p_l,), top_variance: int or None, baseline: whether
    its features are neither filtered nor selected, but for constant ones, batch: method of the
    correction for lab batches or None, normalised: its column in `factors`, -1: none} per layer;
    setting: max_missing, impute, scale, method, features; lab: of the n samples; factors: (n, L)
    their size factors. The steps, in order: normalise, drop features with too many missing values,
    impute, correct for lab batches, drop constant features, keep the top variance, scale, select.
    All are inside the fold, because selection on all samples biases the error (Ambroise & McLachlan
    2002, doi:10.1073/pnas.102102699). They run per layer; then the layers are weighted
    (`weigh_blocks`).
    """
    parts = [_learn_layer(values, outcome, layer, setting, lab, factors) for layer in layers]
    fit = joined(weigh_blocks(parts))
    return fit.take(np.argsort(fit.index, kind="stable"))


def weigh_blocks(parts: list[Fit]) -> list[Fit]:
    """Give layers (blocks) the same weight, however many features each of them keeps.

    Each block is divided by the square root of its number of kept features (Westerhuis et al.
    1998, doi:10.1002/(SICI)1099-128X(199809/10)12:5<301::AID-CEM515>3.0.CO;2-S), which gives
    standardised blocks the same sum of squares. All blocks are then multiplied by the square root
    of the mean number of kept features, so that the total sum of squares does not change. Otherwise
    every penalty would be stronger for several layers than for each alone, and a comparison of the
    two would only show that. A single layer stays as it is.
    """
    sizes = np.array([len(part.index) for part in parts])
    weights = np.sqrt(sizes / sizes.mean())
    return [replace(p, scale=p.scale * weight) for p, weight in zip(parts, weights, strict=True)]


def _learn_layer(values, outcome, layer, setting, lab, factors) -> Fit:
    index = np.asarray(layer["columns"])
    measured = _measured(values, index, layer)
    normalised = None
    if factors is not None:
        normalised = np.full(len(index), layer["normalised"], dtype=np.int32)
        factors = factors[:, [layer["normalised"]]] if layer["normalised"] >= 0 else None
    if layer.get("baseline"):
        setting = {**setting, "max_missing": np.nextafter(1, 0), "method": "none"}
        layer = {**layer, "top_variance": None}
    missing_share, mean, spread = (np.zeros(len(index)) for _ in range(3))
    effects = None
    if lab is not None:
        effects = no_effects(len(index), lab)
        if layer.get("batch"):
            filled = _filled(_blocks(values, index, factors), measured, setting, missing_share)
            blocks = ((at, x[measured]) for at, x in filled)
            effects = learn_effects(blocks, len(index), lab.take(measured), layer["batch"])
    for at, x in _filled(_blocks(values, index, factors), measured, setting, missing_share):
        if effects is not None:
            x = remove_effects(x, effects[at], lab)
        center = x.mean(axis=0, keepdims=True)
        mean[at], spread[at] = center, x.std(axis=0, mean=center)
    keep = missing_share <= setting["max_missing"]
    keep = _varying(keep, mean, spread, layer["top_variance"])
    index, mean, spread = index[keep], mean[keep], spread[keep]
    effects = None if effects is None else effects[keep]
    normalised = None if normalised is None else normalised[keep]
    # If nothing is missing, only new samples need the fill.
    fill, score = np.zeros(len(index)), np.zeros(len(index))
    for at, x in _blocks(values, index, factors):
        fill[at] = _fill(x, setting["impute"])
        if setting["method"] != "none":
            missing = np.isnan(x)
            x = np.where(missing, fill[at], x) if missing.any() else x
            if effects is not None:
                x = remove_effects(x, effects[at], lab)
            score[at] = _score(setting["method"], x, outcome)
    center = mean if setting["scale"] in ("center", "standard") else np.zeros_like(mean)
    scale = spread if setting["scale"] == "standard" else np.ones_like(spread)
    rank = np.zeros(len(index), dtype=np.int32)
    fit = Fit(index, fill, center, scale, rank, effects, normalised)
    if setting["method"] == "none":
        return fit
    order = np.argsort(-score, kind="stable")[: setting["features"]]
    rank[order] = np.arange(1, len(order) + 1)
    return fit.take(rank > 0)


def _measured(values, index, layer) -> np.ndarray:
    """(n,) whether a sample has the layer.

    A sample without it (outer join) does not count as missing in its features.
    """
    measured = with_values(values, index)
    if not measured.any():
        raise UserError(
            f"layer {layer['name']}: no training sample of a fit has it: take the layer out, or set"
            " the data set's join: inner"
        )
    return measured


def _filled(blocks, measured, setting, missing_share):
    """Yield `_blocks` without gaps: positions in `index`, and values; fills `missing_share` (p,).

    A feature with too many missing values is left out: it may have no value to learn from.
    """
    for at, x in blocks:
        missing = np.isnan(x)
        if not missing.any():
            yield at, x
            continue
        missing_share[at] = missing[measured].mean(axis=0)
        usable = missing_share[at] <= setting["max_missing"]
        if not usable.all():
            x, missing = x[:, usable], missing[:, usable]
        yield at[usable], np.where(missing, _fill(x, setting["impute"]), x)


def _varying(keep, mean, spread, top_variance) -> np.ndarray:
    """(p,) which of the features to keep are not constant, or have the largest variance."""
    # A constant column's spread is rounding error, not zero.
    keep = keep & (spread > 1e-12 * np.maximum(1, np.abs(mean)))
    if top_variance is not None and keep.sum() > top_variance:
        variance = np.where(keep, spread**2, -1)
        keep = np.zeros_like(keep)
        keep[np.argsort(-variance, kind="stable")[:top_variance]] = True
    if not keep.any():
        raise UserError(
            "no feature is left after the filters (missing values, constant features): raise"
            " preprocessing.max_missing, or check the table"
        )
    return keep


def _blocks(values, index, factors):
    """Yield `column_blocks` of a layer, normalised if factors are (n, 1) size factors, not None."""
    for at, x in column_blocks(values, index):
        yield at, x if factors is None else normalise(x, np.zeros(len(at)), factors)


def _fill(x, impute):
    if impute == "zero":
        return np.zeros(x.shape[1])
    if not np.isnan(x).any():
        return (np.median if impute == "median" else np.mean)(x, axis=0)
    return (np.nanmedian if impute == "median" else np.nanmean)(x, axis=0)


def _score(method, x, outcome):
    """(p,) larger is better: the F statistic of the one-way ANOVA, or of the linear regression.

    Or the score statistic of a Cox regression.
    """
    if method == "cox":
        return score_statistics(x, outcome)
    if method == "anova":
        return np.nan_to_num(f_statistics(x, outcome), nan=-np.inf)
    # The others do not wait a second for this import.
    load_scikit_learn()
    from sklearn.feature_selection import f_regression

    return np.nan_to_num(f_regression(x, outcome)[0], nan=-np.inf)


def write_fits(
    path: str,
    fits: dict[tuple[str, int], Fit],
    attributes: dict[str, str],
    lab: LabBatches | None = None,
    known: SizeFactors | None = None,
) -> None:
    """Write all fits of a data set as a few large arrays: each HDF5 object takes time to read.

    lab: of all samples, if the fits correct for it; known: what belongs to their size factors, if
    they have some.
    """
    lengths = [len(fit.index) for fit in fits.values()]
    with h5py.File(path, "w") as file:
        for name, text in attributes.items():
            file.attrs[name] = text
        group = file.create_group("fits")
        group.create_dataset("split", data=[split for split, _ in fits], dtype=h5py.string_dtype())
        group["fit"] = np.array([number for _, number in fits], dtype=np.int32)
        group["start"] = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        group["length"] = np.array(lengths, dtype=np.int64)
        group = file.create_group("features")
        names = ["index", "fill", "center", "scale", "rank"] + ["normalised"] * (known is not None)
        for name in names:
            column = np.concatenate([getattr(fit, name) for fit in fits.values()])
            whole = name in ("index", "rank", "normalised")
            group[name] = column.astype(np.int32) if whole else column
        if lab is not None:
            group["effects"] = np.concatenate([fit.effects for fit in fits.values()])
            write_lab_batches(file, lab)
        if known is not None:
            factors = [f.size_factors for f in fits.values() if f.size_factors is not None]
            write_size_factors(file, known, factors)


def read_fits(path: str, splits: set[str] | None = None):
    """Fits of some splits (None: all) by (split, fit), and the file's attributes."""
    with h5py.File(path) as file:
        attributes = dict(file.attrs)
        columns = {name: data[:] for name, data in file["features"].items()}
        keys = zip(file["fits/split"].asstr()[:], file["fits/fit"][:], strict=True)
        ranges = zip(file["fits/start"][:], file["fits/length"][:], strict=True)
        fits = {}
        factors = file.get("size_factors/factor")
        for at, ((split, fit), (start, length)) in enumerate(zip(keys, ranges, strict=True)):
            if splits is None or split in splits:
                parts = {name: column[start : start + length] for name, column in columns.items()}
                own = None if factors is None else factors[at]
                fits[split, int(fit)] = Fit(**parts, size_factors=own)
    return fits, attributes


def apply_fit(
    values: np.ndarray,
    fit: Fit,
    lab: LabBatches | None = None,
    factors: np.ndarray | None = None,
) -> np.ndarray:
    """(n, kept) values, normalised, filled, corrected for lab batches, centred and scaled.

    values: (n, kept), the fit's own columns, in order; lab: of the n samples; factors: (n, L) of
    the n samples, from the fit's size factors; None: as they are.
    """
    if factors is not None and fit.normalised is not None:
        values = normalise(values, fit.normalised, factors)
    x = np.where(np.isnan(values), fit.fill, values)
    if lab is not None and fit.effects is not None:
        x = remove_effects(x, fit.effects, lab)
    return (x - fit.center) / fit.scale
