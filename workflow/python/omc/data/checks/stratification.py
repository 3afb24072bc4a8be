"""Whether the folds could be balanced over all columns of `stratify_by`."""

ORDER = 15
EXPLANATION = (
    "A stratum with fewer samples than there are folds cannot be in every fold. Balancing such"
    " strata would leave the classes unbalanced; a fold might even lack a class."
)
RULE = (
    "with the columns balanced, the number of samples of a class in a fold would differ from an"
    " even share by 50 % of that share more than with only the classes balanced, or if every"
    " stratum is smaller than the number of folds. Columns of `stratify_by` are then dropped, the"
    " last first, until the classes are balanced; `strata.csv` counts the divisions into folds"
)
FIX = (
    "Merge small levels of the column, put the columns that matter most first in `stratify_by`, or"
    " lower `resampling.folds` or `inner_folds`."
)


def check(data, scan):
    """A row for the outer folds and one for the inner folds, if there is a column to balance."""
    rows = []
    for kind in ("outer", "inner"):
        own = [row for row in data.strata if row["folds"] == kind]
        dropped = [row for row in own if row["dropped"]]
        if not any("outcome" != row["balanced"] for row in own) and not dropped:
            continue
        total = sum(int(row["divisions"]) for row in own)
        if not dropped:
            rows.append(("ok", f"{kind} folds: balanced over {own[0]['balanced']}", ""))
            continue
        without = [f"{row['divisions']} of {total} without {row['dropped']}" for row in dropped]
        value = (
            f"{kind} folds: strata too small to keep the classes balanced, so {', '.join(without)}"
        )
        advice = (
            "merge small levels, put the columns that matter most first in stratify_by, or lower"
            " the number of folds"
        )
        rows.append(("warning", value, advice))
    return rows
