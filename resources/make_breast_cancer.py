"""Writes resources/breast_cancer from the wheel of the Python package scikit-survival 0.27.0.

Run from the project root:

    pip download scikit-survival==0.27.0 --no-deps
    python resources/make_breast_cancer.py scikit_survival-0.27.0-….whl
    Rscript resources/make_data.R    # writes SHA256SUMS, besides the other data sets

Only Python's standard library is needed. Values are copied as text; the compressed file holds no
time stamp, but another zlib may compress the same text to other bytes.
"""

import csv
import gzip
import sys
import zipfile
from pathlib import Path

SOURCE = "sksurv/datasets/data/breast_cancer_GSE7390-metastasis.arff"
CLINICAL = ("age", "size", "grade", "er")
FIVE_YEARS = 5 * 365.25


def read(text: str) -> list[dict[str, str]]:
    """Rows of an ARFF file whose names and values need no quotes."""
    lines = [line for line in text.splitlines() if line and not line.startswith("%")]
    names = [line.split()[1] for line in lines if line.lower().startswith("@attribute")]
    values = lines[[line.lower() for line in lines].index("@data") + 1 :]
    return [dict(zip(names, row, strict=True)) for row in csv.reader(values, quotechar="'")]


def within_five_years(row: dict[str, str]) -> str:
    """Whether a metastasis was seen in five years; "" if the patient was not followed so long."""
    if float(row["t.tdm"]) > FIVE_YEARS:
        return "no"
    return "yes" if row["e.tdm"] == "1" else ""


def main(wheel: str, folder: str = "resources/breast_cancer") -> None:
    """Write the genes and the sample sheet; wheel: path of scikit-survival's wheel."""
    rows = read(zipfile.ZipFile(wheel).read(SOURCE).decode("utf-8"))
    # The source does not name its patients, and misspells a level.
    patients = {f"P{number:03d}": row for number, row in enumerate(rows, start=1)}
    genes = [name for name in rows[0] if name.startswith("X")]
    table = [["feature", *patients]]
    table += [[gene, *(row[gene] for row in rows)] for gene in genes]
    sheet = [["sample", *CLINICAL, "days", "metastasis", "metastasis_5y"]]
    for patient, row in patients.items():
        clinical = ["" if row[name] == "unkown" else row[name] for name in CLINICAL]
        outcome = (row["t.tdm"], row["e.tdm"], within_five_years(row))
        sheet.append([patient, *clinical, *outcome])
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    packed = gzip.compress(_text(table), compresslevel=9, mtime=0)
    (folder / "expression.tsv.gz").write_bytes(packed)
    # Each sheet has one outcome: the other would be a column that knows it.
    (folder / "samples.tsv").write_bytes(_text(row[:-1] for row in sheet))
    known = [[*row[: 1 + len(CLINICAL)], row[-1]] for row in sheet if row[-1]]
    (folder / "samples_5y.tsv").write_bytes(_text(known))


def _text(rows) -> bytes:
    """Rows as tab-separated text."""
    return "".join("\t".join(row) + "\n" for row in rows).encode("utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
