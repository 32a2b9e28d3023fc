"""An XML file of Pascal VOC, read without what XML can do beyond elements and text."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.formats import lenient

_REMEDY = "fix the file, or remove it"
_DEEPEST = 50  # elements within each other


def read_xml(path: Path) -> Element:
    """Return the element that a file is.

    Entities are not read: a few lines of them unpack to gigabytes, or name other files. Raises
    RecordError for a file that declares some, cannot be read, or is no XML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordError(path, "", os_reason(error), "check the file") from None
    if not content.strip():
        raise RecordError(path, "", "the file is empty", _REMEDY)

    def refuse(*_: object) -> None:
        raise RecordError(path, "", "declares XML entities, which are not read", "remove them")

    def start(name: str, attributes: dict[str, str]) -> None:
        open_names.append(name)
        if len(open_names) > _DEEPEST:
            raise RecordError(path, "", "its elements are nested too deeply", _REMEDY)
        tree.start(name, attributes)

    def end(_: str) -> None:
        tree.end(open_names.pop())

    open_names: list[str] = []
    tree = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = tree.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:  # the latter for a coding of several bytes
        raise RecordError(path, "", f"is no XML: {error}", _REMEDY) from None
    return tree.close()


def text_of(element: Element, name: str) -> str | None:
    """Return the text of a child of an element, None without one."""
    found = element.findtext(name)
    return None if found is None or not found.strip() else " ".join(found.split())


def value_of(element: Element) -> Any:
    """Return what an element holds: text, a number, or an object of its children.

    Children of one name are a list.
    """
    if not len(element):
        return lenient.number(" ".join((element.text or "").split()))
    found: dict[str, Any] = {}
    for child in element:
        value = value_of(child)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[child.tag] = value
    return found
