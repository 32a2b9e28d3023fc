"""The images of one class folder: listed and sorted; what else it holds is left out by name."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ovmr_index.errors import Issue
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.storage.image_names import (
    HEAD,
    begins_as_image,
    has_image_suffix,
    hidden_image,
    is_beside_images,
    is_copy_name,
    suffix_of,
)
from ovmr_index.storage.links import NO_PLAIN_FILE, refused_link, within
from ovmr_index.storage.listing import Entry, is_text, scanned, shown, unlistable
from ovmr_index.storage.reading import many, read_part
from ovmr_index.storage.remote.store import RemoteEntry
from ovmr_index.storage.remote.urls import place

EMPTY = "holds no image"

_PUBLISHED = ".JPEG"
_COPY = "is a backup or a part of a download by its name; rename it if it is an image"


class ClassFolders:
    """Lists the class folders of one tree; what is left out is put into its `problems`.

    Links have to stay within the tree or within the folder that they are in, unless `follow_links`.
    """

    def __init__(self, root: Path, problems: list[Issue], nested: str | None = None) -> None:
        """List nothing yet; the folders called `nested` are class folders of their own."""
        self._root, self._left_out, self._nested = root, LeftOut(root, problems), nested
        self._is_inside = within(root)
        self.follow_links = False

    def names(self, path: str) -> list[str]:
        """Return the names of a folder's images, sorted code point by code point.

        Of names that begin with a dot those of images are left out, and the others passed over.
        Raises RecordError for a folder that cannot be listed.
        """
        odd: list[Entry] = []
        try:
            # As fast as it gets: what kind of entry it is comes with the listing of the folder.
            with scanned(self._root / path) as found:
                images = [
                    one.name
                    for one in found
                    if one.is_file(follow_symlinks=False) or _put(one, odd)
                ]
        except OSError as error:
            raise unlistable(self._root, path, error) from None
        if odd or "/".join([*images, ""]).count(f"{_PUBLISHED}/") != len(images):
            images += [entry.name for entry in odd if self._takes(path, entry)]
            images = [name for name in images if self._is_image(path, name)]
        joined = "/".join(["", *images])
        if "/." in joined or "\\" in joined or not joined.isascii():
            images = [n for n in images if not self._is_hidden(path, n) and self._is_name(path, n)]
        return sorted(images)

    def _takes(self, path: str, entry: Entry) -> bool:
        """Return whether what is no plain file is a link to one, and may be read."""
        if self._is_hidden(path, entry.name) or (entry.name == self._nested and entry.is_dir()):
            return False
        if entry.is_symlink():
            reason = refused_link(entry.path, None if self.follow_links else self._is_inside)
        else:
            is_folder = entry.is_dir(follow_symlinks=False)
            reason = "is a folder within a class folder" if is_folder else NO_PLAIN_FILE
        if reason is not None:
            self._leave_out(path, entry.name, reason)
        return reason is None

    def _is_image(self, path: str, name: str) -> bool:
        if self._is_hidden(path, name):
            return False
        if has_image_suffix(name):
            return True
        reason = no_image(name, lambda: _head(self._root / path / name))
        if reason:
            self._leave_out(path, name, reason)
        return reason == ""

    def _is_hidden(self, path: str, name: str) -> bool:
        if reason := hidden_image(name):
            self._leave_out(path, name, reason)
        return name[0] == "."

    def _is_name(self, path: str, name: str) -> bool:
        """Return whether exports can write a file of this name, wherever that is."""
        reason = why_no_name(name)
        if reason:
            self._leave_out(path, name, f"the image's name {reason}")
        return reason is None

    def _leave_out(self, path: str, name: str, reason: str) -> None:
        self._left_out.add(f"{path}/{name}", reason)


def with_nested(
    entries: Sequence[Entry], nested: str, is_class: Callable[[Entry], bool]
) -> Iterator[tuple[Entry, bool]]:
    """Yield each entry with whether it is a class folder that has a folder called `nested`."""

    def has_nested(entry: Entry) -> bool:
        return is_class(entry) and (place(entry.path) / nested).is_dir()

    is_remote = any(isinstance(one, RemoteEntry) for one in entries)
    return zip(entries, many(has_nested, entries, remote=is_remote), strict=True)


def why_no_name(name: str) -> str | None:
    """Return why a file or a class folder cannot have this name, None where it can."""
    if not is_text(name):
        return "is not UTF-8"
    return "holds a backslash, which is a slash elsewhere; rename it" if "\\" in name else None


def _put(entry: Entry, others: list[Entry]) -> bool:
    """Put an entry among others, and so not among the files."""
    others.append(entry)
    return False


def no_image(name: str, head: Callable[[], bytes]) -> str | None:
    """Return why a file without the suffix of an image is none, "" where it is one after all.

    None for text beside the images, of which nothing is said. `head` returns its first bytes.
    """
    suffix = suffix_of(name)
    if not suffix and is_copy_name(name):
        return _COPY
    if not suffix:
        begins_well = begins_as_image(head())
        return "" if begins_well else "has no suffix, and does not begin as an image"
    return None if is_beside_images(name) else f"{shown(suffix)} is no image that is read here"


def _head(file: Path) -> bytes:
    """Return the first bytes of a plain file, nothing where it cannot be read."""
    try:
        return read_part(str(file), 0, HEAD)
    except OSError:
        return b""
