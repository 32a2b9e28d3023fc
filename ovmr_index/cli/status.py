"""`status`: what the index holds."""

from typing import TYPE_CHECKING, Any

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, Settings, settings
from ovmr_index.cli.output import print_json
from ovmr_index.cli.usual_recipe import note_recipe
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index.index.status import VocabularyStatus

EXAMPLE = "Example: ovmr-index --root demo status"
_NO_POOLS = "none"
_SOURCE = ("name", "format", "images", "regions", "generation", "root")
_SHOWN_FILES = 10  # of a source: that of YOLO has one an image


def status(context: typer.Context, *, form: Form = "table", as_json: AsJson = False) -> None:
    """Show what the index holds.

    The sources with their files and counts, the schema, and the state of the pools: fresh, stale (a
    source has changed since the last collate) or none.
    """
    chosen = settings(context, as_json, form)
    index = chosen.open()
    found, marks = index.status(), index.curation.counts()
    sources = [
        {**source._asdict(), "files": [file._asdict() for file in source.files]}
        for source in found.sources
    ]
    note_recipe(chosen, index, *(one.name for one in found.vocabularies if one.rules is not None))
    if chosen.json:
        vocabularies = [one._asdict() for one in found.vocabularies]
        marked = {} if marks is None else {"marks": marks._asdict()}
        print_json({**found._asdict(), "sources": sources, "vocabularies": vocabularies, **marked})
        return
    chosen.report(f"{found.path}: {found.size / 1e6:,.1f} MB, schema {found.schema}")
    categories = counted(found.categories, "category", "categories")
    made = sorted({one.pools for one in found.vocabularies} - {_NO_POOLS}) or [_NO_POOLS]
    chosen.report(
        f"{categories}, {counted(found.exemplars, 'exemplar')} (pools: {' and '.join(made)})"
    )
    chosen.report(counted(found.samples, "saved sample"))
    if marks is not None:
        chosen.report(f"marks: {marks.describe()}")
    _show_table(chosen, sources, _SOURCE, "images")
    _say_of(chosen, sources)
    _show_table(
        chosen,
        [_described(one) for one in found.vocabularies],
        ("vocabulary", "categories", "exemplars", "pools", "rules"),
        "exemplars",
    )
    _show_table(
        chosen,
        [file for source in sources for file in source["files"][:_SHOWN_FILES]],
        ("path", "size", "sha256"),
    )
    for source in sources:
        if (more := len(source["files"]) - _SHOWN_FILES) > 0:
            chosen.report(f"{source['name']}: {counted(more, 'more file')}; see --json")


def _say_of(chosen: Settings, sources: list[dict[str, Any]]) -> None:
    """Say what is not in the table of the sources: releases, and what was not read of them."""
    from ovmr_index.ingest.reading_shares import describe_missing

    for source in sources:
        if source["release"] is not None:
            chosen.report(f"{source['name']}: {source['release']}")
        if source["missing_shards"]:
            chosen.report(f"{source['name']}: {describe_missing(source['missing_shards'])}")
        if source["errors"]:
            left_out = counted(source["errors"], "record was", "records were")
            chosen.report(
                f"{source['name']}: {left_out} left out; the view ingest_problems has the reasons"
            )


def _described(one: "VocabularyStatus") -> dict[str, Any]:
    if one.rules is None:
        rules = ""
    elif one.rules["steps"] is None:
        rules = "published"
    else:
        rules = f"{counted(len(one.rules['steps']), 'step')} of your own"
    return {"vocabulary": one.name, **one._asdict(), "rules": rules}


def _show_table(
    chosen: Settings, rows: list[dict[str, Any]], columns: tuple[str, ...], bar: str | None = None
) -> None:
    """Print a table if it has rows; CSV and lines of JSON have the sources alone."""
    if rows:
        chosen.print_gap()
        values = [[row[column] for column in columns] for row in rows]
        chosen.print_table(columns, values, bar=bar, beside=columns is not _SOURCE)
