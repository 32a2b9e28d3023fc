"""Every reader of files on any bytes: it takes them or says what is wrong, and nothing else.

`guided` chooses the bytes by what they cover of the reader, in a process of its own.
"""

import io
import json
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from ovmr_index.errors import OvmrIndexError
from ovmr_index.formats.stream import open_stream
from ovmr_index.formats.tar import TarImages
from ovmr_index.images.header import shown_size
from ovmr_index.pools.recipe import read_recipe
from ovmr_index.samples.sample_file import read_sample
from ovmr_index.vocabularies.list_files import read_partition
from ovmr_index.vocabularies.mapping_file import read_mapping
from ovmr_index.vocabularies.training_file import count_labels
from tests.support.listed_categories import read_vocabulary
from tests.support.runs import CHECKOUT, environment
from tests.support.trees import (
    TENCH,
    TENCH_WNID,
    annotation,
    category,
    image,
    picture,
    vg_image,
    vg_object,
    vg_objects,
)
from tests.torture.fuzz import mutated
from tests.torture.trials import Trial

_SECONDS = 20  # of one reader at a time


def _lvis(folder: Path, content: bytes) -> None:
    _stream("lvis", _file(folder, content, "a.json"))


def _coco(folder: Path, content: bytes) -> None:
    _stream("coco", _file(folder, content, "a.json"))


def _objects(folder: Path, content: bytes) -> None:
    _file(folder, content, "objects.json")
    _file(folder, json.dumps([vg_image(1)]).encode(), "image_data.json")
    _stream("visual-genome", folder)


def _image_data(folder: Path, content: bytes) -> None:
    _file(folder, content, "image_data.json")
    _file(folder, json.dumps([vg_objects(1, vg_object(1, TENCH))]).encode(), "objects.json")
    _stream("visual-genome", folder)


def _stream(format_name: str, path: Path) -> None:
    with open_stream(format_name, path) as stream:
        for _ in stream.images():
            pass
        for _ in stream.regions():
            pass


def _tar(folder: Path, content: bytes) -> None:
    for _ in TarImages(_file(folder, content, f"{TENCH_WNID}.tar"), ("train",)).batches():
        pass


def _sample(folder: Path, content: bytes) -> None:
    read_sample(_file(folder, content, "a.json"), [1])


def _jpeg(folder: Path, content: bytes) -> None:
    shown_size(_file(folder, content, "a.JPEG"))


def _of_path(reader: Callable[[Path], object], name: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, content: bytes) -> None:
        reader(_file(folder, content, name))

    return read


def _file(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


READERS: dict[str, Callable[[Path, bytes], None]] = {
    "lvis": _lvis,
    "coco": _coco,
    "objects": _objects,
    "image-data": _image_data,
    "tar": _tar,
    "sample": _sample,
    "jpeg": _jpeg,
    "recipe": _of_path(read_recipe, "a.json"),
    "mapping": _of_path(read_mapping, "a.json"),
    "partition": _of_path(read_partition, "a.json"),
    "classes": _of_path(read_vocabulary, "a.txt"),
    "training": _of_path(count_labels, "a.json"),
}


def read(reader: str, content: bytes) -> None:
    """Let a reader read some bytes; raises what no bytes may make it raise."""
    message = ""
    with tempfile.TemporaryDirectory(prefix="reader-") as folder:
        try:
            READERS[reader](Path(folder), content)
        except OvmrIndexError as error:
            message = str(error)
    assert "\n" not in message, "a message of several lines"


def seed_of(reader: str) -> bytes:
    """Return an input that a reader takes, for chance to begin with."""
    lvis = {"images": [image(1)], "categories": [category(1)], "annotations": [annotation(1)]}
    seeds: dict[str, object] = {
        "objects": [vg_objects(1, vg_object(1, TENCH))],
        "image-data": [vg_image(1)],
        "sample": [
            [
                {
                    "dataset": "imagenet21k",
                    "file_name": "a/b.JPEG",
                    "synset": TENCH,
                    "category_id": 1,
                    "area": 10_000.0,
                }
            ]
        ],
        "recipe": {"few": 5, "exclude_val": True},
        "mapping": {"mug": "mug.n.04"},
        "partition": {"base": [1, "mug"], "novel": ["zebra"]},
        "classes": [{"id": 1, "name": "mug", "synset": "mug.n.04"}],
    }
    if reader == "jpeg":
        return picture()
    if reader == "tar":
        output = io.BytesIO()
        with tarfile.open(fileobj=output, mode="w") as tar:
            member = tarfile.TarInfo(f"{TENCH_WNID}_1.JPEG")
            member.size = len(picture())
            tar.addfile(member, io.BytesIO(picture()))
        return output.getvalue()
    return json.dumps(seeds.get(reader, lvis)).encode()


def trials(folder: Path, seed: int, seconds: int = _SECONDS) -> Iterator[Trial]:
    """Yield trials without end: some seconds of each reader in turn."""
    number = 0
    guide = _guided if find_spec("atheris") else _by_chance
    while True:
        for reader in READERS:
            name = f"{seed}:{reader}:{number}"
            runs, problems = guide(reader, folder / "inputs" / reader, name, seconds)
            yield Trial("readers", reader, f"{runs:,} inputs", name, problems, runs)
        number += 1


def _guided(reader: str, inputs: Path, _: str, seconds: int) -> tuple[int, tuple[str, ...]]:
    """Return how often a reader ran on inputs that were chosen by coverage, and what was wrong."""
    inputs.mkdir(parents=True, exist_ok=True)
    (inputs / "seed").write_bytes(seed_of(reader))
    program = (sys.executable, "-m", "tests.torture.guided")
    done = subprocess.run(
        [*program, reader, str(inputs), str(seconds)],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        cwd=inputs.parent,
        check=False,
    )
    lines = done.stderr.splitlines()
    runs = next((int(line.split()[1]) for line in lines if line.startswith("Done ")), 0)
    wrong = [line for line in lines if "rror" in line or "Exception" in line]
    problems = () if done.returncode == 0 else (" ".join(wrong[:2])[:300] or done.stderr[-300:],)
    return runs, problems


def _by_chance(reader: str, _: Path, name: str, seconds: int) -> tuple[int, tuple[str, ...]]:
    """Return the same of inputs that were changed by chance."""
    chance, end, runs = random.Random(name), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        runs += 1
        content, _how = mutated(seed_of(reader), chance)
        try:
            read(reader, content)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            return runs, (f"{error!r} for {content[:200]!r}",)
    return runs, ()
