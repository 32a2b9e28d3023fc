"""`coverage`: how many exemplars there are."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.options import AsJson, in_range, settings
from ovmr_index.cli.output import print_json, print_table

if TYPE_CHECKING:
    from ovmr_index.index import Coverage

EXAMPLE = "Example: ovmr-index coverage --under 40"
_COLUMNS = ("category_id", "synset", "lvis", "imagenet21k", "visual_genome", "substitutes", "total")


def coverage(
    context: typer.Context,
    *,
    under: Annotated[
        int | None,
        typer.Option(metavar="N", callback=in_range, help="Only categories with fewer in all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count the exemplars of each category by dataset.

    A substitute's exemplars are counted with their dataset; `substitutes` tells how many they are.
    """
    chosen = settings(context, as_json)
    index = chosen.open()
    pools, few = index.coverage(), index.recipe().few
    rows = [_row(pool) for pool in pools if under is None or pool.total < under]
    if chosen.json:
        print_json(rows)
    else:
        columns = list(rows[0]) if rows else _COLUMNS
        print_table(columns, [tuple(row.values()) for row in rows])
    short = sum(pool.total < few for pool in pools)
    chosen.note(f"{short:,} of {len(pools):,} categories have fewer than {few} exemplars")


def _row(pool: "Coverage") -> dict[str, Any]:
    return {
        "category_id": pool.category_id,
        "synset": pool.synset,
        **pool.by_dataset,
        "substitutes": pool.substitutes,
        "total": pool.total,
    }
