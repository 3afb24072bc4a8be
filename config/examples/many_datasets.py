"""Write a configuration of many data sets, and their sample sheets.

    python config/examples/many_datasets.py > config/many.yaml

As large as the study of Sadler et al. (2022): 101 data sets x 9 settings of a model x 30 repeats
are 27,270 trainings. The data sets are random parts of one; yours would be the tables of a folder.
"""

import csv
import random
import sys
from pathlib import Path

import yaml

HERE = Path("resources/leukemia")
MANY, PENALTIES, REPEATS = 101, [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10], 30


def main(folder: Path = Path("results/many_sheets")) -> None:
    """Write the sample sheets to `folder`, and the configuration to the standard output."""
    with open(HERE / "samples.tsv", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    folder.mkdir(exist_ok=True)
    datasets, layer = {}, {"table": f"{HERE}/expression.tsv.gz", "orientation": "features_in_rows"}
    for number in range(1, MANY + 1):
        sheet = folder / f"samples_{number:03}.tsv"
        part = sorted(random.Random(number).sample(rows, 3 * len(rows) // 4))
        sheet.write_text("\n".join("\t".join(row) for row in [header, *part]) + "\n")
        outcome = {"column": "subtype", "task": "classification", "positive": "AML"}
        datasets[f"set_{number:03}"] = {
            "layers": {"expression": layer}, "samples": str(sheet), "outcome": outcome
        }  # fmt: skip
    model = {"estimator": "sklearn.linear_model.LogisticRegression", "cost": "cheap"}
    models = [{"name": f"C_{C}", **model, "params": {"C": C}} for C in PENALTIES]
    resampling = {"scheme": "subsampling", "folds": 3, "repeats": REPEATS, "inner_folds": 3}
    config = {"run": "many", "datasets": datasets, "resampling": resampling}
    config |= {"selection": {"features": 50}, "models": {"python": models, "r": []}}
    yaml.safe_dump(config, sys.stdout, sort_keys=False)


if __name__ == "__main__":
    main()
