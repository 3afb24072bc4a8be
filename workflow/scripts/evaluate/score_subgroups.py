"""Score the models of a data set in each subgroup."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import SUBGROUPS
        from omc.evaluate.reading import read_text
        from omc.evaluate.subgroups import subgroup_rows

        setting = json.loads(snakemake.params.setting)
        paths = {kind: snakemake.input[kind] for kind in ("predictions", "splits", "samples")}
        strata = read_text(snakemake.input.strata)
        strata = strata[strata["dataset"] == setting["name"]]
        write_csv(snakemake.output[0], SUBGROUPS, subgroup_rows(setting, paths, strata))
