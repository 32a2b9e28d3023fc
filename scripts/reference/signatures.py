"""Signatures and types as a reader sees them: constants by their value, one kind of quotes."""

import re
from collections.abc import Iterator
from typing import Any

import griffe

from scripts.reference.package import find

_WIDTH = 88
_QUOTED = re.compile(r"'([^'\"]*)'")
_Kind = griffe.ParameterKind


def signature(call: str, function: Any) -> str:
    """Return the signature of a function or class, on several lines where one is too long."""
    parts = [*_parameters(function)]
    returned = "" if not getattr(function, "returns", None) else f" -> {text(function.returns)}"
    whole = f"{call}({', '.join(parts)}){returned}"
    if len(whole) <= _WIDTH:
        return whole
    lines = "".join(f"    {part},\n" for part in parts)
    return f"{call}(\n{lines}){returned}"


def _parameters(function: Any) -> Iterator[str]:
    """Yield the parameters, and `*` before those that are given by name alone."""
    is_named = False
    for one in function.parameters:
        if one.name in {"self", "cls"}:
            continue
        if one.kind is _Kind.keyword_only and not is_named:
            yield "*"
        is_named = is_named or one.kind in {_Kind.keyword_only, _Kind.var_positional}
        yield _parameter(one)


def _parameter(one: griffe.Parameter) -> str:
    stars = "*" if one.kind is _Kind.var_positional else ""
    stars = "**" if one.kind is _Kind.var_keyword else stars
    kind = f": {text(one.annotation)}" if one.annotation else ""
    default = f" = {value(one.default)}" if one.default is not None and not stars else ""
    return f"{stars}{one.name}{kind}{default}"


def text(annotation: str | griffe.Expr | None) -> str:
    """Return a type, also one that is written as text."""
    written = str(annotation).replace("builtins.", "")
    if written.startswith(("'", '"')):
        written = written[1:-1]
    return _QUOTED.sub(r'"\1"', written)


def value(default: str | griffe.Expr | None) -> str:
    """Return a default; of a constant its value, of a field's factory what it makes."""
    if isinstance(default, griffe.ExprName):
        found = find(default.canonical_path)
        if found is not None and found.is_attribute:
            return value(found.value)
    if isinstance(default, griffe.ExprCall) and str(default.function) == "field":
        return _of_field(default)
    return _QUOTED.sub(r'"\1"', str(default))


def _of_field(call: griffe.ExprCall) -> str:
    """Return the default of a dataclass's field, "" where it has none."""
    given = {one.name: one.value for one in call.arguments if isinstance(one, griffe.ExprKeyword)}
    if "default_factory" in given:
        return f"{given['default_factory']}()"
    return value(given["default"]) if "default" in given else ""


def names(annotation: str | griffe.Expr | None) -> Iterator[Any]:
    """Yield the classes and types of the package that a type names."""
    if isinstance(annotation, griffe.Expr):
        for one in annotation.iterate(flat=True):
            found = find(one.canonical_path) if isinstance(one, griffe.ExprName) else None
            if found is not None and not found.is_function:
                yield found
