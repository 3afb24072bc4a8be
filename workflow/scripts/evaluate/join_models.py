"""Join the tables of all models of a data set; refuse predictions made from other inputs."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.evaluate.joining import checked_rows, join

        files, stamped = snakemake.input, ("predictions", "inner_predictions")
        keys = json.loads(snakemake.params.made_with)
        for table, path in snakemake.output.items():
            if table in stamped:
                rows = checked_rows(list(files[table]), files.splits, files.preprocessing, keys)
                write_csv(path, *rows)
            else:
                join(table, files[table], path)
