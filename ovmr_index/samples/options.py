"""Which exemplars of the pools may be drawn, and which of them may stand together."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from ovmr_index.db.engine import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, PoolEntry, Region, Source
from ovmr_index.errors import UsageError
from ovmr_index.pools.leaks import not_of_val

RARE = "r"


@dataclass(frozen=True, slots=True)
class Choice:
    """What narrows a draw; nothing does by default.

    Before the draw: only `datasets` and `splits`, by name (none for all); no LVIS boxes for rare
    categories; boxes of at least `min_area` square pixels whose sides both are at least `min_side`
    pixels. A whole picture has no box, and passes. With `exclude_val` no picture that LVIS val
    shows, as far as the index knows.

    In the draw, for each category: at most `per_image` exemplars from one picture; of each dataset
    in `at_least_one` one exemplar, if there is any; the datasets `balanced`, in turn; with
    `no_near_duplicates` no picture that looks like that of an exemplar drawn before.

    Raises UsageError for a number that is out of its range.
    """

    datasets: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    no_rare_boxes: bool = False
    min_area: float = 0
    min_side: float = 0
    exclude_val: bool = False
    per_image: int | None = None
    at_least_one: tuple[str, ...] = ()
    balanced: bool = False
    no_near_duplicates: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        for option, value in (("--min-area", self.min_area), ("--min-side", self.min_side)):
            if not value >= 0:
                raise UsageError(f"{option} is {value}; give 0 or more")
        if self.per_image is not None and self.per_image < 1:
            raise UsageError(f"--per-image is {self.per_image}; give 1 or more")

    @property
    def restrains(self) -> bool:
        """Tell whether what is drawn first bears on what may be drawn after."""
        return self.rearranges or self.no_near_duplicates

    @property
    def rearranges(self) -> bool:
        """Tell whether the order of the draw alone does not tell what stands among the first K."""
        return self.per_image is not None or bool(self.at_least_one) or self.balanced

    def given(self) -> dict[str, Any]:
        """Return what was asked for, by name, as JSON can hold it."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, (value, default) in values.items()
            if value != default
        }


def conditions(choice: Choice) -> list[ColumnElement[bool]]:
    """Return what holds, before the draw, of the entries of `PoolEntry` in their `Category`."""
    found: list[ColumnElement[bool]] = []
    is_whole = PoolEntry.region_id.is_(None)
    if choice.datasets:
        named = select(Dataset.id).where(Dataset.name.in_(choice.datasets))
        found.append(PoolEntry.dataset_id.in_(named))
    if choice.splits:
        picture, folder = aliased(Image), aliased(Folder)
        of_split = select(picture.id).join(folder, folder.id == picture.folder_id)
        of_split = of_split.where(folder.split.in_(choice.splits), picture.id == PoolEntry.image_id)
        found.append(of_split.correlate(PoolEntry).exists())
    if choice.exclude_val:
        found.append(not_of_val(PoolEntry.image_id))
    if choice.no_rare_boxes:
        lvis = select(Source.dataset_id).where(Source.format == "lvis")
        is_rare = Category.frequency.is_not_distinct_from(RARE)
        found.append(~and_(is_rare, ~is_whole, PoolEntry.dataset_id.in_(lvis)))
    if choice.min_area > 0:
        found.append(or_(is_whole, PoolEntry.weight >= choice.min_area))
    if choice.min_side > 0:
        box = aliased(Region)
        is_long = (box.w >= choice.min_side) & (box.h >= choice.min_side)
        long_box = select(box.id).where(is_long, box.id == PoolEntry.region_id)
        found.append(or_(is_whole, long_box.correlate(PoolEntry).exists()))
    return found


def dataset_names() -> Query:
    """Return the name of every dataset, in order."""
    return select(Dataset.name).order_by(Dataset.name)


def split_names() -> Query:
    """Return the name of every split that a folder of pictures has, in order."""
    found = select(Folder.split).where(Folder.split.is_not(None))
    return found.distinct().order_by(Folder.split)
