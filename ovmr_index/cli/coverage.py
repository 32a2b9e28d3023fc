"""`coverage`: how many exemplars there are."""

from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import of_vocabulary
from ovmr_index.cli.options import AsJson, Settings, Vocabulary, in_range, settings
from ovmr_index.cli.output import print_json
from ovmr_index.cli.usual_recipe import note_recipe
from ovmr_index.errors import counted, shell_command
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import Index
    from ovmr_index.pools.coverage import Coverage
    from ovmr_index.pools.left_out import LeftOut

EXAMPLE = "Example: ovmr-index --root demo coverage --under 40"
_NAMED = 20
_WHY = ("category_id", "synset", "dataset", "reason", "candidates")


def coverage(
    context: typer.Context,
    *,
    under: Annotated[
        int | None,
        typer.Option(
            metavar="N", callback=in_range, help="Show only categories with fewer exemplars than N."
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help="Count the candidates that are no exemplars, by reason, instead."
        ),
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Count the exemplars of each category.

    Each dataset has a column. Exemplars of substitutes are counted with their dataset;
    `substitutes` says how many they are. With --why: the boxes and images that are labelled with a
    category and are no exemplars.
    """
    chosen = settings(context, as_json, form)
    index = chosen.open()
    if why:
        rows = index.pools.left_out(under, vocabulary=vocabulary)
        said = _describe_why(index, rows, under, vocabulary)
        _show_left_out(chosen, rows, said)
        return
    pools, recipe = index.coverage(vocabulary=vocabulary), index.pools.recipe(vocabulary=vocabulary)
    print_coverage(chosen, pools, under)
    if (marks := index.curation.counts(vocabulary=vocabulary)) is not None:
        chosen.note(f"marks: {marks.describe()}; excluded exemplars are counted here")
    note_recipe(chosen, index, vocabulary)
    _note_lost(chosen, index.pools.lost_categories(vocabulary=vocabulary))
    if recipe.steps is not None:
        steps = ", ".join(step.describe() for step in recipe.steps)
        chosen.note(f"by your own recipe: {steps}")
        note_steps(chosen, index, vocabulary)
    few = recipe.few if under is None else under
    note_short(chosen, pools, few)
    note_left_out(chosen, index, pools, few, vocabulary)


def print_coverage(chosen: Settings, pools: "list[Coverage]", under: int | None) -> None:
    """Print the categories, or only those with fewer exemplars than `under`."""
    from ovmr_index.pools.coverage import COLUMNS

    members = [pool.as_json() for pool in pools if under is None or pool.total < under]
    if chosen.json:
        print_json(members)
    else:
        columns = list(members[0]) if members else COLUMNS
        chosen.print_table(columns, [tuple(row.values()) for row in members], bar="total")


def note_short(chosen: Settings, pools: "list[Coverage]", few: int) -> None:
    """Say how many categories have fewer than `few` exemplars."""
    short = sum(pool.total < few for pool in pools)
    of = f"{short:,} of {counted(len(pools), 'category', 'categories')}"
    chosen.note(f"{of} {'has' if short == 1 else 'have'} fewer than {counted(few, 'exemplar')}")


def _note_lost(chosen: Settings, lost: "list[str]") -> None:
    """Name the categories that ImageNet Fall 2011 has and this ImageNet has no image of."""
    if lost:
        more = f" and {len(lost) - _NAMED:,} more" if len(lost) > _NAMED else ""
        chosen.note(
            f"no image is here for {len(lost):,} of the categories that ImageNet Fall 2011 has:"
            f" {', '.join(lost[:_NAMED])}{more}"
        )


def note_left_out(
    chosen: Settings, index: "Index", pools: "list[Coverage]", few: int, vocabulary: str
) -> None:
    """Say why candidates of categories with fewer than `few` exemplars are none.

    That boxes are too small is said only of categories that have no exemplar at all.
    """
    if all(pool.total >= few for pool in pools):
        return
    from ovmr_index.pools.candidate_queries import Reason
    from ovmr_index.pools.left_out import describe_left_out

    empty = {pool.category_id for pool in pools if pool.total == 0}
    rows = index.pools.left_out(few, vocabulary=vocabulary)
    said = describe_left_out(
        [row for row in rows if row.reason != Reason.SMALL or row.category_id in empty]
    )
    if said:
        why = shell_command("coverage", "--why", *of_vocabulary(vocabulary))
        chosen.note(f"of those with fewer than {counted(few, 'exemplar')}: {said}; see `{why}`")


def note_steps(chosen: Settings, index: "Index", vocabulary: str) -> None:
    """Say which steps of your own gave nothing, and why."""
    for note in index.pools.step_notes(vocabulary=vocabulary):
        chosen.note(note)


def _describe_why(index: "Index", rows: "list[LeftOut]", under: int | None, vocabulary: str) -> str:
    from ovmr_index.pools.left_out import describe_why

    if under is not None and not index.pools.coverage(under, vocabulary=vocabulary):
        return f"no category has fewer than {counted(under, 'exemplar')}"
    return describe_why(rows, index.pools.untaken(vocabulary=vocabulary), under)


def _show_left_out(chosen: Settings, rows: "list[LeftOut]", said: str) -> None:
    members = [row.as_json() for row in rows]
    if chosen.json:
        print_json(members)
    else:
        chosen.print_table(_WHY, [tuple(one.values()) for one in members])
    chosen.note(said)
