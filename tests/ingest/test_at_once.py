"""Several processes load different sources into one index in PostgreSQL at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, get_ident

import pytest
from sqlalchemy import Connection

from ovmr_index import Index
from ovmr_index.vocabularies import synsets
from tests.support.contents import assert_sound, contents
from tests.support.databases import new_database
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import start
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

COMMANDS = (
    ("lvis", "lvis/lvis_v1_train.json"),
    ("lvis", "lvis/lvis_v1_val.json"),
    ("imagenet", "imagenet/imagenet21k_P"),
    ("visual-genome", "VisualGenome"),
)
NEW = ("not_in_wordnet.n.01", "nor_this.n.01")


def _tree(builder: TreeBuilder) -> Path:
    """Write four sources; three name the same synsets that WordNet has not, in different orders."""
    boxes = [annotation(key, 1 + key % 5, 1 + key % 3) for key in range(1, 3_001)]
    for split, new in (("train", NEW), ("val", NEW[::-1])):
        categories = [category(key, name) for key, name in enumerate((TENCH, *new), 1)]
        images = [image(key + 10 * (split == "val")) for key in range(1, 6)]
        for one in boxes:
            one["image_id"] = images[one["id"] % 5]["id"]
        builder.lvis(split, categories=categories, images=images, annotations=boxes)
    builder.imagenet({f"train/{TENCH_WNID}": [f"{number}.JPEG" for number in range(300)]})
    objects = [vg_object(key, (APPLE, *NEW)[key % 3]) for key in range(1, 3_001)]
    builder.visual_genome(vg_objects(1, *objects))
    return builder.root


@pytest.mark.exhaustive  # `test_many_workers.py` sees four processes fill a new index
def test_four_sources_into_a_new_index(
    postgresql: str, tmp_path: Path, builder: TreeBuilder
) -> None:
    """The index is made by one of them, and holds what it would if they came in turn."""
    root = _tree(builder)
    with new_database(postgresql) as url:
        children = [
            start("--db", url, "--root", root, "ingest", name, root / path)
            for name, path in COMMANDS
        ]
        for child in children:
            with child:
                _, said = child.communicate(timeout=120)
            assert child.returncode == 0, said
        index = Index.open(root, url)
        found = contents(index)
        assert_sound(index)
    in_turn = Index.open(root, tmp_path / "in_turn.db")
    in_turn.ingest()
    assert found == contents(in_turn)


def test_two_sources_that_wait_for_each_other(
    postgresql: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each adds a synset, and then that of the other: PostgreSQL ends one, which begins again."""
    builder = TreeBuilder(tmp_path / "datasets", index_of_few_synsets(tmp_path_factory))
    specs = []
    for split, names in (("train", NEW), ("val", NEW[::-1])):
        categories = [category(key, name) for key, name in enumerate(names, 1)]
        spec = builder.lvis(split, categories=categories)
        specs.append(spec._replace(dataset=f"lvis_{split}"))  # to add that is waited for as well
    both, met, really_add = Barrier(2, timeout=60), set[int](), synsets.add_synset

    def add_and_wait(connection: Connection, name: str) -> int:
        found = really_add(connection, name)
        if get_ident() not in met:
            met.add(get_ident())
            both.wait()
        return found

    monkeypatch.setattr(synsets, "add_synset", add_and_wait)
    with new_database(postgresql) as url, builder.index() as few:
        few.db.copy(url)
        with Index.open(builder.root, url) as one, Index.open(builder.root, url) as other:
            with ThreadPoolExecutor(2) as pool:
                reports = pool.map(lambda index, spec: index.ingest([spec]), (one, other), specs)
            counts = [report.sources[0].counts.added for report in reports]
            found = contents(one)
        assert (counts, len(met)) == ([1, 1], 2)
        monkeypatch.undo()
        few.ingest(specs)
        assert found == contents(few)
