"""The files that a Croissant description is of: lines of records, crops, or shards."""

import glob
import hashlib
import json
import os
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import OvmrIndexError, UsageError, command, option, os_reason, shortened
from ovmr_index.export.crop_layouts import METADATA
from ovmr_index.export.forms.croissant_fields import Json, image_set, record_set
from ovmr_index.export.forms.named_sample import NamedSample
from ovmr_index.export.forms.shards_mark import MARK

_JSON_LINES = "application/jsonlines"
_IMAGES, _RECORDS = "image-files", "record-file"  # their ids
_RECORD = ".json"  # in a shard
_KEYS = ("category_id", "rank", "dataset", "source_image", "region_id")  # of an exemplar
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


class DescribedFiles(NamedTuple):
    """The distribution of a description, its record sets, and how many exemplars these hold."""

    distribution: list[Json]
    record_sets: list[Json]
    exemplars: int


def holds_shards(folder: Path) -> bool:
    """Return whether a folder holds shards; it holds crops where it does not.

    Raises:
        UsageError: It holds neither.
    """
    if (folder / MARK).is_file():
        return True
    if (folder / METADATA).is_file():
        return False
    raise UsageError(
        f"{folder}: holds no {METADATA} and no shards; run {command('export imagefolder')} or"
        " `export webdataset` first, and give their folder"
    )


def described_lines(lines: Path, beside: Path, exemplars: int) -> DescribedFiles:
    """Describe a file of records, by its path from the folder of `beside`."""
    file = _file(_RECORDS, lines, beside, _JSON_LINES)
    return DescribedFiles([file], [record_set(_RECORDS)], exemplars)


def described_crops(folder: Path, sample: NamedSample, beside: Path) -> DescribedFiles:
    """Describe a folder of crops of a sample with its `metadata.jsonl`.

    Raises:
        OvmrIndexError: It cannot be read, or holds crops of another sample.
    """
    path = folder / METADATA
    names = list(_names(path, sample))
    if not names:
        raise _other(folder, sample)
    depths = {(name.count("/"), Path(name).suffix) for name in names}
    images = {
        "@type": "cr:FileSet",
        "@id": _IMAGES,
        "name": _IMAGES,
        "description": "the crops",
        "encodingFormat": sorted(
            {_TYPES.get(suffix.lower(), "image/jpeg") for _, suffix in depths}
        ),
        "includes": sorted(f"{'*/' * depth}*{suffix}" for depth, suffix in depths),
    }
    files = described_lines(path, beside, len(names))
    return DescribedFiles(
        [*files.distribution, images],
        [*files.record_sets, image_set(_IMAGES)],
        len(names),
    )


def described_shards(shards: Sequence[Path], lines: Path, beside: Path) -> DescribedFiles:
    """Describe shards, and the file of their records: no loader reads records in a tar."""
    tars = [
        _file(f"shard-{i:06}", path, beside, "application/x-tar") for i, path in enumerate(shards)
    ]
    names = [name for path in shards for name, _ in _members(path)]
    suffix = ".png" if any(name.endswith(".png") for name in names) else ".jpg"
    images = {
        "@type": "cr:FileSet",
        "@id": _IMAGES,
        "name": _IMAGES,
        "description": "the images in the shards",
        "containedIn": [{"@id": one["@id"]} for one in tars],
        "encodingFormat": _TYPES[suffix],
        "includes": f"*{suffix}",
    }
    files = described_lines(lines, beside, sum(name.endswith(_RECORD) for name in names))
    return DescribedFiles(
        [*files.distribution, *tars, images],
        [*files.record_sets, image_set(_IMAGES)],
        files.exemplars,
    )


def shards_of(folder: Path, sample: NamedSample) -> list[Path]:
    """Return the shards of a sample in a folder, in order; raises OvmrIndexError without any."""
    paths = sorted(folder.glob(f"{glob.escape(sample.name)}-??????.tar"))
    if not paths:
        raise _other(folder, sample)
    return paths


def records_in(shards: Sequence[Path]) -> Iterator[bytes]:
    """Yield the record of each sample of shards, a line of JSON; raises OvmrIndexError."""
    for path in shards:
        for name, content in _members(path):
            if name.endswith(_RECORD):
                yield content


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names of the files in a tar, with their bytes if they are records."""
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.name.endswith(_RECORD) else None
                yield member.name, b"" if file is None else file.read()
    except (OSError, tarfile.TarError) as error:
        raise OvmrIndexError(
            f"{path}: is no whole tar ({error}); delete it, and export the shards again"
        ) from None


def _file(key: str, path: Path, beside: Path, encoding: str) -> Json:
    """Describe a file, by its path from the folder of `beside`; raises OvmrIndexError.

    Its id is `key`, in which a reader of JSON-LD takes no spaces.
    """
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; export it again") from None
    return {
        "@type": "cr:FileObject",
        "@id": key,
        "name": path.name,
        "contentUrl": Path(os.path.relpath(path, beside.parent)).as_posix(),
        "contentSize": f"{size} B",
        "encodingFormat": encoding,
        "sha256": sha256,
    }


def _names(path: Path, sample: NamedSample) -> Iterator[str]:
    """Yield the path of each crop of a `metadata.jsonl`, all of which must be of the sample."""
    held = {
        (one.category_id, rank, exemplar.dataset, exemplar.file_name, exemplar.region_id)
        for one in sample.categories
        for rank, exemplar in enumerate(one.exemplars)
    }
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in lines:
            record = json.loads(line)
            if tuple(record[name] for name in _KEYS) not in held:
                raise _other(path.parent, sample)
            yield record["file_name"]
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; export the crops again") from None
    except (ValueError, KeyError, TypeError) as error:
        raise OvmrIndexError(
            f"{path}: is not as an export of crops wrote it ({shortened(repr(error))}); export the"
            " crops again"
        ) from None


def _other(folder: Path, sample: NamedSample) -> OvmrIndexError:
    return OvmrIndexError(
        f"{folder}: does not hold sample {sample.name}; give its folder, or the"
        f" sample's {option('name')}"
    )
