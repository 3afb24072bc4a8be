"""Are the p-values of the permutation null uniform where there is nothing to learn?

`python tests/verification/null_uniform.py`: leukemia's outcomes are permuted 20 times, which gives
20 data sets without anything to learn. Each one's p-value comes from 19 permutations of its own,
by the functions of the workflow: 400 cross-validations of a cheap model in each language. Prints
the Kolmogorov-Smirnov distance of the p-values from the uniform distribution and its p-value.
"""

import io
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "workflow"
sys.path[:0] = [
    str(WORKFLOW / "python"),
    *(str(folder) for folder in (WORKFLOW / "scripts").iterdir()),
]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from permute_labels import main as permute_labels  # noqa: E402
from scipy.stats import kstest  # noqa: E402

from omc.core.tables import PREDICTIONS  # noqa: E402
from omc.data.matrix import write_h5ad  # noqa: E402
from omc.data.reading import read_sheet, read_table  # noqa: E402
from omc.evaluate.null import p_value, performance  # noqa: E402
from omc.evaluate.predictions import read_predictions  # noqa: E402
from omc.learn.batch import Data  # noqa: E402
from omc.learn.job import Settings  # noqa: E402
from omc.learn.models import build  # noqa: E402
from omc.learn.training import train_split  # noqa: E402

DATASETS, PERMUTATIONS, SEED = 20, 19, 2022
TASK, METRIC = "classification", "roc_auc"
RESAMPLING = {"scheme": "repeated_kfold", "folds": 3, "repeats": 1, "inner_folds": 2}
PREPROCESSING = {
    "max_missing": 0.2, "impute": "median", "scale": "standard", "method": "anova", "features": 10,
    "top_variance": {"expression": None},
}  # fmt: skip
SPEC = {
    "name": "lda", "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
    "params": {}, "grid": {}, "size": 1,
}  # fmt: skip


def leukemia(folder: Path, every: int = 10) -> None:
    """data.h5ad with every so many-th gene, and samples.tsv."""
    home = ROOT / "resources" / "leukemia"
    sheet = read_sheet(str(home / "samples.tsv"))
    table = read_table(str(home / "expression.tsv.gz"), "features_in_rows").loc[sheet.index]
    table = table.iloc[:, ::every]
    layer = ["expression"] * table.shape[1]
    write_h5ad(str(folder / "data.h5ad"), table.to_numpy(), sheet.index, table.columns, layer)
    samples = pd.DataFrame({"outcome": sheet["subtype"], "group": "", "cohort": "development"})
    samples.to_csv(folder / "samples.tsv", sep="\t", index_label="sample")


def permute(folder: Path, samples: Path, name: str) -> Path:
    """A permutation of the outcomes in `samples`, split and preprocessed, in a folder `name`."""
    made = folder / name
    made.mkdir(parents=True)
    files = {"samples": "samples.tsv", "splits": "splits.csv", "preprocessing": "preprocessing.h5"}
    output = {key: str(made / file) for key, file in files.items()}
    data = str(folder / "data.h5ad")
    with redirect_stdout(io.StringIO()):
        permute_labels(name, data, str(samples), RESAMPLING, PREPROCESSING, TASK, SEED, output)
    return made


def train_python(folder: Path, names: list[str]) -> None:
    """Write predictions.csv of the Python model on each permutation."""
    for name in names:
        files = ("samples.tsv", "splits.csv", "preprocessing.h5")
        data = Data(str(folder / "data.h5ad"), *(str(folder / name / f) for f in files), TASK)
        splits = data.batch_splits(1, 1, final=False)
        data.load_batch(splits)
        settings = Settings(name, "lda", SPEC, TASK, "brier", "none", SEED)
        estimator = build(SPEC, TASK, "none", "lda")
        rows = []
        for split in splits:
            result = train_split(data, settings, estimator, split)
            assert not result.failures, result.failures
            rows += [["python", "lda", split, *row] for row in result.predictions]
        header = [*PREDICTIONS, *(f"prob_{c}" for c in data.classes)]
        pd.DataFrame(rows, columns=header).to_csv(folder / name / "python.csv", index=False)


def train_r(folder: Path, names: list[str]) -> None:
    """The same by R, all permutations in one process."""
    (folder / "names.txt").write_text("\n".join(names) + "\n")
    script = Path(__file__).with_suffix(".R")
    subprocess.run(["Rscript", script, WORKFLOW / "R", folder, str(SEED)], check=True)


def main() -> dict[str, tuple[float, float]]:
    """(distance, p) of the Kolmogorov-Smirnov test by language."""
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        leukemia(folder)
        names = []
        for i in range(1, DATASETS + 1):
            dataset = permute(folder, folder / "samples.tsv", f"d{i}")
            null = [f"d{i}/null/{j:03d}" for j in range(1, PERMUTATIONS + 1)]
            for name in null:
                permute(folder, dataset / "samples.tsv", name)
            names += [dataset.name, *null]
        for language, train in (("python", train_python), ("r", train_r)):
            train(folder, names)
            values = []
            for name in names:
                predictions = read_predictions(folder / name / f"{language}.csv", "AML")
                scored = performance(predictions, METRIC, pooled=False)
                values.append(scored[language, "lda"])
            of_dataset = np.reshape(values, (DATASETS, 1 + PERMUTATIONS))
            p = [p_value(row[0], row[1:], smaller_is_better=False)[0] for row in of_dataset]
            test = kstest(p, "uniform")
            found[language] = float(test.statistic), float(test.pvalue)
            print(
                f"{language}/lda: {DATASETS} p-values of {PERMUTATIONS} permutations each,"
                f" mean {np.mean(p):.3f}, {min(p):.2f} to {max(p):.2f};"
                f" Kolmogorov-Smirnov D = {test.statistic:.3f}, p = {test.pvalue:.3f}"
            )
    return found


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(any(p < 0.01 for _, p in main().values()))
