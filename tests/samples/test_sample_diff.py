"""How two saved samples differ: by exemplars, each as often as it was drawn, and by their order."""

from pathlib import Path

import pytest

from ovmr_index import DrawOptions
from ovmr_index.samples.sample_diff import ComparedSample, SampledExemplar, compare_samples
from ovmr_index.samples.saved_queries import SavedPick
from ovmr_index.vocabularies.kept_categories import KeptCategory
from tests.support.coco_files import coco_json, ingest_coco
from tests.support.runs import call
from tests.support.trees import TreeBuilder

CATEGORIES = [KeptCategory(1, "cat", "cat.n.01"), KeptCategory(2, "dog", "dog.n.01")]
OPTIONS = DrawOptions(1, vocabulary="mine")


def _picks(*region_ids: int) -> ComparedSample:
    picks = [SavedPick(1, i, "lvis", "a.jpg", region_id) for i, region_id in enumerate(region_ids)]
    return ComparedSample(CATEGORIES, picks, [(0, 0, 9, 9)] * len(picks))


def test_an_exemplar_counts_as_often_as_it_was_drawn() -> None:
    found = compare_samples(_picks(1, 2, 2, 3), _picks(2, 3, 4))
    assert (found.common, found.same) == (2, False)
    assert [one.region_id for one in found.only_a] == [1, 2]
    assert found.only_b == [SampledExemplar(1, "lvis", "a.jpg", 4)]


def test_another_order_is_another_sample() -> None:
    found = compare_samples(_picks(1, 2), _picks(2, 1))
    assert found.as_json() == {"common": 2, "same": False, "only_a": [], "only_b": []}
    assert compare_samples(_picks(1, 2), _picks(1, 2)).same


def test_json_names_exemplars() -> None:
    found = compare_samples(_picks(1), _picks()).as_json()
    assert list(found) == ["common", "same", "only_a", "only_b"]
    exemplar = {"category_id": 1, "dataset": "lvis", "file_name": "a.jpg", "region_id": 1}
    assert found["only_a"] == [exemplar]


def test_categories_are_the_same_by_what_they_are_called() -> None:
    one = _picks(1, 2)
    swapped = [CATEGORIES[0]._replace(category_id=2), CATEGORIES[1]._replace(category_id=1)]
    again = one._replace(
        categories=swapped, picks=[pick._replace(category_id=2) for pick in one.picks]
    )
    assert compare_samples(one, again).same
    other = compare_samples(one, one._replace(categories=swapped))
    assert (other.common, other.same, other.only_a) == (0, False, other.only_b)
    old = [KeptCategory(1, None, "cat.n.01")]
    assert compare_samples(one._replace(categories=old), one).same


def test_a_box_with_other_numbers_is_another_exemplar() -> None:
    one = _picks(1, 2)
    assert compare_samples(one, one._replace(boxes=[(0.0, 0, 9.0, 9), (0, 0, 9, 9)])).same
    found = compare_samples(one, one._replace(boxes=[(0, 0, 9, 9), (1, 0, 9, 9)]))
    assert (found.common, found.same) == (1, False)
    assert found.only_a == found.only_b == [SampledExemplar(1, "lvis", "a.jpg", 2)]


@pytest.mark.slow
def test_samples_from_before_and_after_a_new_numbering(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    cat, dog = {"name": "cat"}, {"name": "dog"}
    index = ingest_coco(builder, [{"id": 1, **cat}, {"id": 2, **dog}])
    index.sample(OPTIONS, name="before")
    # The names have changed places, and the boxes keep their ids: what was a cat is a dog.
    ingest_coco(builder, [{"id": 1, **dog}, {"id": 2, **cat}]).sample(OPTIONS, name="named")
    done = call("sample", "diff", "before", "named", root=index.root)
    assert done.out.endswith("0 exemplars are in both\n")
    assert "2 exemplars of the same ids: another category or box in each sample" in done.err
    # The labels follow: all is as before, but for the ids.
    content = coco_json([{"id": 1, **dog}, {"id": 2, **cat}])
    first, second = content["annotations"]
    first["category_id"], second["category_id"] = 2, 1
    file = builder.json("mine.json", content)
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine")])
    index.sample(OPTIONS, name="numbered")
    assert index.samples.diff("before", "numbered").same
    said = call("sample", "diff", "named", "numbered", "--json", root=index.root).data
    assert (said["common"], said["same"], len(said["only_a"])) == (0, False, 2)
    for name in ("before", "named"):
        out = tmp_path / f"{name}.json"
        for target in ("sample", "crops", "images"):
            done = call("export", target, "--name", name, "-o", out, root=index.root)
            assert (done.code, out.exists()) == (1, False)
    out = tmp_path / "numbered.json"
    assert call("export", "sample", "--name", "numbered", "-o", out, root=index.root).code == 0
