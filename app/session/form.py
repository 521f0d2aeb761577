"""The form an answer is bound to, a JSON schema or a grammar, checked before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.core.errors import CarrelError
from app.core.params import Choices
from app.session.gbnf import check_grammar

_TYPES = ("string", "number", "integer", "boolean", "null", "object", "array")


def check_form(choices: Choices) -> None:
    """Raise CarrelError with what is wrong and where; silence means that the form can be used."""
    if choices.json_schema.strip():
        check_schema(choices.json_schema)
    if choices.grammar.strip():
        check_grammar(choices.grammar)


def check_schema(text: str) -> None:
    """Raise CarrelError("bad_schema") for text that is no JSON, no schema, or that points outside itself."""
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise CarrelError(
            "bad_schema",
            "The JSON schema is not JSON: line {line}, character {column}.",
            "Look for a missing comma, quotation mark or bracket there.",
            line=error.lineno,
            column=error.colno,
        ) from error
    except RecursionError as error:
        raise CarrelError("bad_schema", "The JSON schema is nested too deeply.", "Make it flatter.") from error
    if not isinstance(schema, dict):
        raise CarrelError(
            "bad_schema", "A JSON schema is an object in braces.", "For example {example}.", example=_EXAMPLE
        )
    for part in _parts(schema):
        _check_type(part)
        _check_reference(part, schema)


_EXAMPLE = '{"type": "object"}'


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside; the values of `enum`, `const` and `default` are data, not schema."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += [inner for name, inner in part.items() if name not in ("enum", "const", "default", "examples")]
        elif isinstance(part, list):
            waiting += part


def _check_type(part: dict[str, Any]) -> None:
    kind = part.get("type")
    for name in kind if isinstance(kind, list) else [kind]:
        if isinstance(name, str) and name not in _TYPES:
            raise CarrelError(
                "bad_schema",
                "The JSON schema asks for the type {name}, which JSON does not have.",
                "Types are {types}.",
                name=name,
                types=", ".join(_TYPES),
            )


def _check_reference(part: dict[str, Any], schema: dict[str, Any]) -> None:
    """`$ref` must lead to something in the same schema: nothing is fetched."""
    reference = part.get("$ref")
    if not isinstance(reference, str):
        return
    place: Any = schema if reference.startswith("#") else None
    for name in reference.lstrip("#").split("/")[1:]:
        place = place.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(place, dict) else None
    if place is None:
        raise CarrelError(
            "bad_schema",
            "The JSON schema points to {reference}, which is not in it.",
            "Write that part into the schema itself; nothing is fetched.",
            reference=reference,
        )
