"""What the pools hold that they should not, or not unseen: images of LVIS val above all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Literal

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.errors import Issue
from ovmr_index.pools import audit_queries as queries
from ovmr_index.pools import equal_images, leaks
from ovmr_index.pools.audit_queries import AuditRow
from ovmr_index.progress import Progress, silent

Kind = Literal["val_image", "two_categories", "duplicate", "same_box", "one_picture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding(Issue):
    """An entry of a pool that shows an image of LVIS val, or that has a note: any other `kind`.

    `synset` is the category's; ids are the source's own.
    """

    category_id: int
    synset: str | None
    image_id: int | None
    region_id: int | None

    @property
    def file_name(self) -> str:
        """The path of the image below its dataset's root."""
        return self.file

    def as_json(self) -> dict[str, Any]:
        """Return the members that `audit --json` prints, in their order."""
        return {
            "kind": self.kind,
            "category_id": self.category_id,
            "synset": self.synset,
            "dataset": self.dataset,
            "file_name": self.file,
            "image_id": self.image_id,
            "region_id": self.region_id,
            "reason": self.reason,
        }


def audit(
    connection: Connection, vocabulary_pk: int, progress: Progress = silent
) -> Iterator[AuditFinding]:
    """Yield what is found in a vocabulary's pools, images of LVIS val first.

    Images are compared by COCO id, and by those hashes that the index holds. Progress is shown
    while the first finding of a kind is looked for.
    """
    for kind, query, reason in _KINDS:
        found = stream_rows(connection, query(vocabulary_pk))
        with progress(f"audit: {kind}", None, "rows"):
            first = list(islice(found, 1))
        for row in map(AuditRow._make, chain(first, found)):
            yield AuditFinding(
                kind=kind,
                category_id=row.category_id,
                synset=row.synset,
                dataset=row.dataset,
                file=row.file_name,
                image_id=row.image_id,
                region_id=row.region_id,
                reason=reason(row),
            )


def _of_val(row: AuditRow) -> str:
    differ = "no bit of 64 differs" if not row.number else f"{row.number} of 64 bits differ"
    return {
        leaks.BY_LVIS_ID: f"its id is that of {row.other} of LVIS val",
        leaks.BY_COCO_ID: f"its COCO id is that of {row.other} of LVIS val",
        leaks.BY_CONTENT: f"its bytes are those of {row.other} of LVIS val",
        leaks.BY_LIKENESS: f"looks like {row.other} of LVIS val: {differ}",
    }[row.how]


def _two_categories(row: AuditRow) -> str:
    more = f" and {row.number - 1:,} more" if row.number > 1 else ""
    return f"stands for {row.other}{more} as well"


def _duplicate(row: AuditRow) -> str:
    by = "COCO id" if row.how == equal_images.BY_COCO_ID else "content"
    return f"by {by} the same image as {row.other}, which stands for the category as well"


def _same_box(row: AuditRow) -> str:
    return f"the same box as {row.number}, which stands for the category as well"


def _one_image(row: AuditRow) -> str:
    if row.number == 1:
        return "the only exemplar of its category"
    return f"all {row.number:,} exemplars of its category are from this image"


_KINDS: tuple[tuple[Kind, Callable[[int], Query], Callable[[AuditRow], str]], ...] = (
    ("val_image", queries.of_val, _of_val),
    ("two_categories", queries.of_two_categories, _two_categories),
    ("duplicate", queries.of_duplicates, _duplicate),
    ("same_box", queries.of_equal_boxes, _same_box),
    ("one_picture", queries.of_one_image, _one_image),
)
