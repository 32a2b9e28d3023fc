"""Class texts: a list of names for each category, as YOLO-World and its like read them.

The form is that of `data/texts/lvis_v1_class_texts.json` of YOLO-World (commit 4f70adb).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.errors import counted
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import select_boxes
from ovmr_index.export.forms.form_categories import form_categories
from ovmr_index.export.forms.form_paths import form_file, name_of_boxes, refuse_inputs
from ovmr_index.export.target import WrittenFile
from ovmr_index.storage.atomic import whole_file

FORM = "texts"
_EXPLAINED = re.compile(r"(?P<name>[^()]*[^()\s])\s*\((?P<words>[^()]+)\)")
_SHOWN = 5


def export_texts(session: Session, options: BoxOptions, path: Path | None) -> WrittenFile:
    """Write class texts as `FormExports.texts` says."""
    path = form_file(session, path, FORM, f"{name_of_boxes(options)}.json")
    refuse_inputs(path, options)
    with session.read() as connection:
        found, notes = _categories(session, connection, options)
    texts = [class_texts(name, record) for name, record in found]
    with whole_file(path) as file:
        file.write(f"{json.dumps(texts, ensure_ascii=False)}\n".encode())
    return WrittenFile(path, len(texts), notes=[*notes, *_shared(texts)])


def _categories(
    session: Session, connection: Connection, options: BoxOptions
) -> tuple[list[tuple[str, Mapping[str, Any]]], Sequence[str]]:
    """Return the name and record of each category; a vocabulary alone needs no source of boxes.

    Of a category that is called by its synset the name is the synset's first word.
    """
    found: Iterable[Any]
    alone = options.source is None and options.category_map is None
    if options.vocabulary is not None and alone:
        chosen = form_categories(connection, options, options.vocabulary, options.vocabulary)
        found, notes = chosen.categories, chosen.notes
    else:
        selection = select_boxes(session, connection, options)
        found, notes = selection.categories, selection.notes
    return [(_name(one.name, one.synset), one.record) for one in found], notes


def _name(name: str, synset: str | None) -> str:
    return name.rsplit(".", 2)[0] if name == synset else name


def class_texts(name: str, record: Mapping[str, Any]) -> list[str]:
    """Return the texts of a category, each once: its name, and then its synonyms.

    With spaces for `_` and ` or ` for `/`. What is explained in brackets comes without the
    explanation and then with it: `bat_(animal)` becomes `bat` and `bat animal`.
    """
    synonyms = record.get("synonyms")
    names = [name, *(synonyms if isinstance(synonyms, list) else ())]
    texts = (text for one in names if isinstance(one, str) for text in _texts(one))
    return [*dict.fromkeys(texts)] or [name]


def _texts(name: str) -> Iterator[str]:
    text = " ".join(name.replace("_", " ").replace("/", " or ").split())
    explained = _EXPLAINED.match(text)
    if explained is None:
        yield from filter(None, [text])
    else:
        yield explained["name"]
        yield f"{explained['name']} {explained['words']}"


def _shared(texts: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a note of the texts that stand first for several categories."""
    firsts = Counter(one[0] for one in texts)
    shared = [text for text, count in firsts.items() if count > 1]
    if shared:
        shown = ", ".join(shared[:_SHOWN]) + (", …" if len(shared) > _SHOWN else "")
        yield f"{counted(len(shared), 'text')} of several categories: {shown}"
