"""`coverage`: how many exemplars there are."""

from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, in_range, settings
from ovmr_index.cli.output import print_json, print_table
from ovmr_index.vocabularies.names import LVIS_TRAIN

EXAMPLE = "Example: ovmr-index coverage --under 40"
_NAMED = 20


def coverage(
    context: typer.Context,
    *,
    under: Annotated[
        int | None,
        typer.Option(
            metavar="N", callback=in_range, help="Show only categories with fewer exemplars than N."
        ),
    ] = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Count the exemplars of each category by dataset.

    Exemplars of substitutes are counted with their dataset; `substitutes` says how many they are.
    """
    from ovmr_index.pools.coverage import COLUMNS

    chosen = settings(context, as_json)
    index = chosen.open()
    pools, recipe = index.coverage(vocabulary=vocabulary), index.pools.recipe(vocabulary=vocabulary)
    rows = [pool.as_json() for pool in pools if under is None or pool.total < under]
    if chosen.json:
        print_json(rows)
    else:
        print_table(list(rows[0]) if rows else COLUMNS, [tuple(row.values()) for row in rows])
    lost = index.pools.lost_categories(vocabulary=vocabulary)
    if lost:
        more = f" and {len(lost) - _NAMED:,} more" if len(lost) > _NAMED else ""
        chosen.note(
            f"no image is here for {len(lost):,} of the categories that ImageNet Fall 2011 has:"
            f" {', '.join(lost[:_NAMED])}{more}"
        )
    if recipe.steps is not None:
        steps = ", ".join(step.describe() for step in recipe.steps)
        chosen.note(f"by your own recipe: {steps}")
    short = sum(pool.total < recipe.few for pool in pools)
    chosen.note(f"{short:,} of {len(pools):,} categories have fewer than {recipe.few} exemplars")
