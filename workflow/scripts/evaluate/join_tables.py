"""Join one table (tuning, importance, timing or failures) of all models of all data sets."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import shutil

        from omc.core.errors import UserError
        from omc.core.tables import TABLES

        header = ",".join(TABLES[snakemake.wildcards.table]) + "\n"
        with open(snakemake.output[0], "w", encoding="utf-8", newline="") as joined:
            joined.write(header)
            for path in snakemake.input.tables:
                with open(path, encoding="utf-8", newline="") as file:
                    if file.readline().replace('"', "") != header:
                        raise UserError(
                            f"{path}: its header is not {header.strip()}: delete it and run again"
                        )
                    shutil.copyfileobj(file, joined)
