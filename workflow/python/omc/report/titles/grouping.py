"""How many models look better in folds that ignore the groups, according to the tests."""

from omc.evaluate.ranking import decimals_of, printed
from omc.evaluate.variants import changes
from omc.report.phrases import of_models
from omc.report.result import Result


def title(result: Result) -> str:
    rows = result.compared("ungrouped")
    n = len(rows)
    if n == 0:
        return f"No model has a value of {result.label} in both kinds of folds"
    # -1: the groups make the value worse, so it looks better without them.
    evidence = changes(rows)
    flattered, harmed = evidence.count(-1), evidence.count(1)
    values = [float(row[name]) for name in ("estimate", "variant_estimate") for row in rows]
    decimals = decimals_of(values, result.metric)
    gaps = [-float(row["difference"]) for row in rows]
    sizes = dict.fromkeys(printed(gap, decimals) for gap in (min(gaps), max(gaps)))
    gap = f"the gap in {result.label} is {' to '.join(sizes)}"
    if flattered:
        other_way = f" ({harmed} the other way)" if harmed else ""
        return f"Folds that ignore the groups flatter {of_models(flattered, n)}: {gap}{other_way}"
    if harmed:
        return (
            f"Folds that ignore the groups flatter no model and harm {of_models(harmed, n)}: {gap}"
        )
    which = "the one model" if n == 1 else f"any of {n} models"
    if evidence.count(None) == n:
        return f"Too few splits to test whether folds that ignore the groups flatter {which}: {gap}"
    return f"No evidence that folds that ignore the groups flatter {which}: {gap}"
