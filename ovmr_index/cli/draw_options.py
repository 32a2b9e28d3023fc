"""The options of a draw, which several commands take."""

import inspect
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.options import (
    PART_OPTIONS,
    Only,
    OptionalPartition,
    OptionalVocabulary,
    Without,
    in_range,
    partition_filter,
)
from ovmr_index.errors import UsageError
from ovmr_index.samples.options import Method, OnShortage, Weight

if TYPE_CHECKING:
    from ovmr_index import DrawOptions

_MOST_SEEDS = 10_000


def _parameters(
    *,
    k: Annotated[
        int | None,
        typer.Option(
            "-K", metavar="K", callback=in_range, help="Exemplars a category.", show_default="5"
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Another seed, another draw.", show_default="42"),
    ] = None,
    method: Annotated[
        Method | None,
        typer.Option(
            help="How to draw: numpy is the published way, stable is the same everywhere.",
            show_default="numpy",
        ),
    ] = None,
    on_shortage: Annotated[
        OnShortage | None,
        typer.Option(
            help="Where there are fewer than K: stop, repeat some, or take what there is.",
            show_default="error",
        ),
    ] = None,
    weight: Annotated[
        Weight | None,
        typer.Option(
            help="Draw by the area of boxes, by its square root, or all alike.",
            show_default="area",
        ),
    ] = None,
    datasets: Annotated[
        list[str] | None,
        typer.Option("--dataset", metavar="NAME", help="Only this dataset; may be repeated."),
    ] = None,
    splits: Annotated[
        list[str] | None,
        typer.Option("--split", metavar="NAME", help="Only this split; may be repeated."),
    ] = None,
    no_rare_boxes: Annotated[
        bool, typer.Option("--no-rare-boxes", help="No LVIS boxes for rare categories.")
    ] = False,
    min_area: Annotated[
        float | None,
        typer.Option(metavar="PIXELS", callback=in_range, help="No boxes with a smaller area."),
    ] = None,
    min_side: Annotated[
        float | None,
        typer.Option(metavar="PIXELS", callback=in_range, help="No boxes with a shorter side."),
    ] = None,
    exclude_val: Annotated[
        bool, typer.Option("--exclude-val", help="No image of LVIS val, as `audit` finds them.")
    ] = False,
    per_image: Annotated[
        int | None,
        typer.Option(metavar="N", callback=in_range, help="At most N of a category on a picture."),
    ] = None,
    at_least_one: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATASET", help="One of this dataset, if there is any; may be repeated."
        ),
    ] = None,
    vocabulary: OptionalVocabulary = None,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
    balanced: Annotated[
        bool, typer.Option("--balanced", help="As many of each dataset, as far as they go.")
    ] = False,
    no_near_duplicates: Annotated[
        bool,
        typer.Option("--no-near-duplicates", help="No picture that looks like one drawn before."),
    ] = False,
) -> None:
    """Say what a draw can be told; only the signature is used."""


_OPTIONS = inspect.signature(_parameters).parameters


class DrawArguments:
    """What the options of a draw say, before it is known whether there is one."""

    def __init__(self, given: dict[str, Any]) -> None:
        """Take the value of each option."""
        self._given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
            if value is not None and value is not False and value != []
        }

    def options(self) -> "DrawOptions":
        """Return the options of a draw, the published ones for those not given."""
        from ovmr_index import DrawOptions, Filters

        names = {field.name for field in fields(Filters)}
        of_filters = {name: value for name, value in self._given.items() if name in names}
        of_part = [self._given.get(name) for name in PART_OPTIONS]
        rest = {name: self._given[name] for name in self._given.keys() - names - {*PART_OPTIONS}}
        return DrawOptions(
            **rest, filters=Filters(**of_filters), partition_filter=partition_filter(*of_part)
        )

    def seeds(self, text: str | None) -> "list[DrawOptions] | None":
        """Return the options of a draw for each seed of `FIRST-LAST`; None if none are given."""
        if text is None:
            return None
        if "seed" in self._given:
            raise UsageError("--seed and --seeds are both given; give one of them")
        first, _, last = text.partition("-")
        if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
            raise UsageError(f"--seeds is {text}; give the first and the last, as in 0-29")
        if int(last) - int(first) >= _MOST_SEEDS:
            raise UsageError(f"--seeds is {text}; give at most {_MOST_SEEDS:,} seeds")
        options = self.options()
        return [replace(options, seed=seed) for seed in range(int(first), int(last) + 1)]

    def saved_or_drawn(self, name: str | None) -> "DrawOptions | str":
        """Return the name of a saved sample, or the options of a draw; both are wrong usage."""
        if name is None:
            return self.options()
        if self._given:
            raise UsageError("a saved sample is not drawn again; give its name or options to draw")
        return name


Seeds = Annotated[
    str | None,
    typer.Option("--seeds", metavar="A-B", help="A draw for each seed from A to B."),
]


def takes_draw(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a draw; it gets them together, as `draw`.

    Typer reads options from a signature, and so the signature is made.
    """

    def with_options(**values: Any) -> None:
        given = {name: values.pop(name) for name in _OPTIONS}
        command(**values, draw=DrawArguments(given))

    own = inspect.signature(command).parameters
    parameters: list[inspect.Parameter] = []
    for one in own.values():
        parameters += _OPTIONS.values() if one.name == "draw" else [one]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    with_options.__name__, with_options.__doc__ = command.__name__, command.__doc__
    return with_options
