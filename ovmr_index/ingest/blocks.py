"""What was read of an annotation file, block by block: what is the same is not read again."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, Select, delete, or_, select

from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Category, Image, Region, SourceBlock, table
from ovmr_index.formats.stream import KnownBlocks
from ovmr_index.ingest.sources import SourceSpec

Blocks = Sequence[tuple[int, str]]


def known_blocks(connection: Connection, source_pk: int, spec: SourceSpec) -> KnownBlocks:
    """Return what was read when the source was told the same as now; nothing otherwise."""
    query = (
        select(SourceBlock.regions, SourceBlock.fingerprint)
        .where(SourceBlock.source_pk == source_pk)
        .order_by(SourceBlock.position)
    )
    found = [(regions, fingerprint) for regions, fingerprint in connection.execute(query)]
    if not found:
        return KnownBlocks()
    images, _, told = found[0][1].partition(" ")
    return KnownBlocks(images, tuple(found[1:])) if told == _told(spec) else KnownBlocks()


def dangling_regions(source_pk: int) -> Select[int]:
    """Return the id of a region whose picture or category is not there, if there is one."""
    return (
        select(Region.key)
        .outerjoin(Image, Image.pk == Region.image_pk)
        .outerjoin(Category, Category.pk == Region.category_pk)
        .where(
            Region.source_pk == source_pk,
            or_(Image.pk.is_(None), Category.pk.is_(None) & Region.category_pk.is_not(None)),
        )
        .order_by(Region.pk)
        .limit(1)
    )


def store_blocks(
    connection: Connection, source_pk: int, spec: SourceSpec, images: str | None, blocks: Blocks
) -> None:
    """Store the fingerprints of pictures and blocks; None where the reader has none."""
    connection.execute(delete(SourceBlock).where(SourceBlock.source_pk == source_pk))
    if images is None:
        return
    rows = [(0, f"{images} {_told(spec)}"), *blocks]
    columns = ("source_pk", "position", "regions", "fingerprint")
    numbered = [(source_pk, position, *row) for position, row in enumerate(rows)]
    insert_rows(connection, table(SourceBlock), columns, numbered)


def _told(spec: SourceSpec) -> str:
    """Return what stands for all that a place says of how its files are to be read."""
    return hashlib.sha256(repr((spec.split, spec.options)).encode()).hexdigest()
