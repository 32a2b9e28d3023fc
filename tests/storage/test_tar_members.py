"""Members of tars: nothing of a packed tar that is read goes to a process that is forked."""

import gzip
import os
from multiprocessing import get_context
from pathlib import Path

from ovmr_index.storage.tar_members import TarMember, read_member
from tests.support.tars import tar_of


def _times_open(path: str) -> int:
    """Return how often this process has a file open."""
    links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return [os.path.realpath(link) for link in links].count(path)


def test_a_packed_tar_is_not_open_in_a_forked_process(tmp_path: Path) -> None:
    content = {"a.jpg": os.urandom(70_000), "b.jpg": os.urandom(70_000)}
    path = tmp_path / "images.tar.gz"
    path.write_bytes(gzip.compress(tar_of(content)))
    first = TarMember(str(path), "a.jpg", 512, 70_000, 0)
    second = TarMember(str(path), "b.jpg", 512 + 70_144 + 512, 70_000, 0)
    assert read_member(first) == content["a.jpg"]
    assert _times_open(str(path)) == 1
    with get_context("fork").Pool(1) as pool:
        assert pool.apply(_times_open, (str(path),)) == 0
        assert pool.apply(read_member, (second,)) == content["b.jpg"]
    assert read_member(second) == content["b.jpg"]
