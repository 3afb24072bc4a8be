"""Score a data set's models on permuted outcomes, and compare with the real outcomes."""

from pathlib import Path

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        import numpy as np

        from omc.core.csv_files import number, write_csv
        from omc.core.tables import CHECKS, NULL, NULL_TESTS
        from omc.evaluate.metrics import METRICS
        from omc.evaluate.null import best_values, check, null_test, permuted_values

        models, keys, scoring = (
            json.loads(snakemake.params[name]) for name in ("models", "made_with", "scoring")
        )
        folders = [str(Path(file).parent) for file in snakemake.input.splits]
        values = permuted_values(snakemake.input.observed, folders, models, keys, scoring)
        dataset, metric = snakemake.wildcards.dataset, scoring["metric"]
        rows, tests, checks = [], [], []
        scored = {"/".join(m): null[1:] for m, null in values.items() if np.isfinite(null[0])}
        smaller = not METRICS[metric].higher_is_better
        best = best_values(list(scored.values()), smaller) if scored else []
        missing = {model: int(np.isnan(null).sum()) for model, null in scored.items()}
        for model, (observed, *null) in values.items():
            for permutation, value in enumerate([observed, *null]):
                rows.append([dataset, permutation, *model, metric, number(value)])
            tests.append([dataset, *model, metric, *null_test(metric, observed, null, best)])
            name = "/".join(model)
            checks.append([dataset, *check(name, metric, observed, null, best, missing)])
        write_csv(snakemake.output.null, NULL, rows)
        write_csv(snakemake.output.tests, NULL_TESTS, tests)
        write_csv(snakemake.output.checks, CHECKS, checks)
