"""Score the models of a data set in each subgroup, and how much they vary between them."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import HETEROGENEITY, SUBGROUPS
        from omc.evaluate.reading import read_text
        from omc.evaluate.subgroups import subgroup_tables

        setting = json.loads(snakemake.params.setting)
        paths = {kind: snakemake.input[kind] for kind in ("predictions", "splits", "samples")}
        strata = read_text(snakemake.input.strata)
        strata = strata[strata["dataset"] == setting["name"]]
        rows, between = subgroup_tables(setting, paths, strata)
        write_csv(snakemake.output.subgroups, SUBGROUPS, rows)
        write_csv(snakemake.output.heterogeneity, HETEROGENEITY, between)
