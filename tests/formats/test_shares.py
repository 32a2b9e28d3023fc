"""Shards of a tree: which classes are in each, and who says what was left out."""

import pytest

from ovmr_index.errors import Issue, UsageError
from ovmr_index.formats.shares import Share

WNIDS = [f"n{number:08}" for number in range(0, 300_000, 317)]


@pytest.mark.parametrize("of", [1, 2, 7, 16])
def test_each_class_is_in_one_shard(of: int) -> None:
    shares = [Share(number, of) for number in range(1, of + 1)]
    takers = [[one.number for one in shares if one.takes(wnid)] for wnid in WNIDS]
    assert {len(some) for some in takers} == {1}
    counts = [takers.count([one.number]) for one in shares]
    assert min(counts) > 0.7 * len(WNIDS) / of


def test_shards_stay_what_they_are() -> None:
    """An array job may run another version on another day."""
    assert [n for n in range(1, 17) if Share(n, 16).takes("n01440764")] == [11]
    assert [n for n in range(1, 17) if Share(n, 16).takes("n07739125")] == [5]


@pytest.mark.parametrize(
    "path",
    [
        "train/n01440764",
        "val/n01440764/images",
        "n01440764.tar",
        "train/n01440764.tar.gz",
        "imagenet21k_small_classes/n01440764/some.tar",
    ],
)
def test_whatever_is_of_a_class_is_in_its_shard(path: str) -> None:
    for number in range(1, 17):
        share = Share(number, 16)
        assert share.takes_path(path) == share.takes("n01440764")
        assert share.owns(Issue(file="/data", record=path)) == share.takes("n01440764")


@pytest.mark.parametrize(
    "issue",
    [
        Issue(file="/data/n01440764.tar", record="odd.txt"),
        Issue(file="/data", reason="is no image: 12 more files, the last is n01440764/x.txt"),
    ],
)
def test_what_is_left_out_of_a_tar_and_the_rest_are_of_a_class(issue: Issue) -> None:
    assert [n for n in range(1, 17) if Share(n, 16).owns(issue)] == [11]


def test_what_is_of_no_class_is_said_once() -> None:
    for record in ("", "train/", "test", "Bilder"):
        issue = Issue(file="/data", record=record, reason="is no class folder")
        assert sum(Share(number, 5).owns(issue) for number in range(1, 6)) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0/4", "shards of 4 are numbered from 1 to 4"),
        ("5/4", "shards of 4 are numbered from 1 to 4"),
        ("1/0", "there are 1 to 10,000 shards"),
        ("1/10001", "there are 1 to 10,000 shards"),
        ("/4", "is a variable empty?"),
        ("3/", "is a variable empty?"),
        ("", "write number/count"),
        ("3", "write number/count"),
        ("a/b", "write number/count"),
        ("-1/4", "write number/count"),
        ("1.5/4", "write number/count"),
        ("²/4", "write number/count"),
        ("1/4/2", "write number/count"),
    ],
)
def test_what_is_no_shard(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match="no shard") as raised:
        Share.read(text)
    assert problem in str(raised.value)


def test_a_shard_is_written_as_it_is_given() -> None:
    assert str(Share.read("03/16")) == "3/16"
