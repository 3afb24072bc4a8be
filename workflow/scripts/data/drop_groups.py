"""Drop the groups of a data set; data and samples stay the same, splits will differ."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import shutil

        from omc.core.csv_files import read_csv, write_csv

        shutil.copyfile(snakemake.input.data, snakemake.output.data)
        rows = read_csv(snakemake.input.samples, delimiter="\t")
        cells = ({**row, "group": ""}.values() for row in rows)
        write_csv(snakemake.output.samples, list(rows[0]), cells, delimiter="\t")
