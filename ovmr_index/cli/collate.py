"""`collate`: the pools of exemplars."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.coverage import note_left_out, note_steps
from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next, of_vocabulary
from ovmr_index.cli.options import AsJson, Settings, Vocabulary, in_range, settings, to_path
from ovmr_index.cli.output import print_json
from ovmr_index.cli.shard_notes import note_missing_shards
from ovmr_index.cli.usual_recipe import PUBLISHED, usual_recipe
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.notes import listed

if TYPE_CHECKING:
    from ovmr_index import Recipe
    from ovmr_index.pools.coverage import Coverage

EXAMPLE = "Example: ovmr-index --root demo collate --few 20 --exclude-val"
_WNID = re.compile(r"n[0-9]{8}")

MinArea = Annotated[
    float | None,
    typer.Option(
        metavar="PIXELS",
        callback=in_range,
        show_default="1024",
        help="Smallest area of an object, in square pixels: LVIS masks must be larger,"
        " Visual Genome boxes at least as large.",
    ),
]
Enough = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        callback=in_range,
        show_default="40",
        help="Stop threshold: a category with N exemplars from LVIS and ImageNet takes none from"
        " Visual Genome.",
    ),
]
Few = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        callback=in_range,
        show_default="10",
        help="Short threshold: report the categories with fewer exemplars than N.",
    ),
]
SubstitutesFile = Annotated[
    Path | None,
    typer.Option(
        parser=to_path,
        metavar="FILE",
        show_default="published",
        help='Synsets whose exemplars a category takes too, as JSON: {"synset": ["synset", ...]}.',
    ),
]
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        parser=to_path,
        metavar="FILE|published",
        show_default="published",
        help="Your own recipe, as JSON: which datasets to take from, in which order, how large.",
    ),
]
ExcludeVal = Annotated[
    bool,
    typer.Option("--exclude-val", help="Leave out the images that LVIS val shows too; see audit."),
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
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Make the pools of exemplars.

    The pool of a category holds all its exemplars in the order of the recipe. The recipe is kept:
    when a source has changed, sample and export make the pools again by it, until collate runs with
    other options.
    """
    chosen = settings(context, as_json, form)
    index = chosen.open()
    thresholds = {"min_area": min_area, "enough": enough, "few": few}
    recipe = recipe_of(chosen, rules, thresholds, exclude_val, substitutes)
    short = index.collate(recipe, substitutes, vocabulary=vocabulary)
    pools = index.coverage(vocabulary=vocabulary)
    if chosen.json:
        print_json(as_json_of(pools, short))
    else:
        show_pools(chosen, pools, short, recipe.few)
    if substitutes is not None or recipe.substitutes is not None:
        _note_unknown(chosen, index.pools.unknown_substitutes(vocabulary=vocabulary))
    for left in (index.pools.left_by_name, index.pools.left_by_class):
        if said := left(vocabulary=vocabulary):
            chosen.note(said)
    note_missing_shards(chosen, index)
    note_steps(chosen, index, vocabulary)
    note_left_out(chosen, index, pools, recipe.few, vocabulary)
    note_next(chosen, "export", *of_vocabulary(vocabulary))


def recipe_of(
    chosen: Settings,
    rules: Path | None,
    thresholds: dict[str, float | None],
    exclude_val: bool,
    substitutes: Path | None,
) -> "Recipe":
    """Return the recipe of the options, of which None is not given; or that of a file."""
    from ovmr_index import Recipe, read_recipe

    given: dict[str, Any] = {name: value for name, value in thresholds.items() if value is not None}
    has_options = bool(given) or exclude_val or substitutes is not None
    if rules is None and not has_options:
        rules = usual_recipe(chosen)
    elif rules is not None and str(rules) == PUBLISHED:
        rules = None
    if rules is None:
        return Recipe(**given, exclude_val=exclude_val)
    if has_options:
        raise UsageError("--rules: the file is the whole recipe; leave out the other options")
    return read_recipe(rules)


def _note_unknown(chosen: Settings, names: list[str]) -> None:
    wnids = [name for name in names if _WNID.fullmatch(name)]
    if wnids:
        chosen.note(
            f"substitutes: wnids, which give nothing here: {listed(wnids)}; give the names of"
            " synsets, as in apple.n.01"
        )
    if others := [name for name in names if name not in wnids]:
        said = f"not in WordNet 3.0, and of no category: {listed(others)}"
        chosen.note(f"substitutes: {said}; give synsets, as in apple.n.01")


def as_json_of(pools: "list[Coverage]", short: "list[Coverage]") -> dict[str, Any]:
    """Return the members that `collate --json` prints."""
    named = [{"synset": pool.synset, "total": pool.total} for pool in short]
    entries = sum(pool.total for pool in pools)
    return {"entries": entries, "categories": len(pools), "short": named}


def show_pools(
    chosen: Settings, pools: "list[Coverage]", short: "list[Coverage]", few: int
) -> None:
    """Print how many exemplars there are, and the categories that have fewer than `few`."""
    entries = sum(pool.total for pool in pools)
    chosen.report(f"{entries:,} exemplars for {len(pools):,} categories")
    if short:
        chosen.report(f"{len(short):,} categories have fewer than {few}:")
    if short or chosen.form != "table":
        rows = [(pool.synset, pool.total) for pool in short]
        chosen.print_table(("synset", "exemplars"), rows)
