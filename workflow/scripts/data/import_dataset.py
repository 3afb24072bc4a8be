"""Read a data set's sample sheet and tables; write data.h5ad and samples.tsv."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import header
        from omc.data.files import named_by_user
        from omc.data.importing import import_dataset, use_image_tables
        from omc.data.matrix import write_h5ad
        from omc.data.sheet_columns import take_lab_columns

        dataset = snakemake.wildcards.dataset
        setting = json.loads(snakemake.params.setting)
        use_image_tables(setting, snakemake.params.image_folder)
        with named_by_user(setting.get("rds", {})):
            values, names, features, layers, sheet = import_dataset(dataset, setting)
        labels, first_levels = (sheet.attrs.pop(key) for key in ("labels", "first_levels"))
        write_csv(snakemake.output.annotation, header("annotation"), labels.items())
        columns = take_lab_columns(sheet)
        write_h5ad(snakemake.output.data, values, names, features, layers, columns, first_levels)
        rows = ([sample, *row] for sample, row in zip(names, sheet.to_numpy(), strict=True))
        write_csv(snakemake.output.samples, ["sample", *sheet.columns], rows, delimiter="\t")
        print(f"{dataset}: {values.shape[0]} samples x {values.shape[1]} features")
