"""A file that maps categories to synsets: a JSON object from name or id to synset or wnid."""

from pathlib import Path

import msgspec

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.vocabularies.list_content import read_list

Synsets = dict[str, str | None]  # by the name or the id of a category

_MAPPING = "a JSON object from category to synset"
_REMEDY = 'fix it: give a synset or a wnid in quotes, as in "apple.n.01", or null'
_SYNSET = msgspec.json.Decoder(str | None)


def read_mapping(path: Path) -> Synsets:
    """Return the synsets by category; null or an empty text means that a category has none.

    Raises:
        RecordError: The file cannot be read, is another kind of file, or names a category twice.
    """
    document = read_list(path, _MAPPING)
    if isinstance(document, str):
        problem = "is no JSON object" if document.strip() else "the file is empty"
        raise RecordError(path, "", problem, f"give {_MAPPING}")
    if document.is_array:
        raise document.error("", "is a JSON array", f"give {_MAPPING}")
    members = document.members().items()
    nested = next((name for name, raw in members if bytes(raw)[:1] in (b"{", b"[")), None)
    if nested is not None:
        problem = "is no synset but an object or an array"
        remedy = f"give {_MAPPING}; if it is a member of this file, save that alone"
        raise document.error(f"`{shortened(nested)}`", problem, remedy)
    try:
        found = {
            name: lenient.text(document.decode(_SYNSET, raw, f"`{name}`")) for name, raw in members
        }
    except RecordError as error:
        raise document.error(error.record, error.problem, _REMEDY) from None
    for name, synset in found.items():
        if lenient.has_nul(synset):
            raise document.error(f"`{shortened(name)}`", lenient.HOLDS_NUL, "remove it")
    return found
