"""Models of the configuration: names and presets become what each is trained with."""

import math
from dataclasses import dataclass
from functools import cached_property

import yaml

from omc.core.catalog import catalog
from omc.core.errors import UserError, did_you_mean
from omc.study.canonical import canonical

LANGUAGES = ("python", "r")


@dataclass(frozen=True, eq=False)
class Model:
    """One model of the configuration, resolved for a task.

    key: where it stands there; spec: name, estimator or method, params, grid, size: what its
    training depends on.
    """

    language: str
    key: str
    spec: dict
    cost: str
    baseline: bool

    @property
    def name(self) -> str:
        """Its name, unique among the models of its language."""
        return self.spec["name"]

    @property
    def full_name(self) -> str:
        """`language/name`."""
        return f"{self.language}/{self.name}"

    @cached_property
    def spec_text(self) -> str:
        """Its spec as text that changes only with it."""
        return canonical(self.spec, exact=True)


def read_presets() -> dict[str, dict]:
    """The presets of both languages: {language: {task: {name: preset}}}."""
    files = {language: catalog(f"models/{language}.yaml") for language in LANGUAGES}
    return {name: yaml.safe_load(file.read_text(encoding="utf-8")) for name, file in files.items()}


def resolve_models(config: dict, task: str, presets: dict) -> list[Model]:
    """Models of both languages for a task, Python first, in the order of the configuration.

    presets: {language: {task: {name: preset}}}.
    """
    models, problems = [], []
    for language in LANGUAGES:
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
    kind, other = ("estimator", "method") if language == "python" else ("method", "estimator")
    if other in entry:
        raise UserError(f"{key}.{other}: a key of the other language: write {kind}")
    name, preset = _preset(language, key, entry, task, presets)
    params, grid = _params_and_grid(key, entry, preset)
    # They travel as JSON, which has no such number.
    endless = [n for n, v in {**params, **(grid or {})}.items() if _infinite(v)]
    if language == "r" and endless:
        raise UserError(
            f"{key}: '{endless[0]}' is infinite or no number, and R models cannot be given that:"
            " write a large number"
        )
    spec = {
        "name": name,
        kind: entry.get(kind, preset.get(kind)),
        "params": params,
        "grid": grid,
        "size": entry.get("size", config["tuning"]["size"]),
    }
    cost = entry.get("cost", preset.get("cost", "medium"))
    return Model(language, key, spec, cost, preset.get("baseline", False))


def _preset(language: str, key: str, entry: dict, task: str, presets: dict) -> tuple[str, dict]:
    """(name, preset) of an entry: of the catalog, or a method of caret, or a dotted estimator."""
    name = entry["name"]
    if language == "r":
        preset = {} if "method" in entry else presets[task].get(name, {})
        return name, preset or {"method": name}
    if "estimator" in entry:
        return name, {}
    if preset := presets[task].get(name):
        return name, preset
    if "." in name:
        return name.rpartition(".")[2], {"estimator": name}
    elsewhere = [t for t in presets if name in presets[t]]
    why = f"is a preset for {elsewhere[0]}, not for {task}." if elsewhere else "is no preset."
    known = list(presets[task])
    raise UserError(
        f"{key}: '{name}' {why}{did_you_mean(name, known)} Presets for {task}: {', '.join(known)};"
        " or give an estimator by its dotted name, as sklearn.svm.SVC"
    )


def _params_and_grid(key: str, entry: dict, preset: dict) -> tuple[dict, dict | None]:
    """What the user gives takes the place of what the preset fixes or tries."""
    own, own_grid = entry.get("params", {}), entry.get("grid")
    params = {k: v for k, v in preset.get("params", {}).items() if k not in (own_grid or {})} | own
    grid = own_grid if own_grid is not None else preset.get("grid")
    if own_grid is None and grid:
        grid = {name: [params.pop(name)] if name in own else grid[name] for name in grid}
    both = sorted(set(params) & set(grid or {}))
    if both:
        raise UserError(f"{key}: '{both[0]}' stands in params and in grid: leave it in one of them")
    return params, grid


def _infinite(value) -> bool:
    """Whether there is an infinite number in a value, or one that is none."""
    if isinstance(value, dict | list):
        return any(map(_infinite, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)
