"""Compare data sets with their baseline layers alone, for what the other layers add."""

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
        kinds = ("splits", "predictions", "samples", "variant")
        settings = {name: params[name] for name in ("scheme", "seed", "thresholds")}
        variants = json.loads(params.variants)
        rows, prevalidated = [], iter(files.prevalidated)
        for variant, *paths in zip(variants, *(files[kind] for kind in kinds), strict=True):
            of_variant = dict(zip(kinds, paths, strict=True))
            if variant["other"]:
                of_variant["prevalidated"] = dict(zip(FILES, prevalidated, strict=False))
            rows += added_value(variant, of_variant, metrics, picks, settings)
        write_csv(snakemake.output[0], ADDED_VALUE, rows)
