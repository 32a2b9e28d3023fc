"""What the public views ought to hold of a demo tree: its files, read in plain Python.

Each view is a list of rows; of its columns there are the names and ids by which views join, and
what tells the rows of one key apart.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from ovmr_index.vocabularies.wordnet import read_nouns
from tests.support.oracle import Oracle, last_two, load, wnids

Row = dict[str, Any]

SPLITS = ("train", "val")
DATASET_SOURCES = {"lvis": "lvis_v1_train", "imagenet21k": "imagenet21k"}
LABELS = {"negative": "neg_category_ids", "not_exhaustive": "not_exhaustive_category_ids"}
IMAGENET = Path("imagenet", "imagenet21k_P")

PINNED_EACH = 5  # of a pool from its second exemplar on, so that all kinds of them are


class ViewRows:
    """The rows of each view, in no order, for a tree whose pools are LVIS train's."""

    def __init__(self, root: Path, k: int, sample: str) -> None:
        """Take the root of a demo tree; `sample` has `k` exemplars a category."""
        self._root, self._k, self._sample = root, k, sample
        self._oracle = Oracle(root)
        self._lvis = {f"lvis_v1_{split}": self._oracle.lvis(split) for split in SPLITS}
        genome = root / "VisualGenome"
        self._objects, images = load(genome / "objects.json"), load(genome / "image_data.json")
        self._genome_images = {image["image_id"]: image for image in images}

    def of(self, view: str) -> list[Row]:
        """Return the rows of a view."""
        rows: list[Row] = getattr(self, view)
        return rows

    @cached_property
    def image_files(self) -> list[Row]:
        """Return the images of both LVIS files, of Visual Genome and of ImageNet's folders."""
        return [*self._lvis_images(), *self._genome_files(), *self._imagenet_files()]

    def _lvis_images(self) -> Iterator[Row]:
        for source, content in self._lvis.items():
            for image in content["images"]:
                name = last_two(image["coco_url"])
                yield _image(source, name, image["id"], image["id"], None)

    def _genome_files(self) -> Iterator[Row]:
        for key, image in self._genome_images.items():
            yield _image("visual_genome", last_two(image["url"]), key, image["coco_id"], None)

    def _imagenet_files(self) -> Iterator[Row]:
        synsets = {wnid: name for name, wnid in wnids().items()}
        for file in sorted((self._root / IMAGENET).glob("*/n*/*.*")):
            name = file.relative_to(self._root / IMAGENET).as_posix()
            yield _image("imagenet21k", name, None, None, synsets[file.parent.name])

    @cached_property
    def boxes(self) -> list[Row]:
        """Return LVIS's annotations and Visual Genome's objects."""
        return [*self._annotations(), *self._genome_boxes()]

    def _annotations(self) -> Iterator[Row]:
        for source, content in self._lvis.items():
            names = {image["id"]: last_two(image["coco_url"]) for image in content["images"]}
            categories = {one["id"]: one for one in content["categories"]}
            for one in content["annotations"]:
                category = categories[one["category_id"]]
                yield {
                    "source": source,
                    "file_name": names[one["image_id"]],
                    "region_id": one["id"],
                    "vocabulary": source,
                    "category_id": category["id"],
                    "category": category["name"],
                    "synset": category["synset"],
                    "x": one["bbox"][0],
                }

    def _genome_boxes(self) -> Iterator[Row]:
        for image, one in self._genome_objects():
            synsets = one.get("synsets", [])
            yield {
                "source": "visual_genome",
                "file_name": last_two(image["url"]),
                "region_id": one["object_id"],
                **dict.fromkeys(("vocabulary", "category_id", "category")),
                "synset": synsets[0] if len(synsets) == 1 else None,
                "x": one["x"],
            }

    def _genome_objects(self) -> Iterator[tuple[Row, Row]]:
        for group in self._objects:
            for one in group["objects"]:
                yield self._genome_images[group["image_id"]], one

    @cached_property
    def box_synsets(self) -> list[Row]:
        """Return a row for each synset of each box."""
        of_lvis = [
            {key: row[key] for key in ("source", "region_id", "synset")} | {"position": 0}
            for row in self._annotations()
        ]
        return of_lvis + [
            {
                "source": "visual_genome",
                "region_id": one["object_id"],
                "synset": synset,
                "position": position,
            }
            for _, one in self._genome_objects()
            for position, synset in enumerate(one.get("synsets", []))
            if synset not in one["synsets"][:position]
        ]

    @cached_property
    def box_details(self) -> list[Row]:
        """Return a row for each box: all have polygons or fields without a column."""
        return [{key: row[key] for key in ("source", "region_id")} for row in self.boxes]

    @cached_property
    def image_labels(self) -> list[Row]:
        """Return what LVIS says of images as a whole."""
        return [
            {
                "source": source,
                "file_name": last_two(image["coco_url"]),
                "kind": kind,
                "vocabulary": source,
                "category_id": key,
            }
            for source, content in self._lvis.items()
            for image in content["images"]
            for kind, field in LABELS.items()
            for key in image[field]
        ]

    @cached_property
    def image_twins(self) -> list[Row]:
        """Return the images that are the same one of COCO's."""
        return [
            {
                "source": one["source"],
                "file_name": one["file_name"],
                "twin_source": other["source"],
                "twin_file_name": other["file_name"],
                "by": "id",
            }
            for one in self.image_files
            for other in self.image_files
            if one["coco_id"] is not None
            and one["coco_id"] == other["coco_id"]
            and one["source"] != other["source"]
        ]

    @cached_property
    def vocabulary_categories(self) -> list[Row]:
        """Return the categories of both LVIS files."""
        return [
            {
                "vocabulary": source,
                "category_id": one["id"],
                "category": one["name"],
                "synset": one["synset"],
                "definition": one["def"],
            }
            for source, content in self._lvis.items()
            for one in content["categories"]
        ]

    @cached_property
    def category_ancestors(self) -> list[Row]:
        """Return each synset above a category, with the length of the shortest way to it."""
        above = {noun.name: noun.hypernyms + noun.instance_hypernyms for noun in read_nouns()}
        names = {wnid: name for name, wnid in wnids().items()}
        return [
            {
                "vocabulary": row["vocabulary"],
                "category_id": row["category_id"],
                "ancestor": ancestor,
                "distance": distance,
            }
            for row in self.vocabulary_categories
            for ancestor, distance in _distances(row["synset"], above, names).items()
        ]

    @cached_property
    def vocabulary_exemplars(self) -> list[Row]:
        """Return the exemplars that the published recipe gives."""
        keys = {one["synset"]: one["id"] for one in self._lvis["lvis_v1_train"]["categories"]}
        return [
            {
                "vocabulary": "lvis_v1_train",
                "category_id": keys[synset],
                "position": position,
                **_exemplar(entry),
            }
            for synset, pool in self._oracle.exemplars().items()
            for position, entry in enumerate(pool)
        ]

    @cached_property
    def exemplars(self) -> list[Row]:
        """Return the exemplars without their vocabulary."""
        return [
            {key: value for key, value in row.items() if key != "vocabulary"}
            for row in self.vocabulary_exemplars
        ]

    @cached_property
    def marks(self) -> list[Row]:
        """Return the marks: the first of each pool is excluded, some others are pinned in order."""
        return [
            {
                "vocabulary": row["vocabulary"],
                "category_id": row["category_id"],
                "kind": "pin" if row["position"] else "exclude",
                "rank": row["position"] // PINNED_EACH if row["position"] else None,
                "source": row["source"],
                "file_name": row["file_name"],
                "region_id": row["region_id"],
                "note": None if row["position"] else "the first",
                "author": "me" if row["position"] else None,
                "missing": 0,
            }
            for row in self.vocabulary_exemplars
            if row["position"] == 0 or row["position"] % PINNED_EACH == 1
        ]

    @cached_property
    def category_coverage(self) -> list[Row]:
        """Return the number of exemplars of each category in each dataset."""
        counts = Counter(
            (row["category_id"], row["source"].replace("_v1_train", ""))
            for row in self.vocabulary_exemplars
        )
        return [
            {
                "vocabulary": "lvis_v1_train",
                "category_id": one["id"],
                "dataset": dataset,
                "exemplars": counts[one["id"], dataset],
            }
            for one in self._lvis["lvis_v1_train"]["categories"]
            for dataset in ("lvis", "imagenet21k", "visual_genome")
        ]

    @cached_property
    def sample_exemplars(self) -> list[Row]:
        """Return the exemplars of the saved sample."""
        drawn = self._oracle.sample(self._k)
        keys = sorted(one["id"] for one in self._lvis["lvis_v1_train"]["categories"])
        return [
            {
                "sample": self._sample,
                "vocabulary": "lvis_v1_train",
                "category_id": key,
                "rank": rank,
                **_exemplar(entry),
                "missing": 0,
            }
            for key, entries in zip(keys, drawn, strict=True)
            for rank, entry in enumerate(entries)
        ]

    @cached_property
    def ingest_problems(self) -> list[Row]:
        """Return nothing: the demo has no record that cannot be read."""
        return []


def _image(source: str, name: str, key: Any, coco_id: Any, synset: Any) -> Row:
    ids = {"image_id": key, "coco_id": coco_id, "synset": synset}
    return {"source": source, "file_name": name, **ids}


def _exemplar(entry: Row) -> Row:
    dataset = entry["dataset"]
    id_name = {"lvis": "id", "visual_genome": "object_id"}.get(dataset)
    return {
        "source": DATASET_SOURCES.get(dataset, dataset),
        "file_name": entry["file_name"],
        "region_id": None if id_name is None else entry[id_name],
    }


def _distances(synset: str, above: dict[str, Any], names: dict[str, str]) -> dict[str, int]:
    found = {synset: 0}
    now = [synset]
    while now:
        reached = [names[wnid] for name in now for wnid in above.get(name, ())]
        now = [name for name in dict.fromkeys(reached) if name not in found]
        found |= dict.fromkeys(now, max(found.values()) + 1)
    return found
