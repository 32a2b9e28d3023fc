"""The recipe that `ovmr-index.toml` or the environment names, which `collate` takes by default."""

from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.errors import command
from ovmr_index.vocabularies.notes import listed

if TYPE_CHECKING:
    from ovmr_index import Index, Recipe
    from ovmr_index.cli.options import Settings

PUBLISHED = "published"  # what --rules takes in the place of a file


def usual_recipe(chosen: "Settings") -> Path | None:
    """Return the file of the recipe, None for the published one, and say where it comes from."""
    path, origin = chosen.configured.settings["recipe"]
    if path is not None:
        chosen.note(
            f"by the recipe {path}, as {origin} says; --rules {PUBLISHED} is the published one"
        )
    found: Path | None = path
    return found


def note_recipe(chosen: "Settings", index: "Index", *vocabularies: str) -> None:
    """Say whose pools were made by another recipe than the one of `ovmr-index.toml`.

    Nothing but `collate` takes that one: what is exported never changes because of a file.
    """
    path, origin = chosen.configured.settings["recipe"]
    if path is None or chosen.quiet:
        return
    from ovmr_index import read_recipe

    usual = _rules(read_recipe(path))
    others = [one for one in vocabularies if _rules(index.pools.recipe(vocabulary=one)) != usual]
    if others:
        chosen.note(
            f"the pools of {listed(others)} are not by the recipe {path}, which {origin} names; run"
            f" {command('collate')} for it"
        )


def _rules(recipe: "Recipe") -> tuple[object, ...]:
    """Return what of a recipe pools are made by."""
    return recipe.as_json(), recipe.all_substitutes()
