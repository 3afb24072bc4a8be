"""Extract the features of the prepared images of one shard."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(prepared: str, groups: list[str], output: str) -> None:
    from omc.core.csv_files import number, write_csv
    from omc.data.images import feature_names, features_of, read_prepared

    images, features_by_image = [], []
    for sample, name, pixels, limits in read_prepared(prepared):
        images.append([sample, name])
        features_by_image.append(features_of(pixels, limits, groups))
    present = {name for features in features_by_image for name in features}
    names = [name for name in feature_names(groups, channels=3) if name in present]
    rows = (
        [*image, *(number(features.get(name)) for name in names)]
        for image, features in zip(images, features_by_image, strict=True)
    )
    write_csv(output, ["sample", "image", *names], rows)
    print(f"{len(images)} images, {len(names)} features")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input.prepared, snakemake.params.features, snakemake.output[0])
