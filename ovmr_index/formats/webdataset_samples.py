"""The samples of a WebDataset shard: members of one key, an image and what labels it.

Members of a sample follow each other. Their key is the path up to the first dot of the name, what
comes after it is the extension: https://github.com/webdataset/webdataset.
"""

import json
import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

from ovmr_index.errors import Issue, RecordError, os_reason
from ovmr_index.formats.image_labels import SYNSETS, Label, why_no_label
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.formats.tar_headers import Beside, Member, plain_path, tar_members
from ovmr_index.storage.compression import SIGN, true_compression
from ovmr_index.storage.image_names import has_image_suffix
from ovmr_index.storage.listing import is_text
from ovmr_index.storage.paths import split_path
from ovmr_index.storage.reading import opened_unchanged
from ovmr_index.storage.tar_members import Window

_PIECE = 1 << 20
_LARGEST_LABEL = 1 << 20  # bytes of a member that says the label
_NAMES = ("category", "class", "class_name", "label_name", "label", "synset", "wnid")
_NUMBERS = ("label", "class", "class_id", "category_id")


class ShardSample(NamedTuple):
    """An image of a shard: `size` bytes from `offset` on, at `path`, with its label."""

    path: str
    offset: int
    size: int
    label: Label
    done: int


class ShardSamples:
    """The samples of one shard in its order; what is left out is put into `problems`."""

    def __init__(self, file: Path, problems: list[Issue]) -> None:
        """Read nothing yet."""
        self._file, self._problems = file, problems
        self._left_out = LeftOut(file, problems)
        self._unlabelled = self._without_image = self._samples_read = 0

    def __iter__(self) -> Iterator[ShardSample]:
        """Yield the samples that have an image and a label.

        Raises RecordError for a shard that is cut short or damaged.
        """
        try:
            with opened_unchanged(self._file, _PIECE) as stream:
                yield from self._samples(stream)
        except OSError as error:
            raise RecordError(self._file, "", os_reason(error), "check the file") from None
        if self._unlabelled:
            where = "in .cls, or in .json as category, class or label"
            reason = f"images without a label {where}: {self._unlabelled:,}"
            self._say(reason)
        if self._without_image:
            self._say(f"samples without an image (a key ends at a dot): {self._without_image:,}")
        if not self._samples_read:
            self._say("holds no sample")

    def _say(self, reason: str) -> None:
        self._problems.append(Issue(file=str(self._file), reason=reason))

    def _samples(self, stream: BinaryIO) -> Iterator[ShardSample]:
        compression = true_compression(self._file.name, stream.read(SIGN))
        if compression is not None:
            problem = f"is packed by {compression}, whatever its name says"
            raise RecordError(self._file, "", problem, "unpack it")
        window = cast(IO[bytes], Window(stream, 0, stream.seek(0, os.SEEK_END)))
        members = tar_members(window, self._file, "", Beside())
        named = ((plain_path(member.name), member) for member in members)
        files = (one for one in named if self._is_file(*one))
        for _, group in groupby(files, key=lambda one: _parts(one[0])[0]):
            self._samples_read += 1
            sample = self._sample(window, self._by_path(group))
            if sample is not None:
                yield sample

    def _by_path(self, group: Iterable[tuple[str, Member]]) -> dict[str, Member]:
        """Return the members of a key by their paths; of equal ones the last counts."""
        found: dict[str, Member] = {}
        for path, member in group:
            if path in found:
                self._left_out.add(path, "is in its sample again; the last one is read")
            found[path] = member
        return found

    def _is_file(self, path: str, member: Member) -> bool:
        if path.rpartition("/")[2].startswith("."):
            return False
        reason = member.refused
        if split_path(path) is None:
            reason = "its path leaves the folder"
        elif not is_text(path):
            reason = "its name is not UTF-8"
        if reason:
            self._left_out.add(member.name, reason)
        return not reason

    def _sample(self, stream: IO[bytes], members: dict[str, Member]) -> ShardSample | None:
        """Return the sample of the members of a key, None without an image or a label."""
        images = [path for path in members if _is_image(path)]
        for path in images[1:]:
            self._left_out.add(path, "is a second image of its sample")
        if not images:
            self._without_image += 1
            return None
        label = self._label(stream, members)
        if label is None:
            self._unlabelled += 1
            return None
        image = members[images[0]]
        return ShardSample(images[0], image.offset, image.size, label, image.done)

    def _label(self, stream: IO[bytes], members: dict[str, Member]) -> Label | None:
        """Return the label that members of a sample say, a name before a number."""
        said = {_parts(path)[1].lower(): (path, member) for path, member in members.items()}
        record = self._record(stream, *said["json"]) if "json" in said else {}
        cls = self._text(stream, *said["cls"]) if "cls" in said else None
        texts = (_text(record.get(name)) for name in _NAMES)
        numbers = (_number(record.get(name)) for name in _NUMBERS)
        name = next((one for one in (*texts, cls, *numbers) if one), None)
        if name is None:
            return None
        reason = why_no_label(name)
        if reason is not None:
            self._left_out.add(next(iter(members)), reason)
            return None
        return Label(name, next(filter(None, (_text(record.get(one)) for one in SYNSETS)), None))

    def _record(self, stream: IO[bytes], path: str, member: Member) -> dict[str, Any]:
        """Return the JSON object of a member, an empty one for what is none."""
        text = self._text(stream, path, member)
        try:
            found = None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self._left_out.add(path, "is no JSON object")
            return {}
        return found

    def _text(self, stream: IO[bytes], path: str, member: Member) -> str | None:
        """Return the text of a member without spaces around it, None for what is none."""
        if member.size > _LARGEST_LABEL:
            self._left_out.add(path, f"has more than {_LARGEST_LABEL:,} bytes, and is not read")
            return None
        stream.seek(member.offset)
        try:
            return stream.read(member.size).decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            self._left_out.add(path, "is not UTF-8")
            return None


def _parts(path: str) -> tuple[str, str]:
    """Return the key of a member and its extension."""
    folder, slash, name = path.rpartition("/")
    key, _, extension = name.partition(".")
    return f"{folder}{slash}{key}", extension


def _is_image(path: str) -> bool:
    extension = _parts(path)[1]
    return "." not in extension and has_image_suffix(path)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _number(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
