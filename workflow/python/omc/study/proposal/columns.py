"""What the columns of a sample sheet may be: an outcome, a group, a lab batch, clinical columns."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from omc.data.association import is_called
from omc.data.missing import is_doubtful, is_missing
from omc.data.sheet_columns import DATE, MOST_LEVELS

# Words in the names of columns, and how much they say for an outcome.
OUTCOME_WORDS = {
    "outcome": 6, "response": 5, "responder": 5, "diagnosis": 5, "disease": 4, "phenotype": 4,
    "condition": 4, "class": 4, "label": 4, "subtype": 4, "status": 4, "case": 4, "relapse": 4,
    "recurrence": 4, "metastasis": 4, "remission": 4, "resistance": 4, "survival": 3, "cancer": 3,
    "tumor": 3, "tumour": 3, "group": 2, "treatment": 2, "type": 2, "target": 4, "y": 3,
}  # fmt: skip
CLINICAL_WORDS = (
    "age", "sex", "gender", "bmi", "stage", "grade", "smoking", "smoker", "race", "ethnicity",
    "ecog", "size", "weight", "height", "er", "pr", "her2", "nodes", "psa", "menopause",
)  # fmt: skip
# Neither outcomes nor known beforehand.
OTHER_WORDS = ("year", "visit", "timepoint", "index", "number", "no", "order")
TIME_WORDS = (
    "time",
    "days",
    "day",
    "months",
    "years",
    "survival",
    "followup",
    "futime",
    "os",
    "pfs",
)
EVENT_WORDS = (
    "event", "status", "dead", "death", "died", "deceased", "vital", "censored", "fustat",
    "progression", "relapse", "recurrence",
)  # fmt: skip
EVENT_LEVELS = {
    frozenset(("0", "1")): "1",
    frozenset(("1", "2")): "2",
    frozenset(("alive", "dead")): "dead",
    frozenset(("alive", "deceased")): "deceased",
    frozenset(("living", "deceased")): "deceased",
    frozenset(("no", "yes")): "yes",
    frozenset(("false", "true")): "true",
    frozenset(("censored", "event")): "event",
}
POSITIVE_WORDS = (
    "case", "disease", "diseased", "tumor", "tumour", "cancer", "responder", "response", "yes",
    "true", "positive", "pos", "1", "relapse", "dead", "deceased", "mutant", "mut", "treated",
    "patient", "resistant", "cr", "event", "metastasis", "progressive", "affected",
)  # fmt: skip
NEGATIVE_WORDS = (
    "control", "ctrl", "normal", "healthy", "no", "false", "negative", "neg", "0", "wildtype", "wt",
    "non responder", "nonresponder", "no response", "alive", "untreated", "sensitive", "benign",
    "unaffected",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of the sheet: labels (n,) as text, None where missing, and what they look like.

    kind: numbers, levels (few, that repeat), names (many), dates, constant.
    """

    name: str
    labels: pd.Series
    kind: str
    words: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many samples have no value."""
        return int(self.labels.isna().sum())

    @property
    def counts(self) -> dict[str, int]:
        """How many samples each level has, the most frequent first."""
        return self.labels.value_counts().to_dict()

    def has(self, words) -> bool:
        """Whether the name has one of the words."""
        return any(word in words for word in self.words)


@dataclass
class Roles:
    """What each column may be. outcomes: (points, column), the likeliest first."""

    outcomes: list[tuple[int, Column]] = field(default_factory=list)
    survival: tuple[Column, Column, str] | None = None
    groups: Column | None = None
    repeated: list[Column] = field(default_factory=list)
    lab_batches: list[Column] = field(default_factory=list)
    clinical: list[Column] = field(default_factory=list)


def describe(sheet: pd.DataFrame, name: str) -> Column:
    """What a column of the sheet looks like."""
    labels = sheet[name].str.strip().astype(object)
    lacking = labels.map(lambda label: is_missing(label) or is_doubtful(label))
    labels = labels.where(~lacking, None)
    present = labels.dropna()
    numbers = np.isfinite(pd.to_numeric(present, errors="coerce")).all()
    levels = present.nunique()
    if levels < 2:
        kind = "constant"
    elif present.map(lambda label: bool(DATE.fullmatch(label))).all():
        kind = "dates"
    elif numbers and levels > max(MOST_LEVELS / 2, 3):
        kind = "numbers"
    elif levels <= MOST_LEVELS and 2 * levels <= len(present):
        kind = "levels"
    else:
        kind = "names"
    # camelCase, dots and underscores all part words.
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = tuple(re.split(r"[^a-z0-9]+", parts.lower()))
    return Column(name, labels, kind, words)


def roles_of(sheet: pd.DataFrame, named: str) -> Roles:
    """The roles of a sheet's columns, except the one that names the samples."""
    roles = Roles()
    columns = [describe(sheet, name) for name in sheet.columns if name != named]
    roles.survival = _survival(columns)
    timed = [column.name for column in (roles.survival or ())[:2]]
    for column in columns:
        if column.kind == "constant" or column.name in timed:
            continue
        if is_called(column.name, "subject") and column.kind in ("names", "levels", "numbers"):
            if _repeats(column):
                if roles.groups is None:
                    roles.groups = column
                else:
                    roles.repeated.append(column)
            continue
        if is_called(column.name, "batch") or column.kind == "dates":
            if column.kind != "names" and column.labels.nunique() < len(column.labels) / 2:
                roles.lab_batches.append(column)
            continue
        if column.kind == "names":
            if _repeats(column):
                roles.repeated.append(column)
            continue
        if column.has(OTHER_WORDS):
            continue
        if column.has(CLINICAL_WORDS) and not column.has(OUTCOME_WORDS):
            roles.clinical.append(column)
            continue
        points = outcome_points(column)
        if points > 0:
            roles.outcomes.append((points, column))
    roles.outcomes.sort(key=lambda one: -one[0])
    return roles


def outcome_points(column: Column) -> int:
    """How much says that a column is the outcome; 0 if it cannot be."""
    words = max((OUTCOME_WORDS.get(word, 0) for word in column.words), default=0)
    if column.kind == "numbers":
        return words and words + 1
    rarest = min(column.counts.values())
    if column.kind != "levels" or rarest < 3:
        return 0
    lacking = column.missing > 0.05 * len(column.labels)
    return 1 + words + (column.labels.nunique() == 2) - lacking


def positive_class(column: Column) -> tuple[str, bool]:
    """(class, sure): which of two classes a study is about: by its word, else the rarer one."""
    levels = sorted(column.counts)

    def said(level, words):
        plain = re.sub(r"[^a-z0-9]+", " ", level.lower()).strip()
        return plain in words or any(part in words for part in plain.split() if part not in "01")

    negative = [level for level in levels if said(level, NEGATIVE_WORDS)]
    if len(negative) == 1:
        return next(level for level in levels if level not in negative), True
    positive = [level for level in levels if said(level, POSITIVE_WORDS)]
    if len(positive) == 1:
        return positive[0], True
    return min(levels, key=lambda level: (column.counts[level], level)), False


def _repeats(column: Column) -> bool:
    """Whether most samples share their label with another, and labels are many."""
    counts = column.labels.value_counts()
    return counts[counts > 1].sum() > len(column.labels) / 2 and len(counts) > 4


def _survival(columns: list[Column]) -> tuple[Column, Column, str] | None:
    """(time, event, event_value), if there is a column for each."""
    events = []
    for column in columns:
        levels = {label: label.lower() for label in column.counts}
        value = EVENT_LEVELS.get(frozenset(levels.values()))
        if value and (column.has(EVENT_WORDS) or column.has(OUTCOME_WORDS)):
            events.append((column, next(one for one, low in levels.items() if low == value)))
    times = [
        column
        for column in columns
        if column.kind == "numbers"
        and column.has(TIME_WORDS)
        and pd.to_numeric(column.labels.dropna()).min() > 0
    ]
    if not times or not events:
        return None
    # The event that shares words with the time: os_time and os_event.
    event, value = max(events, key=lambda one: len(set(one[0].words) & set(times[0].words)))
    return times[0], event, value
