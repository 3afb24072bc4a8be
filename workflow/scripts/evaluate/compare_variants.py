"""Compare a data set with its variants: each layer alone, and the groups ignored."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import VARIANTS
        from omc.evaluate.reading import read_metrics
        from omc.evaluate.variants import compare_variant

        metrics = read_metrics(snakemake.input.metrics)
        files = {kind: snakemake.input[kind] for kind in ("splits", "predictions", "samples")}
        settings = metrics, snakemake.params.scheme, snakemake.params.seed
        variants, rows = json.loads(snakemake.params.variants), []
        for variant, path in zip(variants, snakemake.input.variants, strict=True):
            rows += compare_variant(variant, {**files, "variant": path}, *settings)
        write_csv(snakemake.output[0], VARIANTS, rows)
