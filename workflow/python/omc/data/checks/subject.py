"""Whether a column names subjects with several samples while `groups` is not set."""

ORDER = 30
EXPLANATION = (
    "Two samples of one subject are alike. If one is trained on and the other tested, a model can"
    " recognise the subject, and its score says nothing about new subjects."
)
RULE = (
    "`groups` is not set, most samples share a level of a column with other samples, its levels"
    " explain the outcome (90 % of the samples have the majority class of their level, or 90 % of"
    " the variance is explained), and they do so more than by chance (p < 0.05, as in `batch`)."
    " Measurements such as age are left to `batch`"
)
FIX = "Set `groups` to the column."


def check(data, scan):
    """A row per such column, else one row."""
    if data.groups is not None:
        return [("ok", f"groups: {data.groups}", "")]
    rows = []
    for name, share in data.subjects.items():
        value = (
            f"{name}: {data.unused[name].nunique()} levels, {share:.0%} of the samples share one"
        )
        advice = f"samples of one subject may be on both sides of a split: set groups: {name}"
        rows.append(("warning", value, advice))
    return rows or [("ok", "no unused column looks like a repeated subject", "")]
