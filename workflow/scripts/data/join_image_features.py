"""Join the features of all shards to a row per sample or image; list all and broken images."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import number, read_csv, write_csv
        from omc.data import images as library

        setting, output = json.loads(snakemake.params.setting), snakemake.output
        images = [row for path in snakemake.input.checked for row in read_csv(path)]
        broken = [row for row in images if row["reason"]]
        library.refuse_broken(broken, len(images), setting["broken"], setting["key"])
        shards = [library.read_features(path) for path in snakemake.input.features]
        table = library.join_features(shards, setting["features"])
        for row in broken:
            row["left_out"] = "image" if row["sample"] in set(table["sample"]) else "sample"
        by_unit = library.per_sample if setting["unit"] == "sample" else library.per_image
        table = by_unit(table)
        rows = ([name, *map(number, values)] for name, *values in table.itertuples(index=False))
        write_csv(output.features, list(table.columns), rows)
        for path, header, listed in (
            (output.images, library.CHECKED, images),
            (output.broken, [*library.CHECKED, "left_out"], broken),
        ):
            write_csv(path, header, ([row[name] for name in header] for row in listed))
        print(f"{setting['key']}: {len(images)} images, {len(broken)} of them broken and left out")
        print(f"{len(table)} rows of features by {setting['unit']}")
