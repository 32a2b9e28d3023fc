"""What a sample's file says of an exemplar, and the index knows otherwise."""

import json
from collections.abc import Iterator, Sequence
from math import isclose
from typing import Any

import msgspec

from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import counted, shortened
from ovmr_index.formats.coco_annotation import key_of, mask_of
from ovmr_index.samples.import_report import CategoryEntries
from ovmr_index.samples.match_queries import MatchedEntry
from ovmr_index.samples.sample_file import SampleEntry
from ovmr_index.vocabularies.notes import listed

_SHOWN = 3
_LONGEST = 60  # characters of a value
_MEMBERS = msgspec.json.Decoder(dict[str, Any])
_OURS = frozenset(
    {
        *("id", "image_id", "category_id", "bbox", "area", "segmentation", "object_id"),
        *("x", "y", "w", "h", "dataset", "file_name", "synset", "synsets"),
    }
)

Found = dict[tuple[int, int], MatchedEntry]
Difference = tuple[str, Any, Any]  # a member, its value in the file, that in the index


def notes_of_differences(lists: Sequence[CategoryEntries], found: Found) -> list[str]:
    """Return a note for each member that differs, with a count and the first exemplars by name.

    Exemplars are those of the file that are in the index, by what names them anywhere. Boxes are
    not among the members: each that differs is an issue of its own.
    """
    by_member: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for one in lists:
        for i, entry in enumerate(one.entries):
            here = found.get((one.category_pk, i))
            if here is None:
                continue
            for member, given, held in _differences(entry, here):
                counts[member] = counts.get(member, 0) + 1
                said = by_member.setdefault(member, [])
                if len(said) < _SHOWN:
                    where = f"category {one.category_id} [{i}] {entry.dataset} {entry.file_name}"
                    said.append(f"{where} has {_shown(given)}, and {_shown(held)} in the index")
    return [_note(member, counts[member], said) for member, said in by_member.items()]


def notes_of_short_lists(lists: Sequence[CategoryEntries]) -> list[str]:
    """Return a note of the categories of which a file has fewer exemplars than of others."""
    k = max((len(one.entries) for one in lists), default=0)
    short = [f"{one.synset} ({len(one.entries):,})" for one in lists if len(one.entries) < k]
    if not short:
        return []
    categories = counted(len(short), "category", "categories")
    return [f"the file has fewer than {k:,} exemplars of {categories}: {listed(short)}"]


def _note(member: str, count: int, said: Sequence[str]) -> str:
    more = f"; and {count - len(said):,} more" if count > len(said) else ""
    have = "has" if count == 1 else "have"
    return (
        f"{counted(count, 'exemplar')} {have} another `{member}` than in the index, whose own is"
        f" saved: {'; '.join(said)}{more}"
    )


def _differences(entry: SampleEntry, here: MatchedEntry) -> Iterator[Difference]:
    """Yield what the file and the index say otherwise of an exemplar."""
    areas = [area for area in (here.weight, here.area) if area is not None]
    if entry.area is not None and not any(isclose(entry.area, one) for one in areas):
        yield "area", entry.area, here.weight
    if here.synset is not None and entry.synset != here.synset:
        yield "synset", entry.synset, here.synset
    if entry.region_id is None:
        return
    if entry.image_id not in (None, here.image_id, _own_image_id(here)):
        yield "image_id", entry.image_id, here.image_id
    yield from _of_record(entry, here)


def own_members(here: MatchedEntry) -> dict[str, Any]:
    """Return the members of a box's record in its file; raises DamagedError where it is none."""
    where = f"the record with id {here.region_id}"
    if here.record is not None:
        return decoded_object(here.record, "region_records.record", where)
    return decoded_object(here.fields or "{}", "region_fields.fields", where)


def _own_image_id(here: MatchedEntry) -> int | None:
    """Return the key of an image's id as text: COCO's images have the number that it holds."""
    own = own_members(here).get("image_id")
    return key_of(own) if isinstance(own, str) else None


def _of_record(entry: SampleEntry, here: MatchedEntry) -> Iterator[Difference]:
    """Yield the other members of a record that both have, with other values."""
    given = _MEMBERS.decode(entry.record)
    held = own_members(here)
    known = {name: value for name, value in held.items() if name not in _OURS}
    if (mask := mask_of(held)) is not None:
        known["segmentation"] = mask
    for name, value in known.items():
        if name in given and given[name] != value and given[name] != held.get(name, value):
            yield name, given[name], value


def _shown(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False), _LONGEST)
