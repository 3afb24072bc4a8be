"""Checks the configuration against its schema, and fills in defaults."""

import json
import math
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, validators

from omc.core.errors import UserError
from omc.core.registry import entry, names
from omc.evaluate.metrics import METRICS
from omc.study.config_file import mapping, plain, read_yaml
from omc.study.messages import path_of, sentence

# Of tables; they stand in a setting only if they are given.
OPTIONAL = ("duplicates", "column_prefix", "feature_labels")
# Keys of a layer that only one kind of layer has.
LAYER_KEYS = {
    "table": ("table", "orientation", "matrix", *OPTIONAL, "transform", "pseudo_count"),
    "images": ("images", "pattern", "size", "features", "shards", "unit", "broken"),
    "columns": ("columns", "types", "table"),
}
LAYER_KINDS = {"table": "a table", "images": "images", "columns": "columns of a sheet"}


def layer_kinds(layer: dict) -> list[str]:
    """Which of a table, images and columns a layer has; it should be one.

    Columns may have a table that they are of.
    """
    kinds = [kind for kind in LAYER_KEYS if kind in layer]
    return [kind for kind in kinds if kind != "table" or "columns" not in kinds]


def keys_of_other_kinds(kind: str) -> dict[str, str]:
    """{key: its kind} of the keys that a layer of this kind does not have."""
    own = LAYER_KEYS[kind]
    return {key: other for other, keys in LAYER_KEYS.items() for key in keys if key not in own}


def complete(config: dict, schema_path: str) -> dict:
    """The configuration with defaults; UserError with one line per mistake."""
    config, problems, _ = check(config, schema_path)
    if problems:
        raise UserError("\n".join(problems))
    return config


def check(config: dict, schema_path: str) -> tuple[dict, list[str], set[str]]:
    """The configuration with defaults, a sentence for each mistake, and which data sets have one.

    So that other checks can go on, a wrong value gives way to its default and a wrong model to
    None; data sets stay as given. UserError if that is not enough.
    """
    config = plain(config)
    given = plain(config)
    validator = _with_defaults(Draft202012Validator)(read_schema(schema_path))
    errors = sorted(validator.iter_errors(config), key=lambda e: [str(p) for p in e.absolute_path])
    problems = list(dict.fromkeys(sentence(error) for error in errors))
    for error in errors:
        _mend(config, error)
    # Fills in the defaults.
    if not all(_is_inside(error) for error in validator.iter_errors(config)):
        raise UserError("\n".join(problems))
    paths = [path_of(error) for error in errors]
    wrong = {path[1] for path in paths if path[:1] == ["datasets"]}
    problems += _wrong_kinds({k: v for k, v in given["datasets"].items() if k not in wrong})
    if config["run"] in config["datasets"]:
        problems.append(
            f"run: '{config['run']}' is also the name of a data set, whose files are in the same"
            " folder without a run: choose another name"
        )
    metric = mapping(mapping(given.get("comparison")).get("metric"))
    if (
        "classification" not in metric
        and entry("omc.learn.schemes", config["resampling"]["scheme"]).POOLED
    ):
        config["comparison"]["metric"]["classification"] = "brier"
    for language in ("python", "r"):
        config["models"][language] = config["models"].get(language) or []
    if not (
        config["models"]["python"] or config["models"]["r"] or ["models"] in [p[:1] for p in paths]
    ):
        problems.append("models: no model is listed: add a name under models.python or models.r")
    return config, problems, wrong


def _mend(config: dict, error) -> None:
    """Take out what an error is about, in sections and models."""
    parts = path_of(error)
    if parts[:1] == ["datasets"] or (not parts and error.validator == "required"):
        return
    if parts[:1] == ["models"] and len(parts) > 2:
        config["models"][parts[1]][parts[2]] = None
        return
    # Of a list that holds it, all are taken out.
    inside = [type(part) is int for part in parts]
    parts = parts[: inside.index(True)] if True in inside else parts
    holder = config
    for part in parts[:-1]:
        holder = holder[part]
    if error.validator == "additionalProperties":
        holder = holder[parts[-1]] if parts else holder
        for name in set(holder) - set(error.schema["properties"]):
            del holder[name]
    else:
        holder.pop(parts[-1], None)


def _is_inside(error) -> bool:
    """Whether an error is inside a data set, or a model that was taken out."""
    parts = path_of(error)
    return len(parts) > {"datasets": 1, "models": 2}.get(parts[0] if parts else "", len(parts))


@cache
def read_schema(path: str) -> dict:
    """The schema, with the choices from registries and the catalog filled in."""
    schema = read_yaml(Path(path))
    _fill_choices(schema)
    return schema


def _fill_choices(schema) -> None:
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            _fill_choices(part)
    if isinstance(schema, dict) and isinstance(schema.get("x-choices"), str):
        kind, _, task = schema["x-choices"].partition(" of ")
        schema["enum"] = _metrics(task) if kind == "metrics" else list(names(kind))


def _metrics(task: str) -> list[str]:
    return [name for name, metric in METRICS.items() if metric.task == task]


def _with_defaults(validator_class):
    check = validator_class.VALIDATORS["properties"]

    def properties(validator, subschemas, instance, schema):
        if isinstance(instance, dict):
            for name, subschema in subschemas.items():
                if "default" in subschema and name not in instance:
                    instance[name] = json.loads(json.dumps(subschema["default"]))
        yield from check(validator, subschemas, instance, schema)

    # JSON Schema accepts 5.0 as a whole number; Python does not. YAML has .nan and .inf.
    types = validator_class.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda check, value: (
                check.is_type(value, "integer")
                or (isinstance(value, float) and math.isfinite(value))
            ),
        }
    )
    return validators.extend(validator_class, {"properties": properties}, type_checker=types)


def _wrong_kinds(datasets: dict) -> list[str]:
    """Keys of one kind of layer in those of another, in data sets and cohorts.

    datasets: as given, without defaults.
    """
    problems = []
    for name, dataset in datasets.items():
        parts = {f"datasets.{name}": dataset}
        for cohort, part in dataset.get("cohorts", {}).items():
            parts[f"datasets.{name}.cohorts.{cohort}"] = part
        for key, part in parts.items():
            for layer, given_keys in part.get("layers", {}).items():
                kinds = layer_kinds(dataset["layers"].get(layer, {}))
                if len(kinds) != 1:
                    continue
                others = keys_of_other_kinds(kinds[0])
                kind = LAYER_KINDS[kinds[0]]
                problems += [
                    f"{key}.layers.{layer}.{bad}: a key of layers with {LAYER_KINDS[others[bad]]},"
                    f" and this one has {kind}: take it out"
                    for bad in given_keys
                    if bad in others
                ]
    return problems
