"""Which images have no size yet."""

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Text,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Image,
    Source,
    UnreadableImage,
)
from ovmr_index.formats.imagenet_releases import LISTED_SUFFIXES
from ovmr_index.formats.table import IMAGENET_FORMATS
from ovmr_index.images.blocks import block_of, in_blocks
from ovmr_index.images.locations import ends_with, file_name, with_location

BLOCK = 4_096  # row numbers: a process reads the sizes of so many images at once


def of_vocabulary(vocabulary_pk: int) -> Select[int]:
    """Return the ImageNet images (pk) of a vocabulary's categories that are listed."""
    wanted = image_synsets(vocabulary_pk).order_by(None)
    return (
        select(Image.c.pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(Source.c.format.in_(IMAGENET_FORMATS), is_listed(), Image.c.synset_pk.in_(wanted))
    )


def of_source(source_pk: int) -> Select[int]:
    """Return the images (pk) of a source whose sizes no annotation file says."""
    return (
        select(Image.c.pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(Source.c.pk == source_pk, Image.c.key.is_(None))
    )


def image_synsets(vocabulary_pk: int) -> Select[int | None]:
    """Return the synsets (pk) of a vocabulary's categories, each once."""
    return (
        select(Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Category.c.synset_pk.is_not(None))
        .distinct()
        .order_by(Category.c.synset_pk)
    )


def unmeasured_count(images: Select[int]) -> Select[int]:
    """Return how many of the images (pk) have no size yet; those that cannot be read count."""
    return select(func.count()).select_from(_unmeasured(images).subquery("wanted"))


def unmeasured_blocks(images: Select[int], *, again: bool) -> Select[int]:
    """Return the numbers of the blocks of row numbers that hold images (pk) to be measured.

    Images that could not be read are tried `again`, or not.
    """
    these = _unmeasured(images) if again else _untried(images)
    return these.with_only_columns(block_of(Image.c.pk, BLOCK).label("block")).distinct()


def unmeasured_images(images: Select[int], blocks: list[int]) -> Query:
    """Return those of the images (pk) in some blocks that are to be measured, by pk.

    Columns: root of the dataset, pk, file name, then those of a `Location`.
    """
    among = _unmeasured(images).where(in_blocks(Image.c.pk, BLOCK, blocks))
    return with_location(
        among.with_only_columns(Dataset.c.root, Image.c.pk, file_name())
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Image.c.pk)
        .with_hint(Image, "NOT INDEXED", "sqlite")  # but by row number
    )


def measured_among(images: Select[int]) -> Select[int]:
    """Return those of the images (pk) whose size is known."""
    return images.where(Image.c.width.is_not(None))


def delete_readable(block: int) -> Delete:
    """Return the statement that forgets why images in a block, which have a size now, had none."""
    has_size = exists().where(Image.c.pk == UnreadableImage.c.image_pk, Image.c.width.is_not(None))
    return delete(UnreadableImage).where(
        in_blocks(UnreadableImage.c.image_pk, BLOCK, [block]), has_size
    )


def add_unreadable(images: Select[int], blocks: list[int], reason: str) -> Insert:
    """Return the statement that says of the images (pk) in some blocks why none could be read."""
    among = _untried(images).where(in_blocks(Image.c.pk, BLOCK, blocks))
    rows = among.add_columns(literal(reason, Text())).order_by(Image.c.pk)
    return insert(UnreadableImage).from_select(["image_pk", "reason"], rows)


def unreadable_images(vocabulary_pk: int) -> Query:
    """Return (file name, reason) of a vocabulary's images that cannot be read."""
    return (
        select(file_name(), UnreadableImage.c.reason)
        .join(Image, Image.c.pk == UnreadableImage.c.image_pk)
        .join(Category, Category.c.synset_pk == Image.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position, file_name())
    )


def unreadable_among(images: Select[int]) -> Select[str, str, str]:
    """Return (dataset, file name, reason) of those of the images (pk) that cannot be read."""
    return (
        select(Dataset.c.name, file_name(), UnreadableImage.c.reason)
        .select_from(UnreadableImage)
        .join(Image, Image.c.pk == UnreadableImage.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(Image.c.pk.in_(images))
        .order_by(Dataset.c.name, file_name())
    )


def is_listed() -> ColumnElement[bool]:
    """Return the condition that the published list of ImageNet's images takes an image."""
    return ends_with(Image.c.file_name, LISTED_SUFFIXES)


def _unmeasured(images: Select[int]) -> Select[int]:
    return images.where(Image.c.width.is_(None))


def _untried(images: Select[int]) -> Select[int]:
    tried = select(UnreadableImage.c.image_pk)
    return _unmeasured(images).where(Image.c.pk.not_in(tried))
