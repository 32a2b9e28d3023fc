"""`sample`: draws that are kept under a name."""

from collections import Counter
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.options import (
    AsJson,
    K,
    MethodOption,
    OnShortageOption,
    Seed,
    Settings,
    draw_options,
    sample_name,
    settings,
)
from ovmr_index.cli.output import print_json, print_table, show
from ovmr_index.errors import UsageError

if TYPE_CHECKING:
    from ovmr_index.index import CategoryPicks, DrawOptions, SavedPick

_PICK = ("category_id", "position", "dataset", "file_name", "region_id")
_EXEMPLAR = ("category_id", "dataset", "file_name", "region_id")

app = typer.Typer(
    invoke_without_command=True, epilog="Example: ovmr-index sample -K 5 --seed 42 --name five"
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A saved sample.")]


@app.callback()
def sample(
    context: typer.Context,
    *,
    k: K = None,
    seed: Seed = None,
    method: MethodOption = None,
    on_shortage: OnShortageOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=sample_name,
            help="What to call it; made of the options if none.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw K exemplars of each category and keep them under a name."""
    chosen = settings(context, as_json)
    if context.invoked_subcommand is None:
        options = draw_options(k, seed, method, on_shortage)
        _draw(chosen, options, name or _made_name(options))


@app.command("list")
def list_samples(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the saved samples."""
    chosen = settings(context, as_json)
    held = chosen.open().samples()
    if chosen.json:
        print_json([one._asdict() for one in held])
    elif held:
        print_table(held[0]._fields, held)
    else:
        chosen.note("no sample is saved")


@app.command("show", epilog="Example: ovmr-index sample show K-005_seed-42_numpy")
def show_sample(context: typer.Context, *, name: Name, as_json: AsJson = False) -> None:
    """Show the exemplars of a sample, in the order drawn."""
    chosen = settings(context, as_json)
    picks = chosen.open().sample_picks(name)
    if chosen.json:
        print_json([pick._asdict() for pick in picks])
    else:
        print_table(_PICK, picks)


@app.command(epilog="Example: ovmr-index sample diff five ten")
def diff(context: typer.Context, *, a: Name, b: Name, as_json: AsJson = False) -> None:
    """Tell which exemplars only one of two samples holds."""
    chosen = settings(context, as_json)
    index = chosen.open()
    left, right = index.sample_picks(a), index.sample_picks(b)
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
    chosen.open().remove_sample(name)
    if chosen.json:
        print_json({"removed": name})
    else:
        show(f"{name}: removed")


def _made_name(options: "DrawOptions") -> str:
    shortage = "" if options.on_shortage == "error" else f"_{options.on_shortage}"
    return f"K-{options.k:03d}_seed-{options.seed}_{options.method}{shortage}"


def _draw(chosen: Settings, options: "DrawOptions", name: str) -> None:
    """Draw and save; a sample of that name may be there already, if it is this very draw."""
    index = chosen.open()
    known = {one.name: one for one in index.samples()}.get(name)
    if known is None:
        drawn = index.sample(options, name=name)
    else:
        drawn = index.sample(options)
        kept = (known.k, known.seed, known.method, known.on_shortage)
        if kept != astuple(options) or index.sample_picks(name) != _as_saved(drawn):
            raise UsageError(
                f"sample {name} is another draw, of {known.created_at}; give another --name,"
                f" or run `ovmr-index sample rm {name}`"
            )
        chosen.note(f"the sample is there already, drawn {known.created_at}")
    exemplars = sum(len(category.picks) for category in drawn)
    if chosen.json:
        counts = {"categories": len(drawn), "exemplars": exemplars}
        print_json({"name": name, **asdict(options), **counts})
    else:
        show(f"{name}: {exemplars:,} exemplars of {len(drawn):,} categories")


def _as_saved(drawn: "list[CategoryPicks]") -> list[tuple[Any, ...]]:
    """Return a draw in the shape and order of `Index.sample_picks`."""
    return [
        (category.category_id, position, pick.dataset, pick.file_name, pick.region_id)
        for category in drawn
        for position, pick in enumerate(category.picks)
    ]


def _exemplar(pick: "SavedPick") -> tuple[Any, ...]:
    return pick.category_id, pick.dataset, pick.file_name, pick.region_id
