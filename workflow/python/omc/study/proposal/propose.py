"""Looks at a user's tables and sheet, and decides what a first configuration of them says."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

import pandas as pd

from omc.core.errors import UserError, quoted, some
from omc.data.reading import format_of, read_columns, read_sheet, read_table
from omc.data.sample_names import make_names
from omc.study.proposal.answers import Answers
from omc.study.proposal.columns import Roles, describe, roles_of
from omc.study.proposal.matching import Match, match_samples
from omc.study.proposal.outcome import option_text, outcome_setting
from omc.study.proposal.values import Kind, kind_of

MANY_FEATURES, TOP_VARIANCE = 10_000, 5000
SELECTED = 200
MODELS = {
    "classification": {
        "python": ["dummy", "logistic_regression", "random_forest", "svm_rbf"],
        "r": ["glmnet", "ranger", "svmRadial", "pls"],
    },
    "regression": {
        "python": ["dummy", "elastic_net", "random_forest", "svr_rbf"],
        "r": ["glmnet", "ranger", "svmRadial", "pls"],
    },
    "survival": {
        "python": ["dummy", "cox_elastic_net", "random_forest"],
        "r": ["glmnet", "ranger"],
    },
}


@dataclass
class Layer:
    """A table: what was found in it; options: keys of the layer that reading it takes."""

    name: str
    path: str
    table: pd.DataFrame
    match: Match
    kind: Kind
    options: dict[str, str]


@dataclass
class Proposal:
    """What the configuration will say.

    name: of the run; dataset: its name; outcome: its settings; facts: lines for the screen.
    """

    name: str
    dataset: str
    layers: list[Layer]
    sheet_path: str
    samples: int
    outcome: dict
    roles: Roles
    folds: int
    repeats: int
    selects: bool
    facts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def task(self) -> str:
        """The task of the outcome."""
        return self.outcome["task"]


def propose(
    name: str, tables: dict[str, str], sheet_path: str, outcome: str, answers: Answers
) -> Proposal:
    """The proposal for tables (path by layer) and a sheet.

    outcome: the column that the user has named, or ''. UserError if a file cannot be read, the
    samples cannot be matched, or no column can be the outcome.
    """
    sheet = read_columns(sheet_path)
    layers = [_read_layer(layer, path, sheet, sheet_path) for layer, path in tables.items()]
    match = layers[0].match
    for layer in layers[1:]:
        if layer.match.column != match.column:
            raise UserError(
                f"{sheet_path}: column '{match.column}' names the samples of {layers[0].path}, and"
                f" '{layer.match.column}' those of {layer.path}: give both the same names"
            )
    # Refuses what the import would refuse: a row without a name.
    read_sheet(sheet_path, match.column)
    facts = [_layer_fact(layer) for layer in layers]
    facts.append(("samples", f"{len(sheet)} in {sheet_path}, named by '{match.column}'"))
    roles = roles_of(sheet, match.column, outcome)
    setting = outcome_setting(sheet, match.column, roles, outcome, sheet_path, answers)
    kept = sheet[~_dropped(sheet, setting)]
    _choose_groups(roles, kept, answers)
    _note_samples(layers, kept, answers)
    proposal = Proposal(
        name,
        _dataset_name(setting, name),
        layers,
        sheet_path,
        len(sheet),
        setting,
        roles,
        5,
        5,
        _selects(layers),
        facts,
    )
    _plan(proposal, sheet, answers)
    _tell(proposal, sheet, answers)
    return proposal


def _dataset_name(outcome: dict, run: str) -> str:
    """The outcome's column, in letters that a folder may have."""
    column = re.sub(r"[^A-Za-z0-9]+", "_", outcome.get("column") or outcome["event"]).strip("_")
    return column if column and column != run else "data"


def _choose_groups(roles: Roles, sheet: pd.DataFrame, answers: Answers) -> None:
    """Ask whether a column of which only some labels repeat names subjects."""
    if roles.groups is None:
        return
    name, count = roles.groups.name, roles.groups.labels.nunique()
    if not roles.sure:
        options = ["yes: their samples stay together", "no: every sample is on its own"]
        why = (
            f"some labels of '{name}' repeat ({count} in {len(sheet)} samples): taken for subjects,"
            " whose samples stay together; take groups out if they are none"
        )
        if answers.choose("groups", f"Does '{name}' name subjects?", options, why) == 1:
            roles.groups = None
            return
    nameless = int(roles.groups.cells[sheet.index].isna().sum())
    if nameless:
        answers.note(
            "groups",
            f"'{name}' is empty for {nameless} sample(s), which the import refuses: fill them in",
        )


def _dropped(sheet: pd.DataFrame, setting: dict) -> pd.Series:
    """Whether the import leaves a sample out, as its outcome is missing."""
    names = [setting[key] for key in ("column", "time", "event") if key in setting]
    return pd.concat([describe(sheet, name).cells.isna() for name in names], axis=1).any(axis=1)


def _read_layer(name: str, path: str, sheet: pd.DataFrame, sheet_path: str) -> Layer:
    table, options, refusal = _read(path)
    match = match_samples(table, sheet, format_of(path).ORIENTED, (path, sheet_path))
    if match.orientation == "features_in_rows":
        table = table.T
    elif refusal:
        raise refusal
    return Layer(name, path, table, match, kind_of(table), options)


def _read(path: str) -> tuple[pd.DataFrame, dict[str, str], UserError | None]:
    """A table as if its samples were in rows, and the keys of a layer that reading it takes.

    Columns of descriptions and names that stand twice are read only where features are in rows;
    the error is why they are refused elsewhere.
    """
    oriented = format_of(path).ORIENTED
    try:
        return read_table(path), {}, None
    except UserError as error:
        for duplicates in ("error", "mean"):
            with suppress(UserError):
                table = read_table(path, "features_in_rows", duplicates=duplicates)
                options = {} if duplicates == "error" else {"duplicates": duplicates}
                refusal = error if oriented else None
                return (table.T if oriented else table), options, refusal
        raise error


def _layer_fact(layer: Layer) -> tuple[str, str]:
    samples, features = layer.table.shape
    rows = {"features_in_rows": ", features in rows", "samples_in_rows": ", samples in rows"}
    where = rows.get(layer.match.orientation or "", "")
    return layer.name, f"{samples} samples x {features:,} features{where}; {layer.kind.words}"


def _note_samples(layers: list[Layer], sheet: pd.DataFrame, answers: Answers) -> None:
    for layer in layers:
        key, match = f"layers.{layer.name}", layer.match
        if not match.exact:
            example = layer.match.samples[0]
            answers.note(
                "samples",
                f"names in {layer.path} are those of column '{match.column}' as R writes them (such"
                f" as '{example}'): check that the {match.shared} matches are right",
            )
        name_of = str if match.exact else make_names
        known = set(map(name_of, match.samples))
        lost = [name for name in sheet[match.column] if name_of(name) not in known]
        if lost:
            # A single layer has no join that would leave them out.
            said = "left out" if len(layers) > 1 else "the import refuses them: take them out of it"
            answers.note(
                key,
                f"{len(lost)} of {len(sheet)} samples of the sheet are not in {layer.path}"
                f" ({quoted(lost)}): {said}",
            )
        surplus = len(match.samples) - match.shared
        if surplus:
            answers.note(
                key,
                f"{surplus} of {len(match.samples)} samples of {layer.path} are not in the sheet",
            )


def _selects(layers: list[Layer]) -> bool:
    features = sum(layer.table.shape[1] for layer in layers)
    return features > SELECTED and any(layer.kind.selects for layer in layers)


def _plan(proposal: Proposal, sheet: pd.DataFrame, answers: Answers) -> None:
    """Folds and repeats for the size of the data."""
    setting, groups = proposal.outcome, proposal.roles.groups
    kept = sheet[~_dropped(sheet, setting)]
    if setting["task"] == "regression":
        rarest = len(kept) // 2
    else:
        units = kept[setting.get("column", setting.get("event"))].str.strip()
        if groups is not None:
            units = units[~groups.labels[units.index].duplicated()]
        rarest = int(units.value_counts().min())
    if rarest < 10:
        proposal.folds = 3
        answers.note(
            "resampling",
            f"the rarest class has {rarest} {'samples' if groups is None else 'groups'}: three"
            " folds, so that each holds some; expect wide intervals",
        )
    if len(sheet) > 1000:
        proposal.repeats = 2


def _tell(proposal: Proposal, sheet: pd.DataFrame, answers: Answers) -> None:
    """Facts for the screen, and what else to look at."""
    setting, roles, facts = proposal.outcome, proposal.roles, proposal.facts
    if proposal.task == "survival":
        when = ", ".join(map(str, setting["horizons"]))
        said = f"time '{setting['time']}' to '{setting['event']}', horizons {when}"
        answers.note(
            "outcome.horizons", f"{when} are in the middle of the event times: choose your own"
        )
    else:
        said = option_text(describe(sheet, setting["column"]).as_outcome())
        if "positive" in setting:
            said += f"; positive: {setting['positive']}"
    facts.append(("outcome", f"{said} ({proposal.task})"))
    if roles.groups:
        count = roles.groups.labels.nunique()
        facts.append(("groups", f"{roles.groups.name}: {count}, never on both sides of a split"))
    for column in roles.repeated:
        if column.name not in (setting.get("column"), setting.get("event")):
            answers.note(
                "groups",
                f"labels of '{column.name}' repeat ({column.labels.nunique()} in {len(sheet)}"
                " samples): set groups to it if it names subjects",
            )
    for layer in proposal.layers:
        if layer.options:
            answers.note(
                f"layers.{layer.name}.duplicates",
                "some features share a name: the mean of their values is used",
            )
        if layer.kind.doubt:
            answers.note(f"layers.{layer.name}", layer.kind.doubt)
    if roles.lab_batches:
        names = some((column.name for column in roles.lab_batches), 4)
        facts.append(("lab batches", f"{names}: the check tests whether they reveal the outcome"))
    if roles.clinical:
        facts.append(("clinical", some((column.name for column in roles.clinical), 8)))
