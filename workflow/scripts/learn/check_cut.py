"""Cut a data set down to what every model can be tried on in seconds.

Some rows and columns of the first split, in the files and columns that the training reads.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

TRAIN_ROWS = 40
TEST_ROWS = 10
COLUMNS = 20
# Two would leave nothing to calibrate on inside an inner fold.
INNER_FOLDS = 3


def cut_rows(rows: list[dict[str, str]], classes: dict[str, str]) -> list[dict[str, str]]:
    """Some rows of one split: of its first inner folds and of its test samples.

    rows: of splits.csv; classes: of each sample, or one for all in a regression. Every class keeps
    its samples in every fold, as many as the other classes as far as it has them.
    """
    kept = [row for row in rows if int(row["inner_fold"] or 0) <= INNER_FOLDS]
    cells = {}
    for row in kept:
        cell = row["role"], row["inner_fold"], classes[row["sample"]]
        cells.setdefault(cell, []).append(row)
    chosen = set()
    for role, rows_of_role in (("train", TRAIN_ROWS), ("test", TEST_ROWS)):
        of_role = [cell for key, cell in cells.items() if key[0] == role]
        # At least two of a class, or a fold inside a fold could lack it.
        most = max(2, -(-rows_of_role // max(1, len(of_role))))
        chosen |= {id(row) for cell in of_role for row in cell[:most]}
    return [row for row in kept if id(row) in chosen]


def cut_columns(fit):
    """The best columns of a fit by its selection, else its first ones."""
    import numpy as np

    from omc.learn.preprocessing import Fit

    kept = np.sort(np.argsort(fit.rank, kind="stable")[:COLUMNS])
    return Fit(*(getattr(fit, name)[kept] for name in ("index", "fill", "center", "scale", "rank")))


def main(input, output, task: str) -> None:
    from omc.core.checksums import sha256_file
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import SPLITS
    from omc.learn.preprocessing import read_fits, write_fits

    sheet = read_csv(input.samples, "\t")
    classes = {row["sample"]: row["outcome"] if task == "classification" else "" for row in sheet}
    rows = read_csv(input.splits)
    split = rows[0]["split"]
    rows = cut_rows([row for row in rows if row["split"] == split], classes)
    write_csv(output.splits, SPLITS, ([row[name] for name in SPLITS] for row in rows))
    fits, attributes = read_fits(input.preprocessing, {split})
    folds = {0, *(int(row["inner_fold"]) for row in rows if row["inner_fold"])}
    cut = {key: cut_columns(fit) for key, fit in fits.items() if key[1] in folds}
    attributes["splits_sha256"] = sha256_file(output.splits)
    write_fits(output.preprocessing, cut, attributes)
    train = sum(row["role"] == "train" for row in rows)
    print(f"{split}: {train} training and {len(rows) - train} test samples")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params.task)
