"""Extract the features of the prepared images of one shard."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.core.csv_files import number, write_csv
        from omc.data.images import feature_names, features_of, read_prepared

        groups = snakemake.params.features
        images = {
            (sample, image): features_of(pixels, limits, groups)
            for sample, image, pixels, limits in read_prepared(snakemake.input.prepared)
        }
        present = {name for features in images.values() for name in features}
        names = [name for name in feature_names(groups, channels=3) if name in present]
        rows = (
            [*image, *(number(features.get(name)) for name in names)]
            for image, features in images.items()
        )
        write_csv(snakemake.output[0], ["sample", "image", *names], rows)
        print(f"{len(images)} images, {len(names)} features")
