"""List the images of a layer with their samples and shards, without opening any."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(source: str, pattern: str, shards: list[str], key: str, output: str) -> None:
    from omc.core.csv_files import write_csv
    from omc.data.image_files import in_shard, list_images

    images = list_images(source, pattern, key)
    rows = ([*image, shard] for shard in shards for image in in_shard(images, shard))
    write_csv(output, ["sample", "image", "path", "shard"], rows, delimiter="\t")
    samples = len({image.sample for image in images})
    print(f"{key}: {len(images)} images of {samples} samples in {len(shards)} shards")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.params.source,
            snakemake.params.pattern,
            snakemake.params.shards,
            snakemake.params.key,
            snakemake.output[0],
        )
