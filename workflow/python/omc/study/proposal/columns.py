"""What the columns of a sample sheet may be: an outcome, a group, a lab batch, clinical columns."""

import re
from dataclasses import dataclass, field, replace

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
    "time", "days", "day", "months", "years", "survival", "followup", "futime", "os", "pfs",
)  # fmt: skip
EVENT_WORDS = (
    "event", "status", "dead", "death", "died", "deceased", "vital", "censored", "fustat",
    "progression", "relapse", "recurrence",
)  # fmt: skip
EVENT_LEVELS = {
    frozenset(("0", "1")): "1",
    frozenset(("1", "2")): "2",
    frozenset(("alive", "dead")): "dead",
    frozenset(("alive", "died")): "died",
    frozenset(("alive", "deceased")): "deceased",
    frozenset(("living", "deceased")): "deceased",
    frozenset(("no", "yes")): "yes",
    frozenset(("false", "true")): "true",
    frozenset(("censored", "event")): "event",
    frozenset(("censored", "dead")): "dead",
    frozenset(("censored", "deceased")): "deceased",
}
# What only the event of a survival analysis is called.
DEATHS = ("dead", "died", "deceased", "event")
POSITIVE_WORDS = (
    "case", "disease", "diseased", "tumor", "tumour", "cancer", "responder", "response", "yes",
    "true", "positive", "pos", "1", "relapse", "dead", "deceased", "mutant", "mut", "treated",
    "patient", "resistant", "cr", "event", "metastasis", "progressive", "affected", "+",
)  # fmt: skip
NEGATIVE_WORDS = (
    "control", "ctrl", "normal", "healthy", "no", "false", "negative", "neg", "0", "wildtype", "wt",
    "non responder", "nonresponder", "no response", "alive", "untreated", "sensitive", "benign",
    "unaffected", "none", "-",
)  # fmt: skip

# So few labels are kinds of samples rather than subjects.
FEW = 4


@dataclass(frozen=True)
class Column:
    """A column of the sheet: labels (n,) as text, None where missing, and what they look like.

    cells: the same with words that may mean missing, such as '-'; kind: numbers, levels (few, that
    repeat), names (many), dates, constant.
    """

    name: str
    labels: pd.Series
    cells: pd.Series
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

    @property
    def doubtful(self) -> dict[str, int]:
        """How many samples have a word that may mean missing."""
        counts = self.cells.value_counts().to_dict()
        return {label: count for label, count in counts.items() if is_doubtful(label)}

    def as_outcome(self) -> "Column":
        """The column as the import reads an outcome: doubtful words are classes of their own."""
        if self.kind == "numbers":
            return self
        kind = _kind(self.cells.dropna()) if self.kind == "constant" else self.kind
        return replace(self, labels=self.cells, kind=kind)

    def has(self, words) -> bool:
        """Whether the name has one of the words."""
        return any(word in words for word in self.words)


@dataclass
class Roles:
    """What each column may be.

    outcomes: (points, column), the likeliest first; sure: False if `groups` is one by its name, and
    only some of its labels repeat.
    """

    outcomes: list[tuple[int, Column]] = field(default_factory=list)
    survival: tuple[Column, Column, str] | None = None
    groups: Column | None = None
    sure: bool = True
    repeated: list[Column] = field(default_factory=list)
    lab_batches: list[Column] = field(default_factory=list)
    clinical: list[Column] = field(default_factory=list)


def describe(sheet: pd.DataFrame, name: str) -> Column:
    """What a column of the sheet looks like."""
    cells = sheet[name].str.strip().astype(object)
    cells = cells.where(~cells.map(is_missing), None)
    labels = cells.where(~cells.map(lambda cell: cell is not None and is_doubtful(cell)), None)
    # camelCase, dots and underscores all part words.
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = tuple(re.split(r"[^a-z0-9]+", parts.lower()))
    return Column(name, labels, cells, _kind(labels.dropna()), words)


def _kind(present: pd.Series) -> str:
    numbers = np.isfinite(pd.to_numeric(present, errors="coerce")).all()
    levels = present.nunique()
    if levels < 2:
        return "constant"
    if present.map(lambda label: bool(DATE.fullmatch(label))).all():
        return "dates"
    if numbers and levels > max(MOST_LEVELS / 2, 3):
        return "numbers"
    return "levels" if levels <= MOST_LEVELS and 2 * levels <= len(present) else "names"


def roles_of(sheet: pd.DataFrame, named: str, given: str = "") -> Roles:
    """The roles of a sheet's columns, except the one that names the samples.

    given: the outcome's column that the user has named, or ''.
    """
    roles = Roles()
    columns = [describe(sheet, name) for name in sheet.columns if name != named]
    roles.survival = _survival(columns, given)
    timed = [column.name for column in (roles.survival or ())[:2]]
    for column in columns:
        if column.name in (*timed, given):
            continue
        if column.kind == "constant":
            # '+' and '-' are two classes, if the name says so.
            if column.has(OUTCOME_WORDS):
                _add_outcome(roles, column.as_outcome())
            continue
        if is_called(column.name, "subject") and column.kind in ("names", "levels", "numbers"):
            _add_subject(roles, column)
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
        _add_outcome(roles, column)
    roles.outcomes.sort(key=lambda one: -one[0])
    return roles


def _add_outcome(roles: Roles, column: Column) -> None:
    points = outcome_points(column)
    if points > 0:
        roles.outcomes.append((points, column.as_outcome()))


def _add_subject(roles: Roles, column: Column) -> None:
    """Take a column that is called like a subject as the groups, if its labels repeat at all."""
    sure = _repeats(column)
    if not sure and not column.labels.dropna().duplicated().any():
        return
    # A few labels leave no folds, and a batch's number is no subject.
    able = sure or (column.labels.nunique() > FEW and not is_called(column.name, "batch"))
    if able and (roles.groups is None or (sure and not roles.sure)):
        if roles.groups is not None:
            roles.repeated.append(roles.groups)
        roles.groups, roles.sure = column, sure
    elif column.labels.nunique() > 2:
        roles.repeated.append(column)


def outcome_points(column: Column) -> int:
    """How much says that a column is the outcome; 0 if it cannot be."""
    words = max((OUTCOME_WORDS.get(word, 0) for word in column.words), default=0)
    if column.kind == "numbers":
        return words and words + 1
    rarest = min(column.counts.values(), default=0)
    if column.kind != "levels" or rarest < 3:
        return 0
    lacking = column.missing > 0.05 * len(column.labels)
    return 1 + words + (column.labels.nunique() == 2) - lacking


def positive_class(column: Column) -> tuple[str, bool]:
    """(class, sure): which of two classes a study is about: by its word, else the rarer one."""
    levels = sorted(column.counts)
    plain = plain_levels(levels)

    def said(level, words):
        text = re.sub(r"[^a-z0-9]+", " ", plain[level]).strip()
        parts = [part for part in text.split() if part not in "01"]
        return plain[level] in words or text in words or any(part in words for part in parts)

    negative = [level for level in levels if said(level, NEGATIVE_WORDS)]
    if len(negative) == 1:
        return next(level for level in levels if level not in negative), True
    positive = [level for level in levels if said(level, POSITIVE_WORDS)]
    if len(positive) == 1:
        return positive[0], True
    return min(levels, key=lambda level: (column.counts[level], level)), False


def is_event(column: Column) -> bool:
    """Whether a column tells who died, by its levels."""
    return EVENT_LEVELS.get(frozenset(plain_levels(list(column.counts)).values())) in DEATHS


def plain_levels(levels: list[str]) -> dict[str, str]:
    """Levels as they are looked up: '1.0' is 1, and so is '1:DECEASED' beside '0:LIVING'."""
    plain = {level: re.sub(r"^(\d+)\.0+$", r"\1", level.lower()) for level in levels}
    numbered = {level: level.partition(":")[0] for level in levels}
    of_both = sorted(numbered.values()) == ["0", "1"] and all(":" in level for level in levels)
    return numbered if of_both else plain


def _repeats(column: Column) -> bool:
    """Whether most samples share their label with another, and labels are many."""
    counts = column.labels.value_counts()
    return counts[counts > 1].sum() > len(column.labels) / 2 and len(counts) > FEW


def _survival(columns: list[Column], given: str) -> tuple[Column, Column, str] | None:
    """(time, event, event_value), if there is a column for each: of `given`, if it is one."""
    events = []
    for column in columns:
        levels = plain_levels(list(column.counts))
        value = EVENT_LEVELS.get(frozenset(levels.values()))
        if value and (column.has(EVENT_WORDS) or column.has(OUTCOME_WORDS)):
            events.append((column, next(one for one, low in levels.items() if low == value)))
    times = [
        column
        for column in columns
        if column.kind == "numbers"
        and column.has(TIME_WORDS)
        and not column.has(CLINICAL_WORDS)
        and pd.to_numeric(column.labels.dropna()).min() >= 0
    ]
    # Days to death are no time of those that live.
    pairs = [
        (time, *event)
        for time in times
        for event in events
        if event[0].labels[time.labels.notna()].nunique() > 1
    ]

    def fit(pair):
        """The given column first, then the event that shares words: os_time and os_event."""
        time, event, _ = pair
        return given in (time.name, event.name), len(set(time.words) & set(event.words))

    return max(pairs, key=fit, default=None)
