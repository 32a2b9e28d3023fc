"""Random sequences of commands against a model in memory of what must be there after each."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from ovmr_index import DrawOptions, EmptyOutputError, Index, OvmrIndexError, Recipe
from ovmr_index.db.engine import reading
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)
from tests.torture.trials import Trial

STEPS = 25  # of a sequence
_WNIDS = {TENCH: TENCH_WNID, APPLE: APPLE_WNID}
_IMAGES = (1, 2, 3)
_ALL = 1_000  # more exemplars than a pool of the model ever holds


class Box(NamedTuple):
    """What matters of a box: its category's synset, its image and what it is counted by."""

    synset: str
    image: int
    side: int


class State(NamedTuple):
    """What the files hold: boxes by id, and names of image files by synset."""

    lvis: dict[int, Box]
    genome: dict[int, Box]
    imagenet: dict[str, set[str]]

    def copy(self) -> "State":
        """Return a state that does not change with this one."""
        files = {synset: set(names) for synset, names in self.imagenet.items()}
        return State(dict(self.lvis), dict(self.genome), files)


def _nothing() -> State:
    return State({}, {}, {synset: set() for synset in _WNIDS})


class Model:
    """A tree and its index, and beside them what each must hold; `history` is what was done."""

    def __init__(self, folder: Path, empty_index: Path, chance: random.Random) -> None:
        """Begin with a tree of a few records that was read once."""
        self._has_exported = False
        self._builder = TreeBuilder(folder, empty_index)
        self._chance = chance
        self._next = 0
        self._files, self._read = _nothing(), _nothing()
        self._recipe = Recipe()
        self._samples: dict[str, dict[str, list[Any]]] = {}
        self.history: list[str] = []
        for _ in range(3):
            self._change()
        self._index = self._builder.index()
        self._ingest()

    def step(self) -> list[str]:
        """Do one thing; return what is wrong afterwards."""
        acts: tuple[Callable[[], None], ...] = (
            *(self._change,) * 4,
            *(self._ingest,) * 3,
            self._remove,
            self._collate,
            self._draw,
            self._forget,
            self._export,
            self._reopen,
        )
        act = self._chance.choice(acts)
        self.history.append(act.__name__.strip("_"))
        try:
            act()
        except OvmrIndexError as error:
            return [f"after {' '.join(self.history)}: {error}"]
        except AssertionError as error:
            return [f"after {' '.join(self.history)}: {str(error)[:300]}"]
        return [f"after {' '.join(self.history)}: {one}" for one in self._differences()]

    def _change(self) -> None:
        """Add, change or remove a record or a file, and write the files again."""
        self._next += 1
        synset = self._chance.choice([*_WNIDS])
        boxes = self._chance.choice((self._files.lvis, self._files.genome))
        what = self._chance.randrange(4)
        if what == 0 and boxes:
            del boxes[self._chance.choice([*boxes])]
        elif what == 1 and boxes:
            key = self._chance.choice([*boxes])
            boxes[key] = boxes[key]._replace(side=self._chance.choice((20, 40, 60)))
        elif what == 2:
            names = self._files.imagenet[synset]
            names ^= {self._chance.choice(("a.JPEG", "b.JPEG", "c.JPEG"))}
        else:
            side = self._chance.choice((20, 40, 60))
            boxes[self._next] = Box(synset, self._chance.choice(_IMAGES), side)
        self._write()

    def _write(self) -> None:
        keys = {synset: number for number, synset in enumerate(_WNIDS, 1)}
        self._builder.lvis(
            categories=[category(number, synset) for synset, number in keys.items()],
            images=[image(key) for key in _IMAGES],
            annotations=[
                annotation(key, box.image, keys[box.synset], area=box.side**2)
                for key, box in self._files.lvis.items()
            ],
        )
        objects = {
            shown: [
                vg_object(key, box.synset, w=box.side, h=box.side)
                for key, box in self._files.genome.items()
                if box.image == shown
            ]
            for shown in _IMAGES
        }
        self._builder.visual_genome(*(vg_objects(key, *some) for key, some in objects.items()))
        shutil.rmtree(self._builder.root / "imagenet", ignore_errors=True)
        names = {
            f"train/{_WNIDS[synset]}": [*some] for synset, some in self._files.imagenet.items()
        }
        self._builder.imagenet(names)
        for folder in names:
            self._builder.touch(self._builder.root / "imagenet/imagenet21k_P" / folder)

    def _ingest(self) -> None:
        self._index.ingest()
        self._read = self._files.copy()

    def _remove(self) -> None:
        dataset = self._chance.choice(("visual_genome", "imagenet21k"))
        if dataset not in {source.name for source in self._index.status().sources}:
            return
        self._index.sources.rm(dataset)
        none = _nothing()
        if dataset == "visual_genome":
            self._read = self._read._replace(genome=none.genome)
        else:
            self._read = self._read._replace(imagenet=none.imagenet)

    def _collate(self) -> None:
        areas, enoughs = (100, 1024, 3000), (0, 2, 40)
        self._recipe = Recipe(
            min_area=self._chance.choice(areas), enough=self._chance.choice(enoughs)
        )
        self._index.collate(self._recipe)

    def _draw(self) -> None:
        name = self._chance.choice("abc")
        if name in self._samples:
            self._index.samples.rm(name)
        options = DrawOptions(k=_ALL, on_shortage="take-all")
        self._index.sample(options, name=name)
        self._samples[name] = self._pools()

    def _forget(self) -> None:
        if self._samples:
            name = self._chance.choice([*self._samples])
            self._index.samples.rm(name)
            del self._samples[name]

    def _export(self) -> None:
        if self._has_exported and not any(self._pools().values()):
            with suppress(EmptyOutputError):
                self._index.exports.target("exemplars")
                raise AssertionError("a file of exemplars gave way to one without any")
        written = self._index.exports.target("exemplars", allow_empty=True).path
        found = {
            synset: [
                entry["id"]
                if entry["dataset"] == "lvis"
                else entry["object_id"]
                if entry["dataset"] == "visual_genome"
                else entry["file_name"]
                for entry in entries
            ]
            for synset, entries in json.loads(written.read_text()).items()
        }
        self._has_exported = any(found.values())
        assert found == self._pools(), f"exported {found}, not {self._pools()}"

    def _reopen(self) -> None:
        self._index.close()
        self._index = Index.open(self._builder.root)

    def _pools(self) -> dict[str, list[Any]]:
        """Return the exemplars that each category must have, by the published recipe."""
        pools: dict[str, list[Any]] = {}
        for synset, wnid in _WNIDS.items():
            recipe, read = self._recipe, self._read
            pool: list[Any] = [
                key
                for key, box in read.lvis.items()
                if box.synset == synset and box.side**2 > recipe.min_area
            ]
            pool += [f"train/{wnid}/{name}" for name in sorted(read.imagenet[synset])]
            if len(pool) < recipe.enough:
                pool += [
                    key
                    for shown in _IMAGES
                    for key, box in read.genome.items()
                    if box == (synset, shown, box.side) and box.side**2 >= recipe.min_area
                ]
            pools[synset] = pool
        return pools

    def _differences(self) -> list[str]:
        """Return where the index is not what the model is."""
        wrong = []
        for source, boxes in (
            ("lvis_v1_train", self._read.lvis),
            ("visual_genome", self._read.genome),
        ):
            query = "SELECT region_id, w FROM boxes WHERE source = :source"
            found = dict(self._rows(query, source=source))
            if found.keys() != boxes.keys():
                wrong.append(f"boxes of {source} are {sorted(found)}, not {sorted(boxes)}")
        query = "SELECT file_name FROM image_files WHERE source = 'imagenet21k'"
        names = {
            f"train/{_WNIDS[synset]}/{name}"
            for synset, some in self._read.imagenet.items()
            for name in some
        }
        if {name for (name,) in self._rows(query)} != names:
            wrong.append(f"image files are not {sorted(names)}")
        query = "SELECT coalesce(region_id, file_name) FROM sample_exemplars WHERE sample = :name"
        for name, pools in self._samples.items():
            drawn = sorted(str(key) for (key,) in self._rows(query, name=name))
            if drawn != sorted(str(key) for pool in pools.values() for key in pool):
                wrong.append(f"sample {name} is {drawn}")
        return wrong

    def _rows(self, query: str, **values: str) -> list[Any]:
        with reading(self._index.engine) as connection:  # `Index.sql` would start a process
            return [tuple(row) for row in connection.execute(text(query), values)]


def trials(folder: Path, empty_index: Path, seed: int, most: int = STEPS) -> Iterator[Trial]:
    """Yield sequences of steps without end; each ends where something is wrong."""
    number = 0
    while True:
        name = f"{seed}:{number}"
        root = folder / "model"
        model = Model(root, empty_index, random.Random(name))
        problems: list[str] = []
        steps = 0
        while steps < most and not problems:
            problems = model.step()
            steps += 1
        shutil.rmtree(root)
        yield Trial("model", f"{most} commands", f"{steps} steps", name, tuple(problems))
        number += 1
