"""Read a data set's sample sheet and tables; write data.h5ad and samples.tsv."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(dataset: str, setting: dict, image_folder: str, data: str, samples: str) -> None:
    from omc.core.csv_files import write_csv
    from omc.data.importing import import_dataset, use_image_tables
    from omc.data.matrix import write_h5ad

    use_image_tables(setting, image_folder)
    values, names, features, layers, sheet = import_dataset(dataset, setting)
    write_h5ad(data, values, names, features, layers)
    rows = ([sample, *row] for sample, row in zip(names, sheet.to_numpy(), strict=True))
    write_csv(samples, ["sample", *sheet.columns], rows, delimiter="\t")
    print(f"{dataset}: {values.shape[0]} samples x {values.shape[1]} features")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.wildcards.dataset,
            json.loads(snakemake.params.setting),
            snakemake.params.image_folder,
            snakemake.output.data,
            snakemake.output.samples,
        )
