"""The images of a selection one by one: each is found by its row, however many there are."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import BoxOptions, Index, OvmrIndexError
from ovmr_index.db.session import Session
from ovmr_index.export.forms import annotated_image_queries as queries
from ovmr_index.export.forms.annotated_images import annotated_images
from ovmr_index.export.forms.box_selection import select_boxes
from ovmr_index.integrations.boxed_images import BoxedImages
from ovmr_index.integrations.image_queries import image_ids
from tests.support.boxed_trees import CATEGORIES, EMPTY, PLAIN, TWO_BOXES, boxed_index
from tests.support.plans import plan_of, scanned, seem_large

OPTIONS = [BoxOptions(), BoxOptions(source="visual_genome", vocabulary="lvis_v1_train")]


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=["lvis", "visual_genome"])
def test_each_is_as_among_all(odd_index: Path, options: BoxOptions) -> None:
    with Index.open(odd_index) as index:
        found = BoxedImages(index, options)
        session = Session(index.root, index.location)
        with session.read() as connection:
            selection = select_boxes(session, connection, options)
            together = list(annotated_images(connection, selection))
        assert len(found) == len(together) > 20
        assert [found.read(place, records=True) for place in range(len(found))] == together
        assert found.image_ids == tuple(one.id for one in together)
        assert found.categories == selection.categories


@pytest.mark.sqlite_only  # plans of SQLite
@pytest.mark.parametrize("options", OPTIONS, ids=["lvis", "visual_genome"])
def test_no_table_is_read_for_one(odd_index: Path, tmp_path: Path, options: BoxOptions) -> None:
    path = tmp_path / "ovmr.db"
    shutil.copyfile(odd_index / "ovmr.db", path)
    seem_large(path)
    session = Session(odd_index, path)
    with session.read() as connection:
        selection = select_boxes(session, connection, options)
        pk, _ = connection.execute(image_ids(selection)).first() or (0, 0)
        one = replace(selection, images=(pk,))
        for query in (queries.images(one, records=True), queries.boxes(one)):
            plan = plan_of(connection, query)
            assert scanned(plan) == {"given"}
            assert "SEARCH images USING INTEGER PRIMARY KEY" in plan


def _change(index: Index, member: str, records: list[Any]) -> None:
    path = index.root / "lvis/lvis_v1_train.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {member: records}))


@pytest.mark.slow
def test_no_other_image_or_category_is_taken_for_one_of_a_changed_index(tmp_path: Path) -> None:
    with boxed_index(tmp_path / "datasets") as index:
        found = BoxedImages(index)
        before = found.read(1, records=False)
        images = json.loads((index.root / "lvis/lvis_v1_train.json").read_text())["images"]

        _change(index, "images", [images[1], images[0], *images[3:]])
        index.ingest()
        assert [image["id"] for image in images[:3]] == [PLAIN, TWO_BOXES, EMPTY]
        assert found.read(1, records=False) == before
        with pytest.raises(OvmrIndexError, match=f"image {EMPTY} or its categories are gone; make"):
            found.read(2, records=False)

        index.sources.rm("lvis_v1_train")
        index.ingest()  # its rows have other numbers
        with pytest.raises(OvmrIndexError, match="has changed, and image 9 or its categories"):
            found.read(0, records=False)

        found = BoxedImages(index)
        _change(index, "categories", [*CATEGORIES[:2], CATEGORIES[2] | {"name": "hamper"}])
        index.ingest()
        with pytest.raises(OvmrIndexError, match="has changed"):
            found.read(0, records=False)
