"""Images of ImageNet that the published recipe does not take, for the suffix of their names."""

from sqlalchemy import Connection, Select, func, or_, select

from ovmr_index.db.models import Category, Folder, Image, Source
from ovmr_index.formats.table import FORMATS
from ovmr_index.images.locations import ends_with

_BY_SUFFIX = {one.name: one.exemplar_suffix for one in FORMATS.values() if one.exemplar_suffix}
_VAL = "val"


def count_other_files(connection: Connection, vocabulary_pk: int) -> int:
    """Return how many images of a vocabulary's categories end in another suffix than the recipe's.

    Those of the split val are not counted: the recipe never takes them.
    """
    return connection.execute(_other_files(vocabulary_pk)).scalar_one()


def suffixes_taken() -> str:
    """Return what the names of the images end in that the recipe takes, for messages."""
    return " ".join(f"*{suffix}" for suffix in sorted(set(_BY_SUFFIX.values())))


def _other_files(vocabulary_pk: int) -> Select[int]:
    others = or_(
        *(
            (Source.format == name) & ~ends_with(Image.name, [suffix])
            for name, suffix in _BY_SUFFIX.items()
        )
    )
    return (
        select(func.count())
        .select_from(Category)
        .join(Image, Image.synset_pk == Category.synset_pk)
        .join(Source, Source.pk == Image.source_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .where(Category.vocabulary_pk == vocabulary_pk, others)
        .where(func.coalesce(Folder.split, "") != _VAL)
    )
