"""Join the predictions of all models of a data set; refuse those made from something else."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(files: list[str], splits: str, preprocessing: str, keys: list[list], output: str) -> None:
    """keys: for each file what its training job was told, in the order of `training_key`."""
    import csv

    from omc.checksums import sha256_file, training_key
    from omc.csvs import write_csv
    from omc.errors import UserError

    splits_sha256 = sha256_file(splits)
    expected = {json_key: training_key(preprocessing, *json_key) for json_key in map(tuple, keys)}
    header, rows = None, []
    for path, key in zip(files, map(tuple, keys), strict=True):
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            found = next(reader)
            if header is None:
                header = found
            if found != header:
                raise UserError(
                    f"{path}: its columns are not those of {files[0]}: delete it and run again"
                )
            for row in reader:
                if row[-2:] != [splits_sha256, expected[key]]:
                    raise UserError(
                        f"{path}: made from other splits, data or settings than the present ones:"
                        " delete it and run again"
                    )
                rows.append(row[:-1])
    write_csv(output, header[:-1], rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            list(snakemake.input.predictions),
            snakemake.input.splits,
            snakemake.input.preprocessing,
            json.loads(snakemake.params.made_with),
            snakemake.output[0],
        )
