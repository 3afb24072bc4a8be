"""Divide the samples into subgroups by columns of their sheets."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import SUBGROUP_SAMPLES
        from omc.data.files import named_by_user
        from omc.data.strata import strata_rows

        setting = json.loads(snakemake.params.setting)
        rds = {made: own for d in setting["datasets"] for made, own in d["rds"].items()}
        with named_by_user(rds):
            rows = strata_rows(**setting, samples=list(snakemake.input.samples))
        write_csv(snakemake.output[0], SUBGROUP_SAMPLES, rows)
