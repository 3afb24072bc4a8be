"""All layers together compared with each model's best single layer."""

from omc.evaluate.variants import changes
from omc.report.phrases import of_models
from omc.report.result import Result


def title(result: Result) -> str:
    """The best layer is picked on the same splits, so its own value is optimistic.

    P-values are adjusted for all layers of all models, so that picking creates no false evidence.
    """
    rows = result.compared("layer")
    rows.sort(key=lambda row: -result.sign * float(row["variant_estimate"]))
    evidence = dict(zip(map(id, rows), changes(rows), strict=True))
    best = {}
    for row in rows:
        best.setdefault((row["language"], row["model"]), row)
    n, changes_of_best = len(best), [evidence[id(row)] for row in best.values()]
    if n == 0:
        return f"No model has a value of {result.label} both on all layers and on one alone"
    better, worse = changes_of_best.count(1), changes_of_best.count(-1)
    adding = _adding(result, rows, best.values())
    if better + worse == 0:
        which = f"any of {n} models" if n > 2 else ("the one model", "either model")[n - 1]
        return f"No evidence that {adding} makes a difference to {which}"
    parts = [f"helps {of_models(better, n)}"] if better else []
    parts += [f"{'and hurts' if better else 'hurts'} {of_models(worse, n)}"] if worse else []
    undecided = n - better - worse
    return f"Evidence that {adding} {' '.join(parts)}" + (
        f"; no evidence of a difference in the other {undecided}" if undecided else ""
    )


def _adding(result: Result, rows, best) -> str:
    """'adding proteins to expression', if all models have the same best layer."""
    layers = {row["variant"] for row in best}
    if len(layers) > 1:
        return "having all layers instead of the best one"
    others = {row["variant"] for row in rows} - layers
    names = [text.removeprefix(f"{result.name}-") for text in (*layers, *others)]
    return f"adding {names[1] if len(others) == 1 else 'the other layers'} to {names[0]}"
