"""Whether a column of the sample sheet that no model uses is associated with the outcome."""

ORDER = 20
STRENGTH, ALPHA = 0.3, 0.05
EXPLANATION = (
    "If cases and controls were measured on different plates, at different sites or at different"
    " ages, a model can learn the plate, the site or the age from the features, and score well"
    " without knowing anything about the outcome."
)
RULE = (
    "the association has a strength of at least 0.3 and an adjusted p < 0.05. The strength is"
    " Cramér's V for levels and classes, the correlation ratio of ranks for a measurement and"
    " classes, the rank correlation for two measurements, or the share of the rank variance of a"
    " numeric outcome that the levels explain. All columns are one family of permutation tests,"
    " whatever their number of levels; groups are permuted as a whole"
)
FIX = (
    "For a column of levels, set `groups` to it, so that models are tested on levels that they were"
    " not trained on. If a class occurs in only one level, no resampling can separate the two:"
    " measure both classes on one plate. For a measurement, match or adjust for it, and compare"
    " with a model of the measurement alone, as a layer of its own. A correction"
    " (`preprocessing.batch`) cannot separate the two either: it removes what they share."
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
    return rows or [("skipped", "no unused column has repeated levels or measurements", "")]


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
            f"{may}, and because a class occurs in only one level, no resampling can separate the"
            " two: measure samples of each class in several levels"
        )
    if name == data.lab_batch:
        return (
            f"{may}, and correcting for it removes what the two share: measure samples of each"
            " outcome in every lab batch; compare_batch: true shows what the correction changes"
        )
    if (level == "").any():
        return (
            f"{may}: check whether it was recorded after the outcome, or because of it; if it is a"
            f" batch, fill in its {(level == '').sum()} empty cells, and set groups: {name} to test"
            " models on levels that they were not trained on"
        )
    levels = level.nunique()
    if data.is_classification:
        levels = level.groupby(data.y).nunique().min()
    # Inner folds need levels too, in what is left of these for training.
    folds = f", with folds and inner_folds of at most {max(levels - 1, 2)}" if levels < 7 else ""
    if levels < 3:
        return f"{may}: if it is a batch, measure samples of each class in at least three levels"
    return (
        f"{may}: if it is a batch, set groups: {name} to test models on levels that they were not"
        f" trained on{folds}"
    )
