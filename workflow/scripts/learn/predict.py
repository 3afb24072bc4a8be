"""Predict new samples with a saved scikit-learn model (twin: predict.R)."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import numpy as np

        from omc.core.csv_files import number, write_csv
        from omc.core.records import written
        from omc.core.survival import survival_columns
        from omc.core.tables import prob_columns
        from omc.data.matrix import axis_names, read_columns
        from omc.learn.saving import load_model, predict_saved

        new, params = snakemake.input.new, snakemake.params
        saved = load_model(params.model, params.sha256)
        samples, features = axis_names(new, "obs"), axis_names(new, "var")
        values = read_columns(new, samples, np.arange(len(features)))
        predicted, prob = predict_saved(saved, values, features)
        if not saved["classes"]:
            predicted = [number(value) for value in predicted]
        name, columns = "predicted", prob_columns(saved["classes"])
        if saved.get("horizons") is not None:
            name, columns = "risk", survival_columns(saved["horizons"])
        rows = [list(pair) for pair in zip(samples, predicted, strict=True)]
        for i, row in enumerate(rows):
            row += [""] * len(columns) if prob is None else map(number, prob[i])
        with written(params.output) as path:
            write_csv(path, ["sample", name, *columns], rows)
