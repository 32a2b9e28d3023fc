"""`sample`: draws that are saved under a name."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.draw_options import DrawArguments, Seeds, takes_draw
from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import AsJson, Settings, sample_name, settings
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.show import SheetFile, print_sheets
from ovmr_index.cli.terminal import terminal
from ovmr_index.errors import UsageError, counted

if TYPE_CHECKING:
    from ovmr_index import DrawOptions, DrawReport

_PICK = ("category_id", "position", "dataset", "file_name", "region_id")
_ORIGIN = ("k", "seed", "method", "weight", "on_shortage", "vocabulary", "version")
_EXEMPLAR = ("category_id", "dataset", "file_name", "region_id")

app = typer.Typer(
    invoke_without_command=True,
    epilog="Example: ovmr-index --root demo sample -K 5 --seed 42 --name five",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a saved sample.")]


@app.callback()
@takes_draw
def sample(
    context: typer.Context,
    *,
    draw: DrawArguments,
    seeds: Seeds = None,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=sample_name,
            help="What to call the sample, NAME-<seed> with --seeds.",
            show_default="made of the options",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw K exemplars of each category.

    They are saved under a name, for `export` and the commands below.
    """
    chosen = settings(context, as_json)
    if context.invoked_subcommand is not None:
        return
    many = draw.seeds(seeds)
    if many is None:
        options = draw.options()
        draws = {name or options.made_name(): options}
    else:
        draws = {f"{name}-{one.seed}" if name else one.made_name(): one for one in many}
    _draw(chosen, draws, as_list=many is not None)


@app.command("list", epilog="Example: ovmr-index --root demo sample list")
def list_samples(context: typer.Context, *, form: Form = "table", as_json: AsJson = False) -> None:
    """List the saved samples."""
    from ovmr_index import SampleSummary

    chosen = settings(context, as_json, form)
    samples = chosen.open().samples
    held = samples.list()
    if chosen.json:
        print_json([one._asdict() for one in held])
    else:
        chosen.print_table(SampleSummary._fields, held, otherwise="no sample is saved")
    for one in held:
        chosen.warn(samples.stale(one.name))


@app.command("show", epilog="Example: ovmr-index --root demo sample show five")
def show_sample(
    context: typer.Context,
    *,
    name: Name,
    sheet: SheetFile = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--category",
            metavar="CATEGORY",
            help="With --sheet: only this category; may be given several times.",
        ),
    ] = None,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Show the exemplars of a sample.

    They are in the order drawn; a note says where the sample comes from. With --sheet their crops
    are put on a contact sheet, a row for each category, in pages FILE-1.png and so on where one
    does not hold them.
    """
    chosen = settings(context, as_json, form)
    if only and sheet is None:
        raise UsageError("--category: is of a contact sheet; give --sheet FILE with it")
    index = chosen.open()
    samples = index.samples
    if sheet is not None:
        print_sheets(chosen, index.exports.sample_sheet(name, sheet, only=only or ()))
        chosen.warn(samples.stale(name))
        return
    held = samples.show(name)
    if chosen.json:
        print_json(held.as_json())
        return
    origin = asdict(held.provenance)
    said = ", ".join(f"{key} {origin[key]}" for key in _ORIGIN if origin[key] is not None)
    filters = ", ".join(f"{key} {value}" for key, value in (origin["filters"] or {}).items())
    chosen.note(f"{name}: {said}{f'; {filters}' if filters else ''}")
    chosen.print_table(_PICK, held.picks)
    if terminal():
        chosen.print_gap()
        counts = [*held.by_dataset.items()]
        chosen.print_table(("dataset", "exemplars"), counts, bar="exemplars", beside=True)
    chosen.warn(samples.stale(name))
    chosen.warn([f"missing: {one.describe()}" for one in held.missing])
    if held.missing:
        chosen.note("what is missing is not in the index, or is another image, box or category now")


@app.command(epilog="Example: ovmr-index --root demo sample diff five ten")
def diff(
    context: typer.Context, *, a: Name, b: Name, form: Form = "table", as_json: AsJson = False
) -> None:
    """Show what only one of two samples holds."""
    chosen = settings(context, as_json, form)
    samples = chosen.open().samples
    found = samples.diff(a, b)
    for name in dict.fromkeys((a, b)):
        chosen.warn(samples.stale(name))
    if others := set(found.only_a) & set(found.only_b):
        ids = counted(len(others), "exemplar")
        chosen.note(f"{ids} of the same ids: another category or box in each sample")
    if chosen.json:
        print_json(found.as_json())
        return
    only = ((a, found.only_a), (b, found.only_b))
    if chosen.form != "table":
        rows = [(name, *one) for name, held in only for one in held]
        chosen.print_table(("only_in", *_EXEMPLAR), rows)
    else:
        for name, held in only:
            if held:
                show(f"only in {name}:")
                chosen.print_table(_EXEMPLAR, held)
    is_reordered = not (found.same or found.only_a or found.only_b)
    are = "is" if found.common == 1 else "are"
    order = ", in another order" if is_reordered else ""
    chosen.report(f"{counted(found.common, 'exemplar')} {are} in both{order}")


@app.command(epilog="Example: ovmr-index --root demo sample rm five")
def rm(context: typer.Context, *, name: Name, as_json: AsJson = False) -> None:
    """Delete a saved sample."""
    chosen = settings(context, as_json)
    chosen.open().samples.rm(name)
    if chosen.json:
        print_json({"removed": name})
    else:
        show(f"{name}: removed")


def _draw(chosen: Settings, draws: "dict[str, DrawOptions]", *, as_list: bool) -> None:
    from ovmr_index.samples.exemplars import drawn_for

    reports = []
    index = chosen.open()
    drawn = index.samples.draw_each((options, name) for name, options in draws.items())
    for (name, options), report in zip(draws.items(), drawn, strict=True):
        _show(chosen, name, report)
        reports.append(
            {
                "name": name,
                **options.as_json(),
                "categories": drawn_for(report.categories),
                "exemplars": report.exemplars,
                "short": [one._asdict() for one in report.short],
            }
        )
    chosen.note_selection(index, *draws.values())
    if chosen.json:
        print_json(reports if as_list else reports[0])
    note_next(chosen, "export", "crops", "--name", next(iter(draws)))


def _show(chosen: Settings, name: str, report: "DrawReport") -> None:
    if report.drawn_before is not None:
        chosen.note(f"the sample is there already, drawn {report.drawn_before}")
    chosen.warn([f"{one.dataset} {one.file}: {one.reason}" for one in report.unreadable])
    if report.short:
        chosen.note(report.shortage)
    if not chosen.json:
        from ovmr_index.samples.exemplars import drawn_for

        exemplars = counted(report.exemplars, "exemplar")
        categories = counted(drawn_for(report.categories), "category", "categories")
        show(f"{name}: {exemplars} of {categories}")
