"""`sample`: draws that are kept under a name."""

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.draw_options import DrawArguments, Seeds, takes_draw
from ovmr_index.cli.options import AsJson, Settings, sample_name, settings
from ovmr_index.cli.output import print_json, print_table, show
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import CategoryExemplars, DrawOptions, DrawReport, Index, SavedPick

_PICK = ("category_id", "position", "dataset", "file_name", "region_id")
_SAID = ("k", "seed", "method", "weight", "on_shortage", "vocabulary", "version")
_EXEMPLAR = ("category_id", "dataset", "file_name", "region_id")

app = typer.Typer(
    invoke_without_command=True, epilog="Example: ovmr-index sample -K 5 --seed 42 --name five"
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A saved sample.")]


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
            help="What to call it; made of the options if none. NAME-<seed> with --seeds.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw K exemplars of each category and keep them under a name."""
    chosen = settings(context, as_json)
    if context.invoked_subcommand is not None:
        return
    many = draw.seeds(seeds)
    if many is None:
        options = draw.options()
        draws = {name or _made_name(options): options}
    else:
        draws = {f"{name}-{one.seed}" if name else _made_name(one): one for one in many}
    _draw(chosen, draws, as_list=many is not None)


@app.command("list")
def list_samples(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the saved samples."""
    chosen = settings(context, as_json)
    held = chosen.open().samples.list()
    if chosen.json:
        print_json([one._asdict() for one in held])
    elif held:
        print_table(held[0]._fields, held)
    else:
        chosen.note("no sample is saved")


@app.command("show", epilog="Example: ovmr-index sample show K-005_seed-42_numpy")
def show_sample(context: typer.Context, *, name: Name, as_json: AsJson = False) -> None:
    """Show the exemplars of a sample, in the order drawn, and where it comes from."""
    chosen = settings(context, as_json)
    index = chosen.open()
    picks, origin = index.samples.picks(name), asdict(index.samples.origin(name))
    gone = {*index.samples.missing(name)}
    if chosen.json:
        told = [{**pick._asdict(), "gone": pick in gone} for pick in picks]
        print_json({"name": name, **origin, "picks": told})
        return
    said = ", ".join(f"{key} {origin[key]}" for key in _SAID if origin[key] is not None)
    filters = ", ".join(f"{key} {value}" for key, value in (origin["filters"] or {}).items())
    chosen.note(f"{name}: {said}{f'; {filters}' if filters else ''}")
    print_table(_PICK, picks)
    chosen.warn([f"gone: {one.dataset} {one.file_name}" for one in picks if one in gone])


@app.command(epilog="Example: ovmr-index sample diff five ten")
def diff(context: typer.Context, *, a: Name, b: Name, as_json: AsJson = False) -> None:
    """Tell which exemplars only one of two samples holds."""
    chosen = settings(context, as_json)
    index = chosen.open()
    left, right = index.samples.picks(a), index.samples.picks(b)
    held_a, held_b = Counter(map(_exemplar, left)), Counter(map(_exemplar, right))
    only = {"only_a": held_a - held_b, "only_b": held_b - held_a}
    common = (held_a & held_b).total()
    if chosen.json:
        differing = {
            key: [dict(zip(_EXEMPLAR, one, strict=True)) for one in counter.elements()]
            for key, counter in only.items()
        }
        print_json({"common": common, "same": left == right, **differing})
        return
    for name, counter in zip((a, b), only.values(), strict=True):
        if counter:
            show(f"only in {name}:")
            print_table(_EXEMPLAR, counter.elements())
    order = "" if left == right or any(only.values()) else ", in another order"
    show(f"{common:,} exemplars are in both{order}")


@app.command(epilog="Example: ovmr-index sample rm five")
def rm(context: typer.Context, *, name: Name, as_json: AsJson = False) -> None:
    """Forget a saved sample."""
    chosen = settings(context, as_json)
    chosen.open().samples.rm(name)
    if chosen.json:
        print_json({"removed": name})
    else:
        show(f"{name}: removed")


def _made_name(options: "DrawOptions") -> str:
    """Return a name that tells every option which is not the published one."""
    more = [one for one in (options.on_shortage, options.weight) if one not in ("error", "area")]
    for key, value in options.filters_as_json().items():
        text = "+".join(value) if isinstance(value, list) else f"{value}"
        more.append(key if value is True else f"{key}-{text}")
    first = [] if options.vocabulary == LVIS_TRAIN else [options.vocabulary]
    draw = f"K-{options.k:03d}_seed-{options.seed}_{options.method}"
    return "_".join((*first, draw, *more))


def _draw(chosen: Settings, draws: "dict[str, DrawOptions]", *, as_list: bool) -> None:
    """Draw and save; a sample of a name may be there already, if it is this very draw."""
    index = chosen.open()
    taken = {one.name: one.created_at for one in index.samples.list()}
    wanted = [(options, None if name in taken else name) for name, options in draws.items()]
    reports = []
    for (name, options), report in zip(draws.items(), index.samples.draw_each(wanted), strict=True):
        if name in taken:
            _check_the_same(chosen, index, name, options, report, taken[name])
        chosen.warn([f"{dataset} {file}: {reason}" for dataset, file, reason in report.unreadable])
        if report.short:
            chosen.note(report.shortage)
        told = _summary(name, options, report)
        if not chosen.json:
            show(f"{name}: {told['exemplars']:,} exemplars of {told['categories']:,} categories")
        reports.append(told)
    if chosen.json:
        print_json(reports if as_list else reports[0])


def _check_the_same(
    chosen: Settings,
    index: "Index",
    name: str,
    options: "DrawOptions",
    report: "DrawReport",
    drawn_at: str,
) -> None:
    if not _is_the_same(index, name, options, report.categories):
        raise UsageError(
            f"sample {name} is another draw, of {drawn_at}; give another --name,"
            f" or run `ovmr-index sample rm {name}`"
        )
    chosen.note(f"the sample is there already, drawn {drawn_at}")


def _summary(name: str, options: "DrawOptions", report: "DrawReport") -> dict[str, Any]:
    exemplars = sum(len(category.exemplars) for category in report.categories)
    return {
        "name": name,
        **_told(options),
        "categories": len(report.categories),
        "exemplars": exemplars,
        "short": [one._asdict() for one in report.short],
    }


def _told(options: "DrawOptions") -> dict[str, Any]:
    """Return the options as JSON, of the choice those that were given."""
    told = asdict(options)
    plain = {key: told[key] for key in told if key not in ("filters", "partition_filter")}
    return plain | {"filters": options.filters_as_json()}


def _is_the_same(
    index: "Index", name: str, options: "DrawOptions", drawn: "list[CategoryExemplars]"
) -> bool:
    """Tell whether a saved sample is a draw by these options, with these exemplars."""
    origin, told = asdict(index.samples.origin(name)), _told(options)
    before = {
        "weight": origin["weight"] or "area",
        "filters": origin["filters"] or {},
        "vocabulary": origin["vocabulary"] or LVIS_TRAIN,
    }
    same = {key: origin[key] for key in told} | before == told
    return same and index.samples.picks(name) == _as_saved(drawn)


def _as_saved(drawn: "list[CategoryExemplars]") -> list[tuple[Any, ...]]:
    """Return a draw in the shape and order of `Index.sample_picks`."""
    return [
        (category.category_id, position, pick.dataset, pick.file_name, pick.region_id)
        for category in drawn
        for position, pick in enumerate(category.exemplars)
    ]


def _exemplar(pick: "SavedPick") -> tuple[Any, ...]:
    return pick.category_id, pick.dataset, pick.file_name, pick.region_id
