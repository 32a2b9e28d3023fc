"""`parquet`: pools and draws over an index in Parquet, by DuckDB or Spark."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.audit import print_findings
from ovmr_index.cli.collate import (
    Enough,
    ExcludeVal,
    Few,
    MinArea,
    RulesFile,
    SubstitutesFile,
    as_json_of,
    recipe_of,
    show_pools,
)
from ovmr_index.cli.coverage import note_short, print_coverage
from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_report, report_of
from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AllowEmpty, AsJson, Vocabulary, in_range, settings, to_path
from ovmr_index.cli.output import print_json
from ovmr_index.engines.translate import EngineName
from ovmr_index.errors import UsageError, shell_command
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index.engines.api import ParquetPools

app = typer.Typer(
    no_args_is_help=True, epilog="Example: ovmr-index parquet collate demo-parquet --engine duckdb"
)

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", parser=to_path, help="The folder that `export parquet` wrote."),
]
Engine = Annotated[
    EngineName, typer.Option(help="What runs the statements: DuckDB in this process, or Spark.")
]
Master = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where Spark runs, as in spark://host:7077 or sc://host.",
        show_default="local[*]",
    ),
]
Pools = Annotated[
    Path | None,
    typer.Option(
        parser=to_path,
        metavar="DIR",
        help="The folder of pools that `parquet collate` wrote.",
        show_default="DIR/pools/VOCABULARY, else those of the index",
    ),
]


@app.callback()
def parquet() -> None:
    """Make pools and draw over Parquet files.

    The statements are those of collate, sample, coverage and audit; another engine runs them, over
    more boxes than one machine holds. Pools and picks are the same.
    """


@app.command(epilog="Example: ovmr-index parquet collate demo-parquet --enough 20 -o pools")
def collate(
    context: typer.Context,
    *,
    folder: Folder,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            parser=to_path,
            metavar="DIR",
            help="The folder of the pools.",
            show_default="DIR/pools/VOCABULARY",
        ),
    ] = None,
    engine: Engine = "duckdb",
    master: Master = None,
    min_area: MinArea = None,
    enough: Enough = None,
    few: Few = None,
    substitutes: SubstitutesFile = None,
    exclude_val: ExcludeVal = False,
    rules: RulesFile = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Make the pools of exemplars.

    They go to Parquet files: `exemplars` below the folder has the columns of the view, `entries` is
    for the commands beside this one.
    """
    from ovmr_index.pools.recipe import with_substitutes
    from ovmr_index.pools.substitutes import read_substitutes

    chosen = settings(context, as_json, form)
    thresholds = {"min_area": min_area, "enough": enough, "few": few}
    recipe = recipe_of(chosen, rules, thresholds, exclude_val, substitutes)
    if substitutes is not None:
        recipe = with_substitutes(recipe, read_substitutes(substitutes))
    with _opened(folder, vocabulary, engine, master) as pools:
        pools.collate(recipe, chosen.progress)
        written = pools.write(output)
        counts, notes = pools.coverage(), pools.step_notes()
    short = [one for one in counts if one.total < recipe.few]
    if chosen.json:
        print_json({**as_json_of(counts, short), "folder": str(written)})
    else:
        show_pools(chosen, counts, short, recipe.few)
        chosen.report(f"{written}: pools of {vocabulary}")
    for note in notes:
        chosen.note(note)


@app.command(epilog="Example: ovmr-index parquet sample demo-parquet -K 5 --method stable")
@takes_draw
def sample(
    context: typer.Context,
    *,
    folder: Folder,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            parser=to_path,
            metavar="FILE",
            help="Where to write.",
            show_default="the published name",
        ),
    ] = None,
    engine: Engine = "duckdb",
    master: Master = None,
    pools: Pools = None,
    draw: DrawArguments,
    sidecar: Annotated[
        bool,
        typer.Option("--sidecar", help="Write where it comes from to FILE.provenance.json."),
    ] = False,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write K exemplars of each category.

    The file is that of `export sample`, for a stable draw: the published one is made by numpy,
    which no engine has.
    """
    from ovmr_index.engines.draws import require_possible
    from ovmr_index.export.sample import sample_file

    chosen = settings(context, as_json)
    options = draw.options()
    require_possible(options)
    path = output or Path(Path(sample_file(options)).name)
    if path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"-o {path}: is in the folder that is read; give another file")
    with _opened(folder, options.vocabulary, engine, master) as opened:
        opened.read(pools)
        written = opened.sample(options, path, sidecar=sidecar, allow_empty=allow_empty)
    print_report(chosen, report_of("sample", written))


@app.command(epilog="Example: ovmr-index parquet coverage demo-parquet --under 40")
def coverage(
    context: typer.Context,
    *,
    folder: Folder,
    under: Annotated[
        int | None,
        typer.Option(
            metavar="N", callback=in_range, help="Show only categories with fewer exemplars than N."
        ),
    ] = None,
    engine: Engine = "duckdb",
    master: Master = None,
    pools: Pools = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Count the exemplars of each category.

    Each dataset has a column; `substitutes` says how many of them are exemplars of substitutes.
    """
    chosen = settings(context, as_json, form)
    with _opened(folder, vocabulary, engine, master) as opened:
        opened.read(pools)
        counts, recipe = opened.coverage(), opened.recipe
    print_coverage(chosen, counts, under)
    note_short(chosen, counts, recipe.few if under is None else under)


@app.command(epilog="Example: ovmr-index parquet audit demo-parquet --engine spark")
def audit(
    context: typer.Context,
    *,
    folder: Folder,
    engine: Engine = "duckdb",
    master: Master = None,
    pools: Pools = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Find exemplars that show images of LVIS val.

    Exits with 1 if there is such an exemplar. Images are the same by COCO id, and by the hashes
    that the index held: no image is opened.
    """
    chosen = settings(context, as_json, form)
    with _opened(folder, vocabulary, engine, master) as opened:
        opened.read(pools)
        counts = print_findings(chosen, opened.audit())
    if counts["val_image"]:
        leaves = shell_command("parquet", "collate", str(folder), "--exclude-val")
        chosen.note(f"leave them out: run `{leaves}`")
        raise typer.Exit(1)


def _opened(
    folder: Path, vocabulary: str, engine: EngineName, master: str | None
) -> "AbstractContextManager[ParquetPools]":
    from ovmr_index.engines.api import open_pools

    if master is not None and engine != "spark":
        raise UsageError("--master: is where Spark runs; give --engine spark with it")
    return open_pools(folder, vocabulary, engine=engine, master=master)
