"""Read tables of new samples and write the numbers that the final models use, as an .h5ad file."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.data.matrix import write_h5ad
        from omc.learn.new_samples import read_new_samples

        params = snakemake.params
        tables = json.loads(params.tables)
        numbers = read_new_samples(tables, params.join, params.data, params.preprocessing)
        write_h5ad(snakemake.output[0], *numbers)
