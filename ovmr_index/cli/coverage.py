"""`coverage`: how many exemplars there are."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, in_range, settings
from ovmr_index.cli.output import print_json, print_table
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import Coverage

EXAMPLE = "Example: ovmr-index coverage --under 40"
_NAMED = 20
_COLUMNS = ("category_id", "synset", "lvis", "imagenet21k", "visual_genome", "substitutes", "total")


def coverage(
    context: typer.Context,
    *,
    under: Annotated[
        int | None,
        typer.Option(metavar="N", callback=in_range, help="Only categories with fewer in all."),
    ] = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Count the exemplars of each category by dataset.

    A substitute's exemplars are counted with their dataset; `substitutes` tells how many they are.
    """
    chosen = settings(context, as_json)
    index = chosen.open()
    pools, recipe = index.coverage(vocabulary=vocabulary), index.pools.recipe(vocabulary=vocabulary)
    rows = [_row(pool) for pool in pools if under is None or pool.total < under]
    if chosen.json:
        print_json(rows)
    else:
        columns = list(rows[0]) if rows else _COLUMNS
        print_table(columns, [tuple(row.values()) for row in rows])
    lost = index.pools.lost_categories(vocabulary=vocabulary)
    if lost:
        more = f" and {len(lost) - _NAMED:,} more" if len(lost) > _NAMED else ""
        chosen.note(
            f"the ImageNet here lacks {len(lost):,} of the categories that Fall 2011 shows:"
            f" {', '.join(lost[:_NAMED])}{more}"
        )
    short = sum(pool.total < recipe.few for pool in pools)
    if recipe.steps is not None:
        chosen.note(f"by your own recipe: {', '.join(step.describe() for step in recipe.steps)}")
    chosen.note(f"{short:,} of {len(pools):,} categories have fewer than {recipe.few} exemplars")


def _row(pool: "Coverage") -> dict[str, Any]:
    return {
        "category_id": pool.category_id,
        "synset": pool.synset,
        **pool.by_dataset,
        "substitutes": pool.substitutes,
        "total": pool.total,
    }
