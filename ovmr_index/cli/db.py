"""`db`: the file of the index: its schema, copies of it, whether it is sound."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, Settings, settings, to_path
from ovmr_index.cli.output import print_json, show

if TYPE_CHECKING:
    from ovmr_index import Index

app = typer.Typer(no_args_is_help=True, epilog="Example: ovmr-index --root demo db check")


@app.callback()
def db(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Upgrade, copy or check the index."""
    settings(context, as_json)


@app.command(epilog="Example: ovmr-index --root demo db upgrade")
def upgrade(
    context: typer.Context,
    *,
    backup: Annotated[
        bool, typer.Option("--backup/--no-backup", help="Copy the index beside itself first.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Upgrade the schema of the index.

    The index is copied as it is first, then it gets the schema of this program. Views and indexes
    that are missing, or are not what this program made, are made again.
    """
    chosen = settings(context, as_json)
    database = _open(chosen).db
    copy = database.backup_before_upgrade() if backup else None
    if copy is not None:
        chosen.note(f"the index as it was: {copy}")
    lacking = database.lacking_parts()
    before, after = database.upgrade()
    if chosen.json:
        made = {} if copy is None else {"backup": str(copy)}
        remade = {"remade": lacking} if lacking else {}
        print_json({"before": before, "after": after, **made, **remade})
    elif lacking:
        show(f"schema {after}: made again: {', '.join(lacking)}")
    elif before == after:
        show(f"schema {after} is the newest; nothing was changed")
    else:
        show(f"upgraded from schema {before or 'none'} to {after}")


@app.command(epilog="Example: ovmr-index --root demo db current")
def current(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show the schema of the index.

    It is shown with the newest schema that this program knows, if that is another.
    """
    chosen = settings(context, as_json)
    found, newest = _open(chosen).db.current()
    if chosen.json:
        print_json({"current": found, "newest": newest})
    else:
        show(f"schema {found or 'none'}" + ("" if found == newest else f", newest {newest}"))


@app.command(epilog="Example: ovmr-index --root demo db backup copy.db")
def backup(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(parser=to_path, metavar="FILE", help="The new file; it must not exist yet."),
    ],
    as_json: AsJson = False,
) -> None:
    """Copy the index to a new file.

    Others may read the index meanwhile.
    """
    chosen = settings(context, as_json)
    _open(chosen).db.backup(file)
    if chosen.json:
        print_json({"file": str(file), "size": file.stat().st_size})
    else:
        show(f"{file}: {file.stat().st_size / 1e6:,.1f} MB")


@app.command(epilog="Example: ovmr-index db copy demo/ovmr.db postgresql://host/lab")
def copy(
    context: typer.Context,
    *,
    index: Annotated[
        str, typer.Argument(metavar="FROM", help="The index: a file, or a URL as of --db.")
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TO", help="A new file, or the URL of a database or schema without tables."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Copy an index whole, to another database.

    It goes from SQLite to PostgreSQL, back, or within one of them, with everything: saved samples,
    marks, measurements, the history of ingest. Each table is read again at the end, and its rows
    are counted and compared by a checksum. A copy that is stopped leaves nothing. Paths of datasets
    stay as they are, relative to the root.
    """
    chosen = settings(context, as_json)
    from ovmr_index import Index

    source = Index.open_unchecked(chosen.root, index, progress=chosen.progress)
    report = source.db.copy(target)
    if chosen.json:
        print_json({"rows": report.total, "tables": report.rows})
    else:
        tables = len(report.rows)
        show(f"copied {report.total:,} rows of {tables} tables; counts and checksums are equal")


@app.command(epilog="Example: ovmr-index --root demo db check --exports")
def check(
    context: typer.Context,
    *,
    exports: Annotated[
        bool,
        typer.Option("--exports", help="Compare the files at the usual paths with the index, too."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check that the index is sound.

    Exits with 1 if anything is wrong. It looks for damaged pages, broken keys, text that is not
    UTF-8, JSON that is none, numbers that no file can have; tables and views against the schema;
    paths that leave their folder; rows against the records that they were read from; numbers of
    records against what was read; pools against what their recipe gives now; saved samples against
    the same draw of now. Notes alone are no failure: what is stale, what could not be compared, a
    network file system, a SQLite with a known fault.
    """
    chosen = settings(context, as_json)
    report = _open(chosen).db.report(exports=exports)
    for note in report.notes:
        chosen.note(note)
    if chosen.json:
        print_json(report._asdict())
    elif not report.problems:
        show("the index is sound")
    if report.problems:
        chosen.warn(report.problems)
        raise typer.Exit(1)


def _open(chosen: Settings) -> "Index":
    from ovmr_index import Index

    return Index.open_unchecked(chosen.root, chosen.db, progress=chosen.progress)
