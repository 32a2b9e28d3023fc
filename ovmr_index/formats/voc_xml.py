"""An XML file of Pascal VOC, read without what XML can do beyond elements and text."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.formats import lenient
from ovmr_index.formats.json_bytes import AS_UTF8
from ovmr_index.storage.regular import refused_kind

_REMEDY = "fix the file, or remove it"
_DEEPEST = 50  # elements within each other


def read_xml(path: Path) -> Element:
    """Return the element that a file is.

    Entities are not read: a few lines of them unpack to gigabytes, or name other files. Raises
    RecordError for a file that declares some, cannot be read, or is no XML.
    """
    content = _content(path)

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
    except expat.ExpatError as error:
        raise RecordError(path, "", f"is no XML: {error}", _REMEDY) from None
    except (ValueError, LookupError) as error:  # a coding of several bytes, or none that is known
        raise RecordError(path, "", f"its encoding is not read: {error}", AS_UTF8) from None
    return tree.close()


def _content(path: Path) -> bytes:
    try:
        if (kind := refused_kind(path.stat())) is not None:
            raise RecordError(path, "", f"is {kind}", "give a file")
        content = path.read_bytes()
    except OSError as error:
        remedy = "check the file, and the list that names it"
        raise RecordError(path, "", os_reason(error), remedy) from None
    if not content.strip():
        raise RecordError(path, "", "the file is empty", _REMEDY)
    return content


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
