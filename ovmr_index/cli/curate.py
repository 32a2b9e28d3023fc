"""`curate`: exemplars that are left out of draws, or come first in them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.exemplar_options import ExemplarArguments, takes_exemplar
from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import AsJson, Settings, settings, to_path
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.pool_notes import note_missing_marks
from ovmr_index.errors import UsageError, counted

if TYPE_CHECKING:
    from ovmr_index.curation.mark import Change

app = typer.Typer(no_args_is_help=True, epilog="Example: ovmr-index --root demo curate list")

_COLUMNS = (
    *("category_id", "category", "kind", "rank", "source", "file_name", "region_id"),
    *("note", "author", "at", "missing"),
)
_DONE = {"exclude": "excluded", "pin": "pinned", "clear": "cleared", "import": "imported"}

Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")]
Author = Annotated[
    str | None,
    typer.Option("--author", metavar="NAME", help="Who says so.", show_default="your login name"),
]
MarkFile = Annotated[
    Path,
    typer.Argument(parser=to_path, metavar="FILE", help="A JSON file of marks."),
]


@app.callback()
def curate() -> None:
    """Exclude exemplars, or pin them.

    What is excluded is left out of draws and crops, what is pinned comes first in them. These marks
    can be shared as a file.
    """


@app.command(
    epilog="Example: ovmr-index --root demo curate exclude --category carrot"
    " --source lvis_v1_train --region 29"
)
@takes_exemplar
def exclude(
    context: typer.Context,
    *,
    exemplar: ExemplarArguments,
    audit: Annotated[
        bool,
        typer.Option(
            "--audit", help="Exclude what shows an image of LVIS val, as `audit` finds it."
        ),
    ] = False,
    near_duplicates: Annotated[
        bool,
        typer.Option(
            "--near-duplicates", help="Exclude what looks like an exemplar before it in its pool."
        ),
    ] = False,
    note: Note = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Leave an exemplar out of draws and crops.

    With --audit or --near-duplicates all that is found is excluded in one step, of --category or of
    every category. `curate undo` takes a step back.
    """
    chosen = settings(context, as_json)
    if audit and near_duplicates:
        raise UsageError("--audit and --near-duplicates are two steps; give one of them")
    if (audit or near_duplicates) and exemplar.names_one:
        raise UsageError("--audit and --near-duplicates find exemplars; give --category alone")
    author, category, vocabulary = author or _login_name(), exemplar.category, exemplar.vocabulary
    index = chosen.open()
    curation = index.curation
    if audit:
        chosen.warn(index.pools.hash_possible_copies(vocabulary=vocabulary).describe())
        change = curation.exclude_leaks(category, vocabulary=vocabulary, note=note, author=author)
    elif near_duplicates:
        change = curation.exclude_near_duplicates(
            category, vocabulary=vocabulary, note=note, author=author
        )
    else:
        change = curation.exclude(exemplar.find(curation), note=note, author=author)
    _print(chosen, change)


@app.command(
    epilog="Example: ovmr-index --root demo curate pin --category carrot"
    " --source lvis_v1_train --region 43"
)
@takes_exemplar
def pin(
    context: typer.Context,
    *,
    exemplar: ExemplarArguments,
    note: Note = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Put an exemplar first in every draw.

    It comes after those that were pinned before.
    """
    chosen = settings(context, as_json)
    curation = chosen.open().curation
    author = author or _login_name()
    _print(chosen, curation.pin(exemplar.find(curation), note=note, author=author))


@app.command(
    epilog="Example: ovmr-index --root demo curate clear --category carrot"
    " --source lvis_v1_train --region 29"
)
@takes_exemplar
def clear(
    context: typer.Context,
    *,
    exemplar: ExemplarArguments,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Remove the mark of an exemplar.

    The exemplar itself may be gone.
    """
    chosen = settings(context, as_json)
    curation = chosen.open().curation
    author = author or _login_name()
    _print(chosen, curation.clear(exemplar.find_marked(curation), author=author))


@app.command("list", epilog="Example: ovmr-index --root demo curate list --category carrot")
def list_marks(
    context: typer.Context,
    *,
    category: Annotated[
        str | None, typer.Option(metavar="CATEGORY", help="Only of this id, name or synset.")
    ] = None,
    kind: Annotated[
        Literal["exclude", "pin"] | None, typer.Option(help="Only marks of this kind.")
    ] = None,
    vocabulary: Annotated[
        str | None,
        typer.Option(
            "--vocabulary", metavar="NAME", help="Only its marks.", show_default="every vocabulary"
        ),
    ] = None,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """List the marks.

    Pins come first, in their order. Marks whose exemplar is gone are missing.
    """
    chosen = settings(context, as_json, form)
    found = chosen.open().curation.list(vocabulary=vocabulary, category=category, kind=kind)
    if chosen.json:
        print_json([one.as_json() for one in found])
        return
    rows = [[getattr(one, name) for name in _COLUMNS] for one in found]
    chosen.print_table(_COLUMNS, rows, otherwise="no exemplar is marked")
    if any(one.missing for one in found):
        chosen.note("what is missing is in no pool of its category now")


@app.command("export", epilog="Example: ovmr-index --root demo curate export marks.json")
def export_marks(
    context: typer.Context,
    file: MarkFile,
    *,
    vocabulary: Annotated[
        str | None,
        typer.Option(
            "--vocabulary", metavar="NAME", help="Only its marks.", show_default="every vocabulary"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the marks to a JSON file.

    The file is the same in any index with the same marks.
    """
    chosen = settings(context, as_json)
    count = chosen.open().curation.export(file, vocabulary=vocabulary)
    if chosen.json:
        print_json({"file": str(file), "marks": count})
    else:
        show(f"{file}: {counted(count, 'mark')}")


@app.command("import", epilog="Example: ovmr-index --root demo curate import marks.json")
def import_marks(
    context: typer.Context,
    file: MarkFile,
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Let the file's marks take the place of different ones."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the marks of a JSON file.

    Marks of exemplars that are not here are kept too. An exemplar that is marked otherwise here
    keeps its mark, and is named.
    """
    chosen = settings(context, as_json)
    index = chosen.open()
    _print(chosen, index.curation.import_(file, replace=replace))
    note_missing_marks(chosen, index)


@app.command(epilog="Example: ovmr-index --root demo curate undo")
def undo(
    context: typer.Context,
    *,
    author: Annotated[
        str | None,
        typer.Option(
            "--author", metavar="NAME", help="Whose last step.", show_default="the last of anybody"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take back the last step.

    With --author it is the last one of that author. What somebody has marked again since stays, and
    is named.
    """
    chosen = settings(context, as_json)
    _print(chosen, chosen.open().curation.undo(author=author))


def _print(chosen: Settings, change: "Change") -> None:
    if chosen.json:
        print_json(change.as_json())
    else:
        show(_as_line(change))
    chosen.warn(change.notes)
    note_next(chosen, "curate", "list")


def _as_line(change: "Change") -> str:
    """Return what a step did in words."""
    left = f", {change.unchanged:,} unchanged" if change.unchanged else ""
    undone = change.kind.removeprefix("undo ")
    if undone != change.kind:
        return f"{undone} taken back: {counted(change.changed, 'exemplar')}{left}"
    return f"{counted(change.changed, 'exemplar')} {_DONE[change.kind]}{left}"


def _login_name() -> str | None:
    """Return the name that the person is logged in by, None where the system knows none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return None
