"""Survival predictions at the horizons: scores, calibration, net benefit, and groups of risk."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core import tables as contracts
        from omc.core.csv_files import write_csv
        from omc.evaluate.horizons import (
            horizon_benefit_rows,
            horizon_calibration_rows,
            horizon_rows,
        )
        from omc.evaluate.predictions import read_predictions
        from omc.evaluate.reading import read_text
        from omc.evaluate.risk_groups import risk_group_rows

        names = "horizons", "horizon_calibration", "horizon_benefit", "risk_groups"
        rows = {name: [] for name in names}
        files = [snakemake.input[n] for n in ("predictions", "inner_predictions", "splits")]
        scheme, seed = snakemake.params.scheme, snakemake.params.seed
        datasets = json.loads(snakemake.params.datasets)
        for name, path, inner, splits, samples in zip(
            datasets, *files, snakemake.input.samples, strict=True
        ):
            predictions = read_predictions(path, None, splits)
            tables = read_text(splits), read_text(samples, sep="\t")
            rows["horizons"] += horizon_rows(predictions, name, *tables, scheme, seed)
            rows["horizon_calibration"] += horizon_calibration_rows(predictions, name)
            rows["horizon_benefit"] += horizon_benefit_rows(predictions, name)
            rows["risk_groups"] += risk_group_rows(predictions, read_predictions(inner, None), name)
        for name, table in rows.items():
            write_csv(snakemake.output[name], getattr(contracts, name.upper()), table)
