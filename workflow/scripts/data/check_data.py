"""Check a data set for problems that can bias its results."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.data.checking import check_dataset

        check_dataset(
            snakemake.wildcards.dataset,
            snakemake.input.sheet,
            snakemake.input.data,
            snakemake.input.samples,
            snakemake.input.splits,
            snakemake.input.strata,
            json.loads(snakemake.params.setting),
            snakemake.output[0],
        )
