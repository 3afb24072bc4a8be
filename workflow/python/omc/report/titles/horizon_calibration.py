"""In how many groups of samples the predicted risk lies in the interval of the observed one."""

from omc.core.names import DEVELOPMENT
from omc.report.result import Result


def title(result: Result) -> str:
    rows = [
        row
        for row in result.tables["horizon_calibration"]
        if row["cohort"] == DEVELOPMENT
        and row["ci_low"]
        and f"{row['language']}/{row['model']}" not in result.dataset["baselines"]
    ]
    if not rows:
        return "No model predicts survival for a group that was observed until a horizon"
    below = sum(float(row["predicted"]) < float(row["ci_low"]) for row in rows)
    above = sum(float(row["predicted"]) > float(row["ci_high"]) for row in rows)
    n = len(rows)
    if not below + above:
        where = f"all {n} groups" if n > 1 else "the one group"
        return f"Predicted risks lie within the 95 % interval of the observed risk in {where}"
    return (
        f"Predicted risks lie outside the 95 % interval of the observed risk in {below + above} of"
        f" {n} groups: too high in {above}, too low in {below}"
    )
