"""`measure`: which images it reads, what it says, and what is wrong usage."""

import pytest
from sqlalchemy import select, text

from ovmr_index import Index, Issue, UsageError
from ovmr_index.db.models import Image
from ovmr_index.db.work_units import Part
from ovmr_index.images.size_queries import unreadable_among
from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.trees import APPLE, TENCH_WNID, TreeBuilder, category, image, picture

LACKING = """
SELECT count(*) FROM images LEFT JOIN image_hashes ON image_pk = pk
WHERE {} IS NULL AND source_pk = (SELECT pk FROM sources WHERE name = '{}')
"""
TORN = f"train/{TENCH_WNID}/torn.JPEG"


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return an index of LVIS and of three files of tenches, one of which is no image."""
    builder.lvis(images=[image(1)], categories=[category(1), category(2, APPLE)])
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.file(f"imagenet/imagenet21k_P/{TORN}", b"\xff\xd8none")
    found = builder.index()
    found.ingest()
    return found


def _lacking(index: Index, column: str, source: str) -> int:
    with index._session.read() as connection:
        found: int = connection.execute(text(LACKING.format(column, source))).scalar_one()
        return found


@pytest.mark.slow
def test_what_is_read_once_is_not_read_again(index: Index) -> None:
    report = index.measure(hashes=False)
    assert (report.sizes, report.hashes) == (2, 0)
    (issue,) = report.unreadable
    assert (issue.dataset, issue.file) == ("imagenet21k", TORN)
    report = index.measure(sizes=False)
    assert (report.sizes, report.hashes, report.unreadable) == (0, 4, [])
    assert index.measure(near=True).hashes == 3
    again = index.measure(near=True)
    assert (again.sizes, again.hashes) == (0, 0)
    assert {one.file for one in again.unreadable} == {TORN}
    assert "sizes of 0 images, hashes of 0" in repr(again)


def test_who_begins_again_leaves_what_others_are_about_to_report(
    index: Index, builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may have ended the same work, and be about to say what it could not read."""

    def unreadable() -> list[str]:
        return [file for _, file, _ in rows_of(index, str(unreadable_among(select(Image.c.pk))))]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    index.measure(hashes=False)
    with monkeypatch.context() as patch:
        patch.setattr(Part, "claims", stop)
        with pytest.raises(KeyboardInterrupt):
            index.measure(hashes=False)
    assert unreadable() == [TORN]
    builder.file(f"imagenet/imagenet21k_P/{TORN}", picture())
    report = index.measure(hashes=False)
    assert (report.sizes, report.unreadable, unreadable()) == (1, [], [])


def test_the_images_of_a_source(index: Index) -> None:
    assert index.measure(source="lvis_v1_train").hashes == 1
    assert _lacking(index, "sha256", "lvis_v1_train") == 0
    assert _lacking(index, "sha256", "imagenet21k") == 3
    report = index.measure(source="imagenet21k")
    assert (report.sizes, report.hashes) == (2, 3)
    assert report.unreadable == [
        Issue("imagenet21k", TORN, reason=report.unreadable[0].reason),
    ]
    assert _lacking(index, "width", "imagenet21k") == 1


@pytest.mark.slow
def test_what_the_command_says(index: Index) -> None:
    done = call("measure", "--source", "imagenet21k", root=index.root)
    assert (done.code, done.out) == (0, "sizes of 2 images and hashes of 3 images read\n")
    assert done.err.startswith(f"imagenet21k: {TORN}: ")
    done = call("measure", "--hashes", "--workers", "1", root=index.root)
    assert done.out == "hashes of 1 image read\n"
    done = call("measure", "--sizes", "--json", root=index.root)
    assert done.data == {"sizes": 0, "hashes": 0, "unreadable": 1}


@pytest.mark.slow
def test_wrong_usage(index: Index) -> None:
    problems = {
        "--vocabulary lvis_v1_val --source imagenet21k": "are both given; give one of them",
        "--source imagenet": "there is no source 'imagenet'; did you mean 'imagenet21k'?",
        "--vocabulary mine": "there is no vocabulary 'mine'",
    }
    for arguments, problem in problems.items():
        refused = call("measure", *arguments.split(), root=index.root)
        assert refused.code == 2
        assert problem in refused.error


def test_wrong_arguments(index: Index) -> None:
    with pytest.raises(UsageError, match="there is nothing to read"):
        index.measure(sizes=False, hashes=False)
    with pytest.raises(UsageError, match="give 1 to 1,024 processes, not 0"):
        index.measure(workers=0)
    assert call("measure", "--workers", "0", root=index.root).code == 2
    assert call("measure", root=index.root / "none").code == 2
