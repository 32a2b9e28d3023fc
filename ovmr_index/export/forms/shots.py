"""Few shots: K annotations of each category, or those on K images, the same in every index."""

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import insert_rows, recreate
from ovmr_index.errors import counted
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.export.forms.shot_options import Shots
from ovmr_index.export.forms.shot_queries import CATEGORIES, picked
from ovmr_index.vocabularies.notes import listed


class Picked(NamedTuple):
    """A selection of images, its annotations (pk) or None for all, and what is good to know."""

    selection: BoxSelection
    regions: tuple[int, ...] | None
    notes: tuple[str, ...]


def pick_shots(connection: Connection, selection: BoxSelection, shots: Shots) -> Picked:
    """Pick the shots of each category of a selection, of which crowds are none.

    Their order is that of the MD5 of `seed|category|file name|id of the annotation`, without the
    last where images are counted: the category is its synset, or its name if it has none.
    """
    names = [one.synset or one.name for one in selection.categories]
    places = [(meant, place, names[place]) for meant, place in selection.places.items()]
    recreate(connection, CATEGORIES)
    insert_rows(connection, CATEGORIES, CATEGORIES.c.keys(), places)
    rows = connection.execute(
        picked(selection, shots.k, shots.seed, by_image=shots.count == "images")
    ).all()
    images = {image_pk: None for _, image_pk, _ in rows}
    pairs = rows if shots.count == "instances" else {row[1:] for row in rows}
    found = Counter(row[-1] for row in pairs)
    return Picked(
        replace(selection, images=tuple(images)),
        tuple(pk for pk, _, _ in rows),
        _shortage(selection, found, shots),
    )


def _shortage(selection: BoxSelection, found: "Counter[int]", shots: Shots) -> tuple[str, ...]:
    short = [
        f"{one.name} ({found[place]:,})"
        for place, one in enumerate(selection.categories)
        if found[place] < shots.k
    ]
    if not short:
        return ()
    what = "annotations" if shots.count == "instances" else "images"
    categories = counted(len(short), "category has", "categories have")
    return (f"{categories} fewer than {shots.k:,} {what}, all of which are taken: {listed(short)}",)
