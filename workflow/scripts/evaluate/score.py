"""Score the predictions of every model of a data set: one scorer for both languages."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import METRICS
        from omc.evaluate.scoring import score_dataset

        datasets = json.loads(snakemake.params.datasets)
        files = snakemake.input.predictions, snakemake.input.splits
        rows = []
        for dataset, predictions, splits in zip(datasets, *files, strict=True):
            rows += score_dataset(predictions, splits, dataset)
        write_csv(snakemake.output[0], METRICS, rows)
