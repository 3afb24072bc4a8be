"""Rank the models of every data set."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import RANKING
        from omc.evaluate.ranking import ranking

        names = ("metrics", "estimates", "comparisons")
        tables = {name: read_csv(snakemake.input[name]) for name in names}
        datasets = json.loads(snakemake.params.datasets)
        rows = (row for dataset in datasets for row in ranking(tables, dataset))
        write_csv(snakemake.output[0], RANKING, rows)
