"""The command `ovmr-index`: its global options, and the commands below it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ovmr_index import __version__
from ovmr_index.cli import (
    audit,
    collate,
    coverage,
    db,
    demo,
    export,
    import_sample,
    ingest,
    partition,
    prepare,
    sample,
    sql,
    status,
    suggest,
    verify,
    vocabulary,
)
from ovmr_index.cli import export_crops as crops
from ovmr_index.cli import export_images as copying
from ovmr_index.cli.errors import explained_errors
from ovmr_index.cli.options import AsJson, Settings


class Commands(TyperGroup):
    """The commands, with the one boundary that all their errors meet."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; its errors become a line and an exit code."""
        with explained_errors():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: ovmr-index --root datasets ingest && ovmr-index --root datasets export",
)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"ovmr-index {__version__}")
        raise typer.Exit


@app.callback()
def ovmr_index(
    context: typer.Context,
    *,
    root: Annotated[
        Path, typer.Option(envvar="OVMR_INDEX_ROOT", metavar="DIR", help="Where the datasets lie.")
    ] = Path("datasets"),
    db: Annotated[
        Path | None,
        typer.Option(
            envvar="OVMR_INDEX_DB", metavar="PATH", help="The index.", show_default="DIR/ovmr.db"
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no notes.")] = False,
    _: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version."
        ),
    ] = False,
) -> None:
    """An index of image exemplars: LVIS, ImageNet-21K and Visual Genome in SQLite."""
    context.obj = Settings(root, db, as_json, quiet)


app.add_typer(ingest.app, name="ingest")
app.command("collate", epilog=collate.EXAMPLE)(collate.collate)
app.add_typer(sample.app, name="sample")
app.command("import-sample", epilog=import_sample.EXAMPLE)(import_sample.import_sample)
app.add_typer(export.app, name="export")
export.app.command("crops", epilog=crops.EXAMPLE)(crops.crops)
export.app.command("images", epilog=copying.IMAGES_EXAMPLE)(copying.images)
export.app.command("manifest", epilog=copying.MANIFEST_EXAMPLE)(copying.manifest)
app.add_typer(prepare.app, name="prepare")
app.command("coverage", epilog=coverage.EXAMPLE)(coverage.coverage)
app.command("sql", epilog=sql.EXAMPLE)(sql.sql)
app.command("status")(status.status)
app.command("audit", epilog=audit.EXAMPLE)(audit.audit)
app.command("suggest", epilog=suggest.EXAMPLE)(suggest.suggest)
app.command("verify", epilog=verify.EXAMPLE)(verify.verify)
app.add_typer(vocabulary.app, name="vocabulary")
app.add_typer(partition.app, name="partition")
app.add_typer(db.app, name="db")
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
