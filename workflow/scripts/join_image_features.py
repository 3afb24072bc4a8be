"""Join the features of all shards to one row per sample or per image; report broken images."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(
    features: list[str], broken: list[str], setting: dict, key: str, output: str, report: str
) -> None:
    from omc.csvs import number, read_csv, write_csv
    from omc.images import join_features, per_sample, read_features, refuse_broken

    refused = [row for path in broken for row in read_csv(path)]
    table = join_features([read_features(path) for path in features], setting["features"])
    refuse_broken(refused, len(table), setting["broken"], key)
    left = set(table["sample"])
    if setting["unit"] == "sample":
        table = per_sample(table)
    names = list(table.columns)
    rows = ([v if isinstance(v, str) else number(v) for v in row] for row in table.to_numpy())
    write_csv(output, names, rows)
    header = ["sample", "image", "path", "reason"]
    write_csv(
        report,
        [*header, "left_out"],
        (
            [*(row[n] for n in header), "image" if row["sample"] in left else "sample"]
            for row in refused
        ),
    )
    print(f"{key}: {len(table)} rows, {len(refused)} broken images left out")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.features,
            snakemake.input.broken,
            json.loads(snakemake.params.setting),
            snakemake.params.key,
            snakemake.output.features,
            snakemake.output.broken,
        )
