"""Size factors of counts, relative to a reference learned per fit (twin: size_factors.R).

The median of ratios of Anders & Huber 2010, doi:10.1186/gb-2010-11-10-r106. The reference is
learned from the training samples of a fit; the size factor of any sample depends on it and on the
sample's own counts. R divides by the size factors that are computed here.
"""

import math
from dataclasses import dataclass

import h5py
import numpy as np
from scipy.special import xlogy

from omc.core.errors import UserError
from omc.learn.blocks import column_blocks, row_blocks, with_values

# A median of fewer ratios says little about a library.
FEWEST = 10


@dataclass(frozen=True)
class SizeFactors:
    """What the size factors (N, L) of all fits of a data set have in common.

    samples: (N,) names; layers: names of the L normalised layers; reference: (p,) of all features
    of the data set, from fit 0 of split `final`, for new samples; None without this split.
    """

    samples: list[str]
    layers: list[str]
    reference: np.ndarray | None


def learn_reference(values, index: np.ndarray) -> np.ndarray:
    """(p,) mean logarithm of each feature; NaN where a count is 0 or missing.

    values: (n, q) counts of training samples, array or CSC; index: (p,) columns of the layer.
    """
    reference = np.empty(len(index))
    for at, x in column_blocks(values, index):
        with np.errstate(divide="ignore"):
            reference[at] = np.log(x).mean(axis=0)
    return np.where(np.isfinite(reference), reference, np.nan)


def size_factors(values, index: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(n,) median ratio of each sample's counts to the reference, of features with a count above 0.

    values, index, reference: see `learn_reference`; any samples. NaN: no such feature.
    """
    used = np.isfinite(reference)
    factors = np.full(values.shape[0], np.nan)
    for rows, x in row_blocks(values, index[used]):
        with np.errstate(divide="ignore"):
            ratios = np.log(x) - reference[used]
        ratios[~np.isfinite(ratios)] = np.nan
        known = ~np.isnan(ratios).all(axis=1)
        factors[rows][known] = np.exp(np.nanmedian(ratios[known], axis=1))
    return factors


class Counts:
    """The counts of the normalised layers of all N samples of a data set.

    values: (N, p) array or CSC; samples: (N,) names; layer_of: (p,) name of each feature's layer;
    layers: names of the normalised ones; dataset: its name, for messages.
    """

    def __init__(self, values, samples: list[str], layer_of, layers: list[str], dataset: str):
        self.values, self.samples, self.layers, self.dataset = values, samples, layers, dataset
        self.columns = [np.flatnonzero(layer_of == name) for name in layers]
        self.present = [with_values(values, index) for index in self.columns]

    def learn(self, training: np.ndarray, where: str) -> tuple[np.ndarray, np.ndarray]:
        """(reference (p,), size factors (N, L)) of a fit.

        training: row numbers; where: split and inner fold, for messages. A sample without the layer
        gets 1. UserError if the training samples share too few features, or a sample has no count
        in them.
        """
        reference = np.full(self.values.shape[1], np.nan)
        factors = np.ones((len(self.samples), len(self.layers)))
        for number, (index, present) in enumerate(zip(self.columns, self.present, strict=True)):
            if not present[training].any():
                continue
            counts = self.values[training[present[training]]]
            reference[index] = learn_reference(counts, index)
            at = f"datasets.{self.dataset}.layers.{self.layers[number]}.transform: {where}"
            self._check_reference(counts, index, np.isfinite(reference[index]).sum(), at)
            own = size_factors(self.values, index, reference[index])
            lost = np.flatnonzero(np.isnan(own) & present)
            if len(lost):
                raise UserError(f"{at}: {without_factor(self.samples[lost[0]])}")
            factors[present, number] = own[present]
        return reference, factors

    @staticmethod
    def _check_reference(counts, index, found: int, at: str) -> None:
        if found < FEWEST:
            raise UserError(
                f"{at}: {found} of {len(index)} features have a count above 0 in all"
                f" {counts.shape[0]} training samples, and median_of_ratios needs {FEWEST} to"
                " compare samples by: set it to cpm_log2, or take samples with few counts out of"
                " the sheet"
            )


def without_factor(sample: str) -> str:
    """Why a sample cannot be normalised, and what to do."""
    return (
        f"sample '{sample}' has no count above 0 in any feature that the training samples are"
        " compared by, so that it has no size factor: take the sample out, or set the transform to"
        " cpm_log2"
    )


def normalise(x: np.ndarray, layer: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """(n, p) log2(count / size factor + 1) in the normalised columns; others stay as they are.

    x: (n, p), NaN where missing; layer: (p,) number of a column's normalised layer, -1: none;
    factors: (n, L) of these samples.
    """
    x = x.copy(order="K")
    for number in range(factors.shape[1]):
        columns = layer == number
        # By the logarithm of the C library, as in R, from which NumPy's may differ in the last bit.
        ratios = x[:, columns] / factors[:, [number]]
        x[:, columns] = xlogy(1, ratios + 1) / math.log(2)
    return x


def write_size_factors(file: h5py.File, known: SizeFactors, factors: list[np.ndarray]) -> None:
    """Write what belongs to all fits into preprocessing.h5; factors: (N, L) of each fit."""
    group = file.create_group("size_factors")
    text = h5py.string_dtype()
    group.create_dataset("sample", data=known.samples, dtype=text)
    group.create_dataset("layer", data=known.layers, dtype=text)
    group["factor"] = np.stack(factors)
    if known.reference is not None:
        group["reference"] = known.reference


def read_size_factors(path: str) -> SizeFactors | None:
    """What belongs to the size factors in preprocessing.h5; None if nothing is normalised."""
    with h5py.File(path) as file:
        if "size_factors" not in file:
            return None
        group = file["size_factors"]
        samples, layers = (list(group[name].asstr()[:]) for name in ("sample", "layer"))
        reference = group["reference"][:] if "reference" in group else None
        return SizeFactors(samples, layers, reference)
