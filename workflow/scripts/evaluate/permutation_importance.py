"""What shuffling a feature costs the best model of each language, over splits."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import PERMUTATION_IMPORTANCE
        from omc.evaluate.shuffled import importance_rows

        datasets = json.loads(snakemake.params.datasets)
        order = {dataset["name"]: i for i, dataset in enumerate(datasets)}
        planned = {}
        for row in read_csv(snakemake.input.plan):
            model = row["dataset"], row["language"], row["model"]
            planned.setdefault(model, []).append(row["feature"])
        rows = []
        for (name, *model), features in planned.items():
            path = snakemake.input[model[0]][order[name]]
            rows += importance_rows(path, datasets[order[name]], model, features)
        write_csv(snakemake.output[0], PERMUTATION_IMPORTANCE, rows)
