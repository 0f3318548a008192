"""Stripe's way of writing nested values in a form: `line_items[0][price_data][currency]=usd`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.errors import Refused, unknown

Json = dict[str, Any]

PART = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")
LONGEST = 5000


def nest(text: str) -> Json:
    """Turn form text into nested dicts and lists; values stay text."""
    tree: Json = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        *path, last = PART.findall(key) or [key]
        branch = tree
        for part in path:
            step = branch.setdefault(part or str(len(branch)), {})
            if not isinstance(step, dict):
                raise Refused(f"Invalid form: {key}", param=key)
            branch = step
        branch[last or str(len(branch))] = value
    return {key: _listed(value) for key, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def text(value: Any, param: str) -> str:
    """A string of Stripe's usual length."""
    if not isinstance(value, str):
        raise Refused(f"Invalid string: {value}", param=param)
    if len(value) > LONGEST:
        raise Refused(f"Invalid string: {value[:20]}...; must be at most {LONGEST} characters", param=param)
    return value


def integer(value: Any, param: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"-?\d{1,15}", str(value)):
        raise Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=param)
    return int(value)


def boolean(value: Any, param: str) -> bool:
    """True or false, spelled so."""
    if value not in ("true", "false"):
        raise Refused(f"Invalid boolean: {value}", param=param)
    return bool(value == "true")


def anything(value: Any, param: str) -> Any:
    """A parameter that Stripe knows and that changes nothing here."""
    return value


def labels(value: Any, param: str) -> dict[str, str]:
    """Metadata: 50 keys of 40 characters, values of 500. https://docs.stripe.com/api/metadata."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise Refused(f"Invalid hash: {value}", code="parameter_invalid_hash", param=param)
    if len(value) > 50:
        raise Refused(f"Metadata can only have up to 50 keys, but you passed in {len(value)} keys.", param=param)
    for key, item in value.items():
        if len(key) > 40:
            told = f"Metadata keys can have up to 40 characters, but you passed in a key that is {len(key)} characters."
            raise Refused(f"{told} Invalid key: {key}", param=param)
        if len(text(item, f"{param}[{key}]")) > 500:
            told = "Metadata values can have up to 500 characters, but you passed in a value that is"
            raise Refused(f"{told} {len(item)} characters. Invalid value: {item}", param=f"{param}[{key}]")
    return value


def read(form: Any, shape: Any, param: str = "") -> Any:
    """Check a nested form against a shape, and give it back typed.

    A shape is a reader (as above), a dict of shapes by name, or a list with the one shape of its items.
    Raises `Refused` naming the parameter as Stripe does.
    """
    if isinstance(shape, dict):
        if not isinstance(form, dict):
            raise Refused(f"Invalid object: {form}", code="parameter_invalid_object", param=param)
        return {key: _field(key, item, shape, param) for key, item in form.items()}
    if isinstance(shape, list):
        if not isinstance(form, list):
            raise Refused("Invalid array", code="parameter_invalid_array", param=param)
        return [read(item, shape[0], f"{param}[{number}]") for number, item in enumerate(form)]
    return shape(form, param)


def _field(key: str, item: Any, shape: Json, param: str) -> Any:
    path = f"{param}[{key}]" if param else key
    if key not in shape:
        raise unknown(path)
    return read(item, shape[key], path)
