"""Headers of tars and zips: hard links, odd numbers, and damage of every kind."""

import io
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ovmr_index.errors import RecordError
from ovmr_index.formats.tar import TarImages
from ovmr_index.formats.tree_records import ArchivedFolder, ArchivedImage
from tests.support.exhaustive import examples
from tests.support.tars import tar_of, zip_of
from tests.support.trees import TENCH_WNID

MANY = {f"{i}.JPEG": bytes([i]) * (300 * i) for i in range(1, 7)}
FORMS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
LONG_NAMES = {"n" * 300 + f"{i}.JPEG": b"x" * i for i in range(3)}
Entry = tuple[str, bytes | str]  # a name, and bytes or the name that it is a hard link to


def _linked(*entries: Entry) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        for name, content in entries:
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.LNKTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return output.getvalue()


def _read(
    content: bytes, file: Path, kind: str | None = None
) -> tuple[TarImages, dict[str, bytes]]:
    """Return the reader, and the bytes of each image of a tar, as the last of a name has them."""
    file.write_bytes(content)
    reader = TarImages(file, (), ArchivedFolder(TENCH_WNID, None, TENCH_WNID, None, None, kind))
    images: list[ArchivedImage] = [one for batch in reader.batches() for one in batch.images]
    return reader, {one.name: content[one.offset : one.offset + one.size] for one in images}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([("a.JPEG", b"1"), ("b.JPEG", "a.JPEG")], {"a.JPEG": b"1", "b.JPEG": b"1"}),
        ([("./a.JPEG", b"1"), ("b.JPEG", "a.JPEG")], {"a.JPEG": b"1", "b.JPEG": b"1"}),
        ([("a.JPEG", b"1"), ("b.JPEG", "./a.JPEG")], {"a.JPEG": b"1", "b.JPEG": b"1"}),
        ([(".hidden", b"1"), ("b.JPEG", ".hidden")], {"b.JPEG": b"1"}),
        ([("x/blob.bin", b"1"), (f"{TENCH_WNID}/b.JPEG", "x/blob.bin")], {"b.JPEG": b"1"}),
        (
            [("a.JPEG", b"1"), ("b.JPEG", "a.JPEG"), ("c.JPEG", "b.JPEG")],
            {"a.JPEG": b"1", "b.JPEG": b"1", "c.JPEG": b"1"},
        ),
        (
            [("a.JPEG", b"1"), ("b.JPEG", "a.JPEG"), ("a.JPEG", b"22")],
            {"a.JPEG": b"22", "b.JPEG": b"1"},
        ),
        (
            [("a.JPEG", b"1"), ("b.JPEG", "a.JPEG"), ("b.JPEG", b"22")],
            {"a.JPEG": b"1", "b.JPEG": b"22"},
        ),
        ([("b.JPEG", "a.JPEG"), ("a.JPEG", b"1")], {"a.JPEG": b"1"}),
        ([("b.JPEG", "b.JPEG")], {}),
        ([("b.JPEG", "gone.JPEG")], {}),
    ],
)
def test_a_hard_link_is_the_bytes_of_an_earlier_member(
    tmp_path: Path, entries: list[Entry], expected: dict[str, bytes]
) -> None:
    reader, found = _read(_linked(*entries), tmp_path / f"{TENCH_WNID}.tar")
    assert found == expected
    reasons = {one.record: one.reason for one in reader.problems if "hard link" in one.reason}
    dangling = {name: target for name, target in entries if isinstance(target, str)}
    assert reasons == {
        name: f"is a hard link to {target}, which no earlier member is"
        for name, target in dangling.items()
        if Path(name).name not in expected
    }


def test_a_number_that_no_file_has_is_damage(tmp_path: Path) -> None:
    for size in (b"\x80" + b"\xff" * 11, b"\xff" * 12, b"\xff" * 11 + b"\x01", b"77777777777\0"):
        content = bytearray(tar_of(MANY))
        content[124:136] = size
        _repair(content, 0)
        with pytest.raises(RecordError, match="is no tar, cut short or damaged"):
            _read(bytes(content), tmp_path / f"{TENCH_WNID}.tar")


def test_members_of_a_zip_that_are_refused(tmp_path: Path) -> None:
    content = zip_of({"a.JPEG": b"1", "../b.JPEG": b"2", "c/d.JPEG": b"3", "notes.txt": b""})
    encrypted = bytearray(zip_of({"a.JPEG": b"1"}))
    encrypted[encrypted.index(b"PK\1\2") + 8] |= 1
    file = tmp_path / f"{TENCH_WNID}.zip"
    reader, found = _read(content, file, "zip")
    assert list(found) == ["a.JPEG"]
    assert [(one.record, one.reason) for one in reader.problems] == [
        ("../b.JPEG", "its path leaves the folder"),
        ("c/d.JPEG", f"is in another folder than {TENCH_WNID}"),
    ]
    reader, found = _read(bytes(encrypted), file, "zip")
    assert [one.reason for one in reader.problems] == ["is encrypted; unpack it first"]
    for cut in range(0, len(content), 7):
        with pytest.raises(RecordError, match="is no zip, cut short or damaged"):
            _read(content[:cut], file, "zip")


def _repair(content: bytearray, start: int) -> None:
    """Give a header the sum that its bytes have, so that the damage is read."""
    header = bytearray(content[start : start + tarfile.BLOCKSIZE])
    header[148:156] = b" " * 8
    content[start + 148 : start + 156] = b"%06o\0 " % sum(header)


_FIELDS = st.sampled_from((0, 100, 124, 136, 156, 157, 257, 265, 329, 345, 386, 482, 483))
_VALUES = st.one_of(
    st.binary(min_size=1, max_size=24),
    st.sampled_from((b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-1\0", b"77777777777\0", b"\0" * 512)),
    st.sampled_from([bytes([kind]) for kind in b"01234567SLKxgVDMN\0"]),
)
_CONTENTS = (
    *(tar_of(MANY, form) for form in FORMS),
    *(tar_of(LONG_NAMES, form) for form in FORMS[1:]),
    _linked(("a.JPEG", b"1"), ("b.JPEG", "a.JPEG"), ("c.JPEG", "b.JPEG")),
)


@settings(examples(150), suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.sampled_from(_CONTENTS),
    changes=st.lists(st.tuples(st.integers(0, 30), _FIELDS, _VALUES), min_size=1, max_size=4),
    cut=st.none() | st.integers(0, 12_000),
)
def test_a_mutated_header_is_damage_or_a_tar(
    tmp_path_factory: pytest.TempPathFactory,
    content: bytes,
    changes: list[tuple[int, int, bytes]],
    cut: int | None,
) -> None:
    mutated = bytearray(content)
    for block, field, value in changes:
        start = block % (len(content) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        mutated[start + field : start + field + len(value)] = value
        _repair(mutated, start)
    file = tmp_path_factory.mktemp("mutated") / f"{TENCH_WNID}.tar"
    with suppress(RecordError):
        _read(bytes(mutated[:cut]), file)


@examples(100)
@given(at=st.integers(0, 4_000), value=st.binary(min_size=1, max_size=8))
def test_a_mutated_zip_is_damage_or_a_zip(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: bytes
) -> None:
    content = bytearray(zip_of(MANY))
    content[at % len(content) : at % len(content) + len(value)] = value
    file = tmp_path_factory.mktemp("mutated") / f"{TENCH_WNID}.zip"
    with suppress(RecordError):
        _read(bytes(content), file, "zip")
