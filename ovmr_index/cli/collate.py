"""`collate`: the pools of exemplars."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, in_range, settings
from ovmr_index.cli.output import print_json, print_table, show

EXAMPLE = "Example: ovmr-index collate --few 20 --substitutes substitutes.json"


MinArea = Annotated[
    float,
    typer.Option(
        metavar="PIXELS",
        callback=in_range,
        help="LVIS masks must be larger, Visual Genome boxes at least as large.",
    ),
]
Enough = Annotated[
    int,
    typer.Option(
        metavar="N",
        callback=in_range,
        help="Visual Genome is taken where LVIS and ImageNet give fewer.",
    ),
]
Few = Annotated[
    int,
    typer.Option(metavar="N", callback=in_range, help="Below it a category is called short."),
]
SubstitutesFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        show_default="published",
        help='Synsets that lend exemplars to others, as JSON: {"synset": ["synset", ...]}.',
    ),
]


def collate(
    context: typer.Context,
    *,
    min_area: MinArea = 1024,
    enough: Enough = 40,
    few: Few = 10,
    substitutes: SubstitutesFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the pool of exemplars of each category anew.

    The options hold for later commands until collate runs again. sample and export collate by
    themselves when a source has changed, with the options of before.
    """
    from ovmr_index.index import Recipe

    chosen = settings(context, as_json)
    index = chosen.open()
    short = index.collate(Recipe(min_area, enough, few), substitutes)
    pools = index.coverage()
    entries = sum(pool.total for pool in pools)
    if chosen.json:
        named = [{"synset": pool.synset, "total": pool.total} for pool in short]
        print_json({"entries": entries, "categories": len(pools), "short": named})
        return
    show(f"{entries:,} exemplars for {len(pools):,} categories")
    if short:
        show(f"{len(short):,} categories have fewer than {few}:")
        print_table(("synset", "exemplars"), [(pool.synset, pool.total) for pool in short])
