"""Data sets of the configuration: resolves paths, layers and cohorts, and checks their parts."""

import json
import os

from omc.core.errors import UserError, did_you_mean, some
from omc.core.names import UNRANKED
from omc.core.registry import entry
from omc.core.tables import SHEET_COLUMNS
from omc.evaluate.metrics import METRICS
from omc.study.config_file import mapping
from omc.study.schema import OPTIONAL, keys_of_other_kinds, layer_kinds

PATHS = ("table", "images", "feature_labels")
# How features are ranked by task: a configuration may have data sets of several tasks.
RANKED_BY = {"classification": "anova", "regression": "f_regression", "survival": "cox"}
NAMES = {"survival": "survival analysis"}
# Each fit normalises such layers: see `omc.learn.size_factors`.
NORMALISED = "median_of_ratios"
# Keys of an outcome that only a survival analysis has.
SURVIVAL_KEYS = ("time", "event", "event_value", "horizons")


def resolve_dataset(name: str, dataset: dict, root: str) -> dict:
    """A data set with resolved paths; UserError if its parts do not fit together."""
    key = f"datasets.{name}"
    dataset = json.loads(json.dumps(dataset))
    _resolve_sheet(dataset, key, root)
    for layer_name, layer in dataset["layers"].items():
        _resolve_layer(layer, f"{key}.layers.{layer_name}", root)
    for cohort_name, cohort in dataset["cohorts"].items():
        _resolve_cohort(cohort, dataset, f"{key}.cohorts.{cohort_name}", root)
    _resolve_outcome(dataset["outcome"], f"{key}.outcome")
    _check_strata(dataset, key)
    _check_columns(dataset, key)
    _check_variants(dataset, key)
    per_image = [n for n, layer in dataset["layers"].items() if layer.get("unit") == "image"]
    if per_image and len(dataset["layers"]) > 1:
        raise UserError(
            f"{key}.layers.{per_image[0]}.unit: image gives a row per image, which other layers do"
            " not have: set it to sample, or remove the other layers"
        )
    return dataset


def _resolve_sheet(part: dict, key: str, root: str) -> None:
    """Make `samples` a path; how it is read goes to `sheet` and `match`, if it is told."""
    given = part["samples"]
    given = given if isinstance(given, dict) else {"file": given}
    at = f"{key}.samples.file" if isinstance(part["samples"], dict) else f"{key}.samples"
    part["samples"] = resolve_path(given["file"], at, root)
    read_by = {name: given[name] for name in ("id", "sheet") if given.get(name) is not None}
    if read_by:
        part["sheet"] = read_by
    if given.get("match", "exact") != "exact":
        part["match"] = given["match"]


def _resolve_outcome(outcome: dict, key: str) -> None:
    """Keep only the keys of the task; of a survival analysis, `column` is that of the time."""
    if outcome["missing"] == "error":
        del outcome["missing"]
    if outcome["positive"] is not None:
        if outcome["task"] != "classification":
            what = "a regression" if outcome["task"] == "regression" else "a survival analysis"
            raise UserError(f"{key}.positive: {what} has no classes: take it out")
        outcome["positive"] = str(outcome["positive"])
    if outcome["task"] != "survival":
        for name in SURVIVAL_KEYS:
            if name in outcome:
                raise UserError(f"{key}.{name}: only task: survival has it: take it out")
        return
    if "column" in outcome:
        raise UserError(f"{key}.column: a survival analysis has time and event: take it out")
    if outcome["time"] == outcome["event"]:
        raise UserError(
            f"{key}.event: '{outcome['event']}' is also the time: give the other column"
        )
    outcome["column"] = outcome["time"]
    outcome["event_value"] = str(outcome.get("event_value", 1))
    outcome["horizons"] = sorted(map(float, outcome["horizons"]))


def normalised_layers(dataset: dict) -> list[str]:
    """Names of the layers of counts that each fit normalises by size factors."""
    layers = dataset["layers"].items()
    return [name for name, layer in layers if layer.get("transform") == NORMALISED]


def outcome_roles(dataset: dict) -> dict[str, str]:
    """{column of the sheet: key} of those that hold the outcome or the groups."""
    outcome = dataset["outcome"]
    roles = {dataset["groups"]: "groups", outcome["column"]: "outcome.column"}
    if outcome["task"] == "survival":
        roles |= {outcome["time"]: "outcome.time", outcome["event"]: "outcome.event"}
    return roles


def _check_variants(dataset: dict, key: str) -> None:
    """Refuse comparisons of layers or groupings that a data set cannot have."""
    if dataset["compare_layers"] and len(dataset["layers"]) < 2:
        raise UserError(
            f"{key}.compare_layers: there is only one layer: add another, or take it out"
        )
    if not dataset["compare_grouping"]:
        return
    if dataset["groups"] is None:
        raise UserError(
            f"{key}.compare_grouping: there are no groups to leave out: set {key}.groups"
        )
    if dataset["compare_layers"] and "ungrouped" in dataset["layers"]:
        raise UserError(
            f"{key}.layers.ungrouped: compare_grouping makes a variant of this name:"
            " rename the layer"
        )


def _check_strata(dataset: dict, key: str) -> None:
    """Refuse columns to stratify by that have another role already, or in samples.tsv."""
    role_of = outcome_roles(dataset)
    for name in dataset["stratify_by"]:
        if name in role_of:
            reason = (
                "which is kept together in a fold"
                if role_of[name] == "groups"
                else "and numbers are not strata"
                if dataset["outcome"]["column"] == name != dataset["outcome"].get("event")
                and dataset["outcome"]["task"] != "classification"
                else "and its classes are balanced anyway"
            )
            raise UserError(
                f"{key}.stratify_by: '{name}' is {key}.{role_of[name]}, {reason}: take it out"
            )
        if name in SHEET_COLUMNS:
            raise UserError(
                f"{key}.stratify_by: '{name}' is a name that the workflow's own sheet uses: rename"
                f" the column in {dataset['samples']}"
            )


def resolve_path(path: str, key: str, root: str, folder: bool = False) -> str:
    """A path of the configuration, relative to the working directory or to the workflow's `root`.

    folder: whether the path may be a folder. With `root`, the shipped data are found when the
    workflow runs as a module from another folder.
    """
    candidates = (path, os.path.relpath(os.path.join(root, path)))
    for candidate in candidates:
        if os.path.isfile(candidate) or (folder and os.path.isdir(candidate)):
            return candidate
    if path and any(os.path.isdir(candidate) for candidate in candidates):
        raise UserError(f"{key}: {path!r} is a folder: give a file in it")
    raise UserError(
        f"{key}: {path!r} does not exist (looked in {os.getcwd()} and in the workflow's folder):"
        " correct the path; it is read relative to the folder in which you start Snakemake"
    )


def path_problems(dataset: dict, key: str, root: str) -> list[str]:
    """A sentence for each path of a data set that does not exist; parts may be of a wrong type."""
    cohorts = mapping(mapping(dataset).get("cohorts"))
    parts = {key: dataset, **{f"{key}.cohorts.{name}": part for name, part in cohorts.items()}}
    problems = []
    for at, part in parts.items():
        samples = mapping(part).get("samples")
        paths = {f"{at}.samples": samples, f"{at}.samples.file": mapping(samples).get("file")}
        for name, layer in mapping(mapping(part).get("layers")).items():
            paths |= {f"{at}.layers.{name}.{kind}": mapping(layer).get(kind) for kind in PATHS}
        for at_path, path in paths.items():
            try:
                if isinstance(path, str):
                    resolve_path(path, at_path, root, folder=at_path.endswith(".images"))
            except UserError as error:
                problems.append(str(error))
    return problems


def _resolve_layer(layer: dict, key: str, root: str) -> None:
    """Resolve the path of a layer, and keep only the keys of its kind."""
    kinds = layer_kinds(layer)
    if len(kinds) != 1:
        given = f"{len(kinds)} of them" if kinds else "none"
        raise UserError(
            f"{key}: a layer has a table, images or columns, and here is {given}: give one of them"
        )
    for kind in PATHS:
        if layer.get(kind) is not None:
            layer[kind] = resolve_path(layer[kind], f"{key}.{kind}", root, kind == "images")
    for name in keys_of_other_kinds(kinds[0]):
        layer.pop(name, None)
    for name in OPTIONAL:
        if layer.get(name) in (None, "error"):
            layer.pop(name, None)


def _check_columns(dataset: dict, key: str) -> None:
    """Refuse columns of the sheet as features that have another role, and types of no column."""
    roles = outcome_roles(dataset)
    for layer_name, layer in dataset["layers"].items():
        at = f"{key}.layers.{layer_name}"
        for name in layer.get("columns", []):
            if name in roles:
                raise UserError(f"{at}.columns: '{name}' is {key}.{roles[name]}: take it out")
        for name in layer.get("types", {}):
            if name not in layer["columns"]:
                raise UserError(
                    f"{at}.types: '{name}' is not one of its columns."
                    f"{did_you_mean(name, layer['columns'])} Its columns: {some(layer['columns'])}"
                )


def _resolve_cohort(cohort: dict, dataset: dict, key: str, root: str) -> None:
    """Give a cohort all layers of its data set, with the same settings unless it overrides them."""
    _resolve_sheet(cohort, key, root)
    unknown = [name for name in cohort["layers"] if name not in dataset["layers"]]
    if unknown:
        raise UserError(
            f"{key}.layers.{unknown[0]}: the data set has no such layer."
            f"{did_you_mean(unknown[0], list(dataset['layers']))} Its layers:"
            f" {some(dataset['layers'])}"
        )
    layers = {}
    for name, layer in dataset["layers"].items():
        overrides = dict(cohort["layers"].get(name, {}))
        for kind in PATHS:
            if kind in overrides:
                at = f"{key}.layers.{name}.{kind}"
                overrides[kind] = resolve_path(overrides[kind], at, root, kind == "images")
        layers[name] = {**layer, **overrides}
    cohort["layers"] = layers


def task_of(dataset) -> str | None:
    """The task of a data set; None if that is missing or wrong."""
    task = mapping(mapping(dataset).get("outcome")).get("task")
    return task if task in tuple(RANKED_BY) else None


def check_scheme(scheme: str, key: str, groups) -> None:
    """Refuse a resampling scheme that does not suit a data set's groups."""
    reason = entry("omc.learn.schemes", scheme).refuse(groups)
    if reason:
        raise UserError(f"resampling.scheme: {reason.replace('{key}', key)}")


def check_cohorts(final_models: bool, key: str, cohorts) -> None:
    """Refuse cohorts where no model is trained on all samples."""
    if cohorts and not final_models:
        raise UserError(
            f"{key}.cohorts: external cohorts are predicted by the models of all samples, which"
            " final_models: false leaves out: set it to true, or take the cohorts out"
        )


def check_subgroups(columns: list[str], key: str, dataset: dict) -> None:
    """Refuse subgroups by the outcome, and by the names of the samples."""
    for name in columns:
        roles = {k: v for k, v in outcome_roles(dataset).items() if v != "groups"}
        if name in roles or name == "sample":
            what = "has the samples' names" if name == "sample" else f"is {key}.{roles[name]}"
            raise UserError(f"report.subgroups: '{name}' {what}: take it out")


def check_metric(scheme: str, task: str, metric: str) -> None:
    """Refuse a comparison metric that ranks samples where splits are too small to rank."""
    if METRICS[metric].pooled or entry("omc.learn.schemes", scheme).RANKS:
        return
    raise UserError(
        f"comparison.metric.{task}: {metric} ranks samples, but resampling.scheme: {scheme} tests"
        " one at a time, and predictions of different models must not be ranked together: set it to"
        f" {UNRANKED[task]}, or the scheme to repeated_kfold"
    )


def check_selection(method: str, tasks: list[str]) -> None:
    """Refuse a feature selection that suits none of the tasks of the data sets."""
    suitable = [RANKED_BY[task] for task in tasks]
    if method not in ("none", *suitable):
        raise UserError(
            f"selection.method: {method} does not suit a {NAMES.get(tasks[0], tasks[0])}: set it to"
            f" {suitable[0]}, or none"
        )
