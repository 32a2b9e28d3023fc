"""Whose usual path a path is: one file is not put in the place of another kind of file."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import ProtectedPathError, UsageError, option
from ovmr_index.export.manifest import MANIFEST
from ovmr_index.export.target import Target
from ovmr_index.export.targets import SAMPLE, TARGETS
from ovmr_index.samples.options import METHODS

MANIFEST_TARGET = "manifest"
_LABEL = r"(_.+_(only|without)_(base|novel))?"  # of a partition filter, as in names of files
_METHODS = "|".join(["own", *METHODS])
_DRAW = rf"image_exemplar_dict_k-\d{{3,}}_({_METHODS})(_seed-\d{{3,}})?{_LABEL}\.json"
_SAMPLES = re.compile(rf"metadata/(lvis_|[^/]+/){_DRAW}")
_COMPRESSED = {".gz", ".gzip", ".bz2", ".xz", ".zst", ".zip", ".lzma", ".lz4", ".br", ".tgz"}
_SIDECAR = ".json.provenance"


def check_kind(root: Path, path: Path, target: str) -> None:
    """Raise ProtectedPathError where a given path is the usual one of other targets alone."""
    owners = list(_owners(root, path))
    if owners and target not in owners:
        raise ProtectedPathError(path, f"is where `export {owners[0]}` writes")


def check_plain(path: Path, target: str) -> None:
    """Raise UsageError where the name of a file says that it is compressed: none is.

    A plug-in's may be.
    """
    if target in (*TARGETS, SAMPLE, MANIFEST_TARGET):
        refuse_compressed(path)


def refuse_compressed(path: Path) -> None:
    """Raise UsageError where the name of a file of plain text says that it is compressed."""
    if path.suffix.casefold() in _COMPRESSED:
        raise UsageError(
            f"{path}: a file is written as plain JSON, which its name does not say; leave out"
            f" {path.suffix}, and compress the file afterwards"
        )


def check_saved(root: Path, path: Path, name: str) -> None:
    """Raise UsageError where the usual path of a saved sample is that of a published file.

    Also of a sidecar, whose name begins with that of another sample.
    """
    owner = next(_owners(root, path), None)
    if owner is None and name.casefold().endswith(_SIDECAR):
        owner = "sample --sidecar"
    if owner is not None:
        raise UsageError(
            f"{path}: is where `export {owner}` writes, not a place for the saved sample"
            f" {name!r}; give {option('path', flag='-o', metavar='FILE')}"
        )


def _owners(root: Path, path: Path) -> Iterator[str]:
    """Yield the targets whose usual path it is, in any case, as file systems may take it."""
    below = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    file = Path(below).as_posix().casefold()
    for name, target in TARGETS.items():
        if any(re.fullmatch(one, file) for one in _patterns(target)):
            yield name
    if _SAMPLES.fullmatch(file):
        yield SAMPLE
    if file == MANIFEST:
        yield MANIFEST_TARGET


def _patterns(target: Target) -> Iterator[str]:
    """Yield what usual paths of a target match: of LVIS's splits, and of other vocabularies."""
    for split in ("train", "val"):
        yield _with_label(target.file.format(split=split))
    yield f"metadata/[^/]+/{_with_label(target.vocabulary_file)}"


def _with_label(file: str) -> str:
    stem = file.casefold().removesuffix(".json")
    short = stem.removesuffix("_all")
    return rf"({re.escape(stem)}|{re.escape(short)}{_LABEL.removesuffix('?')})\.json"
