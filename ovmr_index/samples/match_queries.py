"""The exemplars of a sample's file, matched with the index by what names them in any index."""

from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Delete,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    DOUBLE,
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    RegionDetail,
    RegionSynset,
    Source,
    Synset,
    Vocabulary,
)
from ovmr_index.formats.records import Number
from ovmr_index.images.locations import file_name, join_path
from ovmr_index.pools.candidate_queries import IMAGE_WEIGHT
from ovmr_index.samples.drawn_queries import DRAWN, at_pool, drawn_picks
from ovmr_index.samples.presence_queries import is_at_path
from ovmr_index.samples.saved_queries import image_pk, region_pk

_TABLES = MetaData()
_LABEL = aliased(Category)  # of a box, in its own vocabulary
_AMONG = aliased(Synset)  # one of several of a box
# Of a box its own, or its category's, or of a whole image; null where it has several.
_SYNSET_PK = case(
    (Region.pk.is_(None), Image.synset_pk),
    else_=func.coalesce(Region.synset_pk, _LABEL.synset_pk),
)

IMPORTED = Table(
    "tmp_imported",
    _TABLES,
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("synset", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("image_key", Integer),
    Column("region_key", Integer),
    Column("x", DOUBLE),
    Column("y", DOUBLE),
    Column("w", DOUBLE),
    Column("h", DOUBLE),
    prefixes=["TEMPORARY"],
)
_IMPORTED_PATH = join_path(IMPORTED.c.folder, IMPORTED.c.name)
MATCHED = Table(
    "tmp_matched",
    _TABLES,
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("synset", Text, nullable=False),
    Column("image_pk", Integer, nullable=False),
    Column("region_pk", Integer),
    Column("weight", DOUBLE, nullable=False),
    Column("same_box", Integer, nullable=False),
    Column("by_id", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


class MatchedEntry(NamedTuple):
    """An entry of a sample's file that is in the index, as the index has it.

    `same_box` is 0 where the box there differs from the file's. `by_id` is 1 where the image has
    another path than the file says, 2 where its dataset's root has not moved either. `synset` is
    the one and only one of a box, or of its category, or of a whole image; `among` is 1 where the
    file's is one of several of a box. `category_id` is that of a box of the sample's own
    vocabulary, `own_folder` the class folder of an image of it.
    """

    category_pk: int
    position: int
    dataset: str
    file_name: str
    region_id: int | None
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    same_box: int
    by_id: int
    weight: float
    area: Number | None
    synset: str | None
    among: int
    category_id: int | None
    own_folder: str | None
    image_id: int | None
    segmentation: str | None
    fields: str | None


class Candidate(NamedTuple):
    """An exemplar of a pool that may stand for one that is missing: where it is, what names it."""

    category_pk: int
    position: int
    dataset: str
    file_name: str
    region_id: int | None


def put_matched() -> Insert:
    """Return the statement that puts what is in `IMPORTED` and in the index into `MATCHED`.

    A box is on the image of its name, or else of its id, since an object may have a `file_name` of
    its own. Where several annotation files of a dataset share ids, the best of them counts.
    """
    is_box = (getattr(Region, side) == IMPORTED.c[side] for side in ("x", "y", "w", "h"))
    is_named = (Folder.path == IMPORTED.c.folder) & (Image.name == IMPORTED.c.name)
    boxes = (
        _entries(
            region_pk=Region.pk,
            weight=cast(Region.w * Region.h, DOUBLE),
            same_box=case((and_(*is_box), 1), else_=0),
            by_id=case((is_named, 0), (is_at_path(_IMPORTED_PATH), 1), else_=2),
        )
        .join(Region, Region.pk == region_pk(IMPORTED.c.region_key))
        .join(Image, Image.pk == Region.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .where(or_(Image.key == IMPORTED.c.image_key, is_named))
    )
    images = (
        _entries(
            region_pk=null(),
            weight=literal(IMAGE_WEIGHT),
            same_box=literal(1),
            by_id=literal(0),
        )
        .join(Image, Image.pk == image_pk(IMPORTED.c.folder, IMPORTED.c.name))
        .where(IMPORTED.c.region_key.is_(None))
    )
    found = union_all(boxes, images).subquery("found")
    nth = func.row_number().over(
        partition_by=(found.c.category_pk, found.c.position),
        order_by=(found.c.by_id, 1 - found.c.same_box, found.c.source_pk),
    )
    best = select(found, nth.label("nth")).subquery("best")
    names = MATCHED.c.keys()
    return insert(MATCHED).from_select(
        names, select(*(best.c[name] for name in names)).where(best.c.nth == 1)
    )


def matched_entries() -> Query:
    """Return each `MatchedEntry`, by category_pk and position."""
    own = (
        select(Category.vocabulary_pk, Vocabulary.source_pk)
        .join(Vocabulary, Vocabulary.pk == Category.vocabulary_pk)
        .where(Category.pk == MATCHED.c.category_pk)
        .correlate(MATCHED)
    )
    own_vocabulary_pk, own_source_pk = (
        own.with_only_columns(column).scalar_subquery()
        for column in (Category.vocabulary_pk, Vocabulary.source_pk)
    )
    among = (
        select(RegionSynset.region_pk)
        .join(_AMONG, _AMONG.pk == RegionSynset.synset_pk)
        .where(RegionSynset.region_pk == MATCHED.c.region_pk, _AMONG.name == MATCHED.c.synset)
    )
    return (
        select(
            MATCHED.c.category_pk,
            MATCHED.c.position,
            Dataset.name,
            file_name(),
            Region.key,
            Region.x,
            Region.y,
            Region.w,
            Region.h,
            MATCHED.c.same_box,
            MATCHED.c.by_id,
            MATCHED.c.weight,
            Region.area,
            Synset.name,
            among.correlate(MATCHED).exists(),
            case((_LABEL.vocabulary_pk == own_vocabulary_pk, _LABEL.key)),
            case((Image.source_pk == own_source_pk, case((Region.pk.is_(None), Folder.path)))),
            Image.key,
            RegionDetail.segmentation,
            RegionDetail.fields,
        )
        .select_from(MATCHED)
        .join(Image, Image.pk == MATCHED.c.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .join(Source, Source.pk == Image.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .outerjoin(Region, Region.pk == MATCHED.c.region_pk)
        .outerjoin(RegionDetail, RegionDetail.region_pk == MATCHED.c.region_pk)
        .outerjoin(_LABEL, _LABEL.pk == Region.category_pk)
        .outerjoin(Synset, Synset.pk == _SYNSET_PK)
        .order_by(MATCHED.c.category_pk, MATCHED.c.position)
    )


def candidates() -> Query:
    """Return each `Candidate` in `DRAWN`, by category_pk and rank."""
    return (
        select(DRAWN.c.category_pk, DRAWN.c.position, Dataset.name, file_name(), Region.key)
        .select_from(DRAWN)
        .join(PoolEntry, at_pool())
        .join(Dataset, Dataset.pk == PoolEntry.dataset_pk)
        .join(Image, Image.pk == PoolEntry.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .outerjoin(Region, Region.pk == PoolEntry.region_pk)
        .order_by(DRAWN.c.category_pk, DRAWN.c.rank)
    )


def take_out() -> Delete:
    """Return the statement that takes an entry out of `MATCHED`, by `pk` and `nth`."""
    return delete(MATCHED).where(
        MATCHED.c.category_pk == bindparam("pk"), MATCHED.c.position == bindparam("nth")
    )


def put_substitutes() -> Insert:
    """Return the statement that adds what is in `DRAWN` to `MATCHED`, its rank for a position."""
    same = literal(1).label("same_box"), literal(0).label("by_id")
    return insert(MATCHED).from_select(MATCHED.c.keys(), drawn_picks().add_columns(*same))


def matched_picks() -> Query:
    """Return what is in `MATCHED` as `saved_queries.put_picks` takes it, without gaps."""
    nth = func.row_number().over(partition_by=MATCHED.c.category_pk, order_by=MATCHED.c.position)
    return (
        select(
            MATCHED.c.category_pk,
            (nth - 1).label("position"),
            func.coalesce(Synset.name, _LABEL.name, MATCHED.c.synset).label("synset"),
            MATCHED.c.image_pk,
            MATCHED.c.region_pk,
            MATCHED.c.weight,
        )
        .select_from(MATCHED)
        .join(Image, Image.pk == MATCHED.c.image_pk)
        .outerjoin(Region, Region.pk == MATCHED.c.region_pk)
        .outerjoin(_LABEL, _LABEL.pk == Region.category_pk)
        .outerjoin(Synset, Synset.pk == _SYNSET_PK)
    )


def _entries(*, region_pk: Any, weight: Any, same_box: Any, by_id: Any) -> Query:
    return (
        select(
            IMPORTED.c.category_pk,
            IMPORTED.c.position,
            IMPORTED.c.synset,
            Image.pk.label("image_pk"),
            region_pk.label("region_pk"),
            weight.label("weight"),
            same_box.label("same_box"),
            by_id.label("by_id"),
            Source.pk.label("source_pk"),
        )
        .select_from(IMPORTED)
        # An expression, since SQLite would make an index of the dataset and go through all images.
        .join(Dataset, Dataset.name == IMPORTED.c.dataset.concat(""))
        .join(Source, Source.dataset_pk == Dataset.pk)
    )
