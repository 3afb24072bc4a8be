"""CSV and TSV files, read as text and written the same way everywhere (twin: csv_files.R)."""

import csv
import gzip

# The default of 131,072 characters would stop at a cell that this module itself has written.
csv.field_size_limit(2**31 - 1)


def read_csv(path: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows as dictionaries of text; `.gz` too. UTF-8, with or without a byte order mark."""
    open_text = gzip.open if str(path).endswith(".gz") else open
    with open_text(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write_csv(path: str, header: list[str], rows, delimiter: str = ",") -> None:
    """Write rows (lists, in the order of the header); UTF-8, quoted where needed."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def number(value) -> str:
    """A number with 12 significant digits; NaN and None are empty."""
    if value is None or value != value:
        return ""
    return f"{value:.12g}"
