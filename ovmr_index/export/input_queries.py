"""What an index was read from: files, archives, and the folders of images."""

from sqlalchemy import select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Archive, Dataset, Folder, Source, SourceFile


def source_paths() -> Query:
    """Return (source, path, its options as JSON) of the files that sources were read from."""
    return (
        select(Source.c.name, SourceFile.c.path, Source.c.options)
        .outerjoin(SourceFile, SourceFile.c.source_pk == Source.c.pk)
        .order_by(Source.c.pk, SourceFile.c.pk)
    )


def archive_paths() -> Query:
    """Return (source, root of the dataset, path) of the archives that images are in."""
    return (
        select(Source.c.name, Dataset.c.root, Archive.c.path)
        .select_from(Archive)
        .join(Source, Source.c.pk == Archive.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Source.c.pk, Archive.c.path)
    )


def image_folders() -> Query:
    """Return (dataset, its root, path of a folder, whether an annotation file names its images)."""
    return (
        select(Dataset.c.name, Dataset.c.root, Folder.c.path, Source.c.header.is_not(None))
        .select_from(Folder)
        .join(Source, Source.c.pk == Folder.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Dataset.c.name, Folder.c.path)
    )
