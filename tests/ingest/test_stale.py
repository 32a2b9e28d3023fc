"""A file that changed while its size and time stayed is read again: at once, or after `verify`."""

import os
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from ovmr_index import Index
from ovmr_index.db.engine import writing
from ovmr_index.db.models import Image, SourceFile
from ovmr_index.ingest.report import Counts
from tests.support.contents import everything
from tests.support.runs import call
from tests.support.tampering import forbid_writes
from tests.support.tars import to_class_tars
from tests.support.trees import (
    APPLE_WNID,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    picture,
    vg_object,
    vg_objects,
)

CHANGED = Counts(changed=1)


def _write(file: Path, content: bytes) -> None:
    """Replace the content of a file by another of the same size, and keep the file's times."""
    status = file.stat()
    assert len(content) == status.st_size
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _forget_the_rest(index: Index) -> None:
    """Let the index know size and time alone, as on a file system that keeps nothing else."""
    with writing(index.engine) as connection:
        for path in connection.execute(select(SourceFile.c.path)).scalars().all():
            status = (index.root / path).stat()
            known = update(SourceFile).where(SourceFile.c.path == path)
            connection.execute(known.values(ctime_ns=status.st_ctime_ns, inode=status.st_ino))


def test_change_time_shows_it(builder: TreeBuilder) -> None:
    spec = builder.lvis(annotations=[annotation(1, area=1500)])
    index = builder.index()
    index.ingest()
    _write(spec.path, spec.path.read_bytes().replace(b"1500", b"1600"))
    assert index.ingest().sources[0].counts == CHANGED
    assert index.ingest().sources[0].counts == Counts(unchanged=1)


def test_another_file_behind_a_link_shows_it(builder: TreeBuilder) -> None:
    spec = builder.lvis(annotations=[annotation(1, area=1500)])
    first, second = (spec.path.with_name(name) for name in ("first.json", "second.json"))
    spec.path.rename(first)
    second.write_bytes(first.read_bytes().replace(b"1500", b"1600"))
    os.utime(second, ns=(first.stat().st_mtime_ns,) * 2)
    spec.path.symlink_to(first)
    index = builder.index()
    index.ingest()
    spec.path.unlink()
    spec.path.symlink_to(second)
    assert index.ingest().sources[0].counts == CHANGED


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lvis/lvis_v1_train.json", "VisualGenome/objects.json"])
def test_verify_marks_the_source(builder: TreeBuilder, name: str) -> None:
    builder.lvis(annotations=[annotation(1, area=1500)])
    builder.visual_genome(vg_objects(1, vg_object(1, w=1500)))
    index = builder.index()
    index.ingest()
    _write(builder.root / name, (builder.root / name).read_bytes().replace(b"1500", b"1600"))
    _forget_the_rest(index)
    assert not any(one.did_work for one in index.ingest().sources)
    assert [one.file for one in index.verify("names").issues if one.kind == "changed"] == [name]
    assert sum(one.counts.changed for one in index.ingest().sources) == 1


def test_rehash_reads_it(builder: TreeBuilder) -> None:
    spec = builder.lvis(annotations=[annotation(1, area=1500)])
    index = builder.index()
    index.ingest()
    _write(spec.path, spec.path.read_bytes().replace(b"1500", b"1600"))
    _forget_the_rest(index)
    assert index.ingest(rehash=True).sources[0].counts == CHANGED


def test_a_file_that_was_copied_with_its_time_is_the_same(builder: TreeBuilder) -> None:
    spec = builder.lvis()
    index = builder.index()
    index.ingest()
    status, content = spec.path.stat(), spec.path.read_bytes()
    spec.path.unlink()
    spec.path.write_bytes(content)
    os.utime(spec.path, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = index.ingest().sources[0]
    assert not report.did_work
    assert report.counts == Counts(unchanged=1)


def test_tar_of_another_time(builder: TreeBuilder) -> None:
    """A tar is as large as before, and one image in it has another name."""
    top = "imagenet/imagenet21k_P/train"
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    to_class_tars(builder.root / "imagenet")
    tar = builder.root / top / f"{TENCH_WNID}.tar"
    builder.touch(tar)
    index = builder.index()
    index.ingest()
    tar.write_bytes(tar.read_bytes())
    assert [one.kind for one in index.verify("names").issues] == ["changed"]


@pytest.mark.usefixtures("without_power")
def test_index_that_cannot_be_written_is_verified(builder: TreeBuilder) -> None:
    spec = builder.lvis(annotations=[annotation(1, area=1500)])
    index = builder.index()
    index.ingest()
    _write(spec.path, spec.path.read_bytes().replace(b"1500", b"1600"))
    before = everything(index)
    index.close()
    if isinstance(index.location, Path):
        index.path.chmod(0o444)
    else:
        forbid_writes(index)
    done = call("--root", builder.root, "verify", "--quick", "--json")
    assert (done.code, [one["kind"] for one in done.data]) == (1, ["missing", "changed"])
    assert everything(index) == before


def _class_folders(builder: TreeBuilder, kind: str) -> Path:
    """Write two class folders, one with a link into the other, all of one time, long ago."""
    top = builder.root / ("imagenet" if kind == "imagenet" else "k")
    for wnid, name in ((APPLE_WNID, "a.JPEG"), (APPLE_WNID, "b.JPEG"), (TENCH_WNID, "c.JPEG")):
        builder.file(f"{top.name}/{wnid}/{name}", picture())
    (top / TENCH_WNID / "l.JPEG").symlink_to(f"../{APPLE_WNID}/a.JPEG")
    for path in (*top.iterdir(), top):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    return top


def _ingest(index: Index, kind: str, top: Path) -> Counts:
    sources = index.sources
    one = sources.imagenet(top) if kind == "imagenet" else sources.folder(top, name="k")
    return index.ingest([one]).sources[0].counts


KINDS = pytest.mark.parametrize("kind", ["imagenet", "folder"])


@pytest.mark.exhaustive(but=["imagenet"])
@pytest.mark.slow
@KINDS
def test_link_whose_target_is_gone_is_gone_after_verify(builder: TreeBuilder, kind: str) -> None:
    top, index = _class_folders(builder, kind), builder.index()
    assert _ingest(index, kind, top) == Counts(added=4)
    (top / APPLE_WNID / "a.JPEG").unlink()
    assert _ingest(index, kind, top) == Counts(unchanged=3, vanished=1)
    found = [one.file for one in index.verify("headers").issues]
    assert found == [f"{TENCH_WNID}/l.JPEG"]
    assert _ingest(index, kind, top) == Counts(unchanged=2, vanished=1)
    assert not index.verify("headers").failed
    assert _ingest(index, kind, top) == Counts(unchanged=2)


@pytest.mark.exhaustive(but=["folder"])
@pytest.mark.slow
@KINDS
def test_link_that_leads_out_by_now_is_left_out(builder: TreeBuilder, kind: str) -> None:
    top, index = _class_folders(builder, kind), builder.index()
    assert _ingest(index, kind, top) == Counts(added=4)
    (top / APPLE_WNID / "a.JPEG").rename(builder.root / "a.JPEG")
    (top / APPLE_WNID / "a.JPEG").symlink_to("../../a.JPEG")
    os.utime(top / APPLE_WNID, (1_000_000_000, 1_000_000_000))
    assert _ingest(index, kind, top) == Counts(unchanged=3, vanished=1)
    found = [(one.kind, one.file) for one in index.verify("headers").issues]
    assert found == [("unreadable", f"{TENCH_WNID}/l.JPEG")]
    assert _ingest(index, kind, top) == Counts(unchanged=2, vanished=1)
    assert not index.verify("headers").failed


@pytest.mark.exhaustive(but=["folder"])
@KINDS
def test_folders_that_changed_places_are_listed(builder: TreeBuilder, kind: str) -> None:
    top, index = _class_folders(builder, kind), builder.index()
    (top / TENCH_WNID / "l.JPEG").unlink()
    os.utime(top / TENCH_WNID, (1_000_000_000, 1_000_000_000))
    assert _ingest(index, kind, top) == Counts(added=3)
    (top / APPLE_WNID).rename(top / "away")
    (top / TENCH_WNID).rename(top / APPLE_WNID)
    (top / "away").rename(top / TENCH_WNID)
    os.utime(top, (1_000_000_000, 1_000_000_000))
    assert _ingest(index, kind, top) == Counts(added=3, vanished=3)
    assert not index.verify("headers").failed


@pytest.mark.exhaustive(but=["imagenet"])
@KINDS
def test_what_is_unpacked_later_is_found_whatever_the_time_of_its_folder(
    builder: TreeBuilder, kind: str
) -> None:
    """As `tar` does: it gives each folder the time that the archive has."""
    top, index = _class_folders(builder, kind), builder.index()
    assert _ingest(index, kind, top) == Counts(added=4)
    (top / TENCH_WNID / "d.JPEG").write_bytes(picture())
    os.utime(top / TENCH_WNID, (1_000_000_000, 1_000_000_000))
    assert _ingest(index, kind, top) == Counts(added=1, unchanged=4)
    assert _ingest(index, kind, top) == Counts(unchanged=5)


@pytest.mark.exhaustive(but=["folder"])
@KINDS
def test_what_is_unchanged_is_not_listed_again(builder: TreeBuilder, kind: str) -> None:
    top, index = _class_folders(builder, kind), builder.index()
    assert _ingest(index, kind, top) == Counts(added=4)
    with writing(index.engine) as connection:
        connection.execute(delete(Image).where(Image.c.file_name.endswith("/b.JPEG")))
    assert _ingest(index, kind, top) == Counts(unchanged=3)
