"""Archives as programs rarely make them: members in any order, twice, or of any kind."""

import io
import tarfile
import warnings
import zipfile
from collections.abc import Iterable


class Unseekable(io.RawIOBase):
    """A stream that cannot go back, as a pipe: a zip in it has its checksums behind the members."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.content = bytearray()

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def write(self, part: bytes) -> int:  # type: ignore[override]
        """Keep some bytes."""
        self.content += part
        return len(part)


def tar_in_order(members: Iterable[tuple[str, bytes] | tarfile.TarInfo]) -> bytes:
    """Return a tar of these members, in this order: (name, content), or what has no content."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, io.BytesIO(member[1]))
    return output.getvalue()


def zip_in_order(
    members: Iterable[tuple[str, bytes]],
    method: int = zipfile.ZIP_STORED,
    *,
    streamed: bool = False,
) -> bytes:
    """Return a zip of these members, in this order, two with one name included."""
    output, stream = io.BytesIO(), Unseekable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(stream if streamed else output, "w", method) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return bytes(stream.content) if streamed else output.getvalue()


def of_kind(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Return a member without content: a link, a device, a pipe."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info
