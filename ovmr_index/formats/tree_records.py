"""The records of trees: class folders, and the tars that stand for them."""

from typing import NamedTuple


class FolderRecord(NamedTuple):
    """A folder of images that show one thing: a class of ImageNet, or any other.

    Without a wnid the folder's name says what they show. `mtime_ns` is None when the folder changed
    so recently that its time proves nothing.
    """

    path: str
    split: str | None
    wnid: str | None
    mtime_ns: int | None
    ctime_ns: int | None = None


class ArchivedFolder(NamedTuple):
    """A class folder in a tar, as if it were unpacked.

    A tar within the archive is its bytes from `offset` on, `size` of them; both are None where the
    archive itself is meant. `compression` is one of
    those of `storage.compression`; None for a plain tar.
    """

    path: str
    split: str | None
    wnid: str
    offset: int | None
    size: int | None
    compression: str | None


class ArchivedImage(NamedTuple):
    """An image in a tar: `offset` and `size` count bytes of the folder's tar, unpacked.

    In a zip `offset` is where the image's header begins. `above` is the folder of the archive that
    the image is in: several may stand for one class folder.
    """

    folder: ArchivedFolder
    name: str
    offset: int
    size: int
    above: str


class ArchiveBatch(NamedTuple):
    """Some images of an archive, of whose bytes `done` are read.

    `folders` are the tars within the archive that were met, those without an image too.
    """

    done: int
    folders: list[ArchivedFolder]
    images: list[ArchivedImage]


class ArchiveRecord(NamedTuple):
    """A tar of class folders: `path` below the root of the images, size in bytes.

    `folder` is its class, None where it holds several. `mtime_ns` is as in `FolderRecord`.
    """

    path: str
    size: int
    mtime_ns: int | None
    ctime_ns: int | None
    folder: ArchivedFolder | None
