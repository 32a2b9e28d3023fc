"""What the Python reference has an entry for, and the links to it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from scripts.reference import package
from scripts.reference.markdown import code, link, slug
from scripts.reference.signatures import names

_CODE = re.compile(r"`([\w.]+)(?:\(\))?`")


class Entry(NamedTuple):
    """A heading: a class or function, and how its methods are called: `index.samples`."""

    heading: str
    call: str
    one: Any
    is_face: bool = False

    @property
    def package(self) -> str:
        """The package of the noun that it is of; a face may add to that of its noun."""
        bases = self.one.bases if self.is_face else ()
        return str(bases[0].canonical_path if bases else self.one.path).split(".")[1]


class Entries:
    """Every entry, the types that they name, and the anchors of all."""

    def __init__(self) -> None:
        """Collect them from the package."""
        public = [package.public(name) for name in package.public_names()]
        self._exported = {one.path for one in public}
        faces = {one.one.path: one for one in _faces()}
        found = faces | {one.one.path: one for one in _entries(public) if one.one.path not in faces}
        self.types: dict[str, Any] = {}
        waiting = [one.one for one in found.values()]
        while waiting:
            for one in _named(waiting.pop()):
                if one.path in found or one.path in self.types:
                    continue
                waiting.append(one)
                if one.is_attribute:
                    self.types[one.path] = one
                else:
                    found[one.path] = _entry(one, found.values())
        self.all = [*found.values()]
        self._by_path = {path: one.heading for path, one in found.items()}
        self._anchors = dict(self._calls())

    def _calls(self) -> Iterator[tuple[str, str]]:
        for one in self.all:
            yield one.heading, slug(one.heading)
            if one.is_face:
                for name, method in package.methods(one.one):
                    call = method_call(one, name, method)
                    yield call, slug(call)

    def is_exported(self, one: Any) -> bool:
        """Tell whether a name can be imported from the package itself."""
        return one.path in self._exported

    def linked(self, markdown: str, face: str = "") -> str:
        """Link the names in backticks that have a heading; in a face also those of its methods."""

        def with_link(found: re.Match[str]) -> str:
            anchor = self._anchors.get(f"{face}.{found[1]}") or self._anchors.get(found[1])
            return f"[{found[0]}](#{anchor})" if anchor else found[0]

        return _CODE.sub(with_link, markdown)

    def mentioned(self, held: Iterable[Any]) -> list[str]:
        """Return links to the entries that types name, each once."""
        found = [one.path for kind in held for one in names(kind)]
        headings = [self._by_path[path] for path in dict.fromkeys(found) if path in self._by_path]
        return [link(heading, code(heading)) for heading in headings]

    def anchors_in(self, annotation: Any) -> dict[str, str]:
        """Return the anchors of the entries that a type names, by their name in it."""
        found = (one for one in names(annotation) if one.path in self._by_path)
        return {one.name: slug(self._by_path[one.path]) for one in found}


def method_call(entry: Entry, name: str, method: Any) -> str:
    """Return how a method of a face is called."""
    return f"{entry.heading if 'classmethod' in method.labels else entry.call}.{name}"


def annotations(one: Any) -> list[Any]:
    """Return the types of the parameters of a function or class, and of what it returns."""
    returned = one.returns if one.is_function else None
    return [*(parameter.annotation for parameter in one.parameters), returned]


def _faces() -> Iterator[Entry]:
    yield Entry("Index", "index", package.index_class(), is_face=True)
    for one in package.namespaces():
        yield Entry(one.call, one.call, one.face, is_face=True)


def _entries(found: Iterable[Any]) -> list[Entry]:
    return [Entry(one.name, one.name, one) for one in found if not one.is_attribute]


def _entry(one: Any, others: Iterable[Entry]) -> Entry:
    """Return the entry of a class; with its module where another has its name."""
    is_twin = one.name in {other.heading for other in others}
    return Entry(f"{one.parent.name}.{one.name}" if is_twin else one.name, one.name, one)


def _named(one: Any) -> Iterator[Any]:
    """Yield the classes and types that those of an entry, or a type, name."""
    if one.is_attribute:
        held = [one.value]
    elif one.is_function:
        held = annotations(one)
    else:
        values = [*package.fields(one), *package.properties(one)]
        held = [value.annotation for _, value in values]
        held += [kind for _, method in package.methods(one) for kind in annotations(method)]
    for kind in held:
        yield from names(kind)
