"""The outcome that a configuration proposes: its column or columns, its task and what is unsure."""

import math
import re

import pandas as pd

from omc.core.errors import UserError, did_you_mean, some
from omc.study.proposal.answers import Answers
from omc.study.proposal.columns import Column, Roles, describe, is_event, positive_class

# An outcome is certain with so many points, and so many more than the next column.
CERTAIN, AHEAD = 4, 2


def outcome_setting(
    sheet: pd.DataFrame, named: str, roles: Roles, given: str, path: str, answers: Answers
) -> dict:
    """The settings of the outcome. named: the column of the samples; given: see `propose`."""
    if given:
        return _given_outcome(sheet, roles, given, path, answers)
    if roles.survival:
        return _time_or_class(sheet, roles, answers)
    return _column_setting(_likeliest(sheet, named, roles, path, answers), answers)


def _given_outcome(sheet, roles: Roles, given: str, path: str, answers: Answers) -> dict:
    """Settings of the column that the user has named."""
    if given not in sheet.columns:
        raise UserError(
            f"OUTCOME={given}: is not a column of {path}.{did_you_mean(given, list(sheet))}"
            f" Its columns: {some(sheet.columns, 12)}"
        )
    if roles.survival and given in (column.name for column in roles.survival[:2]):
        return _survival_setting(roles.survival, answers)
    return _column_setting(describe(sheet, given).as_outcome(), answers)


def _time_or_class(sheet, roles: Roles, answers: Answers) -> dict:
    """Settings where a time and an event are there, and perhaps other outcomes."""
    assert roles.survival
    time, event, _ = roles.survival
    options = [column for _, column in roles.outcomes]
    why = f"'{time.name}' and '{event.name}' look like a time to an event"
    if not options:
        answers.note("outcome", f"{why}, and no other column like an outcome")
        return _survival_setting(roles.survival, answers)
    texts = [f"the time to {event.name} ({time.name}): survival", *map(option_text, options)]
    question = "What is to be predicted?"
    at = answers.choose("outcome", question, texts, f"{why}; {_rest(options)}")
    if at == 0:
        return _survival_setting(roles.survival, answers)
    return _column_setting(options[at - 1], answers)


def _likeliest(sheet, named, roles: Roles, path: str, answers: Answers) -> Column:
    """The column that is most like an outcome. named: the column of the samples' names."""
    options = [column for _, column in roles.outcomes]
    if options:
        points = [one for one, _ in roles.outcomes]
        certain = points[0] >= CERTAIN and (len(points) == 1 or points[0] - points[1] >= AHEAD)
    else:
        options = [describe(sheet, name).as_outcome() for name in sheet.columns if name != named]
        options = [column for column in options if column.kind in ("levels", "numbers")]
        options.sort(key=lambda column: (column.kind != "levels", column.labels.nunique()))
        certain = len(options) == 1
    if not options:
        raise UserError(
            f"{path}: no column looks like an outcome (columns: {some(sheet.columns, 12)}): add one"
            " with a class or a number for each sample"
        )
    if certain:
        return options[0]
    why = f"'{options[0].name}' is a guess; {_rest(options[1:])}"
    question = "Which column is to be predicted?"
    return options[answers.choose("outcome", question, list(map(option_text, options)), why)]


def option_text(column: Column) -> str:
    """A column as an option: its name and its classes."""
    if column.kind == "numbers":
        return f"{column.name}: numbers"
    return f"{column.name}: {some((f'{label} {n}' for label, n in column.counts.items()), 4)}"


def _rest(options: list[Column]) -> str:
    if not options:
        return "no other column looks like one; OUTCOME=… names another"
    return f"others: {some((one.name for one in options), 4)}; OUTCOME=… names another"


def _column_setting(column: Column, answers: Answers) -> dict:
    """Settings of an outcome in one column."""
    setting = {"column": column.name, "task": "classification"}
    if column.kind == "numbers":
        setting["task"] = "regression"
    elif column.kind != "levels":
        raise UserError(
            f"OUTCOME={column.name}: has {column.labels.nunique()} different values in"
            f" {len(column.labels)} samples ({some(column.counts)}), neither a few classes nor"
            " numbers: name another column"
        )
    if setting["task"] == "classification" and len(column.counts) == 2:
        positive, sure = positive_class(column)
        if not sure:
            levels = sorted(column.counts, key=positive.__ne__)
            why = f"'{positive}', the rarer class, is taken as the class of interest"
            positive = levels[
                answers.choose("outcome.positive", "Which class is the positive one?", levels, why)
            ]
        setting["positive"] = positive
    if column.cells.isna().any():
        setting["missing"] = "drop"
        _note_missing(int(column.cells.isna().sum()), f"'{column.name}'", answers)
    _note_doubtful(column, setting["task"], answers)
    if setting["task"] == "classification":
        _note_spellings(column, answers)
        if is_event(column):
            answers.note(
                "outcome",
                f"'{column.name}' looks like an event: if there is a time for every sample,"
                " censored or not, take task: survival",
            )
    return setting


def _survival_setting(timed: tuple[Column, Column, str], answers: Answers) -> dict:
    """Settings of a time and an event."""
    time, event, value = timed
    times = pd.to_numeric(time.labels, errors="coerce")
    some_time = times[times > 0]
    of_events = some_time[event.labels[some_time.index] == value]
    shares = (of_events if len(of_events) else some_time).quantile
    horizons = sorted({_rounded(shares(share)) for share in (0.33, 0.67)})
    setting = {"task": "survival", "time": time.name, "event": event.name, "horizons": horizons}
    if value != "1":
        setting["event_value"] = value
    lacking = time.cells.isna() | event.cells.isna()
    if lacking.any():
        setting["missing"] = "drop"
        _note_missing(int(lacking.sum()), f"'{time.name}' or '{event.name}'", answers)
    zeros = int((times == 0).sum())
    if zeros:
        answers.note(
            "outcome.time",
            f"{zeros} sample(s) have '{time.name}' 0, and nothing can be predicted for them: take"
            " them out of the sheet, or correct the time: the import refuses them",
        )
    for column in (time, event):
        _note_doubtful(column, "survival", answers)
    _note_spellings(event, answers)
    return setting


def _note_missing(count: int, names: str, answers: Answers) -> None:
    answers.note(
        "outcome.missing",
        f"{count} sample(s) without {names} are left out: if it is missing for a reason that has to"
        " do with the outcome, this biases the results",
    )


def _note_doubtful(column: Column, task: str, answers: Answers) -> None:
    """Words such as 'unknown', which the import takes for labels."""
    if not column.doubtful:
        return
    words = some((f"'{label}' ({count})" for label, count in column.doubtful.items()), 4)
    if task == "classification":
        said = "a class of its own; if it means missing, write NA there and set missing: drop"
    else:
        said = "which the import refuses: write NA there and set missing: drop"
    answers.note("outcome", f"'{column.name}' has {words}: {said}")


def _note_spellings(column: Column, answers: Answers) -> None:
    """Classes that may be one."""
    alike: dict[str, list[str]] = {}
    for label, count in column.counts.items():
        plain = re.sub(r"\s+", "", label).casefold()
        alike.setdefault(plain, []).append(f"'{label}' ({count})")
    for spellings in alike.values():
        if len(spellings) > 1:
            answers.note(
                "outcome",
                f"'{column.name}' has {' and '.join(spellings)}, which differ only in case or"
                " spaces: unify them in the sheet, or give different classes clearer names",
            )


def _rounded(value: float) -> int | float:
    """Two digits of a time."""
    digits = 1 - math.floor(math.log10(value))
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded
