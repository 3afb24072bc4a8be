"""Forecast what a run will cost, from the fits of the check or from an earlier run."""

from pathlib import Path

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import FORECAST
        from omc.report.forecast import forecast, forecast_cells, forecast_text

        files, params, output = snakemake.input, snakemake.params, snakemake.output
        names = json.loads(params.datasets)
        splits = {
            name: len({row["split"] for row in read_csv(path)} - {"final"})
            for name, path in zip(names, files.splits, strict=True)
        }
        costs = [row for path in files.costs for row in read_csv(path)]
        timing = read_csv(params.timing) if Path(params.timing).exists() else []
        rows = forecast(json.loads(params.plans), costs, timing, splits)
        write_csv(output.table, FORECAST, forecast_cells(rows))
        # The path of the finished table, not of the partial one.
        text = forecast_text(rows, params.cores, params.where)
        Path(output.text).write_text(text + "\n", encoding="utf-8")
