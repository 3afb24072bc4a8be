"""Variants of a data set, trained and scored like it, for comparisons."""


def variants(name: str, dataset: dict) -> dict[str, dict]:
    """The variants that a data set is compared with, by name: `{dataset}-{variant}`.

    Each layer alone (compare_layers), or the baseline alone (`compared_layers`), and the same data
    without the correction for lab batches (compare_batch), on the same splits; all samples without
    their groups (compare_grouping) on splits of its own. `variant`: kind (layer, uncorrected or
    ungrouped), base (the data set that it is compared with), layer.
    """
    plain = {**dataset, "compare_layers": False, "compare_grouping": False, "compare_batch": False}
    by_name: dict[str, dict] = {}
    for layer in compared_layers(dataset):
        variant: dict = {"kind": "layer", "base": name, "layer": layer}
        layers = {layer: dataset["layers"][layer]}
        by_name[f"{name}-{layer}"] = {**plain, "layers": layers, "variant": variant}
    if dataset["compare_grouping"]:
        variant = {"kind": "ungrouped", "base": name, "layer": None}
        by_name[f"{name}-ungrouped"] = {**plain, "groups": None, "variant": variant}
    if dataset["compare_batch"]:
        variant = {"kind": "uncorrected", "base": name, "layer": None}
        by_name[f"{name}-uncorrected"] = {**plain, "variant": variant}
    return by_name


def compared_layers(dataset: dict) -> list[str]:
    """The layers that models are trained on alone too: all (compare_layers), or baselines."""
    layers = dataset["layers"]
    if len(layers) < 2 or "variant" in dataset:
        return []
    return [
        name
        for name, layer in layers.items()
        if dataset["compare_layers"] or layer["role"] == "baseline"
    ]
