"""Two files of an archive that come down to one name: the later is read, the earlier is said."""

import tarfile
from collections.abc import Callable

import pytest

from ovmr_index.formats import tar
from tests.support.contents import rows_of
from tests.support.members import of_kind, tar_in_order, zip_in_order
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

MEMBERS = """
    SELECT i.file_name, t.size FROM images i JOIN tar_members t ON t.image_pk = i.pk
    ORDER BY i.file_name"""
PROBLEMS = "SELECT record, reason FROM ingest_problems ORDER BY 1"
AGAIN = "is in the archive again; the last one is read, as when it is unpacked"
FIRST, SECOND = picture((30, 20)), picture((300, 200))


def _problems(builder: TreeBuilder) -> list[tuple[str, str]]:
    """Ingest twice; return what is left out, which is said both times, and can be asked for."""
    index = builder.index()
    (source,) = index.ingest().sources
    (again,) = index.ingest().sources
    assert source.problems == again.problems
    said = [(one.record, one.reason) for one in source.problems]
    assert rows_of(index, PROBLEMS) == sorted(said)
    return said


@pytest.mark.parametrize(
    ("suffix", "pack"), [("tar", tar_in_order), ("zip", zip_in_order)], ids=["tar", "zip"]
)
def test_one_name_twice(
    builder: TreeBuilder, suffix: str, pack: Callable[[list[tuple[str, bytes]]], bytes]
) -> None:
    members = [("b.JPEG", FIRST), ("a.JPEG", FIRST), ("B.JPEG", FIRST), ("b.JPEG", SECOND)]
    builder.file(f"imagenet/{TENCH_WNID}.{suffix}", pack(members))
    assert _problems(builder) == [("b.JPEG", AGAIN)]
    assert rows_of(builder.index(), MEMBERS) == [
        (f"{TENCH_WNID}/B.JPEG", len(FIRST)),  # another case is another name
        (f"{TENCH_WNID}/a.JPEG", len(FIRST)),
        (f"{TENCH_WNID}/b.JPEG", len(SECOND)),
    ]


def test_three_times_and_far_apart(builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar, "_BATCH", 40)
    others = [(f"{number}.JPEG", b"") for number in range(50)]
    members = [("a.JPEG", FIRST), *others, ("a.JPEG", FIRST), *others[:2], ("a.JPEG", SECOND)]
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_in_order(members))
    said = ["0.JPEG", "1.JPEG", "a.JPEG", "a.JPEG"]
    assert _problems(builder) == [(name, AGAIN) for name in said]
    assert rows_of(builder.index(), MEMBERS)[-1] == (f"{TENCH_WNID}/a.JPEG", len(SECOND))


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        ("a.JPEG", f"{TENCH_WNID}/a.JPEG", f"the folder {TENCH_WNID} of the archive"),
        (f"{TENCH_WNID}/a.JPEG", "a.JPEG", "no folder of the archive"),
    ],
)
def test_two_paths_that_give_one_name(
    builder: TreeBuilder, first: str, second: str, where: str
) -> None:
    members = tar_in_order([(first, FIRST), (second, SECOND)])
    builder.file(f"imagenet/{TENCH_WNID}.tar", members)
    reason = f"has the name of a later image here, which is in {where} and is read"
    assert _problems(builder) == [(first, reason)]
    assert rows_of(builder.index(), MEMBERS) == [(f"{TENCH_WNID}/a.JPEG", len(SECOND))]


def test_one_class_in_two_folders_of_a_tar(builder: TreeBuilder) -> None:
    members = [(f"{above}/{TENCH_WNID}/a.JPEG", FIRST) for above in ("x", "y")]
    builder.file("imagenet/whole.tar", tar_in_order(members))
    ((record, reason),) = _problems(builder)
    assert record == f"x/{TENCH_WNID}/a.JPEG"
    assert f"in the folder y/{TENCH_WNID} of the archive" in reason


def test_one_class_in_two_tars_of_a_tar(builder: TreeBuilder) -> None:
    twice = tar_in_order([("b.JPEG", FIRST), ("b.JPEG", SECOND)])
    first = tar_of({"a.JPEG": FIRST, "c.JPEG": FIRST})
    members = [(f"{TENCH_WNID}.tar", first), (f"{APPLE_WNID}.tar", twice)]
    builder.file("imagenet/w.tar", tar_in_order([*members, (f"x/{TENCH_WNID}.tar", twice)]))
    assert _problems(builder) == [
        (TENCH_WNID, "is in the archive twice; the last one is read, not the 2 images before it"),
        (f"{TENCH_WNID}/b.JPEG", AGAIN),
        (f"{APPLE_WNID}/b.JPEG", AGAIN),
    ]
    assert rows_of(builder.index(), MEMBERS) == [
        (f"{wnid}/b.JPEG", len(SECOND)) for wnid in (TENCH_WNID, APPLE_WNID)
    ]


def test_what_is_one_file_twice_is_no_problem(builder: TreeBuilder) -> None:
    link = of_kind("a.JPEG", tarfile.LNKTYPE, "a.JPEG")  # `tar -c a.JPEG a.JPEG`
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_in_order([("a.JPEG", FIRST), link]))
    assert _problems(builder) == []


def test_a_hard_link_that_takes_the_place_of_an_image(builder: TreeBuilder) -> None:
    link = of_kind("b.JPEG", tarfile.LNKTYPE, "a.JPEG")
    members: list[tuple[str, bytes] | tarfile.TarInfo] = [("a.JPEG", FIRST), ("b.JPEG", SECOND)]
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_in_order([*members, link]))
    assert _problems(builder) == [("b.JPEG", AGAIN)]


def test_thousands_of_one_kind_are_counted(builder: TreeBuilder) -> None:
    members = [(f"{number:04}.JPEG", b"") for number in range(1_100)] * 2
    builder.file(f"imagenet/{TENCH_WNID}.zip", zip_in_order(members))
    (source,) = builder.index().ingest().sources
    assert len(source.problems) == 1_001
    assert source.problems[-1].reason.startswith(f"{AGAIN}: 100 more files, the last is")
