"""Join tables of all data sets."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.evaluate.joining import join

        for table, path in snakemake.output.items():
            join(table, snakemake.input[table], path)
