"""Compare a data set with its baseline layer alone, for what the other layers add."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import ADDED_VALUE
        from omc.evaluate.added_value import added_value
        from omc.evaluate.prevalidation import FILES
        from omc.evaluate.reading import read_metrics

        files, params = snakemake.input, snakemake.params
        metrics, picks = read_metrics(files.metrics), read_csv(files.picks)
        of_base = {kind: files[kind] for kind in ("splits", "predictions", "samples")}
        settings = {name: params[name] for name in ("scheme", "seed", "thresholds")}
        variants = json.loads(params.variants)
        rows, prevalidated = [], iter(files.prevalidated)
        for variant, path in zip(variants, files.variants, strict=True):
            of_variant = {**of_base, "variant": path}
            if variant["other"]:
                of_variant["prevalidated"] = dict(zip(FILES, prevalidated, strict=False))
            rows += added_value(variant, of_variant, metrics, picks, settings)
        write_csv(snakemake.output[0], ADDED_VALUE, rows)
