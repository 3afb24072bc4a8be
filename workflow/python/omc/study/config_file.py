"""Configuration files: their values, and the line of each key for messages."""

import json
import os
import re
from pathlib import Path

import yaml

from omc.core.errors import UserError
from omc.core.logs import one_line
from omc.study.messages import ROOT, dotted

MOST_BYTES = 2_000_000
MOST_VALUES = 20_000  # those that aliases repeat included
# Ends of the keys of labels, which YAML must not read as true or false.
LABELS = (("outcome", "positive"), ("outcome", "event_value"))

Place = tuple[str, int]  # a file and a line in it
Places = dict[str, Place]  # of keys by their dotted names


def read_yaml(path: Path):
    """The values of a file of the workflow's own; libyaml reads it in a tenth of the time."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def read_config(path: str) -> tuple[dict, Places]:
    """The values of a YAML or JSON file, and the place of each key by its dotted name.

    UserError, with the line of each problem, if the file is no configuration: not UTF-8 or not
    YAML, a key that stands twice, that is no text, or that refers to itself.
    """
    values, found = _parse(path)
    return values, found.places


def _parse(path: str) -> tuple[dict, "_Walk"]:
    text = _read(path)
    try:
        values = json.loads(text)
        # JSON may be indented with tabs, and YAML may not.
        text = text.replace("\t", " ")
    except (ValueError, RecursionError):
        values = None
    try:
        found = _Walk(path)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root:
            found.walk(root, (), 1)
        if found.problems:
            raise UserError("\n".join(found.problems))
        values = values or yaml.load(text, Loader=_Loader)
        _write_labels(values, found.labels)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (path, mark.line + 1) if mark else None
        raise UserError(f"{at(place)}not valid YAML: {_reason(error)}: correct it") from error
    except yaml.reader.ReaderError as error:
        place = path, text[: error.position].count("\n") + 1
        raise UserError(f"{at(place)}holds a control character: take it out") from error
    except (ValueError, LookupError, AttributeError) as error:
        # Of the conversions of PyYAML, which expect text that fits the type.
        raise UserError(f"{path}: a value does not fit its type ({one_line(error)})") from error
    except RecursionError as error:
        raise UserError(f"{path}: its lists and mappings are too deep: flatten it") from error
    if not isinstance(values or {}, dict):
        raise UserError(f"{path}: is a list or text, not a mapping: write key: value")
    return values or {}, found


def read_places(paths: list[str], config: dict) -> Places:
    """Places of the keys of a configuration that Snakemake read from files, with its options.

    In `config`, labels such as `yes` become what is written, as they do in `read_config`. UserError
    as of `read_config`.
    """
    places = {}
    for path in paths:
        near = os.path.relpath(path)
        values, found = _parse(path if near.startswith("..") else near)
        _write_labels(config, found.labels)
        values, known = plain(values), plain(config)
        given = {ROOT, *(name for name in values if values[name] == known.get(name))}
        places |= {
            k: place for k, place in found.places.items() if re.split(r"[.\[]", k)[0] in given
        }
    return places


def _write_labels(values, labels: dict[tuple, str]) -> None:
    for (*parents, key), label in labels.items():
        part = values
        for name in parents:
            part = part.get(name) if isinstance(part, dict) else None
        if isinstance(part, dict) and isinstance(part.get(key), bool):
            part[key] = label


def key_of(problem: str) -> str:
    """The key that a sentence begins with."""
    return problem.partition(": ")[0]


def located(problems: list[str], places: Places) -> list[str]:
    """Sentences with the file and line of their key, or of what should hold it, in this order."""

    def place(problem: str) -> Place | None:
        key = key_of(problem)
        while key and key not in places:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return places.get(key or ROOT)

    found = [(place(problem), problem) for problem in problems]
    found.sort(key=lambda pair: pair[0] or ("", 0))
    return [f"{at(where)}{problem}" for where, problem in found]


def plain(value):
    """A copy as JSON has it: keys and dates are text; UserError if there is no such copy."""

    def with_text_keys(part):
        if isinstance(part, dict):
            # JSON writes these itself.
            known = (str, int, float, bool, type(None))
            return {
                k if isinstance(k, known) else str(k): with_text_keys(v) for k, v in part.items()
            }
        return list(map(with_text_keys, part)) if isinstance(part, list | tuple) else part

    try:
        text = json.dumps(with_text_keys(value), default=str, ensure_ascii=False)
        return json.loads(text.encode())
    except (ValueError, RecursionError) as error:
        raise UserError(f"the configuration: cannot be read ({one_line(error)})") from error


def mapping(value) -> dict:
    """A value that should be a mapping; an empty one if it is something else."""
    return value if isinstance(value, dict) else {}


class _Loader(yaml.SafeLoader):
    """Values of YAML; dates stay text, as a date that does not exist has no value."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def at(place: Place | None) -> str:
    """'FILE, line N: ', or nothing where the place is unknown."""
    return f"{place[0]}, line {place[1]}: " if place else ""


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({one_line(error)}): correct it") from error
    if len(content) > MOST_BYTES:
        raise UserError(f"{path}: has more than {MOST_BYTES / 1e6:.0f} MB: give a configuration")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = path, content[: error.start].count(b"\n") + 1
        raise UserError(f"{at(place)}is not UTF-8: save the file in this encoding") from error


def _reason(error: yaml.MarkedYAMLError) -> str:
    if "\\t" in str(error.problem):
        return "a tab where YAML wants spaces"
    return one_line(", ".join(filter(None, [error.context, error.problem])))


class _Walk:
    """Looks at every key of a file, and remembers its place.

    labels: {parts of a key: its text} of labels such as `yes`, `off` and `TRUE`; `true` and `false`
    are the labels True and False.
    """

    def __init__(self, path: str):
        self.path, self.places, self.problems, self.count = path, {}, [], 0
        self.labels: dict[tuple, str] = {}

    def walk(self, node, parts: tuple, line: int, parents: tuple = ()) -> None:
        """A node, what is in it, and what its aliases and `<<` repeat."""
        self.count += 1
        if self.count > MOST_VALUES:
            raise UserError(f"{self.path}: has more than {MOST_VALUES} values: shorten it")
        if any(node is parent for parent in parents):
            raise UserError(f"{at((self.path, line))}an alias of what contains it: write it out")
        self.places.setdefault(dotted(parts), (self.path, line))
        parents = *parents, node
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self.walk(item, (*parts, number), item.start_mark.line + 1, parents)
        elif isinstance(node, yaml.MappingNode):
            self._keys(node, parts, parents)
        elif any("\ud800" <= character <= "\udfff" for character in node.value):
            self._problem(line, parts, "has half a character (\\ud…): write it out")
        elif parts[-2:] in LABELS and node.tag.endswith(":bool"):
            if node.value not in ("true", "false"):
                self.labels.setdefault(parts, node.value)

    def _keys(self, node, parts, parents):
        lines, merged = {}, []
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._problem(line, parts, "a key must be text: put it in quotes")
            elif key.tag == "tag:yaml.org,2002:merge":
                merged.append((value, line))
            elif key.value == "__use_yte__":
                self._problem(line, (key.value,), "templates run code: write the values out")
            elif key.value in lines:
                first = lines[key.value]
                self._problem(line, (*parts, key.value), f"is also in line {first}: take one out")
            else:
                lines[key.value] = line
                self.walk(value, (*parts, key.value), line, parents)
        # Keys of the mapping itself have won.
        for value, line in merged:
            for mapping in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                self.walk(mapping, parts, line, parents)

    def _problem(self, line, parts, text):
        self.problems.append(f"{at((self.path, line))}{dotted(parts)}: {text}")
