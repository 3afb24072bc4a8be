"""The outcome of a data set: read from its sheet, and refused where it does not fit the task."""

import numpy as np
import pandas as pd

from omc.core.errors import UserError, some
from omc.core.names import DEVELOPMENT
from omc.core.survival import outcomes, status
from omc.data.missing import is_missing
from omc.data.sheet_columns import column
from omc.data.survival import check_times, times_to_event


def sheet_path(dataset: dict, cohort: str) -> str:
    """Path of the sample sheet of development or of a cohort."""
    return (dataset if cohort == DEVELOPMENT else dataset["cohorts"][cohort])["samples"]


def read_outcome(sheet: pd.DataFrame, setting: dict, key: str, path: str) -> pd.Series:
    """The column `outcome` of samples.tsv: a label, a number, or a time to an event."""
    if setting["task"] == "survival":
        return times_to_event(sheet, setting, key, path)
    return column(sheet, setting["column"], f"{key}.column", path)


def without_outcome(sheet: pd.DataFrame, setting: dict) -> pd.Index:
    """Samples without an outcome, if the configuration drops them, else none."""
    if setting.get("missing") != "drop":
        return sheet.index[:0]
    names = [setting["column"], *([setting["event"]] if "event" in setting else [])]
    known = [name for name in names if name in sheet.columns]
    missing = [sheet[name].map(is_missing) for name in known]
    return sheet.index[np.logical_or.reduce(missing)] if missing else sheet.index[:0]


def refuse_outcome(table: pd.DataFrame, outcome: pd.Series, dataset: dict, key: str) -> None:
    """Refuse a table with a feature that has the name and the values of the outcome.

    outcome: (n,) of development. A gene may have the name of its mutation, which is the outcome.
    """
    setting = dataset["outcome"]
    for name in (setting["column"], setting.get("event")):
        if name in table.columns:
            _refuse_column(table[name], name, outcome, dataset, key)


def _refuse_column(
    feature: pd.Series, name: str, outcome: pd.Series, dataset: dict, key: str
) -> None:
    values = feature.astype(float).reindex(outcome.index).dropna()
    outcome, task = outcome[values.index], dataset["outcome"]["task"]
    if task == "survival" and name == dataset["outcome"]["event"]:
        outcome, task = outcome.map(status), "classification"
    if task == "classification":
        same = values.groupby(outcome).nunique().max() == 1 < outcome.nunique()
    else:
        outcome = pd.to_numeric(outcome.str.removesuffix("+"), errors="coerce")
        same = len(values) > 2 and abs(values.rank().corr(outcome.rank())) > 1 - 1e-9
    if same and values.nunique() > 1:
        path = dataset["layers"][key.rpartition(".")[2]]["table"]
        raise UserError(
            f"{key}.table: feature '{name}' of {path} is the outcome itself"
            f" ({key.partition('.layers.')[0]}.outcome.column), by its name and its values: take it"
            " out of the table"
        )


def check_outcomes(rows: dict[str, pd.DataFrame], dataset: dict, key: str) -> None:
    """Refuse outcomes that do not fit the task, and classes of cohorts that development lacks."""
    setting = dataset["outcome"]
    if setting["task"] == "survival":
        check_times(outcomes(rows[DEVELOPMENT]["outcome"]), setting, key, dataset["samples"])
        return
    if setting["task"] == "regression":
        for cohort, part in rows.items():
            _check_numbers(part["outcome"], setting, key, sheet_path(dataset, cohort))
        _check_varies(rows[DEVELOPMENT]["outcome"], setting, key, dataset["samples"])
        return
    _check_classes(rows[DEVELOPMENT]["outcome"], setting, key, dataset["samples"])
    classes = sorted(rows[DEVELOPMENT]["outcome"].unique())
    for cohort in dataset["cohorts"]:
        outcome = rows[cohort]["outcome"]
        unknown = outcome[~outcome.isin(classes)]
        if len(unknown):
            raise UserError(
                f"{key}.cohorts.{cohort}.samples: the outcome of {len(unknown)} sample(s) is not a"
                f" class of the development samples: '{unknown.iloc[0]}' (sample"
                f" {unknown.index[0]}); development has {some(classes, 12)}: rename them, or take"
                " these samples out"
            )


def _check_numbers(outcome: pd.Series, setting: dict, key: str, path: str) -> None:
    wrong = outcome[~np.isfinite(pd.to_numeric(outcome, errors="coerce"))]
    if len(wrong):
        raise UserError(
            f"{key}.outcome.task: regression, but column '{setting['column']}' of {path} holds"
            f" {wrong.iloc[0]!r} (sample {wrong.index[0]}): give numbers, or task: classification"
        )


def _check_varies(outcome: pd.Series, setting: dict, key: str, path: str) -> None:
    if outcome.astype(float).nunique() < 2:
        raise UserError(
            f"{key}.outcome.column: '{setting['column']}' of {path} is {outcome.iloc[0]} for all"
            f" {len(outcome)} samples that the layers have: there is nothing to predict"
        )


def _check_classes(outcome: pd.Series, setting: dict, key: str, path: str) -> None:
    classes = sorted(outcome.unique())
    if len(classes) < 2:
        raise UserError(
            f"{key}.outcome.column: '{setting['column']}' of {path} has only one class among the"
            f" {len(outcome)} samples that the layers have: {classes[0]}"
        )
    if len(classes) > 2 and "binary_metric" in setting:
        raise UserError(
            f"comparison.metric.classification: {setting['binary_metric']} needs two classes, and"
            f" '{setting['column']}' of {path} has {len(classes)} ({some(classes, 12)}): set it to"
            f" one of {', '.join(setting['other_metrics'])}"
        )
