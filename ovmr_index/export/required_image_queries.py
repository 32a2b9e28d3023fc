"""The images that samples, pools or categories need, gathered in a temporary table."""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Insert,
    MetaData,
    Select,
    Table,
    Text,
    func,
    insert,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Archive,
    Category,
    Dataset,
    Folder,
    FolderArchive,
    Image,
    PoolEntry,
    Source,
    SourceFile,
    TarEntry,
    Vocabulary,
)
from ovmr_index.images.locations import _place, join_path

REQUIRED = Table(
    "required_images",
    MetaData(),
    Column("dataset", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def required_of_pools(vocabulary_pk: int) -> Insert:
    """Return the statement that puts the pictures of pools into `required_images`."""
    found = (
        select(Dataset.name, Folder.path, Image.name)
        .select_from(Category)
        .join(PoolEntry, PoolEntry.category_pk == Category.pk)
        .join(Dataset, Dataset.pk == PoolEntry.dataset_pk)
        .join(Image, Image.pk == PoolEntry.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .where(Category.vocabulary_pk == vocabulary_pk)
    )
    return _into_required(found)


def required_of_categories(source_pk: int) -> Insert:
    """Return the statement that puts ImageNet's pictures of a file's categories there as well."""
    found = (
        select(Dataset.name, Folder.path, Image.name)
        .select_from(Category)
        .join(Vocabulary, Vocabulary.pk == Category.vocabulary_pk)
        .join(Image, Image.synset_pk == Category.synset_pk)
        .join(Source, Source.pk == Image.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .where(Vocabulary.source_pk == source_pk, Source.format == "imagenet")
    )
    return _into_required(found)


def required_images() -> Query:
    """Return the pictures that stand in `required_images`, by dataset and file name.

    Columns: dataset, its root, file name; then where they are, as in `with_location`. Images in
    tars are found by folder and name; of others the index need not hold a row.
    """
    required = REQUIRED.c
    of_dataset = select(Source.pk).where(Source.dataset_pk == Dataset.pk).correlate(Dataset)
    file_name = join_path(required.folder, required.name)
    is_named = (Image.source_pk == Folder.source_pk) & (Image.file_name == file_name)
    return (
        select(required.dataset, Dataset.root, file_name, *_place())
        .select_from(REQUIRED)
        .join(Dataset, Dataset.name == required.dataset)
        .outerjoin(
            Folder,
            (Folder.path == required.folder)
            & Folder.source_pk.in_(of_dataset)
            & Folder.pk.in_(select(FolderArchive.folder_pk)),
        )
        .outerjoin(FolderArchive, FolderArchive.folder_pk == Folder.pk)
        .outerjoin(Archive, Archive.pk == FolderArchive.archive_pk)
        .outerjoin(Image, is_named & Image.key.is_(None))
        .outerjoin(TarEntry, TarEntry.image_pk == Image.pk)
        .order_by(required.dataset, file_name)
    )


def required_count() -> Select[int]:
    """Return how many pictures stand in `required_images`."""
    return select(func.count()).select_from(REQUIRED)


def source_files(names: Sequence[str]) -> Query:
    """Return (dataset, path) of the files that sources of these names were read from."""
    return (
        select(Dataset.name, SourceFile.path)
        .join(Source, Source.pk == SourceFile.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .where(Source.name.in_(names))
        .order_by(Dataset.name, SourceFile.path)
    )


def _into_required(found: Query) -> Insert:
    into = insert(REQUIRED).prefix_with("OR IGNORE")
    return into.from_select(["dataset", "folder", "name"], found.distinct())
