"""Compare data sets with their variants: each layer alone, and the groups ignored."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import VARIANTS
        from omc.evaluate.reading import read_metrics
        from omc.evaluate.variants import compare_variant

        metrics = read_metrics(snakemake.input.metrics)
        kinds = ("splits", "predictions", "samples", "variant")
        paths = zip(*(snakemake.input[kind] for kind in kinds), strict=True)
        settings = metrics, snakemake.params.scheme, snakemake.params.seed
        rows = []
        for variant, files in zip(json.loads(snakemake.params.variants), paths, strict=True):
            rows += compare_variant(variant, dict(zip(kinds, files, strict=True)), *settings)
        write_csv(snakemake.output[0], VARIANTS, rows)
