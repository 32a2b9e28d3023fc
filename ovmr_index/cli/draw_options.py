"""The options of a draw, which several commands take."""

import re
from dataclasses import fields, replace
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.option_groups import takes_group
from ovmr_index.cli.options import (
    PART_OPTIONS,
    IgnoreCuration,
    Only,
    OptionalPartition,
    OptionalVocabulary,
    Without,
    in_range,
    partition_filter,
)
from ovmr_index.errors import UsageError, shortened
from ovmr_index.samples.options import Method, OnShortage, Weight

if TYPE_CHECKING:
    from ovmr_index import DrawOptions

_MAX_SEEDS = 10_000
_SEEDS = re.compile(r"(\d{1,19})-(\d{1,19})")  # Python makes no number of 4,301 digits


def _parameters(
    *,
    k: Annotated[
        int | None,
        typer.Option(
            "-K",
            metavar="K",
            callback=in_range,
            help="How many exemplars of each category.",
            show_default="5",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="The seed: another one gives another draw.", show_default="42"
        ),
    ] = None,
    method: Annotated[
        Method | None,
        typer.Option(
            help="How to draw: `numpy` is the published draw, `stable` is the same in every index.",
            show_default="numpy",
        ),
    ] = None,
    on_shortage: Annotated[
        OnShortage | None,
        typer.Option(
            help="Where a category has fewer than K: stop, take some again, or take what there is.",
            show_default="error",
        ),
    ] = None,
    weight: Annotated[
        Weight | None,
        typer.Option(
            help="Draw larger boxes more often, by their area or its square root, or all alike.",
            show_default="area",
        ),
    ] = None,
    datasets: Annotated[
        list[str] | None,
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="Only exemplars of this dataset; may be given several times.",
        ),
    ] = None,
    splits: Annotated[
        list[str] | None,
        typer.Option(
            "--split", metavar="NAME", help="Only images of this split; may be given several times."
        ),
    ] = None,
    no_rare_boxes: Annotated[
        bool, typer.Option("--no-rare-boxes", help="Leave out the LVIS boxes of rare categories.")
    ] = False,
    min_area: Annotated[
        float | None,
        typer.Option(
            metavar="PIXELS", callback=in_range, help="Leave out boxes of fewer square pixels."
        ),
    ] = None,
    min_side: Annotated[
        float | None,
        typer.Option(
            metavar="PIXELS", callback=in_range, help="Leave out boxes with a shorter side."
        ),
    ] = None,
    exclude_val: Annotated[
        bool,
        typer.Option("--exclude-val", help="Leave out images of LVIS val, as `audit` finds them."),
    ] = False,
    per_image: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            callback=in_range,
            help="Draw at most N exemplars of a category from one image.",
        ),
    ] = None,
    at_least_one: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATASET",
            help="Draw one exemplar of this dataset, if there is any; may be given several times.",
        ),
    ] = None,
    vocabulary: OptionalVocabulary = None,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
    balanced: Annotated[
        bool,
        typer.Option("--balanced", help="Draw from the datasets in turn, as far as each goes."),
    ] = False,
    no_near_duplicates: Annotated[
        bool,
        typer.Option(
            "--no-near-duplicates", help="Draw no image that looks like one drawn before."
        ),
    ] = False,
    ignore_curation: IgnoreCuration = False,
) -> None:
    """List the options of a draw; only the signature is used."""


class DrawArguments:
    """The options of a draw as they were given, before it is known whether there is one."""

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

    @property
    def ignores_curation(self) -> bool:
        """Whether it is asked to do as if no exemplar were excluded or pinned."""
        return "ignore_curation" in self._given

    def seeds(self, text: str | None) -> "list[DrawOptions] | None":
        """Return the options of a draw for each seed of `FIRST-LAST`; None if none are given."""
        if text is None:
            return None
        if "seed" in self._given:
            raise UsageError("--seed and --seeds are both given; give one of them")
        options = self.options()
        return [replace(options, seed=seed) for seed in seed_range(text)]

    def saved_or_drawn(self, name: str | None) -> "DrawOptions | str":
        """Return the name of a saved sample, or the options of a draw; both are wrong usage.

        Whether marks are ignored is asked of saved samples too.
        """
        if name is None:
            return self.options()
        if self._given.keys() - {"ignore_curation"}:
            raise UsageError("a saved sample is not drawn again; give its name, or options to draw")
        return name


def seed_range(text: str) -> range:
    """Return the seeds of `FIRST-LAST`; raises UsageError for another text, and for too many."""
    found = _SEEDS.fullmatch(text)
    first, last = map(int, found.groups()) if found else (1, 0)
    if first > last:
        raise UsageError(f"--seeds is {shortened(text)}; give the first and the last, as in 0-29")
    if last - first >= _MAX_SEEDS:
        raise UsageError(f"--seeds is {text}; give at most {_MAX_SEEDS:,} seeds")
    return range(first, last + 1)


Seeds = Annotated[
    str | None,
    typer.Option("--seeds", metavar="A-B", help="Draw once for each seed from A to B."),
]


# A decorator: a command with a parameter `draw` gets these options, and there `DrawArguments`.
takes_draw = takes_group("draw", signature(_parameters).parameters, DrawArguments)
