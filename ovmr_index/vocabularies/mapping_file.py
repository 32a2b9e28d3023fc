"""A file that maps categories to synsets: a JSON object from name or id to synset or wnid."""

from pathlib import Path

import msgspec

from ovmr_index.formats import lenient
from ovmr_index.vocabularies.list_content import read_document

Synsets = dict[str, str | None]  # by the name or the id of a category

_MAPPING = "a JSON object from category to synset"
_SYNSET = msgspec.json.Decoder(str | None)


def read_mapping(path: Path) -> Synsets:
    """Return the synsets by category; null or an empty text means that a category has none.

    Raises:
        RecordError: The file cannot be read, is another kind of file, or names a category twice.
    """
    document = read_document(path, _MAPPING)
    members = document.members().items()
    return {name: lenient.text(document.decode(_SYNSET, raw, f"`{name}`")) for name, raw in members}
