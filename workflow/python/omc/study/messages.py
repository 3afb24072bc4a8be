"""One sentence for each mistake that the schema finds: the key, the value and what to write."""

import json
import math
import re

from omc.core.errors import did_you_mean, some

KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}

ROOT = "the configuration"
# Other keys are shown in quotes.
NAME = re.compile(r"[\w.-]{1,60}")


def sentence(error) -> str:
    """The sentence for an error of jsonschema; a line for each key where several are unknown."""
    parts = path_of(error)
    key, value, schema = dotted(parts), error.instance, error.schema
    if parts[:1] == ["models"] and len(parts) == 3 and value is None:
        return f'{key}: empty, or YAML\'s null: write a name ("null" in quotes is a caret method)'
    if error.validator == "anyOf":
        return _no_alternative(error, key, value)
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        wrong = [name for name in value if name not in known]
        return "\n".join(
            f"{dotted([*parts, name])}: no such key.{did_you_mean(name, known)}"
            f" Known here: {some(known, 20)}"
            for name in wrong
        )
    if error.validator == "required":
        lacking = [name for name in schema["required"] if name not in value]
        return "\n".join(
            f"{dotted([*parts, name])}: missing: add it (see config/README.md)" for name in lacking
        )
    if error.validator == "enum":
        known = [choice for choice in schema["enum"] if choice is not None]
        listed = ", ".join(map(str, known))
        return f"{key}: {_quoted(value)} is not one of {listed}.{did_you_mean(value, known)}"
    if error.validator == "type":
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return _wrong_type(key, value, kinds)
    if error.validator == "pattern":
        kind = schema.get("x-kind", "name")
        return f"{key}: {_quoted(value)} is not a possible {kind}: use {schema['x-pattern']}"
    if error.validator == "not":
        return f"{key}: {_quoted(value)} is a name that the workflow itself uses: choose another"
    if error.validator == "minProperties":
        return f"{key}: is empty: add at least one"
    if error.validator == "uniqueItems":
        return f"{key}: a value appears twice in {_quoted(value)}: take one out"
    if error.validator == "maxLength":
        limit = error.validator_value
        return f"{key}: {_quoted(value)} has {len(value)} characters: use at most {limit}"
    limits = {"minimum": "be at least", "maximum": "be at most"}
    limits |= {"exclusiveMinimum": "be above", "exclusiveMaximum": "be below"}
    limits |= {"minItems": "have at least", "maxItems": "have at most"}
    values = " value(s)" if error.validator.endswith("Items") else ""
    limit = f"{limits[error.validator]} {error.validator_value}{values}"
    return f"{key}: {_quoted(value)} must {limit}"


def path_of(error) -> list:
    """The keys that lead to the value, or to the name, that an error of jsonschema is about."""
    named = "propertyNames" in error.absolute_schema_path
    return [*error.absolute_path, *([error.instance] if named else [])]


def _no_alternative(error, key: str, value) -> str:
    """Sentence for anyOf: 'auto' or a number, or a model's name or mapping."""
    first, second = error.schema["anyOf"]
    if "const" in first:
        least = second["minimum"]
        return f"{key}: {_quoted(value)} is none of: {first['const']}, a whole number from {least}"
    branch = 0 if isinstance(value, str) else 1 if isinstance(value, dict) else None
    inner = [e for e in error.context if e.relative_schema_path[0] == branch]
    if not inner:
        return f"{key}: {_quoted(value)} is neither a name nor a mapping with a name"
    return "\n".join(sentence(e) for e in inner)


def _wrong_type(key: str, value, kinds: list[str]) -> str:
    if value is None:
        return f"{key}: is empty: fill it in, or take it out"
    fix = ""
    if "array" in kinds and not isinstance(value, dict):
        fix = f": write [{_named(value)}]"
    elif kinds == ["object"]:
        fix = ": write key: value"
    elif "string" in kinds and isinstance(value, bool):
        fix = ": YAML reads yes and no as true and false: write them in quotes"
    elif "string" in kinds and isinstance(value, int | float):
        fix = f': write "{value}", in quotes'
    elif isinstance(value, float) and not math.isfinite(value):
        fix = ": it must be finite"
    elif "integer" in kinds and isinstance(value, float) and value.is_integer():
        fix = f": write {int(value)}"
    elif {"number", "integer"} & set(kinds) and isinstance(value, str) and _is_number(value):
        fix = ": write it without quotes, and 1e-3 as 1.0e-3, as YAML reads it as text"
    words = " or ".join(KINDS[kind] for kind in kinds if kind != "null")
    return f"{key}: {_quoted(value)} is not {words}{fix}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def dotted(path) -> str:
    """A place in the configuration as users write it: datasets.a.layers, models.r[0]."""
    text = ""
    for part in path:
        name = _named(part)
        text += f"[{part}]" if isinstance(part, int) else f".{name}" if text else name
    return text or ROOT


def _named(value) -> str:
    return str(value) if NAME.fullmatch(str(value)) else _quoted(str(value))


def _quoted(value) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
