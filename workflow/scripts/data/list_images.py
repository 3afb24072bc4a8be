"""List the images of a layer with their samples and shards, without opening any."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.core.csv_files import write_csv
        from omc.data.image_files import in_shard, list_images

        params = snakemake.params
        images = list_images(params.source, params.pattern, params.key)
        rows = ([*image, shard] for shard in params.shards for image in in_shard(images, shard))
        header = ["sample", "image", "path", "shard"]
        write_csv(snakemake.output[0], header, rows, delimiter="\t")
        samples = len({image.sample for image in images})
        shards = len(params.shards)
        print(f"{params.key}: {len(images)} images of {samples} samples in {shards} shards")
