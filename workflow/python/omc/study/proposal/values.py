"""What the numbers of a table are, and the transform for them."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Numbers that are looked at, of a table that has more.
MOST_FEATURES = 5000
TAXON = re.compile(r"(OTU|ASV|[kdpcofgs]__|Bacteria|\w+aceae\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """The kind of a layer's numbers.

    words: for the user; settings: of the layer; sure: False where other kinds look the same, and
    then `doubt` is what to look at; selects: whether features are to be selected.
    """

    words: str
    settings: dict
    doubt: str = ""
    selects: bool = True


def kind_of(table: pd.DataFrame) -> Kind:
    """The kind of samples x features."""
    every = max(1, table.shape[1] // MOST_FEATURES)
    x = table.iloc[:, ::every].to_numpy(dtype=float)
    known = x[np.isfinite(x)]
    if not len(known):
        return Kind("no numbers", {}, "the table has no numbers")
    low, high = known.min(), known.max()
    extent = f"from {low:.4g} to {high:.4g}"
    if _is_spectrum(table.columns):
        return Kind(f"spectra ({extent})", {}, selects=False)
    if low < 0:
        return Kind(f"numbers {extent}: log values, ratios or scaled values", {})
    if (known == np.round(known)).all():
        return _whole_numbers(table, known, extent)
    total = np.nansum(table.iloc[:100].to_numpy(dtype=float), axis=1)
    for whole, words in ((1, "proportions"), (100, "percentages")):
        if high <= whole and np.allclose(total, whole, rtol=0.02):
            half = float(f"{known[known > 0].min() / 2:.1g}")
            return Kind(
                f"{words} that add up to {whole} in each sample",
                {"transform": "clr", "pseudo_count": half},
            )
    if high <= 1:
        return _shares(low, high, extent)
    if high <= 30:
        return Kind(f"numbers {extent}: log values", {})
    transform = "log2" if low > 0 else "log1p"
    return Kind(
        f"numbers {extent}: intensities, or counts that were normalised",
        {"transform": transform},
        f"transform: {transform} is for intensities, TPM, FPKM and the like; set it to none if the"
        " values are to stay as they are",
    )


def _whole_numbers(table, known, extent) -> Kind:
    zeros = np.mean(known == 0)
    taxa = np.mean([bool(TAXON.match(str(name))) for name in table.columns])
    if taxa > 0.5:
        return Kind(f"counts of taxa {extent}, {zeros:.0%} of them zero", {"transform": "clr"})
    if known.max() <= 20:
        return Kind(f"small whole numbers {extent}: genotypes, mutations or codes", {})
    doubt = ""
    if zeros > 0.7:
        doubt = (
            f"{zeros:.0%} of the counts are zero: transform: cpm_log2 is for RNA sequencing; for"
            " counts of taxa, set it to clr"
        )
    return Kind(f"counts {extent}", {"transform": "cpm_log2"}, doubt)


def _shares(low, high, extent) -> Kind:
    words = f"numbers {extent}: methylation beta values, or other shares"
    if low > 0 and high < 1:
        return Kind(
            words,
            {"transform": "m_value"},
            "transform: m_value is for methylation beta values; set it to none for other shares",
        )
    return Kind(
        words,
        {},
        "beta values of 0 or 1 have no m_value, so the values stay as they are",
    )


def _is_spectrum(features: pd.Index) -> bool:
    """Whether the features are called by wavelengths or shifts, in even steps."""
    names = pd.Series(features.astype(str))
    parts = names.str.fullmatch(r"X?\d+(\.\d+)?( ?(nm|cm-1))?")
    if len(features) < 20 or not parts.all():
        return False
    numbers = names.str.extract(r"(\d+(?:\.\d+)?)")[0].astype(float)
    steps = np.diff(numbers)
    # Numbers from 1 on are no names but positions.
    counted = numbers[0] in (0, 1) and (steps == 1).all()
    ordered = (steps > 0).all() or (steps < 0).all()
    return bool(ordered and not counted and np.ptp(steps) <= 2 * np.abs(np.median(steps)))
