"""What is known of each crop, as a line of JSON has it: names, class, box, source and licence."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import Prepared
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.export.crop_layouts import Crop
from ovmr_index.export.crop_record_queries import crop_sources, described_classes, source_headers
from ovmr_index.formats.table import format_of
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.processes import batches
from ovmr_index.vocabularies.class_indexes import class_indexes
from ovmr_index.vocabularies.vocabulary_queries import vocabulary_named

_BATCH = 512  # crops whose sources are asked for at once

_Licence = tuple[str | None, str | None]  # name and URL


class CropRecord(NamedTuple):
    """A crop, as `metadata.jsonl` says it.

    Attributes:
        file_name: The crop's path below the folder of the crops.
        label: The class index of its category, 0-based; None where the vocabulary lacks it.
        category: The name of the category.
        category_id: Its id.
        synset: The synset that the exemplar was found under.
        category_synset: The category's.
        wnid: The category's, where WordNet has its synset.
        source: The name of the source that the exemplar is of.
        dataset: That of its dataset.
        split: That of its split.
        source_image: The path of the whole image below the root of its dataset.
        image_id: The source's own.
        region_id: The source's own; None for a whole image.
        bbox: The box, xywh in pixels of the whole image; None for a whole image.
        weight: What it was drawn by.
        rank: Its place among those of its category, from 0.
        licence: What its format says of the licence.
        image_licence: The name of the licence that the source gives for this image.
        image_licence_url: Where that is.
    """

    file_name: str
    label: int | None
    category: str
    category_id: int
    synset: str
    category_synset: str
    wnid: str | None
    source: str
    dataset: str
    split: str | None
    source_image: str
    image_id: int | None
    region_id: int | None
    bbox: list[float] | None
    weight: float
    rank: int
    licence: str | None
    image_licence: str | None
    image_licence_url: str | None

    def as_line(self) -> bytes:
        """Return the record as JSON in a line."""
        return f"{json.dumps(self._asdict())}\n".encode()


class ClassRecord(NamedTuple):
    """A category as a class: its name, its index (0-based), its synset or else its name, its wnid.

    The index of LVIS's is the id - 1, as `class_indexes` has it.
    """

    category_id: int
    name: str
    synset: str
    wnid: str | None
    label: int


def class_records(connection: Connection, vocabulary: str) -> dict[int, ClassRecord]:
    """Return the classes of a vocabulary by the ids of their categories, in its order.

    None where there is no such vocabulary.
    """
    vocabulary_pk = connection.execute(vocabulary_named(vocabulary)).scalar()
    if vocabulary_pk is None:
        return {}
    labels = class_indexes(connection, vocabulary)
    rows = connection.execute(described_classes(vocabulary_pk))
    return {
        key: ClassRecord(key, name, synset, wnid, labels[key]) for key, name, synset, wnid in rows
    }


def crop_records(
    connection: Connection, classes: Mapping[int, ClassRecord], crops: Sequence[Crop]
) -> Iterator[CropRecord]:
    """Yield the record of each crop, with the first of its files.

    A crop of another vocabulary than `classes` are of has no label, and is called by its synset.
    """
    sources = Prepared(connection, crop_sources())
    licences = _Licences(connection)
    for batch in batches(crops, _BATCH):
        given = [
            [one.dataset, one.file_name, one.image_id, one.region_id]
            for one in (crop.exemplar for crop in batch)
        ]
        found: dict[int, tuple[str, str | None]] = {}
        for place, source, record in sources.rows(given=json.dumps(given)):
            found.setdefault(place, (source, record))
        for place, crop in enumerate(batch):
            source, record = found.get(place, (crop.exemplar.dataset, None))
            yield _record(crop, classes, source, licences.of(source, record))


def _record(
    crop: Crop, classes: Mapping[int, ClassRecord], source: str, licence: _Licence
) -> CropRecord:
    one = crop.exemplar
    meant = classes.get(crop.category_id)
    if meant is not None and meant.synset != one.category_synset:
        meant = None
    terms = format_of(one.format).terms
    return CropRecord(
        file_name=crop.targets[0],
        label=meant and meant.label,
        category=meant.name if meant else one.category_synset,
        category_id=crop.category_id,
        synset=one.synset,
        category_synset=one.category_synset,
        wnid=meant and meant.wnid,
        source=source,
        dataset=one.dataset,
        split=one.split,
        source_image=one.file_name,
        image_id=one.image_id,
        region_id=one.region_id,
        bbox=_bbox(one),
        weight=float(one.weight),
        rank=crop.shot,
        licence=terms and terms.licence,
        image_licence=licence[0],
        image_licence_url=licence[1],
    )


def _bbox(one: Exemplar) -> list[float] | None:
    if one.x is None or one.y is None or one.w is None or one.h is None:
        return None
    return [float(side) for side in (one.x, one.y, one.w, one.h)]


class _Licences:
    """The licences that annotation files list, which their images name by an id."""

    def __init__(self, connection: Connection) -> None:
        """Read the lists."""
        self._listed: dict[str, dict[str, _Licence]] = {}
        for source, header in connection.execute(source_headers()):
            listed = decoded_object(header, "sources.header", source).get("licenses")
            self._listed[source] = dict(_named_licences(listed))

    def of(self, source: str, record: str | None) -> _Licence:
        """Return the licence of an image, by the record that its annotation file has of it."""
        if record is None or not self._listed.get(source):
            return None, None
        key = decoded_object(record, "image_records.record", source).get("license")
        return self._listed[source].get(f"{key}", (None, None))


def _named_licences(listed: Any) -> Iterator[tuple[str, _Licence]]:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield f"{one.get('id')}", (_text(one.get("name")), _text(one.get("url")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
