"""The rules by which pools are made: from a file, from what was published, or as they are kept.

A file is a JSON object: `steps`, and if need be `few`, `substitutes` and `exclude_val`. What comes
with the program, `data/published_rules.json`, is such a file.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from ovmr_index.errors import OvmrIndexError, os_reason

_AT = re.compile(r" - at `\$(?:\.(.*))?`$")
_REMEDY = "mend the file"

Amount = Annotated[int, Meta(ge=0, le=2**53)] | Annotated[float, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Name = Annotated[str, Meta(min_length=1)]


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one step adds to the pool of each category, in the order of the dataset.

    `boxes` are those of the category or its synset, `pictures` those labelled with its synset; `of`
    substitutes, those of each synset that lends to the category's, in turn. `splits` are of boxes
    the split of the annotation file, of pictures that of their folder; without them all are taken,
    and folders without a split always. The area in square pixels is the mask's, else the box's: it
    must be over `area_over` and at least `min_area`. `below` leaves the step to categories whose
    pool holds fewer by then. The synsets in `never` get nothing.
    """

    take: Literal["boxes", "pictures"]
    dataset: Name
    of: Literal["category", "substitutes"] = "category"
    splits: tuple[Name, ...] | None = None
    area_over: Amount | None = None
    min_area: Amount | None = None
    below: Count | None = None
    never: tuple[Name, ...] = ()

    @property
    def told(self) -> str:
        """Return in a few words what it takes."""
        return f"{self.take} of {self.dataset}{' for substitutes' * (self.of == 'substitutes')}"


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How pools are made: the steps in their order, the published ones if None.

    Below `few` exemplars a category is called short. `substitutes` are the synsets that lend
    exemplars to others, the published ones if None. With `exclude_val` no picture that LVIS val
    shows is taken.
    """

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)] | None = None
    few: Count = 10
    substitutes: dict[Name, list[Name]] | None = None
    exclude_val: bool = False


_RULES = msgspec.json.Decoder(Rules)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The published rules with other thresholds, or steps of one's own.

    Areas are in square pixels, counts in exemplars. LVIS masks must be larger than `min_area`,
    Visual Genome boxes at least as large; those are taken where LVIS and ImageNet give fewer than
    `enough`; below `few` a category is short. With `exclude_val` no picture that LVIS val shows is
    taken. With `steps` neither `min_area` nor `enough` counts.
    """

    min_area: float = 1024
    enough: int = 40
    few: int = 10
    exclude_val: bool = False
    steps: tuple[Step, ...] | None = None

    def all_steps(self, own: Step | None = None) -> tuple[Step, ...]:
        """Return the steps; `own` is put before published ones that leave its dataset out."""
        if self.steps is not None:
            return self.steps
        published = tuple(map(self._adjusted, published_steps()))
        if own is None or any(step.dataset == own.dataset for step in published):
            return published
        return self._adjusted(own), *published

    def _adjusted(self, step: Step) -> Step:
        """Return a step with these thresholds in the place of its own."""
        changes: dict[str, Any] = {}
        for name in ("area_over", "min_area"):
            if getattr(step, name) is not None:
                changes[name] = self.min_area
        if step.below is not None:
            changes["below"] = self.enough
        return replace(step, **changes)


@cache
def published_steps() -> tuple[Step, ...]:
    """Return the steps of the recipe of MM-OVOD and OVMR."""
    file = resources.files("ovmr_index").joinpath("data", "published_rules.json")
    return _RULES.decode(file.read_bytes()).steps or ()


def read_rules(path: Path) -> Rules:
    """Return the rules of a JSON file.

    Raises OvmrIndexError, which names the file, the step and what is wrong there.
    """
    try:
        rules = _RULES.decode(path.read_bytes())
    except OSError as error:
        problem = os_reason(error)
        raise OvmrIndexError(f"{path}: {problem}; check the path") from None
    except msgspec.ValidationError as error:
        message = str(error)
        place = _AT.search(message)
        where = f"{place[1]}: " if place and place[1] else ""
        what = _AT.sub("", message)
        problem = what[:1].lower() + what[1:]
        raise OvmrIndexError(f"{path}: {where}{problem}; {_REMEDY}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OvmrIndexError(f"{path}: is not JSON: {error}; {_REMEDY}") from None
    for number, step in enumerate(rules.steps or ()):
        if wrong := _contradiction(step):
            raise OvmrIndexError(f"{path}: steps[{number}]: {wrong}; {_REMEDY}")
    return rules


def encode_recipe(recipe: Recipe) -> str | None:
    """Return what a recipe says beside thresholds as JSON text, None if it says nothing."""
    if recipe.steps is None and not recipe.exclude_val:
        return None
    return msgspec.json.encode(
        Rules(steps=recipe.steps, few=recipe.few, exclude_val=recipe.exclude_val)
    ).decode()


def decode_recipe(min_area: float, enough: int, few: int, text: str | None) -> Recipe:
    """Return the recipe of thresholds and a text of `encode_recipe`."""
    rules = Rules() if text is None else _RULES.decode(text)
    return Recipe(min_area, enough, few, rules.exclude_val, rules.steps)


def _contradiction(step: Step) -> str | None:
    """Return what two members of a step make of each other."""
    if step.take == "pictures" and (step.area_over is not None or step.min_area is not None):
        return "whole pictures have no area; leave out `area_over` and `min_area`"
    if step.of == "substitutes" and step.never:
        return "`never` names synsets of categories; leave it out of a step of substitutes"
    return None
