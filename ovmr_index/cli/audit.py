"""`audit`: exemplars that show what a detector is tested on, and other oddities of the pools."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, Settings, Vocabulary, settings
from ovmr_index.cli.output import print_rows
from ovmr_index.errors import UnwritableError, UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import AuditFinding, Index

EXAMPLE = "Example: ovmr-index audit --content"
_COLUMNS = (
    "kind",
    "category_id",
    "synset",
    "dataset",
    "file_name",
    "image_id",
    "region_id",
    "reason",
)


def audit(
    context: typer.Context,
    *,
    content: Annotated[
        bool,
        typer.Option("--content", help="Hash all pictures, to note equal ones of the pools too."),
    ] = False,
    near: Annotated[
        bool,
        typer.Option("--near", help="Compare what the pictures look like too; it takes longer."),
    ] = False,
    ids_only: Annotated[
        bool, typer.Option("--ids-only", help="Open no picture; use ids and known hashes alone.")
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Find exemplars that show an image of LVIS val; exits with 1 if there are any.

    Images are the same by COCO id or by content: files as large as one of val's are hashed. Hashes
    stay in the index: later audits use them, and collate --exclude-val. Notes alone are no failure:
    exemplars of two categories, one picture from two datasets, categories with one picture.
    """
    if ids_only and (content or near):
        raise UsageError("--ids-only opens no picture; give it without --content and --near")
    chosen = settings(context, as_json)
    index = chosen.open()
    if not ids_only:
        _hash(chosen, index, vocabulary, everything=content or near, perceptual=near)
    counts: Counter[str] = Counter()
    found = _counted(index.audit(vocabulary=vocabulary, ids_only=True), counts)
    print_rows("json" if chosen.json else "table", _COLUMNS, found)
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    chosen.note(said or "no exemplar shows an image of LVIS val, and there is nothing to note")
    if ids_only:
        chosen.note("pictures were compared by id, and by the hashes that the index holds")
    if counts["val_image"]:
        chosen.note("leave them out: ovmr-index collate --exclude-val")
        raise typer.Exit(1)


def _hash(
    chosen: Settings, index: "Index", vocabulary: str, *, everything: bool, perceptual: bool
) -> None:
    """Compute hashes; without those that tell equal files alone an audit goes on."""
    try:
        if everything:
            issues = index.pools.hash_images(perceptual=perceptual, vocabulary=vocabulary)
        else:
            issues = index.pools.hash_equal_sizes(vocabulary=vocabulary)
    except UnwritableError as error:
        if everything:
            raise
        chosen.warn([f"{error}", "pictures are compared by id, and by the hashes that it holds"])
        return
    chosen.warn([issue.describe() for issue in issues])


def _counted(found: "Iterator[AuditFinding]", counts: Counter[str]) -> "Iterator[AuditFinding]":
    """Pass on what was found, and count its kinds."""
    for one in found:
        counts[one.kind] += 1
        yield one
