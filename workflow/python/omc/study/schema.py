"""Checks the configuration against its schema, and fills in defaults."""

import json
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, validators

from omc.core.errors import UserError
from omc.core.registry import entry, names
from omc.evaluate.metrics import METRICS
from omc.study.messages import sentence

# Keys of a layer that only one kind of layer has.
LAYER_KEYS = {
    "table": ("table", "orientation", "matrix", "transform", "pseudo_count"),
    "images": ("images", "pattern", "size", "features", "shards", "unit", "broken"),
}


def complete(config: dict, schema_path: str) -> dict:
    """The configuration with defaults; UserError with one line per mistake."""
    schema = read_schema(schema_path)
    config = json.loads(json.dumps(config, default=str))
    given = json.loads(json.dumps(config))
    validator = _with_defaults(Draft202012Validator)(schema)
    errors = sorted(validator.iter_errors(config), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        raise UserError("\n".join(dict.fromkeys(sentence(error) for error in errors)))
    _check_kinds(given)
    if config["run"] in config["datasets"]:
        raise UserError(
            f"run: '{config['run']}' is a data set too, whose files stand in the same folder"
            " without a run: take another name"
        )
    metric = given.get("comparison", {}).get("metric", {})
    if (
        "classification" not in metric
        and entry("omc.learn.schemes", config["resampling"]["scheme"]).POOLED
    ):
        config["comparison"]["metric"]["classification"] = "brier"
    for language in ("python", "r"):
        config["models"][language] = config["models"].get(language) or []
    if not (config["models"]["python"] or config["models"]["r"]):
        raise UserError("models: no model is listed: add a name under models.python or models.r")
    return config


def read_schema(path: str) -> dict:
    """The schema, with the choices from registries and the catalog filled in."""
    schema = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
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

    # JSON Schema accepts 5.0 as a whole number; Python does not.
    types = validator_class.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return validators.extend(validator_class, {"properties": properties}, type_checker=types)


def _check_kinds(config: dict) -> None:
    """Refuse keys of tables in layers of images, and the reverse, in data sets and cohorts.

    config: as given, without defaults.
    """
    problems = []
    for name, dataset in config["datasets"].items():
        parts = {f"datasets.{name}": dataset}
        for cohort, part in dataset.get("cohorts", {}).items():
            parts[f"datasets.{name}.cohorts.{cohort}"] = part
        for key, part in parts.items():
            for layer, given_keys in part.get("layers", {}).items():
                dataset_layer = dataset["layers"].get(layer, {})
                kinds = [kind for kind in LAYER_KEYS if kind in dataset_layer]
                if len(kinds) != 1:
                    continue
                other = "images" if kinds == ["table"] else "table"
                names = {"table": "a table", "images": "images"}
                problems += [
                    f"{key}.layers.{layer}.{bad}: a key of layers with {names[other]}, and this"
                    f" one has {names[kinds[0]]}: take it out"
                    for bad in given_keys
                    if bad in LAYER_KEYS[other]
                ]
    if problems:
        raise UserError("\n".join(problems))
