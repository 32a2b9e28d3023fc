"""`collate`: the pools of exemplars."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, given, in_range, settings
from ovmr_index.cli.output import print_json, print_table, show

EXAMPLE = "Example: ovmr-index collate --few 20 --substitutes substitutes.json"


def collate(
    context: typer.Context,
    *,
    min_area: Annotated[
        float | None,
        typer.Option(
            metavar="PIXELS",
            callback=in_range,
            show_default="1024",
            help="LVIS masks must be larger, Visual Genome boxes at least as large.",
        ),
    ] = None,
    enough: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            callback=in_range,
            show_default="40",
            help="Visual Genome is taken where LVIS and ImageNet give fewer.",
        ),
    ] = None,
    few: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            callback=in_range,
            show_default="10",
            help="Below it a category is called short.",
        ),
    ] = None,
    substitutes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default="published",
            help='Synsets that lend exemplars to others, as JSON: {"synset": ["synset", ...]}.',
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the pool of exemplars of each category anew.

    Options hold for later commands until the next collate that gives them. sample and export
    collate by themselves when a source has changed.
    """
    chosen = settings(context, as_json)
    index = chosen.open()
    kept = index.recipe()
    recipe = replace(
        kept,
        min_area=given(min_area, kept.min_area),
        enough=given(enough, kept.enough),
        few=given(few, kept.few),
    )
    short = index.collate(recipe, substitutes)
    pools = index.coverage()
    entries = sum(pool.total for pool in pools)
    if chosen.json:
        named = [{"synset": pool.synset, "total": pool.total} for pool in short]
        print_json({"entries": entries, "categories": len(pools), "short": named})
        return
    show(f"{entries:,} exemplars for {len(pools):,} categories")
    if short:
        show(f"{len(short):,} categories have fewer than {recipe.few}:")
        print_table(("synset", "exemplars"), [(pool.synset, pool.total) for pool in short])
