"""Variants of a data set, trained and scored like it, for comparisons."""


def variants(name: str, dataset: dict) -> dict[str, dict]:
    """The variants that a data set is compared with, by name: `{dataset}-{variant}`.

    Each layer alone (compare_layers) on the same splits, and all samples without their groups
    (compare_grouping) on splits of its own. `variant`: kind (layer or ungrouped), base (the data
    set that it is compared with), layer.
    """
    plain = {**dataset, "compare_layers": False, "compare_grouping": False}
    by_name = {}
    if dataset["compare_layers"]:
        for layer, setting in dataset["layers"].items():
            variant = {"kind": "layer", "base": name, "layer": layer}
            by_name[f"{name}-{layer}"] = {**plain, "layers": {layer: setting}, "variant": variant}
    if dataset["compare_grouping"]:
        variant = {"kind": "ungrouped", "base": name, "layer": None}
        by_name[f"{name}-ungrouped"] = {**plain, "groups": None, "variant": variant}
    return by_name
