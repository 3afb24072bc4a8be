"""Join the predictions of all models of a data set; refuse those made from other inputs."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.evaluate.joining import checked_rows

        files = snakemake.input
        keys = json.loads(snakemake.params.made_with)
        for name, path in snakemake.output.items():
            rows = checked_rows(list(files[name]), files.splits, files.preprocessing, keys)
            write_csv(path, *rows)
