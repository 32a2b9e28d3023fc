"""Exemplars as they leave the index."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.bulk import Row
from ovmr_index.formats.records import Number
from ovmr_index.images.locations import Location, locate
from ovmr_index.pools.exemplar_queries import exemplar_values
from ovmr_index.storage.links import image_path
from ovmr_index.storage.members import ImageSource, Member


class Exemplar(NamedTuple):
    """An exemplar as it leaves the index: a box on an image, or a whole image (x, y, w, h None).

    Ids and names are the source's own. `format` is that of the source; `file_name` is below `root`,
    the folder of the dataset's images. The box is in pixels, `x` and `y` of its upper left corner
    from 0. `member` is set where the image is in a tar or a Parquet file, not in one of its own.
    `image_width` and `image_height` are what an annotation file says, or a header that was read.
    `follow_links` is whether a link may lead out of the dataset; `source` is the source's name.
    """

    category_id: int
    category_synset: str
    synset: str
    dataset: str
    format: str
    split: str | None
    root: str
    file_name: str
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    weight: float
    image_id: int | None
    region_id: int | None
    member: Member | None = None
    image_width: int | None = None
    image_height: int | None = None
    follow_links: bool = False
    source: str = ""

    @property
    def location(self) -> ImageSource:
        """What to read the image from: the path of its file, or a member of another."""
        return self.member or image_path(self.root, self.file_name, follow_links=self.follow_links)


_FIELDS = exemplar_values(*Exemplar._fields[: Exemplar._fields.index("member")])
_MORE = exemplar_values("image_width", "image_height", "source")
_LOCATION = exemplar_values(*Location._fields)


def to_exemplar(row: Row, root: Path) -> Exemplar:
    """Return an `ExemplarRow` as an exemplar; `root` is the folder of all datasets."""
    exemplar = Exemplar(*_FIELDS(row))
    folder = _folder(root, exemplar.root)
    place = Location(*_LOCATION(row))
    location = locate(folder, exemplar.file_name, place)
    member = location if isinstance(location, Member) else None
    width, height, source = _MORE(row)
    return exemplar._replace(
        root=folder,
        member=member,
        follow_links=bool(place.follow_links),
        image_width=width,
        image_height=height,
        source=source,
    )


@lru_cache
def _folder(root: Path, name: str) -> str:
    """Return the path of a dataset's folder, of which there are few, for each of its exemplars."""
    return str(root / name)
