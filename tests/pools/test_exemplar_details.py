"""What is known of one exemplar: its boxes, its place in the pool, what is alike, what is gone."""

import pytest
from sqlalchemy import Connection

from ovmr_index import Index
from ovmr_index.errors import UsageError
from ovmr_index.pools.alike_queries import alike_images
from ovmr_index.pools.detail_queries import (
    PooledKey,
    beside_in_pool,
    boxes_on,
    image_at,
    image_of_region,
    place_in_pool,
)
from tests.support.coco_files import coco_json
from tests.support.few_synsets import index_of_few_synsets
from tests.support.plans import plan_of, scanned
from tests.support.planted import TENCHES, VAL, plant
from tests.support.trees import APPLE, BASKET, TENCH, TreeBuilder, picture

TRAIN = "lvis_v1_train"
LARGE = {"images", "regions", "region_records", "region_fields", "image_hashes", "image_records"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index of all kinds of sources, whose images are hashed: read only."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("details") / "datasets", few)
    index = plant(builder)
    index.pools.hash_images(perceptual=True)
    return index


@pytest.mark.slow
def test_a_box_of_lvis(index: Index) -> None:
    file = "train2017/000000000001.jpg"
    found = index.pools.exemplar(APPLE, TRAIN, file, region_id=1)
    assert (found.category_id, found.category, found.gone) == (2, "apple", "")
    assert found.image is not None
    assert found.box is not None
    assert found.origin is not None
    assert (found.image.width, found.image.height) == (64, 48)
    assert found.image.members()["coco_url"].endswith("000000000001.jpg")
    assert (found.box.x, found.box.y, found.box.w, found.box.h) == (4, 4, 40.5, 36)
    assert found.box.label == "apple"
    assert found.box.members()["area"] == 1440.5
    assert found.box.segmentation() == [[4.5, 4, 44, 4, 44, 40]]
    assert found.origin.generation == 1
    assert [file.path for file in found.origin.files] == ["lvis/lvis_v1_train.json"]
    assert found.origin.last_run is not None
    assert found.origin.last_run.added == 3


def test_a_whole_image_has_no_box(index: Index) -> None:
    found = index.pools.exemplar(TENCH, "imagenet21k", f"{TENCHES}/other.JPEG")
    assert (found.box, found.gone) == (None, "")
    assert found.image is not None
    assert found.origin is not None
    assert found.image.members()["synset"] == TENCH
    assert found.origin.files == []


@pytest.mark.slow
def test_the_exemplars_beside_it_lead_through_the_pool(index: Index) -> None:
    pool = index.exemplars(TENCH)
    found = index.pools.exemplar(
        TENCH, "imagenet21k", pool[0].file_name, region_id=pool[0].region_id
    )
    assert (found.before, found.pool_size) == (None, len(pool))
    passed = [PooledKey(found.source, found.file_name, found.region_id)]
    while found.after is not None:
        before = passed[-1]
        passed.append(found.after)
        key = found.after
        found = index.pools.exemplar(TENCH, key.source, key.file_name, region_id=key.region_id)
        assert found.before == before
    assert [key[1:] for key in passed] == [(one.file_name, one.region_id) for one in pool]


def test_what_is_alike_by_id_content_and_looks(index: Index) -> None:
    found = index.pools.exemplar(TENCH, "imagenet21k", f"{TENCHES}/same.JPEG")
    assert found.is_hashed
    seen = {(one.source, one.file_name): one for one in found.alike}
    assert seen["lvis_v1_val", VAL[20]].by == "content"
    smaller = seen["imagenet21k", f"{TENCHES}/smaller.JPEG"]
    assert (smaller.by, smaller.is_pooled, smaller.region_id) == ("looks", 1, None)
    assert ("imagenet21k", f"{TENCHES}/other.JPEG") not in seen
    assert len(seen) == len(found.alike)


def test_what_is_alike_by_the_id_in_coco(index: Index) -> None:
    found = index.pools.exemplar(BASKET, TRAIN, VAL[9], region_id=5)
    assert ("lvis_v1_val", VAL[9], "id") in {one[:1] + one[2:3] + one[4:5] for one in found.alike}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("flickr", "a.jpg", None), "The index holds no source flickr now."),
        ((TRAIN, "a.jpg", 1), "The index holds no such image of lvis_v1_train now."),
        ((TRAIN, VAL[9], 1), "lvis_v1_train has no box 1 on this image now."),
        ((TRAIN, VAL[9], 5), "It is in no pool of apple now."),
    ],
)
def test_what_is_gone_is_said(index: Index, key: PooledKey, said: str) -> None:
    source, file_name, region_id = key
    found = index.pools.exemplar(APPLE, source, file_name, region_id=region_id)
    assert (found.gone, found.place) == (said, None)
    assert (found.image is None) == ("such image" in said or "no source" in said)


def test_a_category_that_is_not_there(index: Index) -> None:
    with pytest.raises(UsageError, match=r"there is no category 'appel'.*did you mean 'apple'"):
        index.pools.exemplar("appel", TRAIN, VAL[9])


def test_run_lengths_are_those_of_the_file(builder: TreeBuilder) -> None:
    mask = {"size": [100, 200], "counts": [0, 20_000]}
    cat = {"id": 1, "name": "cat"}
    content = coco_json([cat])
    content["annotations"][0]["segmentation"] = mask
    file = builder.json("mine.json", content)
    builder.file("mine/1.jpg", picture((200, 100)))
    index = builder.index()
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine")])
    (one,) = index.exemplars("cat", vocabulary="mine")
    found = index.pools.exemplar(
        "cat", "mine", one.file_name, region_id=one.region_id, vocabulary="mine"
    )
    assert found.box is not None
    assert found.box.segmentation() == mask


def test_a_size_that_no_file_says_is_read_for_its_boxes(builder: TreeBuilder) -> None:
    content = coco_json([{"id": 1, "name": "cat"}])
    del content["images"][0]["width"], content["images"][0]["height"]
    file = builder.json("mine.json", content)
    picture_file = builder.file("mine/1.jpg", picture((200, 100)))
    index = builder.index()
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine")])
    index.collate(vocabulary="mine")
    for size in ((200, 100), (None, None)):
        found = index.pools.exemplar("cat", "mine", "1.jpg", region_id=1, vocabulary="mine")
        assert found.image is not None
        assert (found.image.width, found.image.height) == size
        picture_file.write_bytes(b"no picture")


def test_everything_is_found_by_index(large: Connection) -> None:
    queries = [
        image_at(1, "a.jpg"),
        image_of_region(1, 1),
        boxes_on(1),
        place_in_pool(1, 1, 1),
        beside_in_pool(1, 1, after=True),
        alike_images(1, 1),
    ]
    for query in queries:
        assert scanned(plan_of(large, query)).isdisjoint({*LARGE, "pool_entries"})
