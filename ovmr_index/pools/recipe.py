"""The recipe by which pools are made: as published, or from a file.

A file is a JSON object with the members `steps`, `few`, `substitutes` and `exclude_val`; none is
required. The published recipe is such a file, `data/published_rules.json`.
"""

import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ovmr_index.errors import OvmrIndexError, alternatives, nearest, os_reason
from ovmr_index.pools.own_files import read_content, require_each_once, require_others
from ovmr_index.pools.substitutes import Substitutes, published_substitutes

_AT = re.compile(r" - at `\$(?:\.(.*))?`$")  # how msgspec says where an error is
_STRANGE = re.compile(r"unknown field `(.*)`")
_REMEDY = "fix the file"

Amount = Annotated[int, Meta(ge=0, le=2**53)] | Annotated[float, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Name = Annotated[str, Meta(min_length=1)]


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one step adds to the pool of each category, in the order of the dataset.

    Attributes:
        take: `boxes` of the category or of its synset, or `pictures`, whole images that are
            labelled with its synset.
        dataset: The name of the dataset.
        of: With `substitutes`, exemplars of each substitute of the category's synset, in turn.
        splits: Of boxes the splits of the annotation files, of images those of their folders; all
            if None. Folders without a split always count.
        area_over: The mask, or else the box, must be larger; in square pixels.
        min_area: The mask, or else the box, must be at least as large; in square pixels.
        below: Only categories whose pool holds fewer exemplars by then get any.
        never: Categories with these synsets get nothing.
    """

    take: Literal["boxes", "pictures"]
    dataset: Name
    of: Literal["category", "substitutes"] = "category"
    splits: tuple[Name, ...] | None = None
    area_over: Amount | None = None
    min_area: Amount | None = None
    below: Count | None = None
    never: tuple[Name, ...] = ()

    def may_repeat(self, earlier: "Step") -> bool:
        """Return whether an earlier step may have taken an exemplar that this one finds."""
        mine, its = (self.take, self.dataset, self.of), (earlier.take, earlier.dataset, earlier.of)
        return mine == its

    def describe(self) -> str:
        """Return in a few words what it takes."""
        taken = "boxes" if self.take == "boxes" else "images"
        return f"{taken} of {self.dataset}{' for substitutes' * (self.of == 'substitutes')}"


class _RecipeFile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The members of a recipe file; see `Recipe`."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)] | None = None
    few: Count = 10
    substitutes: dict[Name, list[Name]] | None = None
    exclude_val: bool = False


_FILE = msgspec.json.Decoder(_RecipeFile)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How pools are made: the published recipe with other thresholds, or your own steps.

    Attributes:
        min_area: In square pixels: LVIS masks must be larger, Visual Genome boxes at least as
            large. Your own `steps` have areas of their own.
        enough: The stop threshold: a category with as many exemplars from LVIS and ImageNet gets
            none from Visual Genome. Your own `steps` have their own.
        few: The short threshold: a category with fewer exemplars is called short.
        exclude_val: Whether images that LVIS val shows are left out.
        steps: What is taken, in this order; the published steps if None.
        substitutes: Lists of synsets by synset; the published ones if None.
        file: The file that the recipe was read from, for messages.
    """

    min_area: float = 1024
    enough: int = 40
    few: int = 10
    exclude_val: bool = False
    steps: tuple[Step, ...] | None = None
    substitutes: Substitutes | None = None
    file: Path | None = field(default=None, compare=False, repr=False)

    def all_steps(self, own: Step | None = None) -> tuple[Step, ...]:
        """Return the steps; `own` comes before published ones that leave its dataset out."""
        if self.steps is not None:
            return self.steps
        published = tuple(map(self._adjusted, published_steps()))
        if own is None or any(step.dataset == own.dataset for step in published):
            return published
        return self._adjusted(own), *published

    def all_substitutes(self) -> Substitutes:
        """Return the substitutes by synset, the published ones if there are no others."""
        given = published_substitutes() if self.substitutes is None else self.substitutes
        return {synset: given[synset] for synset in sorted(given)}

    def as_json(self) -> dict[str, Any]:
        """Return the thresholds and the steps as `status` shows them: all but substitutes."""
        return {name: _as_json(getattr(self, name)) for name in _STATUS_MEMBERS}

    def provenance(self) -> dict[str, Any]:
        """Return what the provenance of a sample says of the pools that it was drawn from.

        The thresholds and the substitutes; `rules` are those members of a recipe file that differ
        from the published recipe, where there are steps or images of LVIS val are left out.
        """
        said: dict[str, Any] = {
            "min_area": float(self.min_area),
            "enough": self.enough,
            "few": self.few,
            "substitutes": {key: list(names) for key, names in self.all_substitutes().items()},
        }
        if self.steps is not None or self.exclude_val:
            file = _RecipeFile(steps=self.steps, few=self.few, exclude_val=self.exclude_val)
            said["rules"] = _as_json(file)
        return said

    def _adjusted(self, step: Step) -> Step:
        """Return a published step with the thresholds of this recipe."""
        changes: dict[str, Any] = {}
        for name in ("area_over", "min_area"):
            if getattr(step, name) is not None:
                changes[name] = self.min_area
        if step.below is not None:
            changes["below"] = self.enough
        return msgspec.structs.replace(step, **changes)


_STATUS_MEMBERS = ("min_area", "enough", "few", "exclude_val", "steps")


@cache
def published_steps() -> tuple[Step, ...]:
    """Return the steps of the recipe of MM-OVOD and OVMR."""
    file = resources.files("ovmr_index").joinpath("data", "published_rules.json")
    return _FILE.decode(file.read_bytes()).steps or ()


def read_recipe(path: Path) -> Recipe:
    """Return the recipe of a JSON file.

    Raises:
        OvmrIndexError: The file cannot be read or is wrong; the message names the file, the step
            and what is wrong there.
    """
    try:
        content = read_content(path)
        found = _FILE.decode(content)
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; check the path") from None
    except msgspec.ValidationError as error:
        message = str(error)
        at = _AT.search(message)
        where = f"{at[1]}: " if at and at[1] else ""
        what = _AT.sub("", message)
        problem = what[:1].lower() + what[1:]
        remedy = _remedy(at[1] or "" if at else "", problem)
        raise OvmrIndexError(f"{path}: {where}{problem}; {remedy}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OvmrIndexError(f"{path}: is not JSON: {error}; {_REMEDY}") from None
    require_each_once(path, content)
    require_others(found.substitutes or {}, path)
    for number, step in enumerate(found.steps or ()):
        if wrong := contradiction(step):
            raise OvmrIndexError(f"{path}: steps[{number}]: {wrong}")
    return Recipe(
        few=found.few,
        exclude_val=found.exclude_val,
        steps=found.steps,
        substitutes=found.substitutes,
        file=path,
    )


def with_substitutes(recipe: Recipe, substitutes: Substitutes) -> Recipe:
    """Return a recipe with other substitutes, None in the place of the published ones."""
    is_published = substitutes == published_substitutes()
    return replace(recipe, substitutes=None if is_published else substitutes)


def _as_json(value: object) -> Any:
    """Return a value as it is when it is read from JSON: a list where it holds a tuple."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _remedy(where: str, problem: str) -> str:
    """Return what to type where a recipe file has a member or a word that no recipe has."""
    if found := _STRANGE.search(problem):
        known = Step.__struct_fields__ if where else _RecipeFile.__struct_fields__
        near = nearest(found[1], known)
        return f"give {alternatives(near or [*known])}"
    words = {"take": ["boxes", "pictures"], "of": ["category", "substitutes"]}
    choice = words.get(where.rpartition(".")[2], [])
    return f"give {alternatives(choice)}" if choice else _REMEDY


def contradiction(step: Step) -> str | None:
    """Return what is wrong with the values of a step, which would give nothing or mean nothing."""
    if step.splits == ():
        return "`splits` is empty, which takes nothing; leave it out to take all"
    if step.below == 0:
        return "`below` is 0, which takes nothing; give 1 or more, or leave it out"
    if step.take == "pictures" and (step.area_over is not None or step.min_area is not None):
        return "whole images have no area; leave out `area_over` and `min_area`"
    if step.of == "substitutes" and step.never:
        return "`never` names synsets of categories; leave it out of a step of substitutes"
    return None
