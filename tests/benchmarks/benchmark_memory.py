"""Peak memory of import, preprocessing and training on 1,000 samples x 20,000 features.

    make benchmark-memory

The models are those of config/config.yaml. Base is what the same job takes on a tenth of the
samples and a hundredth of the features. What a job takes beyond it is printed in multiples of its
matrix: import and preprocessing of the whole one, training of the columns that its fits keep.
"""

import csv
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "config" / "config.yaml"
SIZES = {"small": (100, 200), "large": (1000, 20000)}
KEPT = 2000
LIMIT = 3  # times the matrix
CLASSES = ("no", "yes")


def write_data(folder: Path, name: str, samples: int, features: int) -> dict:
    """A table of random numbers with a sheet; returns the data set's configuration."""
    random = np.random.default_rng(2022)
    names = [f"S{i}" for i in range(samples)]
    with open(folder / f"{name}.tsv", "w", encoding="utf-8") as file:
        file.write("\t".join(["feature", *names]) + "\n")
        for feature in range(features):
            row = np.round(random.standard_normal(samples), 4)
            file.write("\t".join([f"F{feature}", *map(str, row)]) + "\n")
    lines = ["sample\toutcome", *(f"{s}\t{CLASSES[i % 2]}" for i, s in enumerate(names))]
    (folder / f"{name}_samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = {"table": f"{name}.tsv", "orientation": "features_in_rows", "top_variance": KEPT}
    return {
        "layers": {"random": table},
        "samples": f"{name}_samples.tsv",
        "outcome": {"column": "outcome", "task": "classification"},
    }


def run(folder: Path) -> None:
    config = {
        "datasets": {name: write_data(folder, name, *size) for name, size in SIZES.items()},
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "selection": {"method": "none"},
        "models": yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))["models"],
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"),
        *("--snakefile", ROOT / "workflow" / "Snakefile", "--directory", folder),
        *("--configfile", folder / "config.yaml", "--", "results/timing.csv"),
    ]
    subprocess.run([str(part) for part in command], check=True)


def peaks(folder: Path, dataset: str) -> dict[str, float]:
    """MB at most, by job."""
    found = {}
    for job in ("import", "preprocessing"):
        log = (folder / "results" / "logs" / dataset / f"{job}.log").read_text(encoding="utf-8")
        found[job] = float(re.search(r"at most (\d+) MB", log)[1])
    with open(folder / "results" / "timing.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["dataset"] == dataset:
                job = f"training, {row['language']}/{row['model']}"
                found[job] = max(found.get(job, 0), float(row["peak_mb"]))
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(folder)
        base, peak = (peaks(folder, dataset) for dataset in SIZES)
        columns = kept_columns(folder / "results" / "large" / "preprocessing.h5")
    samples, features = SIZES["large"]
    missed = 0
    print(f"{samples} samples x {features} features of 8 bytes; the fits keep {columns}")
    print(f"{'job':<34}  base MB  peak MB  matrix MB  (peak - base) / matrix")
    for job in peak:
        matrix = samples * (columns if job.startswith("training") else features) * 8 / 2**20
        times = (peak[job] - base[job]) / matrix
        missed += times > LIMIT
        print(f"{job:<34} {base[job]:8.0f} {peak[job]:8.0f} {matrix:10.0f} {times:23.1f}")
    print(f"limit: {LIMIT} times the matrix; missed by {missed} jobs")
    return missed


def kept_columns(preprocessing: Path) -> int:
    """Number of features that any fit keeps."""
    import h5py

    with h5py.File(preprocessing) as file:
        return len(np.unique(file["features/index"][:]))


if __name__ == "__main__":
    sys.exit(bool(main()))
