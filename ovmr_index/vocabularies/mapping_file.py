"""A file that maps categories to synsets: a JSON object from name or id to synset or wnid."""

from pathlib import Path

import msgspec

from ovmr_index.formats.json_document import JsonDocument, Name

_SYNSET = msgspec.json.Decoder(Name | None)


def read_mapping(path: Path) -> dict[str, str | None]:
    """Return the synsets by category; null means that a category has none.

    Raises:
        RecordError: The file cannot be read or is another kind of JSON.
    """
    document = JsonDocument(path)
    members = document.members().items()
    return {name: document.decode(_SYNSET, raw, f"`{name}`") for name, raw in members}
