"""Cut a data set down to a part on which every model can be tried in seconds.

Without the imports of scikit-learn, which would take most of the time.
"""

import numpy as np

from omc.core.checksums import sha256_file
from omc.core.csv_files import read_csv, write_csv
from omc.core.survival import status
from omc.core.tables import SPLITS
from omc.learn.batch_effects import read_lab_batches
from omc.learn.preprocessing import Fit, read_fits, write_fits
from omc.learn.size_factors import read_size_factors

TRAIN_ROWS = 40
TEST_ROWS = 10
COLUMNS = 20
# With two, nothing would be left to calibrate on inside an inner fold.
INNER_FOLDS = 3


def cut_rows(rows: list[dict[str, str]], classes: dict[str, str]) -> list[dict[str, str]]:
    """Some rows of one split, from its first inner folds and its test samples.

    rows: of splits.csv; classes: by sample, constant in a regression. Every class keeps samples in
    every fold, as many as the other classes if it has them.
    """
    usable = [row for row in rows if int(row["inner_fold"] or 0) <= INNER_FOLDS]
    cells = {}
    for row in usable:
        cell = row["role"], row["inner_fold"], classes[row["sample"]]
        cells.setdefault(cell, []).append(row)
    chosen = set()
    for role, target in (("train", TRAIN_ROWS), ("test", TEST_ROWS)):
        cells_of_role = [cell for key, cell in cells.items() if key[0] == role]
        # At least two per class, or a fold inside an inner fold could lack the class.
        per_cell = max(2, -(-target // max(1, len(cells_of_role))))
        chosen |= {id(row) for cell in cells_of_role for row in cell[:per_cell]}
    return [row for row in usable if id(row) in chosen]


def cut_columns(fit: Fit) -> Fit:
    """The columns that rank best in a fit's selection; without selection, the first ones."""
    return fit.take(np.sort(np.argsort(fit.rank, kind="stable")[:COLUMNS]))


def _label(outcome: str, task: str) -> str:
    if task == "survival":
        return status(outcome)
    return outcome if task == "classification" else ""


def cut_data(input, output, task: str) -> None:
    """Write a part of the first split: rows of splits.csv, and their preprocessing."""
    sheet = read_csv(input.samples, "\t")
    classes = {row["sample"]: _label(row["outcome"], task) for row in sheet}
    rows = read_csv(input.splits)
    split = rows[0]["split"]
    rows = cut_rows([row for row in rows if row["split"] == split], classes)
    write_csv(output.splits, SPLITS, ([row[name] for name in SPLITS] for row in rows))
    fits, attributes = read_fits(input.preprocessing, {split})
    folds = {0, *(int(row["inner_fold"]) for row in rows if row["inner_fold"])}
    cut = {key: cut_columns(fit) for key, fit in fits.items() if key[1] in folds}
    attributes["splits_sha256"] = sha256_file(output.splits)
    lab, known = read_lab_batches(input.preprocessing), read_size_factors(input.preprocessing)
    write_fits(output.preprocessing, cut, attributes, lab, known)
    train = sum(row["role"] == "train" for row in rows)
    print(f"{split}: {train} training and {len(rows) - train} test samples")
