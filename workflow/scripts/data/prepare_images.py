"""Check, resize and normalise the images of one shard; list the broken ones."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(images: str, shard: str, size: list[int], prepared: str, checked: str) -> None:
    from omc.core.checksums import sha256_file
    from omc.core.csv_files import read_csv, write_csv
    from omc.data.images import CHECKED, BrokenImage, prepare, read_image, write_prepared

    rows = [row for row in read_csv(images, delimiter="\t") if row["shard"] == shard]

    def usable():
        for row in rows:
            row["reason"] = ""
            try:
                pixels = read_image(row["path"])
            except BrokenImage as error:
                row["reason"] = str(error)
                print(f"{row['path']} {error}", flush=True)
                continue
            yield row["sample"], row["image"], *prepare(pixels, size)

    write_prepared(prepared, usable())
    for row in rows:
        row["sha256"] = sha256_file(row["path"])
    write_csv(checked, CHECKED, ([row[name] for name in CHECKED] for row in rows))
    broken = sum(bool(row["reason"]) for row in rows)
    print(f"shard {shard}: {len(rows) - broken} of {len(rows)} images prepared")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.list,
            snakemake.wildcards.shard,
            snakemake.params.size,
            snakemake.output.prepared,
            snakemake.output.checked,
        )
