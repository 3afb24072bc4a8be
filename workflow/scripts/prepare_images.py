"""Check, resize and normalise the images of one shard; write them and what is broken."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(images: str, shard: str, size: list[int], prepared: str, broken: str) -> None:
    from omc.csvs import read_csv, write_csv
    from omc.images import BrokenImage, prepare, read_image, write_prepared

    rows = [row for row in read_csv(images, delimiter="\t") if row["shard"] == shard]
    refused = []

    def usable():
        for row in rows:
            try:
                pixels = read_image(row["path"])
            except BrokenImage as error:
                refused.append([row["sample"], row["image"], row["path"], str(error)])
                print(f"{row['path']} {error}", flush=True)
                continue
            yield row["sample"], row["image"], *prepare(pixels, size)

    write_prepared(prepared, usable())
    write_csv(broken, ["sample", "image", "path", "reason"], refused)
    print(f"shard {shard}: {len(rows) - len(refused)} of {len(rows)} images prepared")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.images,
            snakemake.wildcards.shard,
            snakemake.params.size,
            snakemake.output.prepared,
            snakemake.output.broken,
        )
