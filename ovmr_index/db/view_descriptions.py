"""What the public views and their columns hold, and how one leads to another.

A column has the same meaning in each view; where a view can say more of it, it does. Datasette's
metadata and the page docs/reference/views.md are made from this.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

COLUMNS = {
    "ancestor": "A synset above the category's, or its own",
    "area": "Of the mask, in square pixels",
    "at": "When (UTC)",
    "author": "Who made the mark",
    "by": (
        "How they are known to be the same: id, content (equal files) or looks (perceptual hashes"
        " that differ in up to 3 of 64 bits); an audit computes what the last two need"
    ),
    "category": "The name of the category",
    "category_id": "The id of the category in its vocabulary",
    "category_synset": "The synset of the category, or its name",
    "coco_id": "The id of the image in COCO",
    "dataset": "The name of the dataset",
    "definition": "What the category is",
    "distance": "Steps up in WordNet; 0 is the category's own synset",
    "exemplars": "How many exemplars",
    "fields": "Further fields of the file, as JSON",
    "file": "The file that it is in",
    "file_name": "The image, below the folder of the dataset's images",
    "frequency": "LVIS's: r (rare), c (common) or f (frequent)",
    "h": "Height of the box in pixels; null for a whole image",
    "height": "Of the image, in pixels",
    "image_height": "Height of the image in pixels",
    "image_id": "The source's own id of the image",
    "image_width": "Width of the image in pixels",
    "is_crowd": "1 for a box around a crowd",
    "kind": "Which of several it is",
    "missing": "1 where the exemplar is not in the index any more",
    "note": "What was said of it",
    "path": "The image, below the root of the datasets, absolute outside it; null in a tar",
    "position": "From 0, in the order of the recipe in pools, of the file elsewhere",
    "rank": "In the order drawn or pinned, from 0",
    "reason": "Why it was left out",
    "record": "Where in the file it is",
    "region_id": "The source's own id of the box; null for a whole image",
    "sample": "The name of the sample",
    "segmentation": "Polygons or RLE, as JSON",
    "source": "What was read, as lvis_v1_train",
    "split": "The split of the dataset",
    "synonyms": "Other names, as JSON",
    "synset": "A synset of WordNet: where it was found under one, that",
    "twin_file_name": "The same image in the other source",
    "twin_source": "The other source",
    "vocabulary": "The name of the list of categories",
    "w": "Width of the box in pixels; null for a whole image",
    "weight": "What the exemplar is drawn by",
    "width": "Of the image, in pixels",
    "wnid": "The synset as ImageNet writes it",
    "x": "Left edge of the box in pixels, from 0; null for a whole image",
    "y": "Upper edge of the box in pixels, from 0; null for a whole image",
}


class Link(NamedTuple):
    """Where the value of a column leads: a view, by its columns and those of the row.

    `on` has the row's column by the other view's, `where` values that hold besides.
    """

    view: str
    on: Mapping[str, str]
    where: Mapping[str, str] = {}


class ViewDescription(NamedTuple):
    """A public view: its rows, where its columns lead, and how it is shown.

    `facets` are columns whose values are counted, in views that are small in every index. `columns`
    has what a column means in this view, where that is more than in all views.
    """

    rows: str
    links: Mapping[str, Link] = {}
    facets: Sequence[str] = ()
    sort: str | None = None
    columns: Mapping[str, str] = {}


def meaning(view: str, column: str) -> str | None:
    """Return what a column of a view means, None for one that nobody has described."""
    return (VIEWS[view].columns if view in VIEWS else {}).get(column, COLUMNS.get(column))


def _same(view: str, *columns: str) -> Link:
    return Link(view, {column: column for column in columns})


_CATEGORY = {"category_id": _same("vocabulary_categories", "vocabulary", "category_id")}
_IMAGE = {"file_name": _same("image_files", "source", "file_name")}
_BOX = {"region_id": _same("boxes", "source", "region_id")}
_IN_POOL = {
    "position": "In the order of the recipe, from 0",
    "synset": "The synset that it was found under: the category's, or a substitute",
}
_EDGES = {
    "x": "Left edge of the box in pixels, from 0",
    "y": "Upper edge of the box in pixels, from 0",
    "w": "Width of the box in pixels",
    "h": "Height of the box in pixels",
}
_LVIS = {
    "category_id": Link(
        "vocabulary_categories", {"category_id": "category_id"}, {"vocabulary": "lvis_v1_train"}
    )
}

VIEWS: Mapping[str, ViewDescription] = {
    "exemplars": ViewDescription(
        "Each exemplar of each category of LVIS train", _LVIS | _IMAGE | _BOX, columns=_IN_POOL
    ),
    "vocabulary_exemplars": ViewDescription(
        "Each exemplar of each category of every vocabulary",
        _CATEGORY | _IMAGE | _BOX,
        columns=_IN_POOL,
    ),
    "image_files": ViewDescription(
        "Each image of each source",
        {"image_id": _same("boxes", "source", "file_name")},
        columns={"synset": "The synset that labels the whole image, as in ImageNet"},
    ),
    "boxes": ViewDescription(
        "Each box of each source",
        _CATEGORY | _IMAGE | {"region_id": _same("box_details", "source", "region_id")},
        columns={
            "position": "In the order of the file, from 0",
            "region_id": "The source's own id of the box",
            "synset": "The one synset of the box; null where there are several: see box_synsets",
            **_EDGES,
        },
    ),
    "box_synsets": ViewDescription(
        "Each synset of each box, once",
        _BOX,
        columns={
            "position": "In the order of the box's record, from 0",
            "region_id": "The source's own id of the box",
            "synset": "A synset of the box, also where it is the only one",
        },
    ),
    "box_details": ViewDescription(
        "Each box that has polygons or further fields",
        _BOX,
        columns={"region_id": "The source's own id of the box"},
    ),
    "image_labels": ViewDescription(
        "Each category that LVIS says is absent, or not all marked, on an image",
        _CATEGORY | _IMAGE,
        columns={
            "kind": "negative: the category is absent; not_exhaustive: not all of it is marked"
        },
    ),
    "image_twins": ViewDescription(
        "Each pair of images in two sources that are the same, as far as is known",
        _IMAGE
        | {
            "twin_file_name": Link(
                "image_files", {"source": "twin_source", "file_name": "twin_file_name"}
            )
        },
    ),
    "vocabulary_categories": ViewDescription(
        "Each category of each vocabulary",
        {"category": _same("vocabulary_exemplars", "vocabulary", "category_id")},
        ("vocabulary", "frequency"),
        "category",
        {
            "position": "In the order of the file, from 0",
            "synset": "The synset of the category, by which it is joined to WordNet",
        },
    ),
    "category_ancestors": ViewDescription(
        "Each synset above a category's, its own included", _CATEGORY, ("vocabulary", "distance")
    ),
    "category_coverage": ViewDescription(
        "Each dataset of each category's pool",
        _CATEGORY
        | {"exemplars": _same("vocabulary_exemplars", "vocabulary", "category_id", "dataset")},
        ("vocabulary", "dataset"),
        columns={"exemplars": "How many exemplars of the dataset are in the pool"},
    ),
    "ingest_problems": ViewDescription(
        "What the last ingest of a source left out",
        {},
        ("source",),
        columns={"at": "When the ingest ended (UTC)"},
    ),
    "sample_exemplars": ViewDescription(
        "Each exemplar of each saved sample",
        _CATEGORY | _IMAGE | _BOX,
        ("sample",),
        columns={"rank": "In the order drawn, from 0"},
    ),
    "marks": ViewDescription(
        "Each exemplar that somebody excluded or pinned",
        _CATEGORY | _IMAGE | _BOX,
        ("kind", "author", "missing"),
        columns={
            "at": "When it was marked (UTC)",
            "kind": "exclude: left out of every draw; pin: first in every draw",
            "rank": "In the order pinned, from 0; null for what is excluded",
        },
    ),
}
