"""The features of a data set on the explorer page: rank, stability, and values by outcome."""

from collections import defaultdict

from omc.core.names import DEVELOPMENT, FINAL
from omc.report.explorer.numbers import short
from omc.report.result import Result

# Features in the table, those of them with values, and samples with values.
MOST_FEATURES, MOST_WITH_VALUES, MOST_VALUES = 200, 20, 40_000


def features_of(result: Result, files: dict, share: float, notes: list[str]) -> dict:
    """The first features of the signature: rank, score, models, share of the splits, labels, drops.

    files: samples (rows), data (path of data.h5ad), preprocessing (path, if it has size factors).
    """
    signature = result.tables["signature"]
    shown = signature[:MOST_FEATURES]
    if len(signature) > len(shown):
        notes.append(
            f"Features: the first {len(shown)} of {len(signature)}; all are in signature.csv."
        )
    drops = defaultdict(dict)
    for row in result.tables["permutation_importance"]:
        if row["feature"]:
            drops[f"{row['language']}/{row['model']}"][row["feature"]] = short(row["drop"], 4)
    names = [row["feature"] for row in shown]
    labels = {row["feature"]: row["label"] for row in result.tables["feature_labels"]}
    return {
        "names": names,
        "labels": {name: labels[name] for name in names if name in labels},
        "rows": [
            [
                int(row["rank"]),
                row["feature"],
                short(row["score"], 4),
                int(row["n_models"]),
                short(row["selected_share"], 4),
            ]
            for row in shown
        ],
        "drops": {model: [of.get(name) for name in names] for model, of in drops.items()},
        **values_of(names[:MOST_WITH_VALUES], files, share, notes),
    }


def values_of(names: list[str], files: dict, share: float, notes: list[str]) -> dict:
    """Values of features in development: the samples, and a list for each feature."""
    samples = [row["sample"] for row in files["samples"] if row["cohort"] == DEVELOPMENT]
    most = max(50, int(MOST_VALUES * share / max(1, len(names))))
    step = -(-len(samples) // most)
    if step > 1:
        n, samples = len(samples), samples[::step]
        notes.append(f"Values of features: {len(samples)} of {n} samples, one in {step}.")
    if not names:
        return {"samples": [], "values": []}
    # Later than the others: it takes a moment to load.
    import numpy as np

    from omc.data.matrix import axis_names, read_columns

    at = {name: i for i, name in enumerate(axis_names(files["data"], "var"))}
    columns = np.array([at[name] for name in names])
    order = np.argsort(columns)
    values = np.empty((len(samples), len(names)))
    values[:, order] = read_columns(files["data"], samples, columns[order])
    if files.get("preprocessing"):
        values = normalised(values, columns, samples, files)
        notes.append(
            "Values of features: counts are normalised by the size factors of split final."
        )
    outcomes = {row["sample"]: row["outcome"] for row in files["samples"]}
    return {
        "samples": [[name, outcomes[name]] for name in samples],
        "values": [[short(value, 4) for value in column] for column in values.T],
    }


def normalised(values, columns, samples: list[str], files: dict):
    """(n, p) values, counts normalised by the size factors of split `final`.

    values: (n, p) of these columns of data.h5ad and these samples.
    """
    import numpy as np

    from omc.data.matrix import layers
    from omc.learn.preprocessing import read_fits
    from omc.learn.size_factors import normalise, read_size_factors

    known = read_size_factors(files["preprocessing"])
    if known is None:
        return values
    factors = read_fits(files["preprocessing"], {FINAL})[0][FINAL, 0].size_factors
    row_of = {name: row for row, name in enumerate(known.samples)}
    number = {name: number for number, name in enumerate(known.layers)}
    layer = np.array([number.get(name, -1) for name in layers(files["data"])[columns]])
    return normalise(values, layer, factors[[row_of[name] for name in samples]])
