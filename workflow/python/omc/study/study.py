"""The configuration: defaults, checks, and what each rule needs of it, as plain text and numbers.

It is read at every start of Snakemake, so it imports nothing heavy.
"""

import csv
import hashlib
import json
import math
import os
import zlib
from functools import cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, validators

from omc.core.csv_files import read_csv
from omc.core.errors import UserError, did_you_mean, some
from omc.core.logs import one_line
from omc.core.tables import SHEET_COLUMNS
from omc.data.image_files import Image, in_shard, list_images, shard_names
from omc.evaluate.metrics import METRICS_OF
from omc.study import prediction
from omc.study.figures import figure_names

# By task; of data sets of both tasks in one configuration, each has its own.
F_TESTS = {"classification": "anova", "regression": "f_regression"}
COSTS = ("cheap", "medium", "costly")
MOST_JOBS = 25


def canonical(value, exact: bool = False) -> str:
    """JSON text that does not change with the order of keys, nor, unless exact, from 1 to 1.0.

    exact is for hyperparameters: max_features 1 is one feature, and 1.0 all of them.
    """

    def plain(v):
        if isinstance(v, dict):
            return {str(k): plain(x) for k, x in sorted(v.items(), key=lambda kx: str(kx[0]))}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        return int(v) if not exact and isinstance(v, float) and v.is_integer() else v

    return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)


def _with_defaults(validator_class):
    check = validator_class.VALIDATORS["properties"]

    def properties(validator, subschemas, instance, schema):
        if isinstance(instance, dict):
            for name, subschema in subschemas.items():
                if "default" in subschema and name not in instance:
                    instance[name] = json.loads(json.dumps(subschema["default"]))
        yield from check(validator, subschemas, instance, schema)

    # JSON Schema takes 5.0 for a whole number, and Python does not.
    types = validator_class.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return validators.extend(validator_class, {"properties": properties}, type_checker=types)


def complete(config: dict, schema_path: str) -> dict:
    """The configuration with its defaults; UserError with one line per mistake in it."""
    schema = yaml.safe_load(Path(schema_path).read_text(encoding="utf-8"))
    config = json.loads(json.dumps(config, default=str))
    given = json.loads(json.dumps(config))
    validator = _with_defaults(Draft202012Validator)(schema)
    errors = sorted(validator.iter_errors(config), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        raise UserError("\n".join(dict.fromkeys(_sentence(error) for error in errors)))
    _check_kinds(given)
    if config["run"] in config["datasets"]:
        raise UserError(
            f"run: '{config['run']}' is a data set too, whose files stand in the same folder"
            " without a run: take another name"
        )
    for language in ("python", "r"):
        config["models"][language] = config["models"].get(language) or []
    if not (config["models"]["python"] or config["models"]["r"]):
        raise UserError("models: no model is listed: add a name under models.python or models.r")
    return config


def _key(path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the configuration"


def _shown(value) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _sentence(error) -> str:
    parts = list(error.absolute_path)
    key, value, schema = _key(parts), error.instance, error.schema
    if parts[:1] == ["models"] and len(parts) == 3 and value is None:
        return f'{key}: empty, or YAML\'s null: write a name ("null" in quotes is a caret method)'
    if error.validator == "anyOf":
        return _none_fits(error, key, value)
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        wrong = [name for name in value if name not in known]
        return "\n".join(
            f"{_key([*parts, name])}: no such key.{did_you_mean(name, known)}"
            f" Known here: {some(known, 20)}"
            for name in wrong
        )
    if error.validator == "required":
        lacking = [name for name in schema["required"] if name not in value]
        return f"{_key([*parts, lacking[0]])}: missing: add it (see config/README.md)"
    if error.validator == "enum":
        known = schema["enum"]
        listed = ", ".join(map(str, known))
        return f"{key}: '{value}' is not one of {listed}.{did_you_mean(value, known)}"
    if error.validator == "type":
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return _wrong_type(key, value, kinds)
    if error.validator == "pattern":
        return f"{key}: '{value}' is not a possible name: use {schema['description']}"
    if error.validator == "not":
        return f"{key}: '{value}' is a name that the workflow itself uses: take another"
    if error.validator == "minProperties":
        return f"{key}: is empty: add at least one"
    if error.validator == "uniqueItems":
        return f"{key}: a value stands twice in {_shown(value)}: take one out"
    limits = {"minimum": "be at least", "maximum": "be at most", "exclusiveMaximum": "be below"}
    limits |= {"minItems": "have at least", "maxItems": "have at most"}
    values = " value(s)" if error.validator.endswith("Items") else ""
    limit = f"{limits[error.validator]} {error.validator_value}{values}"
    return f"{key}: {_shown(value)} must {limit}"


def _none_fits(error, key: str, value) -> str:
    """Of anyOf: 'auto' or a number, and a model's name or mapping."""
    first, second = error.schema["anyOf"]
    if "const" in first:
        least = second["minimum"]
        return f"{key}: {_shown(value)} is none of: {first['const']}, a whole number from {least}"
    branch = {str: 0, dict: 1}.get(type(value))
    inner = [e for e in error.context if e.relative_schema_path[0] == branch]
    if not inner:
        return f"{key}: {_shown(value)} is neither a name nor a mapping with a name"
    return "\n".join(_sentence(e) for e in inner)


KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def _wrong_type(key: str, value, kinds: list[str]) -> str:
    if value is None:
        return f"{key}: is empty: fill it in, or take it out"
    fix = ""
    if "array" in kinds and not isinstance(value, dict):
        fix = f": write [{value}]"
    elif "object" in kinds:
        fix = ": write key: value"
    elif "string" in kinds and isinstance(value, bool):
        fix = ": YAML reads yes and no as true and false: write them in quotes"
    elif "string" in kinds and isinstance(value, int | float):
        fix = f': write "{value}", in quotes'
    elif "integer" in kinds and isinstance(value, float) and value.is_integer():
        fix = f": write {int(value)}"
    elif {"number", "integer"} & set(kinds) and isinstance(value, str) and _is_number(value):
        fix = ": write it without quotes, and 1e-3 as 1.0e-3, as YAML reads it as text"
    words = " or ".join(KINDS[kind] for kind in kinds if kind != "null")
    return f"{key}: {_shown(value)} is not {words}{fix}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# Keys of a layer that only one of its kinds has.
OF_KIND = {
    "table": ("table", "orientation", "matrix", "transform", "pseudo_count"),
    "images": ("images", "pattern", "size", "features", "shards", "unit", "broken"),
}


def _check_kinds(config: dict) -> None:
    """Refuse keys of tables in layers of images and the reverse, in a data set and its cohorts.

    config: as given, before the defaults are filled in.
    """
    problems = []
    for name, dataset in config["datasets"].items():
        parts = {f"datasets.{name}": dataset}
        for cohort, part in dataset.get("cohorts", {}).items():
            parts[f"datasets.{name}.cohorts.{cohort}"] = part
        for key, part in parts.items():
            for layer, given in part.get("layers", {}).items():
                of_layer = dataset["layers"].get(layer, {})
                kinds = [kind for kind in OF_KIND if kind in of_layer]
                if len(kinds) != 1:
                    continue
                other = "images" if kinds == ["table"] else "table"
                words = {"table": "a table", "images": "images"}
                problems += [
                    f"{key}.layers.{layer}.{wrong}: a key of layers with {words[other]}, and this"
                    f" one has {words[kinds[0]]}: take it out"
                    for wrong in given
                    if wrong in OF_KIND[other]
                ]
    if problems:
        raise UserError("\n".join(problems))


def resolve_path(path: str, key: str, root: str, folder: bool = False) -> str:
    """A path of the configuration: as it is, or else in the workflow's own folder `root`.

    folder: whether it may be one.

    So that the shipped data are found when the workflow runs as a module from another folder.
    """
    candidates = (path, os.path.relpath(os.path.join(root, path)))
    for candidate in candidates:
        if os.path.isfile(candidate) or (folder and os.path.isdir(candidate)):
            return candidate
    if path and any(os.path.isdir(candidate) for candidate in candidates):
        raise UserError(f"{key}: '{path}' is a folder: give a file in it")
    raise UserError(
        f"{key}: '{path}' does not exist (looked in {os.getcwd()} and in the workflow's folder):"
        " correct the path; it is read relative to the folder in which you start Snakemake"
    )


def resolve_dataset(name: str, dataset: dict, root: str) -> dict:
    """A data set with paths that exist."""
    key = f"datasets.{name}"
    dataset = json.loads(json.dumps(dataset))
    dataset["samples"] = resolve_path(dataset["samples"], f"{key}.samples", root)
    for layer_name, layer in dataset["layers"].items():
        _resolve_layer(layer, f"{key}.layers.{layer_name}", root)
    for cohort_name, cohort in dataset["cohorts"].items():
        _resolve_cohort(cohort, dataset, f"{key}.cohorts.{cohort_name}", root)
    _check_strata(dataset, key)
    if dataset["compare_layers"] and len(dataset["layers"]) < 2:
        raise UserError(
            f"{key}.compare_layers: there is only one layer: add another, or take it out"
        )
    if dataset["compare_grouping"] and dataset["groups"] is None:
        raise UserError(
            f"{key}.compare_grouping: there are no groups to leave out: set {key}.groups"
        )
    if (
        dataset["compare_grouping"]
        and dataset["compare_layers"]
        and "ungrouped" in dataset["layers"]
    ):
        raise UserError(
            f"{key}.layers.ungrouped: compare_grouping makes a variant of this name:"
            " rename the layer"
        )
    by_image = [n for n, layer in dataset["layers"].items() if layer.get("unit") == "image"]
    if by_image and len(dataset["layers"]) > 1:
        raise UserError(
            f"{key}.layers.{by_image[0]}.unit: image gives a row per image, which other layers do"
            " not have: set it to sample, or leave the other layers out"
        )
    outcome = dataset["outcome"]
    if outcome["positive"] is not None:
        if outcome["task"] == "regression":
            raise UserError(f"{key}.outcome.positive: a regression has no classes: take it out")
        outcome["positive"] = str(outcome["positive"])
    return dataset


def _check_strata(dataset: dict, key: str) -> None:
    """Refuse columns to balance by that are something else already, or would be in samples.tsv."""
    taken = {dataset["groups"]: "groups", dataset["outcome"]["column"]: "outcome.column"}
    for name in dataset["stratify_by"]:
        if name in taken:
            why = (
                "which is kept together in a fold"
                if taken[name] == "groups"
                else "and its classes are balanced anyway"
                if dataset["outcome"]["task"] == "classification"
                else "and numbers are no strata"
            )
            raise UserError(
                f"{key}.stratify_by: '{name}' is {key}.{taken[name]}, {why}: take it out"
            )
        if name in SHEET_COLUMNS:
            raise UserError(
                f"{key}.stratify_by: '{name}' is a name that the workflow's own sheet uses: rename"
                f" the column in {dataset['samples']}"
            )


def check_scheme(scheme: str, key: str, groups) -> None:
    """Refuse a resampling scheme that does not suit a data set's groups."""
    if scheme == "leave_one_group_out" and groups is None:
        raise UserError(
            f"resampling.scheme: leave_one_group_out, but {key} has no groups: set {key}.groups to"
            " a column of its sample sheet"
        )
    if scheme == "leave_one_out" and groups is not None:
        raise UserError(
            f"resampling.scheme: leave_one_out would train on the group '{groups}' of the sample"
            f" that it leaves out: set leave_one_group_out, or take {key}.groups out"
        )


def _resolve_layer(layer: dict, key: str, root: str) -> None:
    """A layer with a path that exists; only the keys of its kind stay."""
    kinds = [kind for kind in ("table", "images") if kind in layer]
    if len(kinds) != 1:
        found = "both" if kinds else "neither"
        raise UserError(
            f"{key}: a layer has a table or images, and here is {found}: give one of them"
        )
    (kind,) = kinds
    layer[kind] = resolve_path(layer[kind], f"{key}.{kind}", root, kind == "images")
    for name in OF_KIND["table" if kind == "images" else "images"]:
        layer.pop(name, None)


def _resolve_cohort(cohort: dict, dataset: dict, key: str, root: str) -> None:
    """A cohort with every layer of its data set, read as those are but for what it says itself."""
    cohort["samples"] = resolve_path(cohort["samples"], f"{key}.samples", root)
    unknown = [name for name in cohort["layers"] if name not in dataset["layers"]]
    if unknown:
        raise UserError(
            f"{key}.layers.{unknown[0]}: the data set has no such layer."
            f"{did_you_mean(unknown[0], list(dataset['layers']))} Its layers:"
            f" {some(dataset['layers'])}"
        )
    layers = {}
    for name, layer in dataset["layers"].items():
        own = dict(cohort["layers"].get(name, {}))
        for kind in ("table", "images"):
            if kind in own:
                at = f"{key}.layers.{name}.{kind}"
                own[kind] = resolve_path(own[kind], at, root, kind == "images")
        layers[name] = {**layer, **own}
    cohort["layers"] = layers


def replace_rds(name: str, dataset: dict, results: str) -> dict[str, dict]:
    """Put the .h5ad file that R will make into the place of each .rds file of a data set.

    Returns what each is made of by its path: rds, kind (layer or sheet), matrix, orientation.
    """
    made = {}

    def convert(path, part, **how):
        source = {"rds": path, **how}
        for known, other in made.items():
            if other == source:
                return known
        made[f"{results}/{name}/rds/{part}.h5ad"] = source
        return f"{results}/{name}/rds/{part}.h5ad"

    cohorts = {f"cohorts.{cohort}.": part for cohort, part in dataset["cohorts"].items()}
    for prefix, part in {"": dataset, **cohorts}.items():
        sheet = part["samples"]
        if sheet.lower().endswith(".rds"):
            how = {"kind": "sheet", "matrix": None, "orientation": "samples_in_rows"}
            part["samples"] = convert(sheet, f"{prefix}samples", **how)
        for layer_name, layer in part["layers"].items():
            if layer.get("table", "").lower().endswith(".rds"):
                how = {"kind": "layer"} | {key: layer[key] for key in ("matrix", "orientation")}
                layer["table"] = convert(layer["table"], f"{prefix}layers.{layer_name}", **how)
                layer.update(matrix=None, orientation="samples_in_rows")
    return made


def variants(name: str, dataset: dict) -> dict[str, dict]:
    """Further data sets that a data set is compared with, by name: `{dataset}-{variant}`.

    Each layer alone (compare_layers) on the same splits, and all samples without their groups
    (compare_grouping) on splits of its own. `variant`: kind (layer or ungrouped), of, layer.
    """
    plain = {**dataset, "compare_layers": False, "compare_grouping": False}
    made = {}
    if dataset["compare_layers"]:
        for layer, setting in dataset["layers"].items():
            of = {"kind": "layer", "of": name, "layer": layer}
            made[f"{name}-{layer}"] = {**plain, "layers": {layer: setting}, "variant": of}
    if dataset["compare_grouping"]:
        of = {"kind": "ungrouped", "of": name, "layer": None}
        made[f"{name}-ungrouped"] = {**plain, "groups": None, "variant": of}
    return made


def image_sources(name: str, dataset: dict) -> dict[str, dict]:
    """Settings of the image layers of a data set, by name; `key` is where each is configured.

    `{layer}`, and `{layer}-{cohort}` for a cohort that has other images.
    """
    found = {}
    for layer, setting in dataset["layers"].items():
        if "images" in setting:
            found[layer] = {**setting, "key": f"datasets.{name}.layers.{layer}"}
            for cohort, part in dataset["cohorts"].items():
                if part["layers"][layer] != setting:
                    key = f"datasets.{name}.cohorts.{cohort}.layers.{layer}"
                    found[f"{layer}-{cohort}"] = {**part["layers"][layer], "key": key}
    return found


class Model:
    """One model of the configuration, resolved for a task.

    spec: name, estimator or method, params, grid, size: what its training depends on.
    """

    def __init__(self, language: str, key: str, spec: dict, cost: str, baseline: bool):
        self.language, self.key, self.cost, self.baseline = language, key, cost, baseline
        self.spec = spec
        self.name = spec["name"]
        self.spec_text = canonical(spec, exact=True)


def resolve_models(config: dict, task: str, presets: dict) -> list[Model]:
    """Models of both languages for a task, Python first, in the order of the configuration.

    presets: {language: {task: {name: preset}}}.
    """
    models, problems = [], []
    for language in ("python", "r"):
        seen = {}
        for i, entry in enumerate(config["models"][language]):
            key = f"models.{language}[{i}]"
            try:
                model = _resolve_model(language, key, entry, task, presets[language], config)
                if model.name in seen:
                    raise UserError(
                        f"{key}: '{model.name}' stands in {seen[model.name]} too:"
                        " give it another name, as in {name: …}"
                    )
                seen[model.name] = key
                models.append(model)
            except UserError as error:
                problems.append(str(error))
    if problems:
        raise UserError("\n".join(problems))
    return models


def _resolve_model(language, key, entry, task, presets, config) -> Model:
    entry = {"name": entry} if isinstance(entry, str) else dict(entry)
    name = entry["name"]
    kind, other = ("estimator", "method") if language == "python" else ("method", "estimator")
    if other in entry:
        raise UserError(f"{key}.{other}: a key of the other language: write {kind}")
    preset = {} if kind in entry else presets[task].get(name, {})
    if language == "r":
        preset = preset or {"method": name}
    elif not preset and kind not in entry:
        if "." not in name:
            elsewhere = [t for t in presets if name in presets[t]]
            why = (
                f"is a preset for {elsewhere[0]}, not for {task}." if elsewhere else "is no preset."
            )
            known = list(presets[task])
            raise UserError(
                f"{key}: '{name}' {why}{did_you_mean(name, known)}"
                f" Presets for {task}: {', '.join(known)}; or give an estimator by its dotted"
                " name, as sklearn.svm.SVC"
            )
        preset, name = {"estimator": name}, name.rpartition(".")[2]
    spec = {
        "name": name,
        kind: entry.get(kind, preset.get(kind)),
        # A grid of the user takes the place of what the preset fixes.
        "params": {
            **{k: v for k, v in preset.get("params", {}).items() if k not in entry.get("grid", {})},
            **entry.get("params", {}),
        },
        "grid": entry.get("grid", preset.get("grid")),
        "size": entry.get("size", config["tuning"]["size"]),
    }
    # A value fixed by the user takes the place of the preset's values.
    for fixed in set(entry.get("params", {})) & set(spec["grid"] or {}):
        if "grid" not in entry:
            value = spec["params"].pop(fixed)
            spec["grid"] = {**spec["grid"], fixed: [value]}
    both = sorted(set(spec["params"]) & set(spec["grid"] or {}))
    if both:
        raise UserError(f"{key}: '{both[0]}' stands in params and in grid: leave it in one of them")
    # They travel as JSON, which has no such number.
    endless = [n for n, v in {**spec["params"], **(spec["grid"] or {})}.items() if _infinite(v)]
    if language == "r" and endless:
        raise UserError(
            f"{key}: '{endless[0]}' is infinite or no number, and R models cannot be given that:"
            " write a large number"
        )
    cost = entry.get("cost", preset.get("cost", "medium"))
    return Model(language, key, spec, cost, preset.get("baseline", False))


def _infinite(value) -> bool:
    """Whether there is an infinite number in a value, or one that is none."""
    if isinstance(value, dict | list):
        return any(map(_infinite, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


def batch_count(cost: str, scheme: dict, splits: int) -> int:
    """Number of training jobs of one model, some of them empty if there are fewer splits.

    scheme: the section `resampling`. `splits_per_job: auto` gives a costly model one per repeat, or
    as many as `folds` where nothing is repeated; splits: about how many there are.
    """
    if scheme["splits_per_job"] != "auto":
        return max(1, math.ceil(splits / scheme["splits_per_job"]))
    if cost != "costly":
        return 1
    repeated = scheme["scheme"] in ("repeated_kfold", "bootstrap")
    return min(MOST_JOBS, scheme["repeats" if repeated else "folds"])


@cache
def count_units(path: str, groups) -> int:
    """Number of samples in a sheet, or of groups in a column of it; 0 if the sheet is not text."""
    try:
        rows = read_csv(path, "," if ".csv" in path else "\t")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error):
        return 0
    return len({row.get(groups, number) for number, row in enumerate(rows)})


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


class Study:
    """A checked configuration, asked by the rules for the slice that each of them depends on.

    Slices are text (canonical JSON) or plain values, so that only a real change runs a rule again.
    """

    def __init__(self, config: dict, presets: dict, root: str):
        self.config = config
        problems = []
        self.datasets, self.models, self.images, self.rds = {}, {}, {}, {}
        self.results = os.path.join("results", config["run"] or "").rstrip("/")
        for name, dataset in config["datasets"].items():
            try:
                resolved = resolve_dataset(name, dataset, root)
                check_scheme(config["resampling"]["scheme"], f"datasets.{name}", resolved["groups"])
                self.rds.update(replace_rds(name, resolved, self.results))
                self.datasets.update({name: resolved, **variants(name, resolved)})
                for source, setting in image_sources(name, resolved).items():
                    listed = list_images(setting["images"], setting["pattern"], setting["key"])
                    self.images[name, source] = listed
            except UserError as error:
                problems.append(str(error))
        tasks = sorted({d["outcome"]["task"] for d in config["datasets"].values()})
        method, fitting = config["selection"]["method"], [F_TESTS[task] for task in tasks]
        if method not in ("none", *fitting):
            problems.append(
                f"selection.method: {method} does not suit a {tasks[0]}: set it to {fitting[0]},"
                " or none"
            )
        for task in tasks:
            try:
                of_task = resolve_models(config, task, presets)
                self.models.update(
                    {n: of_task for n in self.datasets if self.task(n) == task},
                )
            except UserError as error:
                problems.append(str(error))
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))
        # Taken out, as nothing of the run depends on it.
        asked = config.pop("predict", None)
        models = {name: self.model_names(name) for name in self.datasets}
        self.prediction = asked and prediction.resolve(asked, self.datasets, models)

    def task(self, dataset: str) -> str:
        return self.datasets[dataset]["outcome"]["task"]

    def cohorts(self, dataset: str) -> list[str]:
        """Names of a data set's external cohorts."""
        return list(self.datasets[dataset]["cohorts"])

    def files(self, dataset: str) -> list[str]:
        """Feature tables of a data set and its cohorts."""
        setting = self.datasets[dataset]
        parts = [setting, *setting["cohorts"].values()]
        tables = [layer.get("table") for part in parts for layer in part["layers"].values()]
        return list(dict.fromkeys(table for table in tables if table))

    def sheets(self, dataset: str) -> list[str]:
        """Sample sheets of a data set and its cohorts."""
        setting = self.datasets[dataset]
        return [part["samples"] for part in (setting, *setting["cohorts"].values())]

    def home(self, dataset: str) -> str:
        """The data set whose samples and images a data set has: a variant has its parent's."""
        return self.parent(dataset) if "variant" in self.datasets[dataset] else dataset

    def image_sources(self, dataset: str) -> dict[str, dict]:
        """Settings of the image layers of a data set and its cohorts: see `image_sources`."""
        return image_sources(dataset, self.datasets[dataset])

    def image_shards(self, dataset: str, source: str) -> list[str]:
        """Names of the shards in which the images of a layer are worked on."""
        shards = self.image_sources(dataset)[source]["shards"]
        return shard_names(len(self.images[dataset, source]), shards)

    def shard_images(self, dataset: str, source: str, shard: str) -> list[Image]:
        return in_shard(self.images[dataset, source], shard)

    def shown_images(self, dataset: str) -> list[tuple[str, str]]:
        """(layer, shard) of the images of a data set, without those of its cohorts."""
        home = self.home(dataset)
        layers = self.datasets[dataset]["layers"]
        return [
            (layer, shard)
            for layer, setting in layers.items()
            if "images" in setting
            for shard in self.image_shards(home, layer)
        ]

    def image_digest(self, dataset: str, source: str) -> str:
        """Checksum of the list of images: it changes when one comes or goes."""
        return hashlib.sha256(canonical(self.images[dataset, source]).encode()).hexdigest()

    def image_join_setting(self, dataset: str, source: str) -> str:
        setting = self.image_sources(dataset)[source]
        return canonical({name: setting[name] for name in ("features", "unit", "broken", "key")})

    def all_files(self) -> list[str]:
        """Every file that the users gave, but for images: sheets and tables."""
        given = [file for n in self.datasets for file in (*self.sheets(n), *self.files(n))]
        return list(dict.fromkeys(self.rds.get(file, {}).get("rds", file) for file in given))

    def variants(self, *kinds: str) -> list[str]:
        """Names of the data sets that are variants of others, of these kinds."""
        made = {name: dataset.get("variant") for name, dataset in self.datasets.items()}
        return [name for name, variant in made.items() if variant and variant["kind"] in kinds]

    def parent(self, dataset: str) -> str:
        """The data set that a variant is one of."""
        return self.datasets[dataset]["variant"]["of"]

    def split_source(self, dataset: str) -> str:
        """The data set whose samples are split: the parent's, if this is one without its groups."""
        return self.parent(dataset) if dataset in self.variants("ungrouped") else dataset

    def figures(self, dataset: str) -> list[str]:
        """Names of the figures of a data set."""
        return figure_names(self.datasets[dataset], dataset in self.permuted())

    def figure_sets(self) -> list[tuple[list[str], list[str]]]:
        """(figures, data sets): data sets with the same figures together."""
        sets = {}
        for dataset in self.datasets:
            sets.setdefault(tuple(self.figures(dataset)), []).append(dataset)
        return [(list(figures), datasets) for figures, datasets in sets.items()]

    def permutations(self) -> list[str]:
        """Names of the permutations of each data set's outcomes: 001, 002 and so on."""
        return [f"{i:03d}" for i in range(1, self.config["comparison"]["null_permutations"] + 1)]

    def permuted(self) -> list[str]:
        """Data sets whose models are trained on permuted outcomes too: no variants."""
        if not self.permutations():
            return []
        return [name for name in self.config["datasets"] if self.learners(name)]

    def learners(self, dataset: str) -> list[Model]:
        """Models that learn from the features: all but the baselines."""
        return [m for m in self.models[dataset] if not m.baseline]

    def learner_names(self, dataset: str) -> str:
        return canonical([[m.language, m.name] for m in self.learners(dataset)])

    def languages(self) -> list[str]:
        """Languages with at least one model."""
        return sorted({m.language for m in self.all_models()})

    def all_models(self) -> list[Model]:
        return [m for of_task in self.models.values() for m in of_task]

    def model(self, dataset: str, language: str, name: str) -> Model:
        return next(m for m in self.models[dataset] if (m.language, m.name) == (language, name))

    def model_names(self, dataset: str) -> list[str]:
        """`language/name` of each model, in the order of the configuration."""
        return [f"{m.language}/{m.name}" for m in self.models[dataset]]

    def baselines(self, dataset: str) -> list[str]:
        return [f"{m.language}/{m.name}" for m in self.models[dataset] if m.baseline]

    def batches(self, dataset: str, model: Model) -> list[str]:
        """Names of a model's training jobs: 1of5, 2of5 and so on."""
        count = self._batch_count(dataset, model)
        return [f"{i}of{count}" for i in range(1, count + 1)]

    def parts(self, model: Model) -> list[str]:
        """Names of the tuning jobs of one batch of a model; none where the batch tunes by itself.

        Candidates that are not known before R has seen the data count as many.
        """
        grid = model.spec["grid"]
        known = None if grid is None and model.language == "r" else grid or {}
        count = self.config["tuning"]["jobs"]
        if known is not None:
            size = math.prod(len(values) for values in known.values())
            count = min(count, size, model.spec["size"])
        return [f"{i}of{count}" for i in range(1, count + 1)] if count > 1 else []

    def priority(self, model: Model) -> int:
        """Priority of a model's jobs: the costly ones first."""
        return 1 + COSTS.index(model.cost)

    def batch_counts(self) -> list[int]:
        return sorted(
            {self._batch_count(d, m) for d, models in self.models.items() for m in models}
        )

    def _batch_count(self, dataset: str, model: Model) -> int:
        return batch_count(model.cost, self.config["resampling"], self.split_count(dataset))

    def split_count(self, dataset: str) -> int:
        """Number of outer splits; where the samples decide it, about, by the sheet if it is text.

        Only the sizes of jobs depend on it, and no result.
        """
        scheme = self.config["resampling"]
        if scheme["scheme"] == "repeated_kfold":
            return scheme["folds"] * scheme["repeats"]
        if scheme["scheme"] == "bootstrap":
            return scheme["repeats"]
        if "variant" in self.datasets[dataset]:
            return self.split_count(self.parent(dataset))
        path, groups = (self.datasets[dataset][key] for key in ("samples", "groups"))
        return count_units(path, groups) or scheme["folds"]

    def tuning_metric(self, dataset: str) -> str:
        return self.config["tuning"]["metric"][self.task(dataset)]

    def comparison_metric(self, dataset: str) -> str:
        return self.config["comparison"]["metric"][self.task(dataset)]

    def import_setting(self, dataset: str) -> str:
        setting = json.loads(json.dumps(self.datasets[dataset]))
        for cohort, part in {None: setting, **setting["cohorts"]}.items():
            for name, layer in part["layers"].items():
                del layer["top_variance"]
                if "images" in layer:
                    own = f"{name}-{cohort}"
                    source = own if own in self.image_sources(dataset) else name
                    part["layers"][name] = {
                        "images": layer["images"],
                        "unit": layer["unit"],
                        "source": source,
                    }
        for key in ("compare_layers", "compare_grouping"):
            del setting[key]
        # What the models are trained on does not depend on it: see data_check_setting.
        del setting["outcome"]["positive"]
        # The import knows the classes; no other metric minds their number.
        metric, others = self.comparison_metric(dataset), METRICS_OF["multiclass"]
        if metric in METRICS_OF["binary"] and metric not in others:
            setting["outcome"] |= {"binary_metric": metric, "other_metrics": others}
        return canonical(setting)

    def data_check_setting(self, dataset: str) -> str:
        setting = self.datasets[dataset]
        return canonical(
            {
                "outcome": setting["outcome"]["column"],
                "task": setting["outcome"]["task"],
                "positive": setting["outcome"]["positive"],
                "groups": setting["groups"],
            }
        )

    def split_setting(self) -> str:
        names = ("scheme", "folds", "repeats", "inner_folds")
        return canonical({name: self.config["resampling"][name] for name in names})

    def preprocessing_setting(self, dataset: str) -> str:
        layers = self.datasets[dataset]["layers"]
        most = {name: layer["top_variance"] for name, layer in layers.items()}
        selection = dict(self.config["selection"])
        if selection["method"] != "none":
            selection["method"] = F_TESTS[self.task(dataset)]
        return canonical({**self.config["preprocessing"], **selection, "top_variance": most})

    def training_keys(self, dataset: str) -> str:
        """For each training job of a data set what its key is made of, besides the data."""
        return json.dumps(
            [
                self._training_key(dataset, m)
                for m in self.models[dataset]
                for _ in self.batches(dataset, m)
            ]
        )

    def null_keys(self, dataset: str) -> str:
        """`training_keys` of the models that are trained on permuted outcomes, one job each."""
        return json.dumps([self._training_key(dataset, m) for m in self.learners(dataset)])

    def _training_key(self, dataset: str, model: Model) -> list:
        fixed = (self.config["imbalance"], self.config["seed"])
        metric = self.tuning_metric(dataset)
        return [model.language, model.spec_text, self.task(dataset), metric, *fixed]

    def null_scoring(self, dataset: str) -> str:
        return canonical(
            {
                "task": self.task(dataset),
                "positive": self.datasets[dataset]["outcome"]["positive"],
                "metric": self.comparison_metric(dataset),
                "scheme": self.config["resampling"]["scheme"],
            }
        )

    def validation_setting(self, language: str) -> str:
        """Every model of a language with what its check needs."""
        checks = {}
        for dataset in self.models:
            for m in self.models[dataset]:
                if m.language == language:
                    more = {
                        "task": self.task(dataset),
                        "imbalance": self.config["imbalance"],
                        "key": m.key,
                    }
                    checks[m.key, more["task"]] = {**m.spec, **more}
        return canonical(list(checks.values()), exact=True)

    def check_setting(self, dataset: str, language: str) -> str:
        """A data set's models of a language, with the keys that a check names them by."""
        models = [m for m in self.models[dataset] if m.language == language]
        return canonical([{**m.spec, "key": m.key} for m in models], exact=True)

    def check_passed(self) -> str:
        """What a check says when all is in order."""
        models = len({(m.language, m.name) for m in self.all_models()})
        datasets = _counted(len(self.datasets), "data set")
        jobs = sum(
            len(self.batches(dataset, m)) * (1 + len(self.parts(m)))
            for dataset, of_task in self.models.items()
            for m in of_task
        )
        permutations = len(self.permutations())
        null = permutations * sum(len(self.learners(name)) for name in self.permuted())
        return (
            f"check passed: {_counted(models, 'model')} on {datasets};"
            f" a run from the start trains them in {_counted(jobs, 'job')}"
            + (
                f", and in {_counted(null, 'job')} more on {_counted(permutations, 'permutation')}"
                " of the outcomes, each at the cost of all cross-validation splits of its model"
                if null
                else ""
            )
        )

    def scoring_setting(self) -> str:
        return canonical(
            [
                {
                    "name": name,
                    "task": self.task(name),
                    "positive": dataset["outcome"]["positive"],
                    "models": [[m.language, m.name] for m in self.models[name]],
                    "cohorts": self.cohorts(name),
                }
                for name, dataset in self.datasets.items()
            ]
        )

    def with_delong(self) -> list[str]:
        """Data sets with cohorts in which the models' ROC curves are compared."""
        return [
            name
            for name in self.datasets
            if self.cohorts(name) and self.comparison_metric(name) == "roc_auc"
        ]

    def comparison_setting(self) -> str:
        return canonical(
            [
                {
                    "name": name,
                    "task": self.task(name),
                    "positive": self.datasets[name]["outcome"]["positive"],
                    "metric": self.comparison_metric(name),
                    "models": self.model_names(name),
                    "baselines": self.baselines(name),
                    "delong": name in self.with_delong(),
                }
                for name in self.datasets
            ]
        )

    def variant_setting(self) -> str:
        """Every variant with the data set that it is compared with."""
        names = self.variants("layer", "ungrouped")
        variants = {name: self.datasets[name]["variant"] for name in names}
        return canonical(
            [
                {
                    "name": name,
                    "of": v["of"],
                    "kind": v["kind"],
                    "task": self.task(name),
                    "positive": self.datasets[name]["outcome"]["positive"],
                }
                for name, v in variants.items()
            ]
        )

    def summary_setting(self) -> str:
        return canonical(
            [
                {
                    "name": name,
                    "task": self.task(name),
                    "metric": self.comparison_metric(name),
                    "positive": self.datasets[name]["outcome"]["positive"],
                    "models": self.model_names(name),
                    "baselines": self.baselines(name),
                    "cohorts": self.cohorts(name),
                    "specs": [{"language": m.language, **m.spec} for m in self.models[name]],
                }
                for name in self.datasets
            ],
            exact=True,
        )


def load(config: dict, workflow: str) -> Study:
    """The study of a configuration; workflow: the folder with schemas/ and catalog/."""
    config = complete(config, os.path.join(workflow, "schemas", "config.schema.yaml"))
    presets = {
        language: yaml.safe_load(
            Path(workflow, "catalog", "models", f"{language}.yaml").read_text(encoding="utf-8")
        )
        for language in ("python", "r")
    }
    return Study(config, presets, root=os.path.join(workflow, ".."))


def read(path: str) -> Study:
    """The study of a configuration file; UserError if it cannot be read."""
    try:
        config = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{path}: cannot be read ({one_line(error)}): correct it") from error
    return load(config, str(Path(__file__).parents[3]))
