"""Where the images of a dataset are, and what an annotation file of LVIS was read from."""

from sqlalchemy import Select, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Archive, Dataset, Folder, Image, Source, SourceFile


def dataset_root(name: str) -> Query:
    """Select (pk, root, name of its format) of a dataset; its sources have one format."""
    return (
        select(Dataset.c.pk, Dataset.c.root, Source.c.format)
        .join(Source, Source.c.dataset_pk == Dataset.c.pk)
        .where(Dataset.c.name == name)
        .order_by(Source.c.pk)
        .limit(1)
    )


def image_folders(dataset_pk: int) -> Query:
    """Select (path, split or null) of the folders of a dataset's images, by path."""
    return (
        select(Folder.c.path, Folder.c.split)
        .join(Source, Source.c.pk == Folder.c.source_pk)
        .where(Source.c.dataset_pk == dataset_pk)
        .order_by(Folder.c.path)
    )


def archive_paths(dataset_pk: int) -> Select[str]:
    """Select the paths of the archives that hold a dataset's images."""
    return (
        select(Archive.c.path)
        .join(Source, Source.c.pk == Archive.c.source_pk)
        .where(Source.c.dataset_pk == dataset_pk)
        .order_by(Archive.c.path)
    )


def annotated_images(dataset_pk: int) -> Select[str]:
    """Select the paths of the images of a dataset's annotation files, by path."""
    return (
        select(Image.c.file_name)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(Source.c.dataset_pk == dataset_pk)
        .order_by(Image.c.file_name)
    )


def first_file(source_pk: int) -> Select[str]:
    """Select the path of the file that a source was read from; of several the first."""
    return (
        select(SourceFile.c.path)
        .where(SourceFile.c.source_pk == source_pk)
        .order_by(SourceFile.c.pk)
        .limit(1)
    )
