"""Joins tables, predictions only if they were made from the current files and settings."""

import csv
import shutil
from collections.abc import Iterable

from omc.core.checksums import sha256_file, training_key
from omc.core.errors import UserError
from omc.core.tables import header


def join(table: str, files: Iterable[str], output: str) -> None:
    """Write the rows of all files, one after another; table: the name of their table.

    UserError if the header of a file is not that of the table.
    """
    columns = ",".join(header(table)) + "\n"
    with open(output, "w", encoding="utf-8", newline="") as joined:
        joined.write(columns)
        for path in files:
            with open(path, encoding="utf-8", newline="") as file:
                if file.readline().replace('"', "") != columns:
                    raise UserError(
                        f"{path}: its header is not {columns.strip()}: delete it and run again"
                    )
                shutil.copyfileobj(file, joined)


def checked_rows(files: list[str], splits: str, preprocessing: str, keys: list[list]):
    """(header, rows) of the predictions of all files; UserError if one was made from other inputs.

    splits, preprocessing: paths of the files that they must be made from; keys: for each file the
    settings of its training job, in the order of `training_key`. The header ends with
    splits_sha256.
    """
    splits_sha256 = sha256_file(splits)
    expected = {json_key: training_key(preprocessing, *json_key) for json_key in map(tuple, keys)}
    names: list[str] = []
    rows = []
    for path, key in zip(files, map(tuple, keys), strict=True):
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            columns = next(reader)
            if not names:
                names = columns
            if columns != names:
                raise UserError(
                    f"{path}: its columns are not those of {files[0]}: delete it and run again"
                )
            for row in reader:
                if row[-2:] != [splits_sha256, expected[key]]:
                    raise UserError(
                        f"{path}: made from other splits, data or settings than the present ones:"
                        " delete it and run again"
                    )
                rows.append(row[:-1])
    return names[:-1], rows
