"""Exemplars as they leave the index."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ovmr_index.arguments import naming_argument
from ovmr_index.db.bulk import Row
from ovmr_index.formats.records import Number
from ovmr_index.images.crop_shape import PUBLISHED_CONTEXT, CropShape
from ovmr_index.images.locations import Location, locate
from ovmr_index.pools.exemplar_queries import exemplar_values
from ovmr_index.storage.links import image_path, without_mark
from ovmr_index.storage.members import ImageSource, Member

if TYPE_CHECKING:
    from PIL import Image


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

    @property
    def path(self) -> Path:
        """The file of the image, or the tar, zip or Parquet file that holds it."""
        found = self.location
        return Path(without_mark(found) if isinstance(found, str) else found.path)

    @property
    def bbox(self) -> tuple[Number, Number, Number, Number] | None:
        """The box, x, y, w, h in pixels, x and y from 0; None for a whole image."""
        if self.x is None or self.y is None or self.w is None or self.h is None:
            return None
        return self.x, self.y, self.w, self.h

    def image(self) -> Image.Image:
        """Return the whole image in RGB, turned by EXIF where the box is meant so.

        A box that was made for another size of the image does not fit it; a crop does.

        Raises:
            ImageError: The image is missing, unreadable, or of another shape than annotated.
        """
        from ovmr_index.images.fitted import fitted_image
        from ovmr_index.pools.crop_task import exemplar_task

        annotated = None if self.bbox is None else exemplar_task(self, ()).annotated
        return fitted_image(self.location, annotated)[0]

    @naming_argument
    def crop(
        self, *, context: float = PUBLISHED_CONTEXT, square: bool = False, size: int | None = None
    ) -> Image.Image:
        """Return the crop in RGB, as `export crops` cuts it out but without the losses of JPEG.

        Args:
            context: How much is shown around the box, as a part of its longer side.
            square: Whether the crop is a square, moved and padded at the edges of the image.
            size: The longer side in pixels; None leaves it as it is cut.

        Raises:
            UsageError: A number is out of its range.
            ImageError: The image is missing or unreadable, or the box leaves nothing of it.
        """
        from ovmr_index.images.fitted import crop_pixels
        from ovmr_index.pools.crop_task import exemplar_task

        return crop_pixels(exemplar_task(self, (), CropShape(context, square, size)))[0]

    def __repr__(self) -> str:
        """Name the synset, the image and the box."""
        box = "the whole image" if self.bbox is None else f"box {self.bbox}"
        return f"<Exemplar {self.synset} of {self.dataset}: {self.file_name}, {box}>"

    def _repr_html_(self) -> str:
        """Show the crop in a notebook."""
        from ovmr_index.pools.pictures import exemplar_html

        return exemplar_html(self)


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
