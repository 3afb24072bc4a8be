"""Whether a column of the sample sheet that no model uses is associated with the outcome."""

ORDER = 20
STRENGTH, ALPHA = 0.3, 0.05
EXPLANATION = (
    "If cases and controls were measured on other plates, at other sites or at another age, a model"
    " can learn the plate, the site or the age from the features, and score well without knowing"
    " anything of the outcome."
)
RULE = (
    "the association has a strength of at least 0.3 (Cramér's V of levels and classes, the"
    " correlation ratio of the ranks of a measurement in classes, the rank correlation of two"
    " measurements, or the share of rank variance of the outcome that levels explain) and an"
    " adjusted p < 0.05. All columns are one family of permutation tests, whatever their number of"
    " levels; groups are permuted as a whole"
)
FIX = (
    "Levels: set `groups` to the column, so that models are tested on levels that they were not"
    " trained on. If a class is in one level only, no resampling can tell the two apart: measure"
    " both on one plate. A measurement: match or adjust for it, and compare with a model of it"
    " alone, as a layer of its own. A correction (`preprocessing.batch`) cannot tell the two apart"
    " either: it takes away what they share."
)


def check(data, scan):
    """One row per column, but for those that name subjects."""
    rows = []
    for name, found in data.columns.found.items():
        if name in data.subjects and name != data.lab_batch:
            continue
        linked = found.strength >= STRENGTH and found.p < ALPHA
        value = f"{name}: {found.measure} {found.strength:.2f}, p = {found.p:.2g}"
        advice = _advice(data, name, found.is_number) if linked else ""
        rows.append(("warning" if linked else "ok", value, advice))
    return rows or [("skipped", "no unused column with levels that repeat, or measurements", "")]


def _advice(data, name, is_number) -> str:
    may = f"a model may learn '{name}' instead of the outcome"
    if is_number:
        return (
            f"{may}: match the samples or adjust for it, and compare with a model of '{name}' alone"
            " (a layer of its own)"
        )
    level = data.unused[name]
    if data.is_classification and (level[level != ""].groupby(data.y).nunique() == 1).any():
        return (
            f"{may}, and as a class is in one level only, no resampling can tell the two apart:"
            " measure samples of each class in several levels"
        )
    if name == data.lab_batch:
        return (
            f"{may}, and correcting for it removes what the two share: measure samples of each"
            " outcome in every lab batch; compare_batch: true shows what the correction changes"
        )
    if (level == "").any():
        return (
            f"{may}: look whether it was recorded after the outcome, or because of it; if it is a"
            f" batch, fill in its {(level == '').sum()} empty cells, and set groups: {name} to test"
            " on other levels than it was trained on"
        )
    levels = level.nunique()
    if data.is_classification:
        levels = level.groupby(data.y).nunique().min()
    # Inner folds need levels too, in what is left of these for training.
    folds = f", with folds and inner_folds of at most {max(levels - 1, 2)}" if levels < 7 else ""
    if levels < 3:
        return f"{may}: if it is a batch, measure samples of each class in three levels or more"
    return (
        f"{may}: if it is a batch, set groups: {name} to test on other levels than it was trained"
        f" on{folds}"
    )
