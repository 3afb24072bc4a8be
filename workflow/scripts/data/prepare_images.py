"""Check, resize and normalise the images of one shard; list the broken ones."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.core.checksums import sha256_file
        from omc.core.csv_files import read_csv, write_csv
        from omc.data.images import CHECKED, read_and_prepare, write_prepared

        shard = snakemake.wildcards.shard
        rows = read_csv(snakemake.input.list, delimiter="\t")
        rows = [row | {"reason": ""} for row in rows if row["shard"] == shard]

        def usable():
            results = read_and_prepare([row["path"] for row in rows], snakemake.params.size)
            for row, result in zip(rows, results, strict=True):
                if isinstance(result, str):
                    row["reason"] = result
                    print(f"{row['path']} {result}", flush=True)
                else:
                    yield row["sample"], row["image"], *result

        write_prepared(snakemake.output.prepared, usable())
        for row in rows:
            row["sha256"] = sha256_file(row["path"])
        write_csv(
            snakemake.output.checked, CHECKED, ([row[name] for name in CHECKED] for row in rows)
        )
        broken = sum(bool(row["reason"]) for row in rows)
        print(f"shard {shard}: {len(rows) - broken} of {len(rows)} images prepared")
