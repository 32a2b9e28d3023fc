"""What a step of a recipe finds, and the conditions that keep some of it out of the pools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import AsDouble
from ovmr_index.db.json_functions import member
from ovmr_index.db.models import (
    WHOLE,
    Category,
    Folder,
    Image,
    Region,
    RegionRecord,
    RegionSynset,
    Source,
    Vocabulary,
)
from ovmr_index.formats.table import FORMATS
from ovmr_index.images.locations import ends_with, last_part, name_below
from ovmr_index.pools.recipe import Step

IMAGE_WEIGHT = 10_000.0
SMALL_CLASSES = "imagenet21k_small_classes"
TRAIN = "train"

_NO_MASK = ("[]", "[[]]", "{}", "")


class Reason(StrEnum):
    """Why a candidate is no exemplar, or (`NOTHING`) why a category has none at all."""

    EXCLUDED = "excluded"
    ENOUGH = "enough"
    CROWD = "crowd"
    OUTSIDE = "outside"
    SMALL = "small"
    SYNSETS = "synsets"
    FILE_NAME = "file_name"
    SPLIT = "split"
    SMALL_CLASS = "small_class"
    VAL_IMAGE = "val_image"
    NOTHING = "nothing"


Obstacles = Mapping[Reason, ColumnElement[bool]]


class Found(NamedTuple):
    """What a step finds, with the conditions by which some of it is no exemplar."""

    query: Query
    obstacles: Obstacles

    def exemplars(self) -> Query:
        """Return what has no obstacle."""
        return self.query.where(*(~one for one in self.obstacles.values()))


@dataclass(frozen=True, slots=True)
class StepSources:
    """What the index holds of a step's dataset: row numbers of sources and of their vocabularies.

    With `crowds` boxes of crowds, and boxes that lie outside their image, may be among them, and
    are left out; areas may be missing or meaningless. The published recipe takes the boxes of LVIS
    and Visual Genome as they are.

    With a `span`, the first and the last row number of the boxes of the vocabulary's own
    categories, these boxes are read one after another and not category by category.
    """

    source_pks: Sequence[int]
    vocabulary_pks: Sequence[int]
    crowds: bool
    span: tuple[int, int] | None = None


def found_by(
    found: Query,
    synset_pk: SQLColumnExpression[int | None],
    step: Step,
    sources: StepSources,
    own_vocabulary_pk: int | None = None,
) -> list[Found]:
    """Join what a step takes for a synset, and for a category itself in its own vocabulary."""
    if step.take == "pictures":
        images = _join_images(found, synset_pk, step, sources)
        if own_vocabulary_pk in sources.vocabulary_pks:
            images = images._replace(query=images.query.where(_in_own_folder(own_vocabulary_pk)))
        return [images]
    if sources.vocabulary_pks:
        return _join_labelled(found, synset_pk, own_vocabulary_pk, step, sources)
    return [_join_named(found, synset_pk, step, sources)]


def with_several_synsets(
    found: Query, synset_pk: SQLColumnExpression[int | None], step: Step, sources: StepSources
) -> list[Found]:
    """Join the boxes that have the synset among several, which no step takes."""
    if step.take == "pictures" or sources.vocabulary_pks:
        return []
    before = RegionSynset.alias()
    is_again = exists().where(
        before.c.region_pk == RegionSynset.c.region_pk,
        before.c.synset_pk == RegionSynset.c.synset_pk,
        before.c.position < RegionSynset.c.position,
    )
    named = (
        found.join(RegionSynset, RegionSynset.c.synset_pk == synset_pk)
        .join(Region, Region.c.pk == RegionSynset.c.region_pk)
        .where(~is_again)  # a box that has it twice is one
    )
    boxes = _of_sources(_add_boxes(named, step, sources), sources)
    return [boxes._replace(obstacles={**boxes.obstacles, Reason.SYNSETS: true()})]


def _join_labelled(
    found: Query,
    synset_pk: SQLColumnExpression[int | None],
    own_vocabulary_pk: int | None,
    step: Step,
    sources: StepSources,
) -> list[Found]:
    """Join the boxes of the category itself, or of categories of other lists with its synset."""
    label = Category.alias()
    by_synset = set(sources.vocabulary_pks)
    parts = []
    if own_vocabulary_pk in by_synset:
        by_synset.remove(own_vocabulary_pk)
        parts.append(found.join(Region, _is_own(sources.span)))
    if by_synset:
        is_meant = label.c.vocabulary_pk.in_(sorted(by_synset)) & (label.c.synset_pk == synset_pk)
        labels = found.join(label, is_meant)
        parts.append(labels.join(Region, Region.c.category_pk == label.c.pk))
    return [_add_boxes(part, step, sources) for part in parts]


def _is_own(span: tuple[int, int] | None) -> ColumnElement[bool]:
    """Whether a box is of a category; the sum keeps SQLite from the index by category."""
    if span is None:
        return Region.c.category_pk == Category.c.pk
    return Region.c.pk.between(*span) & (Region.c.category_pk + 0 == Category.c.pk)


def _join_named(
    found: Query, synset_pk: SQLColumnExpression[int | None], step: Step, sources: StepSources
) -> Found:
    """Join the boxes whose one and only synset is that of the category."""
    boxes = _add_boxes(found.join(Region, Region.c.synset_pk == synset_pk), step, sources)
    return _of_sources(boxes, sources)


def _of_sources(found: Found, sources: StepSources) -> Found:
    """Keep the boxes of these sources.

    The sum keeps SQLite from the index by source, by which it would read every box.
    """
    kept = found.query.where((Region.c.source_pk + 0).in_(sources.source_pks))
    return found._replace(query=kept)


def _add_boxes(found: Query, step: Step, sources: StepSources) -> Found:
    """Add what a pool keeps of a box, in the order of its file."""
    found = found.add_columns(
        Source.c.dataset_pk.label("dataset_pk"),
        Region.c.image_pk.label("image_pk"),
        Region.c.pk.label("region_pk"),
        _area().label("weight"),
        Source.c.name.label("name"),
        Region.c.position.label("place"),
        literal("").label("beside"),
    ).join(Source, Source.c.pk == Region.c.source_pk)
    small = [
        _is_small(least, strictly=strictly, published=not sources.crowds)
        for least, strictly in ((step.area_over, True), (step.min_area, False))
        if least is not None
    ]
    obstacles = {Reason.SMALL: or_(*small)} if small else {}
    if not sources.crowds:
        return Found(found, obstacles)
    found = found.join(Image, Image.c.pk == Region.c.image_pk)
    odd = {Reason.CROWD: Region.c.is_crowd != 0, Reason.OUTSIDE: _is_outside()}
    return Found(found, odd | obstacles)


def _is_small(least: float, *, strictly: bool, published: bool) -> ColumnElement[bool]:
    """Whether a box is too small: by the area of its mask, or its own where it has no mask.

    The published recipe takes what the file calls `area`. Other files may say there what they
    like where there is no mask: 0, 1.0, a part of the image. Masks are looked for only where the
    two areas disagree.
    """

    def is_below(area: ColumnElement[float]) -> ColumnElement[bool]:
        return area <= least if strictly else area < least

    of_box = _area()
    if published:
        return is_below(func.coalesce(Region.c.area, of_box))
    mask = member(RegionRecord.c.record, "segmentation")
    has_mask = (
        select(RegionRecord.c.region_pk)
        .where(RegionRecord.c.region_pk == Region.c.pk, mask.is_not(None), mask.not_in(_NO_MASK))
        .exists()
    )
    said = func.coalesce(func.nullif(Region.c.area, 0), of_box)
    by_mask, by_box = is_below(said), is_below(of_box)
    return or_(and_(by_mask, by_box), and_(by_mask, has_mask), and_(by_box, ~by_mask, ~has_mask))


def _area() -> ColumnElement[float]:
    """Return the area of a box, in square pixels."""
    return AsDouble(Region.c.w) * AsDouble(Region.c.h)


def _is_outside() -> ColumnElement[bool]:
    """Whether a box has no pixel inside its image, as far as the image's size is known."""
    x, y, w, h = Region.c.x, Region.c.y, Region.c.w, Region.c.h
    beyond = or_(
        and_(Image.c.width > 0, x >= Image.c.width), and_(Image.c.height > 0, y >= Image.c.height)
    )
    return or_(
        w <= 0,
        h <= 0,
        x + w <= 0,
        y + h <= 0,
        beyond.is_(true()),  # not where the size is unknown
    )


def _join_images(
    found: Query, synset_pk: SQLColumnExpression[int | None], step: Step, sources: StepSources
) -> Found:
    """Join the images labelled with the synset, by name, code point by code point.

    Of ImageNet these are the `*.JPEG` files, and never those of a folder in train that the small
    classes have too.
    """
    found = (
        found.add_columns(
            Source.c.dataset_pk.label("dataset_pk"),
            Image.c.pk.label("image_pk"),
            literal(None, WHOLE).label("region_pk"),
            literal(IMAGE_WEIGHT).label("weight"),
            name_below(Folder.c.path).label("name"),
            literal(0).label("place"),
            Folder.c.path.label("beside"),
        )
        .join(Image, Image.c.synset_pk == synset_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where((Image.c.source_pk + 0).in_(sources.source_pks))
    )
    obstacles: dict[Reason, ColumnElement[bool]] = {}
    if step.splits is not None:
        obstacles[Reason.SPLIT] = Folder.c.split.is_not(None) & Folder.c.split.not_in(step.splits)
    obstacles[Reason.SMALL_CLASS] = Folder.c.pk.in_(replaced_folders())
    if _EXEMPLAR_FILES:
        obstacles[Reason.FILE_NAME] = ~and_(*_EXEMPLAR_FILES)
    return Found(found, obstacles)


def replaced_folders() -> Select[int]:
    """Return a query of the class folders of train that the small classes have too."""
    train, small = Folder.alias(), Folder.alias()
    path_in_small = literal(SMALL_CLASSES) + func.substr(train.c.path, len(TRAIN) + 1)
    return (
        select(train.c.pk)
        .join(small, (small.c.source_pk == train.c.source_pk) & (small.c.path == path_in_small))
        .where(train.c.split == TRAIN)
    )


def _in_own_folder(vocabulary_pk: int | None) -> ColumnElement[bool]:
    """Compare an image's folder with the category, if the folders are the vocabulary's categories.

    Folders may share a synset: each holds the images of its own category.
    """
    own = select(Vocabulary.c.source_pk).where(Vocabulary.c.pk == vocabulary_pk).scalar_subquery()
    return (Image.c.source_pk != own) | (last_part(Folder.c.path) == Category.c.name)


_EXEMPLAR_FILES = [
    (Source.c.format != one.name) | ends_with(Image.c.file_name, [one.exemplar_suffix])
    for one in FORMATS.values()
    if one.exemplar_suffix
]
