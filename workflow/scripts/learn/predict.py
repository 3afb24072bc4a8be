"""Predict new samples with a saved scikit-learn model (twin: predict.R)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(new: str, model: str, sha256: str, output: str) -> None:
    import numpy as np

    from omc.core.csv_files import number, write_csv
    from omc.core.tables import prob_columns
    from omc.data.matrix import axis_names, read_columns
    from omc.learn.saving import load_model, predict_saved

    saved = load_model(model, sha256)
    samples, features = axis_names(new, "obs"), axis_names(new, "var")
    values = read_columns(new, samples, np.arange(len(features)))
    predicted, prob = predict_saved(saved, values, features)
    if not saved["classes"]:
        predicted = [number(value) for value in predicted]
    rows = [list(pair) for pair in zip(samples, predicted, strict=True)]
    for i, row in enumerate(rows):
        row += [""] * len(saved["classes"]) if prob is None else [number(p) for p in prob[i]]
    header = ["sample", "predicted", *prob_columns(saved["classes"])]
    write_csv(output, header, rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        params = snakemake.params
        main(snakemake.input.new, params.model, params.sha256, params.output)
