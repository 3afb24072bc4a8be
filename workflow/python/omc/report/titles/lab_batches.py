"""How many models the correction for lab batches helps or hurts, according to the tests."""

from omc.evaluate.variants import changes
from omc.report.phrases import of_models
from omc.report.result import Result


def title(result: Result) -> str:
    rows = result.compared("uncorrected")
    n, evidence = len(rows), changes(rows)
    if n == 0:
        return f"No model has a value of {result.label} both with and without the correction"
    helped, hurt = evidence.count(1), evidence.count(-1)
    what = "the correction for lab batches"
    if not helped + hurt:
        which = f"any of {n} models" if n > 2 else ("the one model", "either model")[n - 1]
        return f"No evidence that {what} makes a difference to {which}"
    parts = [f"helps {of_models(helped, n)}"] if helped else []
    parts += [f"{'and hurts' if helped else 'hurts'} {of_models(hurt, n)}"] if hurt else []
    return f"Evidence that {what} {' '.join(parts)}"
