"""Join the features of all shards to a row per sample or image; list all and broken images."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(features: list[str], checked: list[str], setting: dict, output) -> None:
    from omc.core.csv_files import number, read_csv, write_csv
    from omc.data.images import (
        CHECKED,
        join_features,
        per_image,
        per_sample,
        read_features,
        refuse_broken,
    )

    images = [row for path in checked for row in read_csv(path)]
    broken = [row for row in images if row["reason"]]
    refuse_broken(broken, len(images), setting["broken"], setting["key"])
    table = join_features([read_features(path) for path in features], setting["features"])
    usable = set(table["sample"])
    table = per_sample(table) if setting["unit"] == "sample" else per_image(table)
    rows = ([name, *map(number, values)] for name, *values in table.itertuples(index=False))
    write_csv(output.features, list(table.columns), rows)
    write_csv(output.images, CHECKED, ([row[name] for name in CHECKED] for row in images))
    write_csv(
        output.broken,
        [*CHECKED, "left_out"],
        (
            [*(row[name] for name in CHECKED), "image" if row["sample"] in usable else "sample"]
            for row in broken
        ),
    )
    print(f"{setting['key']}: {len(images)} images, {len(broken)} of them broken and left out")
    print(f"{len(table)} rows of features by {setting['unit']}")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.features,
            snakemake.input.checked,
            json.loads(snakemake.params.setting),
            snakemake.output,
        )
