"""Exemplars that show one image, or one file, several times: what pairing each with each finds."""

from random import Random
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, insert, select

from ovmr_index.db.engine import reading, writing
from ovmr_index.db.models import Image, ImageHash, PoolEntry, Source, Vocabulary
from ovmr_index.pools.equal_images import (
    BY_COCO_ID,
    BY_CONTENT,
    other_categories,
    others_in_pool,
)
from ovmr_index.pools.leaks import coco_id
from ovmr_index.vocabularies.names import LVIS_TRAIN
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    BASKET_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

SYNSETS = (TENCH, APPLE, BASKET)


class Entry(NamedTuple):
    """An entry of a pool, and what its image is known by."""

    category: int
    position: int
    image: int
    region: int | None
    coco_id: int | None
    sha256: str | None


def _write(builder: TreeBuilder, chance: Random) -> None:
    """Write a tree in which images and synsets come several times."""
    categories = [category(key, chance.choice(SYNSETS), name=f"c{key}") for key in range(1, 6)]
    boxes = [annotation(key, chance.randint(1, 7), chance.randint(1, 5)) for key in range(1, 30)]
    builder.lvis(
        categories=categories, images=[image(key) for key in range(1, 8)], annotations=boxes
    )
    names = [f"{number}.JPEG" for number in range(5)]
    builder.imagenet({f"train/{wnid}": names for wnid in (TENCH_WNID, APPLE_WNID, BASKET_WNID)})
    objects = [vg_object(key, chance.choice(SYNSETS)) for key in range(1, 10)]
    shown = [vg_image(key, coco_id=chance.choice((None, 1, 2))) for key in (1, 2, 3)]
    builder.visual_genome(
        *(vg_objects(key, *objects[3 * key - 3 : 3 * key]) for key in (1, 2, 3)), images=shown
    )


def _entries(connection: Connection) -> list[Entry]:
    query = (
        select(PoolEntry.c.category_pk, PoolEntry.c.position, PoolEntry.c.image_pk)
        .add_columns(PoolEntry.c.region_pk, coco_id(), ImageHash.c.sha256)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(ImageHash, ImageHash.c.image_pk == Image.c.pk)
        .order_by(PoolEntry.c.category_pk, PoolEntry.c.position)
    )
    return [Entry(*row) for row in connection.execute(query)]


def _is_same_exemplar(one: Entry, other: Entry) -> bool:
    if (one.image, one.region) == (other.image, other.region):
        return True
    is_whole = one.region is None and other.region is None
    return is_whole and one.sha256 is not None and one.sha256 == other.sha256


def _in_other_pools(entries: list[Entry]) -> set[Any]:
    found = set()
    for one in entries:
        others = {
            other.category
            for other in entries
            if other.category != one.category and _is_same_exemplar(one, other)
        }
        if others:
            found.add((one.category, one.position, min(others), len(others)))
    return found


def _in_own_pool(entries: list[Entry], how: int) -> set[Any]:
    known = Entry._fields[4 + how]
    found = set()
    for one in entries:
        others = [
            other.position
            for other in entries
            if (other.category, getattr(other, known)) == (one.category, getattr(one, known))
            and other.image != one.image
        ]
        if others and getattr(one, known) is not None:
            found.add((one.category, one.position, how, min(others)))
    return found


@pytest.mark.slow
@pytest.mark.exhaustive(beyond=1)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_counted_is_what_pairs_are(builder: TreeBuilder, seed: int) -> None:
    chance = Random(seed)
    _write(builder, chance)
    index = builder.index()
    index.ingest()
    index.collate()
    with writing(index.engine) as connection:
        pks = connection.execute(select(Image.c.pk).order_by(Image.c.pk)).scalars().all()
        hashes = [
            {"image_pk": pk, "sha256": str(chance.randrange(4)) * 64}
            for pk in pks
            if chance.random() < 0.7
        ]
        connection.execute(insert(ImageHash), hashes)
    with reading(index.engine) as connection:
        vocabulary = select(Vocabulary.c.pk).where(Vocabulary.c.name == LVIS_TRAIN)
        vocabulary_pk = connection.execute(vocabulary).scalar_one()
        entries = _entries(connection)
        elsewhere = other_categories(vocabulary_pk)
        columns = (elsewhere.c[name] for name in ("category_pk", "position", "other_pk", "number"))
        found = {tuple(row) for row in connection.execute(select(*columns))}
        assert found == _in_other_pools(entries) != set()
        here = others_in_pool(vocabulary_pk)
        columns = (here.c[name] for name in ("category_pk", "position", "how", "other_position"))
        found = {tuple(row) for row in connection.execute(select(*columns))}
        by_each = (_in_own_pool(entries, how) for how in (BY_COCO_ID, BY_CONTENT))
        assert found == set().union(*by_each) != set()
