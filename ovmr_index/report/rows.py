"""The rows of the tables of a report, and its sentences that depend on the recipe."""

from collections.abc import Sequence

from ovmr_index.curation.mark import Mark
from ovmr_index.errors import counted
from ovmr_index.pools.audit import AuditFinding
from ovmr_index.pools.left_out import count_reasons
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.shortfalls import Shortfall
from ovmr_index.report.contents import Contents

Row = Sequence[str | int | float | None]

_SHOWN_DIGITS = 16  # of 64 of a SHA-256
_TITLES = {
    "val_image": "Leaks: exemplars on an image of LVIS val",
    "two_categories": "Exemplars of two categories",
    "duplicate": "The same image twice in a category",
    "same_box": "The same box twice in a category",
    "one_picture": "Categories with one image",
}


def source_rows(contents: Contents) -> list[Row]:
    """Return what was read: name, format, folder, images, boxes, problems, when."""
    return [
        (
            one.name,
            one.format if one.release is None else f"{one.format} ({one.release})",
            one.root,
            one.images,
            one.regions,
            one.errors,
            _minute(contents.last_read.get(one.name, "")),
        )
        for one in contents.sources
    ]


def file_rows(contents: Contents) -> list[Row]:
    """Return the annotation files: source, path, size in bytes, the beginning of the SHA-256."""
    return [
        (source.name, file.path, file.size, f"{file.sha256[:_SHOWN_DIGITS]}…")
        for source in contents.sources
        for file in source.files
    ]


def shortfall_rows(contents: Contents) -> list[Row]:
    """Return the categories with few exemplars, and why they have no more."""
    names = {one.category_id: one.category for one in contents.categories}
    return [
        (
            _plain(short.coverage.category_id),
            names[short.coverage.category_id],
            short.coverage.synset,
            short.coverage.total,
            _why(short),
        )
        for short in contents.shortfalls
    ]


def _why(short: Shortfall) -> str:
    said = ", ".join(count_reasons(short.left_out).values())
    return said or ("none" if short.coverage.total else "nothing is labelled with it")


def findings(contents: Contents) -> list[tuple[str, int, list[Row]]]:
    """Return the findings of the audit by kind: a title, how many there are, rows of the first."""
    found = contents.audit
    if found is None:
        return []
    return [
        (title, found.counts[kind], [*map(_finding_row, found.of_kind(kind))])
        for kind, title in _TITLES.items()
        if kind in found.counts
    ]


def _finding_row(one: AuditFinding) -> Row:
    return one.synset, one.dataset, one.file_name, _plain(one.region_id), one.reason


def substitute_rows(contents: Contents) -> list[Row]:
    """Return the substitutes: category id, its synset, the substitute, dataset, exemplars."""
    return [
        (_plain(one.category_id), one.synset, one.substitute, one.dataset, one.exemplars)
        for one in contents.substitutes
    ]


def sample_rows(contents: Contents) -> list[Row]:
    """Return the saved samples: name, how and when they were drawn, and what they have and lack."""
    return [
        (
            one.name,
            one.k,
            _plain(one.seed),
            one.method,
            one.on_shortage,
            _minute(one.created_at),
            one.picks,
            one.gone,
        )
        for one in contents.samples
    ]


def mark_rows(contents: Contents) -> list[Row]:
    """Return the marks: category, what it is, exemplar, note, author, when."""
    return [
        (
            one.category,
            _kind(one),
            one.source,
            one.file_name,
            _plain(one.region_id),
            one.note,
            one.author,
            _minute(one.at),
        )
        for one in contents.marks
    ]


def _kind(mark: Mark) -> str:
    """Return what a mark is; an exemplar that is in no pool of its category now is missing."""
    kind = "excluded" if mark.kind == "exclude" else "pinned"
    return f"{kind}, missing" if mark.missing else kind


def _minute(when: str) -> str | None:
    """Return a time in ISO's form to the minute, without its zone, which is UTC; None for none."""
    return when[:16].replace("T", " ") or None


def _plain(number: int | None) -> str | None:
    """Return an id, which has no commas."""
    return None if number is None else f"{number}"


def describe_leaks(contents: Contents) -> str:
    """Return in a sentence how many exemplars show an image of LVIS val."""
    leaks = contents.audit.counts.get("val_image", 0) if contents.audit else 0
    if not leaks:
        return "No exemplar is known to show an image of LVIS val."
    verb = "shows" if leaks == 1 else "show"
    return (
        f"{counted(leaks, 'exemplar')} {verb} an image of LVIS val, on which a detector is tested;"
        " pools that are made with --exclude-val leave such images out."
    )


def describe_recipe(recipe: Recipe) -> str:
    """Return in a sentence how the pools were made."""
    steps = "the published steps"
    if recipe.steps is not None:
        steps = "; ".join(step.describe() for step in recipe.steps)
    val = ", without images of LVIS val" if recipe.exclude_val else ""
    return (
        f"The recipe of the pools: {steps}{val}; min_area {recipe.min_area:,g} square pixels,"
        f" enough {recipe.enough:,}, few {recipe.few:,}."
    )
