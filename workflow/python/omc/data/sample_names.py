"""Finds the samples of a sheet in a table whose names R has changed: PT-001 is PT.001 there."""

import re
from collections.abc import Iterable

import pandas as pd

from omc.core.errors import UserError

RESERVED = set(
    "if else repeat while function for next break TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_"
    " NA_character_ NA_complex_ in".split()
)


def make_names(name: str) -> str:
    """A name as R's make.names writes it, which data.frame and read.table apply to headers."""
    start = "" if re.match(r"[^\W\d_]|\.(?!\d)", name) else "X"
    name = start + re.sub(r"[^\w.]", ".", name)
    return f"{name}." if name in RESERVED else name


def renamed(labels: pd.Index, samples: Iterable[str], path: str, key: str) -> pd.Index:
    """The names of a table's samples, as the sheet has them where R made them from those.

    UserError if one name of the table may be of two samples, or the reverse.
    """
    samples = list(samples)
    exact = set(labels) & set(samples)
    by_name: dict[str, list[str]] = {}
    for sample in samples:
        if sample not in exact:
            by_name.setdefault(make_names(sample), []).append(sample)
    taken: dict[str, str] = {}
    names = []
    for label in labels:
        found = [] if label in exact else by_name.get(make_names(label), [])
        if len(found) > 1 or (found and found[0] in taken):
            others = found if len(found) > 1 else [taken[found[0]], label]
            raise UserError(
                f"{key}.match: r_names: '{label}' of {path} fits more than one sample, as"
                f" '{others[0]}' and '{others[1]}' are the same to R: rename them"
            )
        if found:
            taken[found[0]] = label
        names.append(found[0] if found else label)
    if taken:
        example, label = next(iter(taken.items()))
        print(f"{path}: {len(taken)} sample(s) found by R's names, as '{example}' by '{label}'")
    return pd.Index(names)


def offer(missing: Iterable[str], labels: Iterable[str], key: str, path: str) -> str:
    """What to write so that missing samples are found by R's names; "" if none would be."""
    by_name = {make_names(label): label for label in labels}
    found = {sample: by_name[name] for sample in missing if (name := make_names(sample)) in by_name}
    if not found:
        return ""
    example, label = next(iter(found.items()))
    return (
        f"; {len(found)} of them may be there under the names that R gives ('{example}' as"
        f" '{label}'): if they are the same, write {key}: {{file: {path}, match: r_names}}"
    )
