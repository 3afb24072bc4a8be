"""Models of the configuration: resolves names and presets to specifications."""

import math
from dataclasses import dataclass
from functools import cache, cached_property

from omc.core.catalog import catalog
from omc.core.checksums import sha256_file
from omc.core.errors import UserError, did_you_mean
from omc.study.canonical import canonical
from omc.study.config_file import read_yaml
from omc.study.datasets import resolve_path

LANGUAGES = ("python", "r")
MOST_COMBINATIONS = 2**50  # of which numpy and R can draw a sample


@dataclass(frozen=True, eq=False)
class Model:
    """One model of the configuration, resolved for a task.

    key: its place in the configuration; spec: name, estimator or method, params, grid and size, on
    which its training depends; time_limit: seconds, and memory_limit: MB (0: the machine's), that
    the process of one split may take.
    """

    language: str
    key: str
    spec: dict
    cost: str
    baseline: bool
    time_limit: int = 24 * 3600
    memory_limit: int = 0

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
        """Its spec as canonical text."""
        return canonical(self.spec, exact=True)


@cache
def read_presets() -> dict[str, dict]:
    """The presets of both languages: {language: {task: {name: preset}}}."""
    files = {language: catalog(f"models/{language}.yaml") for language in LANGUAGES}
    return {name: read_yaml(file) for name, file in files.items()}


def resolve_models(config: dict, task: str, presets: dict, root: str = "") -> list[Model]:
    """Models of both languages for a task, Python first, in the order of the configuration.

    presets: {language: {task: {name: preset}}}; root: the workflow's folder, see `resolve_path`. An
    entry None stands for a mistake that is known.
    """
    models, problems = [], []
    for language in LANGUAGES:
        seen = {}
        for i, entry in enumerate(config["models"][language]):
            key = f"models.{language}[{i}]"
            if entry is None:
                continue
            try:
                model = _resolve_model(language, key, entry, task, presets[language], config, root)
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


def _resolve_model(language, key, entry, task, presets, config, root) -> Model:
    entry = {"name": entry} if isinstance(entry, str) else dict(entry)
    kind, other = ("estimator", "method") if language == "python" else ("method", "estimator")
    if other in entry:
        raise UserError(f"{key}.{other}: a key of the other language: write {kind}")
    name, preset = _preset(language, key, entry, task, presets)
    params, grid = _params_and_grid(key, entry, preset)
    # Parameters are passed to R as JSON, which has no infinite numbers.
    infinite = [n for n, v in {**params, **(grid or {})}.items() if _infinite(v)]
    if language == "r" and infinite:
        raise UserError(
            f"{key}: '{infinite[0]}' is infinite or not a number, which R models cannot be given:"
            " write a large number"
        )
    spec = {
        "name": name,
        kind: entry.get(kind, preset.get(kind)),
        "params": params,
        "grid": grid,
        "size": entry.get("size", config["tuning"]["size"]),
    }
    if language == "r" and spec["method"].endswith(".R"):
        # A definition of the user's: when the file changes, the model is another one.
        spec["method"] = resolve_path(spec["method"], f"{key}.method", root)
        spec["sha256"] = sha256_file(spec["method"])
    cost = entry.get("cost", preset.get("cost", "medium"))
    limits = {"memory_limit": entry.get("memory_limit", 0)}
    if "time_limit" in entry:
        limits["time_limit"] = max(1, round(60 * entry["time_limit"]))
    return Model(language, key, spec, cost, preset.get("baseline", False), **limits)


def _preset(language: str, key: str, entry: dict, task: str, presets: dict) -> tuple[str, dict]:
    """(name, preset) of an entry: from the catalog, a method of caret, or a dotted estimator."""
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
    others = [t for t in presets if name in presets[t]]
    reason = f"is a preset for {others[0]}, not for {task}." if others else "is no preset."
    known = list(presets[task])
    raise UserError(
        f"{key}: '{name}' {reason}{did_you_mean(name, known)} Presets for {task}:"
        f" {', '.join(known)}; or give an estimator by its dotted name, such as sklearn.svm.SVC"
    )


def _params_and_grid(key: str, entry: dict, preset: dict) -> tuple[dict, dict | None]:
    """Parameters and grid: those of the user replace those of the preset."""
    given, grid_given = entry.get("params", {}), entry.get("grid")
    fixed = {k: v for k, v in preset.get("params", {}).items() if k not in (grid_given or {})}
    params = fixed | given
    grid = grid_given if grid_given is not None else preset.get("grid")
    if grid_given is None and grid:
        grid = {name: [params.pop(name)] if name in given else grid[name] for name in grid}
    if math.prod(map(len, (grid or {}).values())) > MOST_COMBINATIONS:
        raise UserError(f"{key}.grid: has more than 2^50 combinations: list fewer values")
    duplicates = sorted(set(params) & set(grid or {}))
    if duplicates:
        raise UserError(
            f"{key}: '{duplicates[0]}' is in both params and grid: keep it in one of them"
        )
    return params, grid


def _infinite(value) -> bool:
    """Whether a value contains an infinite number or NaN."""
    if isinstance(value, dict | list):
        return any(map(_infinite, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)
