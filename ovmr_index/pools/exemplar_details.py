"""What is known of one exemplar: what a person asks who looks at it closely."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ovmr_index.db.bulk import Row
from ovmr_index.db.models import Image
from ovmr_index.images.shown import find_crop
from ovmr_index.images.shown_size import shown_size
from ovmr_index.pools.alike_queries import AlikeImage, alike_images, has_hash
from ovmr_index.pools.detail_queries import (
    KnownBox,
    KnownImage,
    KnownSource,
    OriginFile,
    OriginRun,
    PooledKey,
    PoolPlace,
    beside_in_pool,
    boxes_on,
    category_names,
    files_of,
    image_at,
    image_of_region,
    last_run_of,
    named_source,
    place_in_pool,
    pool_size,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the records of a source come from: its files, what its last ingest did.

    `root` is the folder of its dataset's images. `generation` grows with each change of its
    records. A tree of images has no `files`.
    """

    source: str
    dataset: str
    format: str
    root: str
    generation: int
    files: list[OriginFile]
    last_run: OriginRun | None


@dataclass(frozen=True, slots=True)
class ExemplarDetails:
    """An exemplar of a category by its natural keys, and what the index knows of it now.

    What is gone is None: `origin` with the source, `image`, `box`, and `place` where it is in no
    pool of the category. `region_id` and `box` are None for a whole image. `others` are the boxes
    beside it on its image. `before` and `after` are those beside it in its pool of `pool_size`.
    `is_hashed` says whether the image's looks are known, and so what is `alike` by them.
    """

    category_id: int
    category: str
    category_synset: str
    vocabulary: str
    source: str
    file_name: str
    region_id: int | None
    origin: Origin | None = None
    image: KnownImage | None = None
    box: KnownBox | None = None
    others: Sequence[KnownBox] = ()
    place: PoolPlace | None = None
    pool_size: int = 0
    before: PooledKey | None = None
    after: PooledKey | None = None
    alike: Sequence[AlikeImage] = ()
    is_hashed: bool = False

    @property
    def gone(self) -> str:
        """What of it is not in the index any more, in a sentence; "" where all is there."""
        if self.origin is None:
            return f"The index holds no source {self.source} now."
        if self.image is None:
            return f"The index holds no such image of {self.source} now."
        if self.region_id is not None and self.box is None:
            return f"{self.source} has no box {self.region_id} on this image now."
        if self.place is None:
            return f"It is in no pool of {self.category} now."
        return ""


def exemplar_details(
    connection: Connection,
    root: Path,
    category_pk: int,
    vocabulary: str,
    key: PooledKey,
) -> ExemplarDetails:
    """Return what is known of the exemplar of a category; `root` is the folder of all datasets."""
    category_id, name, synset = connection.execute(category_names(category_pk)).one()
    known: dict[str, Any] = {}
    row = connection.execute(named_source(key.source)).one_or_none()
    if row is not None:
        source_pk, *fields = row
        known["origin"] = _origin(connection, source_pk, KnownSource._make(fields), root)
        known |= _on_image(connection, source_pk, category_pk, key)
        known |= _with_size(connection, root, key, known)
    return ExemplarDetails(category_id, name, synset, vocabulary, *key, **known)


def _origin(connection: Connection, source_pk: int, source: KnownSource, root: Path) -> Origin:
    files = [OriginFile._make(row) for row in connection.execute(files_of(source_pk))]
    run = connection.execute(last_run_of(source.name)).one_or_none()
    return Origin(
        source.name,
        source.dataset,
        source.format,
        str(root / source.root),
        source.generation,
        files,
        None if run is None else OriginRun._make(run),
    )


def _on_image(
    connection: Connection, source_pk: int, category_pk: int, key: PooledKey
) -> dict[str, Any]:
    """Return the fields of `ExemplarDetails` that its image tells, none where it is gone."""
    row = _image_row(connection, source_pk, key)
    if row is None:
        return {}
    image_pk, *fields = row
    boxes = [KnownBox._make(one) for one in connection.execute(boxes_on(image_pk))]
    box = next((one for one in boxes if one.region_id == key.region_id), None)
    alike = connection.execute(alike_images(image_pk, category_pk))
    return {
        "image": KnownImage._make(fields),
        "box": box,
        "others": [one for one in boxes if one is not box],
        "alike": [AlikeImage._make(one) for one in alike],
        "is_hashed": bool(connection.execute(has_hash(image_pk)).scalar()),
        **_in_pool(connection, category_pk, image_pk, key),
    }


def _with_size(
    connection: Connection, root: Path, key: PooledKey, known: dict[str, Any]
) -> dict[str, Any]:
    """Return the image with the size that its header says, where boxes need it and nothing else."""
    image: KnownImage | None = known.get("image")
    if image is None or image.width is not None or not (known["box"] or known["others"]):
        return {}
    crop = find_crop(connection, root, key.source, file_name=key.file_name)
    size = None if crop is None else shown_size(crop)
    return {} if size is None else {"image": image._replace(width=size[0], height=size[1])}


def _image_row(connection: Connection, source_pk: int, key: PooledKey) -> Row | None:
    """Return the image that the box is on if that has the file's name, else the one of the name."""
    if key.region_id is not None:
        of_region = image_of_region(source_pk, key.region_id)
        row = connection.execute(of_region.where(Image.c.file_name == key.file_name)).one_or_none()
        if row is not None:
            return tuple(row)
    row = connection.execute(image_at(source_pk, key.file_name)).one_or_none()
    return None if row is None else tuple(row)


def _in_pool(
    connection: Connection, category_pk: int, image_pk: int, key: PooledKey
) -> dict[str, Any]:
    """Return the fields of `ExemplarDetails` that the pool tells, none where it is in none."""
    size = connection.execute(pool_size(category_pk)).scalar_one()
    row = connection.execute(place_in_pool(category_pk, image_pk, key.region_id)).one_or_none()
    if row is None:
        return {"pool_size": size}
    place = PoolPlace._make(row)
    beside = [
        connection.execute(beside_in_pool(category_pk, place.position, after=after)).one_or_none()
        for after in (False, True)
    ]
    before, after = (None if one is None else PooledKey._make(one) for one in beside)
    return {"pool_size": size, "place": place, "before": before, "after": after}
