"""Effects of lab batches: learned from training samples, removed from any (twin: batch_effects.R).

The outcome has no part in it. R removes what is learned here and learns nothing itself.
"""

from dataclasses import dataclass

import h5py
import numpy as np

# ComBat stops when its estimates change by less than this, as sva does, or after so many steps.
CONVERGED, MOST_STEPS = 1e-4, 1000


@dataclass(frozen=True)
class LabBatches:
    """The lab batch of each of n samples, and what else the effects depend on.

    samples: (n,) names; names: of the L lab batches; level: (n,) position of each sample's in
    `names`; terms: (n, T) 1, and the covariates as T - 1 numbers.
    """

    samples: np.ndarray
    names: list[str]
    level: np.ndarray
    terms: np.ndarray

    def take(self, rows) -> "LabBatches":
        """The lab batches of some samples."""
        return LabBatches(self.samples[rows], self.names, self.level[rows], self.terms[rows])

    def of(self, samples) -> "LabBatches":
        """The lab batches of samples by name, in that order."""
        row_of = {name: row for row, name in enumerate(self.samples)}
        return self.take(np.array([row_of[name] for name in samples], dtype=int))

    def varying(self) -> np.ndarray:
        """Numbers of the terms that are not constant."""
        return np.flatnonzero(np.ptp(self.terms, axis=0) > 0)

    def design(self) -> np.ndarray:
        """(n, C) indicators of the lab batches that occur, then the terms that vary."""
        indicators = self.level[:, None] == np.unique(self.level)
        return np.hstack([indicators.astype(float), self.terms[:, self.varying()]])


def learn_effects(blocks, features: int, lab: LabBatches, method: str) -> np.ndarray:
    """(p, L, T + 1) effects on p features: by lab batch, a coefficient of each term, and a scale.

    blocks: of (positions of b features, (n, b) complete values); lab: of the n samples, whose
    design has full rank; method: combat, mean or residualise. A lab batch of none of the samples
    has no effect: coefficients 0, scale 1.
    """
    effects = no_effects(features, lab)
    if method == "combat":
        _combat(effects, blocks, lab)
    else:
        _linear(effects, blocks, lab)
    return effects


def no_effects(features: int, lab: LabBatches) -> np.ndarray:
    """(p, L, T + 1) effects that leave every value as it is."""
    effects = np.zeros((features, len(lab.names), lab.terms.shape[1] + 1))
    effects[:, :, -1] = 1
    return effects


def _linear(effects, blocks, lab: LabBatches) -> None:
    """What a linear model of lab batch and terms explains, beyond the mean of all samples."""
    present, inverse = np.unique(lab.level), np.linalg.pinv(lab.design())
    for at, x in blocks:
        coefficients = inverse @ x
        batch_means, slopes = np.split(coefficients, [len(present)])
        effects[at[:, None], present, 0] = (batch_means - x.mean(axis=0)).T
        for number, slope in zip(lab.varying(), slopes, strict=True):
            effects[at[:, None], present, number] = slope[:, None]


def _combat(effects, blocks, lab: LabBatches) -> None:
    """Parametric empirical Bayes (Johnson, Li & Rabinovic 2007, doi:10.1093/biostatistics/kxj037).

    As in the package sva, also in two details: features that are constant in a lab batch stay as
    they are, and if a lab batch has one sample, means alone are adjusted. The corrected value of a
    sample is (x - constant - slopes * terms) / scale.
    """
    present, size = np.unique(lab.level, return_counts=True)
    if len(present) == 1:
        return
    rows_of = [lab.level == level for level in present]
    several = [rows for rows, n in zip(rows_of, size, strict=True) if n > 1]
    design = lab.design()
    inverse, terms = np.linalg.pinv(design), design[:, len(present) :]
    parts = []
    for at, x in blocks:
        varies = np.all([_varies(x[rows]) for rows in (slice(None), *several)], axis=0)
        at, x = at[varies], x[:, varies]
        batch_means, slopes = np.split(inverse @ x, [len(present)])
        mean = size / len(x) @ batch_means
        residual = x - mean - terms @ slopes
        sd = np.sqrt(np.mean((x - design @ np.vstack([batch_means, slopes])) ** 2, axis=0))
        z = residual / sd
        shift = np.array([z[rows].mean(axis=0) for rows in rows_of])
        variance = np.array([z[rows].var(axis=0, ddof=min(1, rows.sum() - 1)) for rows in rows_of])
        parts.append((at, mean, slopes, sd, shift, variance))
    joined = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
    at, mean, slopes, sd, shift, variance = joined
    shift, variance = _shrunken(shift, variance, size)
    scale = np.sqrt(variance)
    effects[at[:, None], present, 0] = (sd * shift + (1 - scale) * mean).T
    for number, slope in zip(lab.varying(), slopes, strict=True):
        effects[at[:, None], present, number] = ((1 - scale) * slope).T
    effects[at[:, None], present, -1] = scale.T


def _varies(x) -> np.ndarray:
    """(b,) whether columns vary by more than rounding."""
    return x.std(axis=0) > 1e-12 * np.maximum(1, np.abs(x.mean(axis=0)))


def _shrunken(shift, variance, size):
    """(shift, variance) of L lab batches x b features, drawn towards their means over features.

    size: (L,) samples of each lab batch. The priors, normal and inverse gamma, have the moments of
    the estimates. A single feature has nothing to borrow from.
    """
    mean_only = size.min() == 1
    if mean_only:
        size, variance = np.ones_like(size), np.ones_like(variance)
    if shift.shape[1] < 2:
        return shift, variance
    results = []
    for g, d, n in zip(shift, variance, size, strict=True):
        centre, t2, m, s2 = g.mean(), g.var(ddof=1), d.mean(), d.var(ddof=1)
        if mean_only or s2 == 0:
            results.append(((t2 * n * g + d * centre) / (t2 * n + d), d))
            continue
        a, b = (2 * s2 + m**2) / s2, (m * s2 + m**3) / s2
        new_g, new_d = g, d
        for _ in range(MOST_STEPS):
            old_g, old_d = new_g, new_d
            new_g = (t2 * n * g + old_d * centre) / (t2 * n + old_d)
            squares = (n - 1) * d + n * (g - new_g) ** 2
            new_d = (squares / 2 + b) / (n / 2 + a - 1)
            # Without the sign of old_g, as in sva.
            with np.errstate(divide="ignore", invalid="ignore"):
                change = np.abs(new_g - old_g) / old_g, np.abs(new_d - old_d) / old_d
            if max(map(np.nanmax, change)) <= CONVERGED:
                break
        results.append((new_g, new_d))
    return tuple(np.array(result) for result in zip(*results, strict=True))


def remove_effects(x: np.ndarray, effects: np.ndarray, lab: LabBatches) -> np.ndarray:
    """(n, p) corrected values.

    x: (n, p) complete values; effects: (p, L, T + 1) of `learn_effects`; lab: of the n samples.
    """
    corrected = np.empty(x.shape, order="F")
    for level in np.unique(lab.level):
        rows = lab.level == level
        # Term by term, not by matrix multiplication, for the same bits in both languages.
        effect = sum(
            terms[:, None] * effects[:, level, number]
            for number, terms in enumerate(lab.terms[rows].T)
        )
        corrected[rows] = (x[rows] - effect) / effects[:, level, -1]
    return corrected


def write_lab_batches(file: h5py.File, lab: LabBatches) -> None:
    """Write the lab batches of all samples into preprocessing.h5."""
    group = file.create_group("lab_batches")
    text = h5py.string_dtype()
    group.create_dataset("sample", data=list(lab.samples), dtype=text)
    group.create_dataset("name", data=list(lab.names), dtype=text)
    group["level"] = lab.level.astype(np.int32)
    group["terms"] = lab.terms


def read_lab_batches(path: str) -> LabBatches | None:
    """The lab batches of all samples in preprocessing.h5; None if nothing is corrected for them."""
    with h5py.File(path) as file:
        if "lab_batches" not in file:
            return None
        group = file["lab_batches"]
        samples, names = (group[name].asstr()[:] for name in ("sample", "name"))
        return LabBatches(samples, list(names), group["level"][:], group["terms"][:])
