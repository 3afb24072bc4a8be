"""Curves, calibration and confusion matrices of every classification's predictions."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(
    files: list[str], splits: list[str], datasets: list[dict], scheme: str, output: dict
) -> None:
    """datasets: dictionaries of name, task, positive; scheme: that of the resampling.

    output: paths of calibration, curves and confusion.
    """
    from omc.core import tables as contracts
    from omc.core.csv_files import number, write_csv
    from omc.evaluate import curves, metrics
    from omc.evaluate.predictions import read_predictions

    calibration, drawn, confusion = [], [], []
    for path, splits_path, dataset in zip(files, splits, datasets, strict=True):
        if dataset["task"] == "regression":
            continue
        predictions = read_predictions(path, dataset["positive"], splits_path)
        for model, part in predictions.by("language", "model", "cohort"):
            key = [dataset["name"], *model]
            table = curves.confusion(part)
            for label, counts in zip(part.classes, table, strict=True):
                cells = zip(part.classes, map(number, counts), strict=True)
                confusion += [[*key, label, *cell] for cell in cells]
            if not part.has_probabilities:
                continue
            for repeat, *values, events in curves.calibration_rows(part):
                calibration.append([*key, repeat, *map(number, values), events])
            pooled = scheme in metrics.POOLED_SCHEMES
            for curve, repeat, x, y, n in curves.curve_rows(part, pooled):
                drawn.append([*key, curve, repeat, number(x), number(y), n])
    write_csv(output["calibration"], contracts.CALIBRATION, calibration)
    write_csv(output["curves"], contracts.CURVES, drawn)
    write_csv(output["confusion"], contracts.CONFUSION, confusion)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            list(snakemake.input.predictions),
            list(snakemake.input.splits),
            json.loads(snakemake.params.datasets),
            snakemake.params.scheme,
            dict(snakemake.output.items()),
        )
