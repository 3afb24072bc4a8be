"""Writes the data set `digits` that ships with the project, and its checksums.

Run from the project root:  python resources/make_digits.py
Needs scikit-learn and Pillow. The pixels are the same everywhere; another Pillow or zlib may
compress them to other bytes.
"""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

PER_CLASS = 30


def main(folder=Path("resources/digits")):
    """Write the first PER_CLASS images of each digit, their sample sheet and checksums."""
    digits = load_digits()
    chosen = np.sort(
        np.concatenate([np.flatnonzero(digits.target == d)[:PER_CLASS] for d in range(10)])
    )
    (folder / "images").mkdir(parents=True, exist_ok=True)
    lines = ["sample\tdigit"]
    for i in chosen:
        sample = f"D{i:04d}"
        # 16 grey levels become 255: 0 stays black.
        pixels = np.round(digits.images[i] * 255 / 16).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"{sample}.png", optimize=True)
        lines.append(f"{sample}\t{digits.target[i]}")
    (folder / "samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".png", ".tsv"))
    sums = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in files
    )
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    main()
