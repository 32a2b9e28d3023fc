"""`collate`: the pools of exemplars."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, given, in_range, settings
from ovmr_index.cli.output import print_json, print_table, show
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

EXAMPLE = "Example: ovmr-index collate --few 20 --substitutes substitutes.json"


MinArea = Annotated[
    float | None,
    typer.Option(
        metavar="PIXELS",
        callback=in_range,
        show_default="1024",
        help="LVIS masks must be larger, Visual Genome boxes at least as large.",
    ),
]
Enough = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        callback=in_range,
        show_default="40",
        help="Visual Genome is taken where LVIS and ImageNet give fewer.",
    ),
]
Few = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        callback=in_range,
        show_default="10",
        help="Below it a category is called short.",
    ),
]
SubstitutesFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        show_default="published",
        help='Synsets that lend exemplars to others, as JSON: {"synset": ["synset", ...]}.',
    ),
]
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        show_default="published",
        help="Steps of your own, as JSON: which datasets, in which order, how large.",
    ),
]
ExcludeVal = Annotated[
    bool,
    typer.Option("--exclude-val", help="Leave out images of LVIS val, as `audit` finds them."),
]


def collate(
    context: typer.Context,
    *,
    min_area: MinArea = None,
    enough: Enough = None,
    few: Few = None,
    substitutes: SubstitutesFile = None,
    exclude_val: ExcludeVal = False,
    rules: RulesFile = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Make the pool of exemplars of each category anew.

    The options hold for later commands until collate runs again. sample and export collate by
    themselves when a source has changed, with the options of before.
    """
    from ovmr_index import Recipe

    chosen = settings(context, as_json)
    index = chosen.open()
    if rules is None:
        recipe = Recipe(
            given(min_area, 1024), given(enough, 40), given(few, 10), exclude_val=exclude_val
        )
        short = index.collate(recipe, substitutes, vocabulary=vocabulary)
    elif exclude_val or any(one is not None for one in (min_area, enough, few, substitutes)):
        raise UsageError("--rules: the file says everything; leave out the other options")
    else:
        short = index.pools.collate_by(rules, vocabulary=vocabulary)
    pools, few = (
        index.coverage(vocabulary=vocabulary),
        index.pools.recipe(vocabulary=vocabulary).few,
    )
    entries = sum(pool.total for pool in pools)
    if chosen.json:
        named = [{"synset": pool.synset, "total": pool.total} for pool in short]
        print_json({"entries": entries, "categories": len(pools), "short": named})
        return
    show(f"{entries:,} exemplars for {len(pools):,} categories")
    if short:
        show(f"{len(short):,} categories have fewer than {few}:")
        print_table(("synset", "exemplars"), [(pool.synset, pool.total) for pool in short])
