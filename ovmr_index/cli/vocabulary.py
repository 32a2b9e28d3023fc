"""`vocabulary`: lists of categories, those of datasets and your own."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import AsJson, settings, to_path
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.pool_notes import note_pools
from ovmr_index.db.pools_state import PoolsState
from ovmr_index.errors import counted
from ovmr_index.vocabularies.notes import describe_parts, listed

_SHOWN = 10

app = typer.Typer(no_args_is_help=True, epilog="Example: ovmr-index --root demo vocabulary list")


@app.callback()
def vocabulary() -> None:
    """List, add and remove lists of categories.

    A vocabulary is a list of categories. Each has its own pools.
    """


@app.command("list", epilog="Example: ovmr-index --root demo vocabulary list")
def list_vocabularies(
    context: typer.Context, *, form: Form = "table", as_json: AsJson = False
) -> None:
    """List the vocabularies.

    Some came with datasets, others were added.
    """
    from ovmr_index import VocabularySummary

    chosen = settings(context, as_json, form)
    vocabularies = chosen.open().vocabularies
    found = vocabularies.list()
    if chosen.json:
        print_json([one._asdict() for one in found])
    else:
        columns = VocabularySummary._fields
        chosen.print_table(columns, found, otherwise="there is no vocabulary")
    if stale := vocabularies.stale():
        note_pools(chosen, dict.fromkeys(stale, PoolsState.STALE))


@app.command(epilog="Example: ovmr-index --root demo vocabulary add classes.txt --name mine")
def add(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            parser=to_path, metavar="FILE", help="The categories: JSON, or text with a name a line."
        ),
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="The name for --vocabulary.")],
    as_json: AsJson = False,
) -> None:
    """Add the categories of a file.

    The file is a JSON array of names or of objects with name, id, synset and frequency, or a JSON
    object from name to synset, or text with a name a line, or a class list of ImageNet, OpenImages
    (CSV) or YOLO (data.yaml). A name without a synset gets that of its class, where the names are
    those of COCO, Objects365, OpenImages or V3Det, or the synset that it means in WordNet.
    """
    from ovmr_index.vocabularies.misnamed import describe_misnamed

    chosen = settings(context, as_json)
    added = chosen.open(create=True).vocabularies.add(name, file)
    if chosen.json:
        print_json(added._asdict())
        return
    show(f"{added.name}: {counted(added.categories, 'category', 'categories')}")
    if added.unknown:
        unknown = counted(len(added.unknown), "category has", "categories have")
        it = "it" if len(added.unknown) == 1 else "them"
        names = listed(added.unknown, _SHOWN)
        chosen.note(f"{unknown} no synset of WordNet; give {it} one in the file: {names}")
    for note in added.notes:
        chosen.note(note)
    if added.by_part:
        chosen.note(describe_parts(added.by_part))
    if added.misnamed:
        chosen.note(describe_misnamed(added.misnamed))
    note_next(chosen, "collate", "--vocabulary", name)


@app.command(epilog="Example: ovmr-index --root demo vocabulary rm mine")
def rm(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A vocabulary that was added.")],
    as_json: AsJson = False,
) -> None:
    """Remove a vocabulary that was added.

    Its pools and partitions go with it.
    """
    chosen = settings(context, as_json)
    chosen.open().vocabularies.rm(name)
    if chosen.json:
        print_json({"removed": name})
    else:
        show(f"{name}: removed")
