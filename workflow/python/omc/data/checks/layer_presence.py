"""Whether samples that a layer lacks have a different outcome from the others."""

import numpy as np

from omc.data.association import adjusted

ORDER = 60
STRENGTH, ALPHA = 0.1, 0.05
EXPLANATION = (
    "With `join: outer`, samples that a layer lacks get the same imputed value for each feature,"
    " and a model can recognise it. If the layer is missing more often in one class, that alone"
    " predicts the class: on noise, a layer that was missing in 60 % of one class and none of the"
    " other gave a mean ROC AUC of .73."
)
RULE = (
    "absence from the layer is associated with the outcome (adjusted p < 0.05 over the layers, by"
    " permutation; chi-square test, or rank test for a numeric outcome) with a strength of at least"
    " 0.1"
)
FIX = (
    "Set `join: inner` to keep the samples that every layer has, or run each layer alone"
    " (`compare_layers`). Find out why the layer is missing: in new samples it may be missing for"
    " other reasons."
)


def check(data, scan):
    """A row per layer that samples lack, else one row if there are several layers."""
    layers = {layer: has for layer, has in data.presence.items() if not has.all()}
    if not layers:
        several = len(data.presence) > 1
        return [("ok", "every sample is in every layer", "")] if several else []
    known = np.ones(len(data.development), dtype=bool)
    tests = [data.permuted.of_levels(has.astype(int), known) for has in layers.values()]
    rows = []
    for layer, p, test in zip(layers, adjusted([p for _, p in tests]), tests, strict=True):
        lacking = ~layers[layer]
        linked = p < ALPHA and np.sqrt(test[0][0] / len(known)) >= STRENGTH
        whose = f" ({data.class_shares(lacking)})" if data.is_classification else ""
        value = f"{layer}: missing in {lacking.mean():.0%} of the samples{whose}, p = {p:.2g}"
        advice = (
            "a model may learn from the gap alone: set join: inner, or compare the layers one by"
            " one (compare_layers)"
        )
        rows.append(("warning" if linked else "ok", value, advice if linked else ""))
    return rows
