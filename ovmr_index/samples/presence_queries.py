"""Whether what the index holds under the ids of a pick is what was picked.

Sources give the ids of one image or box to others: file names are swapped, labels and boxes are
corrected. A pick is there while its image is at its path, its box is as it was, and both show what
they were picked for, whatever number the image has. The view `sample_exemplars` says the same in
its own words.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    or_,
    select,
)

from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    Region,
    RegionSynset,
    Sample,
    SampleCategory,
    SamplePick,
    Source,
    Synset,
    Vocabulary,
)
from ovmr_index.db.models.samples import SampleCategoryColumns
from ovmr_index.db.models.sources import SynsetColumns
from ovmr_index.db.models.vocabularies import CategoryColumns
from ovmr_index.formats.records import LARGEST_WEIGHT
from ovmr_index.images.locations import join_path
from ovmr_index.vocabularies.names import LVIS_TRAIN

_MOST = float(LARGEST_WEIGHT)
_LABEL, _BEFORE = Category.alias(), Category.alias()
_LABEL_SYNSET, _SYNSET_BEFORE = Synset.alias(), Synset.alias()
_DRAWN, _DRAWN_FOR, _OTHER = SampleCategory.alias(), Sample.alias(), Image.alias()


def is_box_there() -> ColumnElement[bool]:
    """Whether the `Region` and its `Image` are what the pick says of them, as far as it does."""
    # A subquery, since SQLite would rather go through all folders for each pick.
    split = select(Folder.c.split).where(Folder.c.pk == Image.c.folder_pk).scalar_subquery()
    sides = ((SamplePick.c[side], Region.c[side]) for side in ("x", "y", "w", "h"))
    return and_(
        split.is_not_distinct_from(SamplePick.c.split),
        is_at_path(pick_path()),
        *(or_(func.coalesce(kept, now) == now, ~_is_number(now)) for kept, now in sides),
        _is_box_labelled_so(),
    )


def _is_number(side: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether a side of a box is a number that a file can have.

    What is none is damage of the index, which whoever reads the box names: not another box.
    """
    return side.between(-_MOST, _MOST)


def is_at_path(path: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether the `Image` is at `path` below its dataset's root, or the root itself moved."""
    return or_(Image.c.file_name == path, _is_moved(path))


def pick_path() -> ColumnElement[str]:
    """Return the path of the image of a pick, below its dataset's root."""
    return join_path(SamplePick.c.folder, SamplePick.c.name)


def is_image_labelled_so() -> ColumnElement[bool]:
    """Whether the `Image` is labelled with the synset of the pick, or in its own class folder."""
    synset = select(Synset.c.pk).where(
        Synset.c.pk == Image.c.synset_pk, Synset.c.name == SamplePick.c.synset
    )
    folder = select(_DRAWN.c.name).where(_of_pick(_DRAWN), _DRAWN.c.name == SamplePick.c.folder)
    is_own = Source.c.pk == _own_vocabulary(Vocabulary.c.source_pk)
    return or_(_exists(synset, Synset), and_(_exists(folder, _DRAWN), is_own))


def _is_box_labelled_so() -> ColumnElement[bool]:
    """Whether the `Region` is a box of what it was picked for.

    A box of the sample's own vocabulary has the category of the pick, which may have another id by
    now; another box, and a substitute, has the synset that it was found under.
    """
    label = (
        select(_LABEL.c.pk)
        .outerjoin(_LABEL_SYNSET, _LABEL_SYNSET.c.pk == _LABEL.c.synset_pk)
        .outerjoin(_DRAWN, _of_pick(_DRAWN))
        .where(
            _LABEL.c.pk == Region.c.category_pk,
            case(
                (_LABEL.c.vocabulary_pk == _own_vocabulary(Vocabulary.c.pk), _is_category()),
                else_=_LABEL_SYNSET.c.name == SamplePick.c.synset,
            ),
        )
    )
    by_label = _exists(label, _LABEL, _LABEL_SYNSET, _DRAWN)
    named = select(Synset.c.pk).where(
        Synset.c.pk == Region.c.synset_pk, Synset.c.name == SamplePick.c.synset
    )
    several = (
        select(RegionSynset.c.region_pk)
        .join(Synset, Synset.c.pk == RegionSynset.c.synset_pk)
        .where(RegionSynset.c.region_pk == Region.c.pk, Synset.c.name == SamplePick.c.synset)
    )
    by_synset = or_(_exists(named, Synset), _exists(several, RegionSynset, Synset))
    return case((Region.c.category_pk.is_not(None), by_label), else_=by_synset)


def _is_category() -> ColumnElement[bool]:
    """Whether the label of a box is the category of the pick, by its id or, renumbered, its name.

    A category that is called otherwise is the same while its synset is. Where names and synsets
    are shared, ids alone tell categories apart. A substitute may be a box of another category.
    """
    synset, drawn_synset = _synset_of(_LABEL, _LABEL_SYNSET), _DRAWN.c.synset
    is_called_so = and_(_LABEL.c.name == _DRAWN.c.name, synset == drawn_synset)
    still_there = (
        select(_BEFORE.c.pk)
        .outerjoin(_SYNSET_BEFORE, _SYNSET_BEFORE.c.pk == _BEFORE.c.synset_pk)
        .where(
            _BEFORE.c.vocabulary_pk == _LABEL.c.vocabulary_pk,
            _BEFORE.c.key == SamplePick.c.category_key,
            _BEFORE.c.name == _DRAWN.c.name,
            _synset_of(_BEFORE, _SYNSET_BEFORE) == drawn_synset,
        )
    )
    return case(
        (SamplePick.c.synset != drawn_synset, _LABEL_SYNSET.c.name == SamplePick.c.synset),
        (
            _LABEL.c.key == SamplePick.c.category_key,
            or_(_LABEL.c.name == _DRAWN.c.name, synset == drawn_synset),
        ),
        else_=and_(is_called_so, ~_exists(still_there, _BEFORE, _SYNSET_BEFORE)),
    )


def _is_moved(path: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether an image has another path since its dataset's root is a folder above or below.

    Below: the root and the path of now end in the path of then, at which nothing else is. Above:
    the path of now ends in it, and the folder before it holds all images of the source.
    """
    now = Image.c.file_name
    # A subquery, since SQLite would rather begin with the few datasets than with the picks.
    root = (
        select(Dataset.c.root)
        .where(Dataset.c.pk == Source.c.dataset_pk)
        .correlate_except(Dataset)
        .scalar_subquery()
    )
    of_source = select(_OTHER.c.pk).where(_OTHER.c.source_pk == Source.c.pk)
    taken = of_source.where(_OTHER.c.file_name == path)
    folder = func.substr(now, 1, func.length(now) - func.length(path) - 1)
    beside = of_source.where(
        or_(_OTHER.c.file_name < folder + "/", _OTHER.c.file_name >= folder + "0")
    )
    below = and_(
        _ends_with(path, "/" + now),
        _ends_with("/" + root + "/" + now, "/" + path),
        ~_exists(taken, _OTHER),
    )
    above = and_(_ends_with(now, "/" + path), ~_exists(beside, _OTHER))
    return or_(below, above)


def _ends_with(
    text: SQLColumnExpression[str], end: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    return func.substr(text, func.length(text) - func.length(end) + 1) == end


def _of_pick(drawn: FromClause[SampleCategoryColumns]) -> ColumnElement[bool]:
    return and_(
        drawn.c.sample_pk == SamplePick.c.sample_pk,
        drawn.c.category_key == SamplePick.c.category_key,
    )


def _own_vocabulary(column: SQLColumnExpression[int | None]) -> ColumnElement[Any]:
    """Return a column of the vocabulary that the sample was drawn for, null where it is gone."""
    name = select(func.coalesce(_DRAWN_FOR.c.vocabulary, LVIS_TRAIN)).where(
        _DRAWN_FOR.c.pk == SamplePick.c.sample_pk
    )
    named = Vocabulary.c.name == name.correlate_except(_DRAWN_FOR).scalar_subquery()
    return select(column).where(named).correlate_except(Vocabulary).scalar_subquery()


def _synset_of(
    category: FromClause[CategoryColumns], synset: FromClause[SynsetColumns]
) -> ColumnElement[str]:
    """Return the name of a category's synset, as `category_queries.category_synset`."""
    return func.coalesce(synset.c.name, category.c.name)


def _exists(found: Select[Any], *joined: Any) -> ColumnElement[bool]:
    """Return whether a query finds anything; only what it has `joined` is not the outer query's."""
    return found.correlate_except(*joined).exists()
