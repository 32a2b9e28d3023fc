"""The package as its source says it: nothing of it is imported."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import griffe

PACKAGE = "ovmr_index"
INDEX = f"{PACKAGE}.index.index.Index"
INTEGRATIONS = (
    *("torch", "detectron2", "huggingface", "supervision"),
    *("fiftyone", "pandas", "polars"),
)


class Namespace(NamedTuple):
    """A noun of an index: how it is reached, as `index.samples`, and its class."""

    call: str
    face: griffe.Class


@cache
def package() -> griffe.Module:
    """Return the package."""
    root = Path(__file__).parents[2]
    loaded = griffe.load(
        PACKAGE, search_paths=[root], docstring_parser="google", allow_inspection=False
    )
    return cast("griffe.Module", loaded)


def find(path: str) -> Any:
    """Return what has a dotted path, None for what is not of the package."""
    if not path.startswith(f"{PACKAGE}."):
        return None
    found: Any = package()
    for name in path.split(".")[1:]:
        found = found.all_members.get(name) if not found.is_attribute else None
        if found is None:
            return None
    return found.final_target if found.is_alias else found


def public_names() -> list[str]:
    """Return the names that the package exports, sorted."""
    return sorted(cast("list[str]", package().exports))


def public(name: str) -> Any:
    """Return what a public name stands for."""
    return find(f"{PACKAGE}.{name}")


def index_class() -> griffe.Class:
    """Return the class of an index."""
    return cast("griffe.Class", find(INDEX))


def namespaces(face: griffe.Class | None = None, call: str = "index") -> Iterator[Namespace]:
    """Yield the namespaces below a face, each followed by those below it."""
    for name, one in members(face or index_class()):
        held = _held(one) if one.is_attribute else None
        if held is not None and held.is_class:
            below = Namespace(f"{call}.{name}", held)
            yield below
            yield from namespaces(below.face, below.call)


def _held(one: griffe.Attribute) -> Any:
    """Return the class of what an attribute of a face holds, which is made with the session."""
    if "cached" in one.labels:
        return find(cast("griffe.Expr", one.annotation).canonical_path)
    return find(one.value.canonical_path) if isinstance(one.value, griffe.ExprCall) else None


def members(one: griffe.Class) -> Iterator[tuple[str, Any]]:
    """Yield the public members of a class with those it has from other classes of the package."""
    for name, member in cast("dict[str, Any]", one.all_members).items():
        if not name.startswith("_"):
            yield name, member.final_target if member.is_alias else member


def methods(one: griffe.Class) -> list[tuple[str, griffe.Function]]:
    """Return the public methods of a class by name, in the order of the source."""
    found = [(name, member) for name, member in members(one) if member.is_function]
    return sorted(found, key=lambda pair: pair[1].parent is not one)


def properties(one: griffe.Class) -> list[tuple[str, griffe.Attribute]]:
    """Return the public properties of a class by name."""
    found = ((name, member) for name, member in members(one) if member.is_attribute)
    return [pair for pair in found if "property" in pair[1].labels]


def fields(one: griffe.Class) -> list[tuple[str, griffe.Attribute]]:
    """Return the fields of a record, or the values of an Enum, by name."""
    found = ((name, member) for name, member in members(one) if member.is_attribute)
    held = [pair for pair in found if "property" not in pair[1].labels]
    return [pair for pair in held if is_enum(one) or pair[1].annotation]


def is_enum(one: griffe.Class) -> bool:
    """Tell whether a class is an Enum."""
    return any(str(base).endswith("Enum") for base in one.bases)


def integrations() -> list[griffe.Module]:
    """Return the modules that make another package's objects from an index."""
    return [find(f"{PACKAGE}.integrations.{name}") for name in INTEGRATIONS]


def definitions(module: griffe.Module) -> list[tuple[str, Any]]:
    """Return the public functions and classes that a module defines, by name."""
    return [
        (name, one)
        for name, one in module.members.items()
        if not name.startswith("_") and not one.is_alias and (one.is_function or one.is_class)
    ]
