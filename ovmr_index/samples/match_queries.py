"""The exemplars of a sample's file, matched with the index by what names them in any index."""

from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Insert,
    MetaData,
    ScalarSelect,
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
    or_,
    select,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import AsDouble
from ovmr_index.db.models import (
    DOUBLE,
    WHOLE,
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    RegionFields,
    RegionRecord,
    RegionSynset,
    Source,
    Synset,
    Vocabulary,
)
from ovmr_index.formats.records import Number
from ovmr_index.images.locations import file_name, join_path, last_part
from ovmr_index.pools.candidate_queries import IMAGE_WEIGHT
from ovmr_index.samples.drawn_queries import DRAWN, at_pool, drawn_picks
from ovmr_index.samples.moved_images import is_at_path
from ovmr_index.samples.saved_queries import image_pk, region_pk

_TABLES = MetaData()
_LABEL = Category.alias()  # of a box, in its own vocabulary
_AMONG = Synset.alias()  # one of several of a box
# Of a box its own, or its category's, or of a whole image; null where it has several.
_SYNSET_PK = case(
    (Region.c.pk.is_(None), Image.c.synset_pk),
    else_=func.coalesce(Region.c.synset_pk, _LABEL.c.synset_pk),
)

IMPORTED = Table(
    "tmp_imported",
    _TABLES,
    Column("category_pk", WHOLE, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("synset", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("image_key", WHOLE),
    Column("region_key", WHOLE),
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
    Column("category_pk", WHOLE, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("synset", Text, nullable=False),
    Column("image_pk", WHOLE, nullable=False),
    Column("region_pk", WHOLE),
    Column("weight", DOUBLE, nullable=False),
    Column("same_box", WHOLE, nullable=False),
    Column("by_id", WHOLE, nullable=False),
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
    record: str | None
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
    is_box = (Region.c[side] == IMPORTED.c[side] for side in ("x", "y", "w", "h"))
    is_named = Image.c.file_name == _IMPORTED_PATH
    boxes = (
        _entries(
            region_pk=Region.c.pk,
            weight=cast(AsDouble(Region.c.w) * AsDouble(Region.c.h), DOUBLE),
            same_box=case((and_(*is_box), 1), else_=0),
            by_id=case((is_named, 0), (is_at_path(_IMPORTED_PATH), 1), else_=2),
        )
        .join(Region, Region.c.pk == region_pk(IMPORTED.c.region_key))
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(or_(Image.c.key == IMPORTED.c.image_key, is_named))
    )
    images = (
        _entries(
            region_pk=literal(None, WHOLE),
            weight=literal(IMAGE_WEIGHT),
            same_box=literal(1),
            by_id=literal(0),
        )
        .join(Image, Image.c.pk == image_pk(IMPORTED.c.folder, IMPORTED.c.name))
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
    is_own = Image.c.source_pk == _own(Vocabulary.c.source_pk)
    return (
        select(
            MATCHED.c.category_pk,
            MATCHED.c.position,
            Dataset.c.name,
            file_name(),
            Region.c.key,
            Region.c.x,
            Region.c.y,
            Region.c.w,
            Region.c.h,
            MATCHED.c.same_box,
            MATCHED.c.by_id,
            MATCHED.c.weight,
            Region.c.area,
            Synset.c.name,
            _is_among_its_synsets(),
            case((_LABEL.c.vocabulary_pk == _own(Category.c.vocabulary_pk), _LABEL.c.key)),
            case((is_own & Region.c.pk.is_(None), last_part(Folder.c.path))),
            Image.c.key,
            RegionRecord.c.record,
            RegionFields.c.fields,
        )
        .select_from(MATCHED)
        .join(Image, Image.c.pk == MATCHED.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(Region, Region.c.pk == MATCHED.c.region_pk)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == MATCHED.c.region_pk)
        .outerjoin(RegionFields, RegionFields.c.pk == Region.c.fields_pk)
        .outerjoin(_LABEL, _LABEL.c.pk == Region.c.category_pk)
        .outerjoin(Synset, Synset.c.pk == _SYNSET_PK)
        .order_by(MATCHED.c.category_pk, MATCHED.c.position)
    )


def _own(column: Column[Any]) -> ScalarSelect[Any]:
    """Return a column of the category of a matched entry, or of its vocabulary."""
    found = select(column).join_from(
        Category, Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk
    )
    return found.where(Category.c.pk == MATCHED.c.category_pk).correlate(MATCHED).scalar_subquery()


def _is_among_its_synsets() -> ColumnElement[bool]:
    """Whether the synset of a matched entry is one of several that its box has."""
    among = (
        select(RegionSynset.c.region_pk)
        .join(_AMONG, _AMONG.c.pk == RegionSynset.c.synset_pk)
        .where(RegionSynset.c.region_pk == MATCHED.c.region_pk, _AMONG.c.name == MATCHED.c.synset)
    )
    return among.correlate(MATCHED).exists()


def candidates() -> Query:
    """Return each `Candidate` in `DRAWN`, by category_pk and rank."""
    return (
        select(DRAWN.c.category_pk, DRAWN.c.position, Dataset.c.name, file_name(), Region.c.key)
        .select_from(DRAWN)
        .join(PoolEntry, at_pool())
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
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
    """Return what is in `MATCHED` as `saving_queries.put_picks` takes it, without gaps."""
    nth = func.row_number().over(partition_by=MATCHED.c.category_pk, order_by=MATCHED.c.position)
    return (
        select(
            MATCHED.c.category_pk,
            (nth - 1).label("position"),
            func.coalesce(Synset.c.name, _LABEL.c.name, MATCHED.c.synset).label("synset"),
            MATCHED.c.image_pk,
            MATCHED.c.region_pk,
            MATCHED.c.weight,
        )
        .select_from(MATCHED)
        .join(Image, Image.c.pk == MATCHED.c.image_pk)
        .outerjoin(Region, Region.c.pk == MATCHED.c.region_pk)
        .outerjoin(_LABEL, _LABEL.c.pk == Region.c.category_pk)
        .outerjoin(Synset, Synset.c.pk == _SYNSET_PK)
    )


def _entries(*, region_pk: Any, weight: Any, same_box: Any, by_id: Any) -> Query:
    return (
        select(
            IMPORTED.c.category_pk,
            IMPORTED.c.position,
            IMPORTED.c.synset,
            Image.c.pk.label("image_pk"),
            region_pk.label("region_pk"),
            weight.label("weight"),
            same_box.label("same_box"),
            by_id.label("by_id"),
            Source.c.pk.label("source_pk"),
        )
        .select_from(IMPORTED)
        # An expression, since SQLite would make an index of the dataset and go through all images.
        .join(Dataset, Dataset.c.name == IMPORTED.c.dataset.concat(""))
        .join(Source, Source.c.dataset_pk == Dataset.c.pk)
    )
