"""`audit`: exemplars that show what a detector is tested on, and other oddities of the pools."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.formats import Form, print_rows
from ovmr_index.cli.options import AsJson, Settings, Vocabulary, settings
from ovmr_index.errors import UsageError, shell_command
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import AuditFinding, Index

EXAMPLE = "Example: ovmr-index --root demo audit --content"
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
        typer.Option(
            "--content", help="Hash every image, so that equal images in the pools are noted too."
        ),
    ] = False,
    near: Annotated[
        bool,
        typer.Option(
            "--near", help="Find images that look alike too, by perceptual hashes; takes longer."
        ),
    ] = False,
    ids_only: Annotated[
        bool,
        typer.Option(
            "--ids-only", help="Open no image: compare by ids and the hashes of earlier runs."
        ),
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Find exemplars that show images of LVIS val.

    Exits with 1 if there is such an exemplar. Images are the same by COCO id or by content: files
    as large as one of val's are hashed. The index keeps the hashes for later audits and for collate
    --exclude-val. Notes are no failure: exemplars of two categories, one image from two datasets,
    equal boxes of a pool, categories with one image.
    """
    if ids_only and (content or near):
        raise UsageError("--ids-only opens no image; give it without --content and --near")
    chosen = settings(context, as_json, form)
    index = chosen.open()
    if not ids_only:
        chosen.warn(_hash(index, vocabulary, everything=content or near, perceptual=near))
    counts = print_findings(chosen, index.audit(vocabulary=vocabulary, ids_only=True))
    if ids_only:
        chosen.note("images were compared by id, and by the hashes that the index holds")
    if counts["val_image"]:
        chosen.note(f"leave them out: run `{shell_command('collate', '--exclude-val')}`")
        raise typer.Exit(1)


def _hash(index: "Index", vocabulary: str, *, everything: bool, perceptual: bool) -> list[str]:
    """Compute hashes; return what went wrong, in lines."""
    if everything:
        issues = index.pools.hash_images(perceptual=perceptual, vocabulary=vocabulary)
        return [issue.describe() for issue in issues]
    return index.pools.hash_possible_copies(vocabulary=vocabulary).describe()


def print_findings(chosen: Settings, found: "Iterable[AuditFinding]") -> Counter[str]:
    """Print what was found, and how many of each kind; return the numbers."""
    counts: Counter[str] = Counter()
    print_rows(chosen.form, _COLUMNS, _rows(found, counts))
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    chosen.note(said or "no exemplar shows an image of LVIS val, and there is nothing to note")
    return counts


def _rows(found: "Iterable[AuditFinding]", counts: Counter[str]) -> Iterator[list[Any]]:
    """Yield the values of what was found, and count its kinds."""
    for one in found:
        counts[one.kind] += 1
        members = one.as_json()
        yield [members[name] for name in _COLUMNS]
