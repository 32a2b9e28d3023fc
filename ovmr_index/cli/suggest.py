"""`suggest`: substitutes for categories that are short of exemplars."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, Settings, Vocabulary, settings
from ovmr_index.cli.output import print_json
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import Index, Suggestion

EXAMPLE = "Example: ovmr-index --root demo suggest wedding_ring"
_COLUMNS = ("category", "synset", "relation", "distance", "exemplars", "lends")


def suggest(
    context: typer.Context,
    *,
    category: Annotated[
        str | None, typer.Argument(metavar="CATEGORY", help="Its id, name or synset.")
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help="Suggest for every category that is short of exemplars.")
    ] = False,
    limit: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Show at most N suggestions for each category."),
    ] = 20,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply", help="Make the first suggestion a substitute, and make the pools again."
        ),
    ] = False,
    take: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="With --apply: make the first N suggestions substitutes."
        ),
    ] = 1,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Suggest substitutes by WordNet.

    A substitute is a synset whose exemplars a category takes too. Shown are neighbours that have
    exemplars, the nearest first: hypernyms, hyponyms, sisters, and synsets that share a word of
    their name. Of those as near, the ones with more in common are first.
    """
    chosen = settings(context, as_json, form)
    if (category is None) != short:
        raise UsageError("give a CATEGORY, or --short for all that are short")
    index = chosen.open()
    if category is not None:
        found = [index.pools.suggest(category, vocabulary=vocabulary)]
    else:
        found = index.pools.suggest_short(vocabulary=vocabulary)
    if apply:
        _apply(chosen, index, found, take, vocabulary)
    _show(chosen, [one for suggestions in found for one in suggestions[:limit]])
    if not found:
        chosen.note("no category that WordNet has is short of exemplars")
    elif not any(found):
        chosen.note("no synset near it in WordNet has exemplars")


def _show(chosen: Settings, shown: "list[Suggestion]") -> None:
    members = [one.as_json() for one in shown]
    if chosen.json:
        print_json(members)
    else:
        chosen.print_table(_COLUMNS, [*map(_row, shown)], records=members)


def _row(one: "Suggestion") -> tuple[Any, ...]:
    lends = "yes" if one.is_substitute else "no"
    return one.category_synset, one.synset, one.relation, one.distance, one.total, lends


def _apply(
    chosen: Settings, index: "Index", found: "list[list[Suggestion]]", take: int, vocabulary: str
) -> None:
    """Make the first suggestions substitutes, and say so."""
    added = index.pools.add_suggested(found, take, vocabulary=vocabulary)
    if not added:
        if any(found):
            chosen.note("every suggestion is a substitute already")
        return
    for synset, names in added.items():
        chosen.note(f"{synset}: takes from {', '.join(names)} too from now on")
    chosen.note("the pools were made again")
