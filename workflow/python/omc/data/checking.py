"""Checks a data set for problems that can bias its results; they only warn."""

import pandas as pd

from omc.core.csv_files import read_csv, write_csv
from omc.core.errors import UserError, did_you_mean, some
from omc.core.names import UNRANKED
from omc.core.registry import entries
from omc.core.survival import outcomes
from omc.core.tables import CHECKS as HEADER
from omc.data.checked import CheckedData
from omc.data.files import named_by_user
from omc.data.outcome import without_outcome
from omc.data.reading import read_sheet
from omc.data.survival import check_horizons

CHECKS = "omc.data.checks"


def all_checks() -> dict:
    """The checks by name, in their order."""
    return dict(sorted(entries(CHECKS).items(), key=lambda item: item[1].ORDER))


def check_positive(positive, outcome: pd.Series, column: str, key: str) -> None:
    """Refuse a positive class that no sample has. outcome: (n,) of `column`."""
    classes = sorted(outcome.unique())
    if positive is not None and positive not in classes:
        of_yaml = " YAML reads true and false as values of its own: write it in quotes"
        raise UserError(
            f"{key}.outcome.positive: '{positive}' is not a class of column '{column}'"
            f" (classes: {some(classes, 12)})."
            + (of_yaml if positive in ("True", "False") else did_you_mean(positive, classes))
        )


def check_ranked(metric: str | None, samples: pd.DataFrame, task: str, groups: str) -> None:
    """Refuse a metric that ranks the samples of each group, if no group has what that needs.

    These are different outcomes, of a classification all classes. metric: None if it is not of this
    kind; samples: of development, with outcome and group.
    """
    if metric is None:
        return
    of_groups = samples.groupby("group")["outcome"].nunique().max()
    classes = samples["outcome"].nunique() if task == "classification" else 2
    if of_groups >= classes:
        return
    lacking = "different outcomes" if classes == 2 else f"all {classes} classes"
    raise UserError(
        f"comparison.metric.{task}: {metric} ranks the samples of each group that is left out, but"
        f" no group of '{groups}' has samples with {lacking}: set it to {UNRANKED[task]},"
        " or the scheme to repeated_kfold"
    )


def check_left_out(metric: str | None, samples: pd.DataFrame) -> None:
    """Refuse a metric of predicted classes if what is left out decides which one is most frequent.

    A class is rarer where its own samples are left out. Whoever predicts the most frequent class is
    then mostly wrong, and models that know nothing are below chance, each as far as it leans on the
    frequencies: others would seem to beat the baseline. metric: None if it is not of this kind;
    samples: of development, with outcome and group.
    """
    if metric is None:
        return
    scheme = "leave_one_out" if (samples["group"] == "").all() else "leave_one_group_out"
    unit = samples["group"].where(samples["group"] != "", samples.index.astype(str))
    counts = pd.crosstab(unit, samples["outcome"])
    remaining = counts.sum() - counts
    most = remaining.eq(remaining.max(axis=1), axis=0)
    if len(most.drop_duplicates()) == 1 and most.iloc[0].sum() == 1:
        return
    sizes = ", ".join(f"{label}: {n}" for label, n in counts.sum().items())
    raise UserError(
        f"comparison.metric.classification: {metric} means little with {scheme} here, since the"
        " samples that are left out determine which class is the most frequent among the others"
        f" ({sizes}): an uninformative prediction is then mostly wrong, and any model seems to beat"
        " it: set the metric to brier or log_loss, or the scheme to repeated_kfold"
    )


def checked(data: CheckedData) -> list[list]:
    """Rows (check, status, value, advice) of all checks, after one pass over the features."""
    checks = all_checks()
    scans = {name: check.Scan(data) for name, check in checks.items() if hasattr(check, "Scan")}
    for block in data.blocks():
        for scan in scans.values():
            scan.add(block)
    return [
        [name, *row] for name, check in checks.items() for row in check.check(data, scans.get(name))
    ]


def check_dataset(
    dataset: str,
    sheet: str,
    data: str,
    samples: str,
    splits: str,
    strata: str,
    setting: dict,
    output: str,
) -> None:
    """Write the checks of a data set.

    setting: outcome (its column), task, positive, groups; normalised: layers of counts that each
    fit normalises; in a survival analysis also horizons and survival: time, event and event_value.
    """
    rows = pd.read_csv(samples, sep="\t", dtype=str, keep_default_na=False)
    with named_by_user(setting.get("rds", {})):
        cells = read_sheet(sheet, **setting.get("sheet", {}))
    # Columns that are features are no lab batches.
    cells = cells.drop(columns=setting.get("columns", []))
    described = {"column": setting["outcome"], **(setting.get("survival") or {})}
    dropped = without_outcome(cells, {**described, "missing": setting.get("missing")})
    cells = cells.drop(index=dropped)
    data_set = CheckedData(
        setting["task"], setting["outcome"], setting["groups"], cells, rows, data,
        read_csv(splits), read_csv(strata), setting.get("lab_batch"), setting.get("survival"),
        list(dropped), setting.get("normalised", []),
    )  # fmt: skip
    outcome = data_set.development["outcome"]
    if data_set.survival:
        key = f"datasets.{dataset}.outcome"
        check_horizons(setting["horizons"], outcomes(outcome), data_set.survival, key)
    check_positive(setting["positive"], outcome, setting["outcome"], f"datasets.{dataset}")
    metric, task, groups = (setting[key] for key in ("ranked_in_groups", "task", "groups"))
    check_ranked(metric, data_set.development, task, groups)
    check_left_out(setting.get("labels_left_out"), data_set.development)
    write_csv(output, HEADER, ([dataset, *row] for row in checked(data_set)))
