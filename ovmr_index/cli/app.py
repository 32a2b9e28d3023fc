"""The command `ovmr-index`: its global options, and the commands below it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ovmr_index import __version__
from ovmr_index.cli import (
    audit,
    collate,
    config,
    coverage,
    curate,
    db,
    demo,
    doctor,
    evaluate,
    export,
    import_sample,
    ingest,
    ingest_huggingface,
    ingest_parquet,
    measure,
    parquet_pools,
    partition,
    prepare,
    report,
    sample,
    serve,
    show,
    sql,
    status,
    suggest,
    verify,
    vocabulary,
)
from ovmr_index.cli import export_coco as coco
from ovmr_index.cli import export_croissant as croissant
from ovmr_index.cli import export_crops as crops
from ovmr_index.cli import export_datasette as datasette
from ovmr_index.cli import export_imagefolder as imagefolder
from ovmr_index.cli import export_images as image_files
from ovmr_index.cli import export_loader as loader
from ovmr_index.cli import export_odvg as odvg
from ovmr_index.cli import export_parquet as parquet
from ovmr_index.cli import export_prompts as prompts
from ovmr_index.cli import export_texts as texts
from ovmr_index.cli import export_webdataset as webdataset
from ovmr_index.cli import export_yolo as yolo
from ovmr_index.cli import ingest_formats as formats
from ovmr_index.cli import ingest_webdataset as shards
from ovmr_index.cli import prepare_training as training
from ovmr_index.cli.colours import choose
from ovmr_index.cli.completion.options import InstallCompletion, ShowCompletion, with_shells
from ovmr_index.cli.configured import configured
from ovmr_index.cli.errors import explained_errors
from ovmr_index.cli.groups import ExportGroup, Group, IngestGroup, MainGroup
from ovmr_index.cli.options import AsJson, Settings, to_path, to_place
from ovmr_index.errors import Words


class _Main(MainGroup):
    """The main group, whose options for completion go without the name of a shell, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the arguments, and do what those options ask for."""
        with explained_errors():
            return super().parse_args(ctx, with_shells(args))


app = typer.Typer(
    cls=_Main,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: ovmr-index demo demo",
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
        Path | None,
        typer.Option(
            parser=to_path,
            envvar="OVMR_INDEX_ROOT",
            metavar="DIR",
            help="The folder that the datasets are in, or s3://… or gs://…, which is only read.",
            show_default="datasets",
        ),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(
            parser=to_place,
            envvar="OVMR_INDEX_DB",
            metavar="PATH",
            help="The file of the index, or postgresql://[USER@]HOST/DATABASE[?schema=NAME]. A"
            " remote root needs it, and exports go beside that file.",
            show_default="DIR/ovmr.db",
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no progress and no notes.")] = False,
    install_completion: InstallCompletion = None,
    show_completion: ShowCompletion = None,
    _: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """An index of image exemplars: LVIS, ImageNet-21K and Visual Genome in SQLite."""
    held = configured(context, root=root, db=db)
    context.obj = Settings(held.root, held.value("db"), as_json, quiet, held)
    choose(context.obj.colours)
    Words.given = held.as_given()
    if held.left_out is not None:
        context.obj.note(
            f"{held.left_out}: is left out, as it is of another user; copy it, or name its values"
            " by options"
        )
    if (workers := held.value("workers")) is not None:
        from ovmr_index.processes import using_workers

        context.with_resource(using_workers(workers))


app.add_typer(ingest.app, name="ingest", cls=IngestGroup)
ingest.app.command("openimages", epilog=formats.OPENIMAGES_EXAMPLE)(formats.openimages)
ingest.app.command("yolo", epilog=formats.YOLO_EXAMPLE)(formats.yolo)
ingest.app.command("voc", epilog=formats.VOC_EXAMPLE)(formats.voc)
ingest.app.command("webdataset", epilog=shards.EXAMPLE)(shards.webdataset)
ingest.app.command("huggingface", epilog=ingest_huggingface.EXAMPLE)(ingest_huggingface.huggingface)
ingest.app.command("parquet", epilog=ingest_parquet.EXAMPLE)(ingest_parquet.parquet)
app.command("collate", epilog=collate.EXAMPLE)(collate.collate)
app.command("coverage", epilog=coverage.EXAMPLE)(coverage.coverage)
app.command("show", epilog=show.EXAMPLE)(show.show_category)
app.command("suggest", epilog=suggest.EXAMPLE)(suggest.suggest)
app.add_typer(curate.app, name="curate", cls=Group)
app.add_typer(sample.app, name="sample", cls=Group)
app.command("import-sample", epilog=import_sample.EXAMPLE)(import_sample.import_sample)
app.add_typer(export.app, name="export", cls=ExportGroup)
export.app.command("coco", epilog=coco.EXAMPLE)(coco.coco)
export.app.command("yolo", epilog=yolo.EXAMPLE)(yolo.yolo)
export.app.command("odvg", epilog=odvg.EXAMPLE)(odvg.odvg)
export.app.command("texts", epilog=texts.EXAMPLE)(texts.texts)
export.app.command("crops", epilog=crops.EXAMPLE)(crops.crops)
export.app.command("imagefolder", epilog=imagefolder.EXAMPLE)(imagefolder.imagefolder)
export.app.command("webdataset", epilog=webdataset.EXAMPLE)(webdataset.webdataset)
export.app.command("prompts", epilog=prompts.EXAMPLE)(prompts.prompts)
export.app.command("croissant", epilog=croissant.EXAMPLE)(croissant.croissant)
export.app.command("datasette", epilog=datasette.EXAMPLE)(datasette.datasette)
export.app.command("parquet", epilog=parquet.EXAMPLE)(parquet.parquet)
export.app.command("images", epilog=image_files.IMAGES_EXAMPLE)(image_files.images)
export.app.command("manifest", epilog=image_files.MANIFEST_EXAMPLE)(image_files.manifest)
export.app.command("loader", epilog=loader.EXAMPLE)(loader.loader)
app.add_typer(prepare.app, name="prepare", cls=Group)
prepare.app.command("training", epilog=training.EXAMPLE)(training.training)
app.add_typer(vocabulary.app, name="vocabulary", cls=Group)
app.add_typer(partition.app, name="partition", cls=Group)
app.command("serve", epilog=serve.EXAMPLE)(serve.serve)
app.command("status", epilog=status.EXAMPLE)(status.status)
app.command("config", epilog=config.EXAMPLE)(config.config)
app.command("sql", epilog=sql.EXAMPLE)(sql.sql)
app.command("verify", epilog=verify.EXAMPLE)(verify.verify)
app.command("measure", epilog=measure.EXAMPLE)(measure.measure)
app.command("audit", epilog=audit.EXAMPLE)(audit.audit)
app.command("evaluate", epilog=evaluate.EXAMPLE)(evaluate.evaluate)
app.command("report", epilog=report.EXAMPLE)(report.report)
app.add_typer(db.app, name="db", cls=Group)
app.add_typer(parquet_pools.app, name="parquet", cls=Group)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
