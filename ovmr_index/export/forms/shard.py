"""One shard of a WebDataset: a tar whose members are samples, the same bytes on every machine."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ovmr_index.storage.atomic import whole_file


class Member(NamedTuple):
    """A sample of a shard: its key, and the content of its files by what their names end in."""

    key: str
    files: dict[str, bytes]


def write_shard(path: Path, members: Iterable[Member]) -> int:
    """Write a tar of samples, whole or not at all; return its size in bytes.

    A member is called `<key>.<suffix>`. It has no time and no owner.

    Raises:
        OvmrIndexError: It cannot be written.
    """
    with whole_file(path) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for member in members:
                for suffix, content in member.files.items():
                    header = tarfile.TarInfo(f"{member.key}.{suffix}")
                    header.size = len(content)
                    tar.addfile(header, io.BytesIO(content))
        return file.tell()
