"""`suggest`: substitutes for categories that are short of exemplars."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.options import AsJson, Settings, Vocabulary, in_range, settings
from ovmr_index.cli.output import print_json, print_table
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import Index, Suggestion

EXAMPLE = "Example: ovmr-index suggest wedding_ring --apply"
_COLUMNS = ("category", "synset", "relation", "distance", "exemplars", "lends")


def suggest(
    context: typer.Context,
    *,
    category: Annotated[
        str | None, typer.Argument(metavar="CATEGORY", help="Its id, name or synset.")
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help="For each category that is short of exemplars.")
    ] = False,
    limit: Annotated[
        int, typer.Option(metavar="N", callback=in_range, help="At most so many a category.")
    ] = 20,
    apply: Annotated[
        bool, typer.Option("--apply", help="Let the first of them lend, and make the pools anew.")
    ] = False,
    take: Annotated[
        int, typer.Option(metavar="N", min=1, help="With --apply: let so many lend.")
    ] = 1,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Suggest synsets that could lend their exemplars to a category, by WordNet.

    Neighbours that have exemplars, nearest first: hypernyms, hyponyms, sisters, and synsets whose
    names share a word. Of those as near, those that have more in common with it.
    """
    chosen = settings(context, as_json)
    if (category is None) != short:
        raise UsageError("give a CATEGORY, or --short for all that are short")
    index = chosen.open()
    if category is not None:
        found = [index.suggest(category, vocabulary=vocabulary)]
    else:
        found = index.pools.suggest_short(vocabulary=vocabulary)
    if apply:
        _apply(chosen, index, found, take, vocabulary)
    _show(chosen, [one for suggestions in found for one in suggestions[:limit]])


def _show(chosen: Settings, shown: "list[Suggestion]") -> None:
    if chosen.json:
        print_json([one._asdict() | {"total": one.total} for one in shown])
    else:
        print_table(_COLUMNS, map(_row, shown))
    if not shown:
        chosen.note("no synset near it in WordNet has exemplars")


def _row(one: "Suggestion") -> tuple[Any, ...]:
    lends = "yes" if one.lends else "no"
    return one.category_synset, one.synset, one.relation, one.distance, one.total, lends


def _apply(
    chosen: Settings, index: "Index", found: "list[list[Suggestion]]", take: int, vocabulary: str
) -> None:
    """Let the first that do not lend yet lend to their categories, and tell it."""
    lenders = {}
    for suggestions in found:
        names = [one.synset for one in suggestions if not one.lends][:take]
        if names:
            lenders[suggestions[0].category_synset] = names
    if not lenders:
        chosen.note("nothing is left that could lend")
        return
    index.pools.add_substitutes(lenders, vocabulary=vocabulary)
    for synset, names in lenders.items():
        chosen.note(f"{synset}: from now on it borrows from {', '.join(names)}")
    chosen.note("the pools were made anew")
