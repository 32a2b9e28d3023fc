"""What an index was read from: files, archives, and the folders of images."""

from sqlalchemy import select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Archive, Dataset, Folder, Source, SourceFile


def source_paths() -> Query:
    """Return (source, path, its options as JSON) of the files that sources were read from."""
    return (
        select(Source.name, SourceFile.path, Source.options)
        .outerjoin(SourceFile, SourceFile.source_pk == Source.pk)
        .order_by(Source.pk, SourceFile.pk)
    )


def archive_paths() -> Query:
    """Return (source, root of the dataset, path) of the archives that images are in."""
    return (
        select(Source.name, Dataset.root, Archive.path)
        .select_from(Archive)
        .join(Source, Source.pk == Archive.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .order_by(Source.pk, Archive.path)
    )


def image_folders() -> Query:
    """Return (dataset, its root, path of a folder, whether an annotation file names its images)."""
    return (
        select(Dataset.name, Dataset.root, Folder.path, Source.header.is_not(None))
        .select_from(Folder)
        .join(Source, Source.pk == Folder.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .order_by(Dataset.name, Folder.path)
    )
