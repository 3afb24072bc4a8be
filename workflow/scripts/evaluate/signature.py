"""Stability of the features that models use, and a ranking of the features that all share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(importance: str, ranking: str, data: list[str], datasets: list[dict], output) -> None:
    """importance, ranking: paths; data: data.h5ad of each data set.

    datasets: dictionaries of name, metric, models and baselines.

    output: paths of stability, signature, ranks (of the top features in each model) and plan (the
    features to shuffle, with the best model of each language).
    """
    import pandas as pd

    from omc.core import tables as contracts
    from omc.core.csv_files import number, read_csv, write_csv
    from omc.data.matrix import names
    from omc.evaluate import signature
    from omc.evaluate.ranking import best_of_languages

    text = dict.fromkeys(["dataset", "language", "model", "split", "feature", "selected"], str)
    table = pd.read_csv(
        importance, dtype={**text, "importance": float}, usecols=[*text, "importance"],
        keep_default_na=False, na_values={"importance": [""]},
    )  # fmt: skip
    ranked = read_csv(ranking)
    stable, consensus, ranks, plan = [], [], [], []
    for dataset, path in zip(datasets, data, strict=True):
        name = dataset["name"]
        rows = table[table["dataset"] == name]
        features, selected, uses = signature.read_uses(rows, dataset["baselines"])
        count = len(names(path, "var"))
        for use in uses:
            found = [number(value) for value in signature.stability(use.used, count)]
            size = number(use.used.sum(axis=1).mean())
            stable.append([name, use.language, use.model, *found, len(use.used), size])
        order, score, share = signature.consensus(features, selected, uses)
        with_ranks = [use for use in uses if use.ranks is not None]
        for rank, i in enumerate(order, start=1):
            of = [features[i], number(score[i]), len(with_ranks), number(share[i])]
            consensus.append([name, rank, *of])
        top = order[: signature.TOP]
        for use in with_ranks:
            mean, share = use.ranks.mean(axis=0), use.used.mean(axis=0)
            of = [name, use.language, use.model]
            ranks += [[*of, features[i], number(mean[i]), number(share[i])] for i in top]
        best = best_of_languages(ranked, name, dataset["metric"])
        plan += [[name, *model, features[i]] for model in best for i in top]
    write_csv(output.stability, contracts.STABILITY, stable)
    write_csv(output.signature, contracts.SIGNATURE, consensus)
    write_csv(output.ranks, contracts.FEATURE_RANKS, ranks)
    write_csv(output.plan, contracts.PERMUTATION_PLAN, plan)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.importance,
            snakemake.input.ranking,
            list(snakemake.input.data),
            json.loads(snakemake.params.datasets),
            snakemake.output,
        )
