"""What the pools hold that they should not, or not unseen: pictures of LVIS val before all."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.pools import audit_queries as queries
from ovmr_index.pools import leaks

Kind = Literal["val_image", "two_categories", "duplicate", "one_picture"]


class AuditFinding(NamedTuple):
    """An entry of a pool and what is to be said of it; all kinds but `val_image` are notes.

    Synset is the category's, ids are the source's own; `file_name` lies below the dataset's root.
    """

    kind: Kind
    category_id: int
    synset: str | None
    dataset: str
    file_name: str
    image_id: int | None
    region_id: int | None
    reason: str


def audit(connection: Connection, vocabulary_pk: int) -> Iterator[AuditFinding]:
    """Yield what is to be said of a vocabulary's pools, pictures of LVIS val first.

    Pictures are compared by COCO id, and by those hashes that the index holds.
    """
    for kind, query, reason in _KINDS:
        for *entry, how, other, number in stream_rows(connection, query(vocabulary_pk)):
            yield AuditFinding._make((kind, *entry, reason(how, other, number)))


def _of_val(how: int, name: str, bits: int) -> str:
    differ = "no bit of 64 differs" if not bits else f"{bits} of 64 bits differ"
    return {
        leaks.BY_LVIS_ID: f"its id is that of {name} of LVIS val",
        leaks.BY_COCO_ID: f"its COCO id is that of {name} of LVIS val",
        leaks.BY_CONTENT: f"its bytes are those of {name} of LVIS val",
        leaks.BY_LIKENESS: f"looks like {name} of LVIS val: {differ}",
    }[how]


def _two_categories(_: int, synset: str, categories: int) -> str:
    more = f" and {categories - 1:,} more" if categories > 1 else ""
    return f"stands for {synset}{more} as well"


def _duplicate(how: int, name: str, _: int) -> str:
    by = "COCO id" if how == queries.BY_COCO_ID else "content"
    return f"by {by} the same picture as {name}, which stands for the category as well"


def _one_picture(_: int, __: str, exemplars: int) -> str:
    if exemplars == 1:
        return "the only exemplar of its category"
    return f"all {exemplars:,} exemplars of its category are from this picture"


_KINDS: tuple[
    tuple[Kind, Callable[[int], Query], Callable[[int, str, int], str]],
    ...,
] = (
    ("val_image", queries.of_val, _of_val),
    ("two_categories", queries.of_two_categories, _two_categories),
    ("duplicate", queries.of_two_datasets, _duplicate),
    ("one_picture", queries.of_one_picture, _one_picture),
)
