"""What the index knows against the disk: annotation files, archives, images, and odd boxes."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from ovmr_index.db.bulk import Query, Row, stream_rows
from ovmr_index.db.models import Source
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, MissingSourceError, RecordError, command, counted, os_reason
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.archive_ends import why_cut_short, why_unsound
from ovmr_index.ingest.file_state import digest
from ovmr_index.ingest.image_checks import check_images
from ovmr_index.ingest.image_files import ImageFiles
from ovmr_index.ingest.mask_queries import odd_masks
from ovmr_index.ingest.stale import mark_stale
from ovmr_index.ingest.verify_queries import (
    archives,
    equal_boxes,
    image_count_query,
    odd_boxes,
    packed_archives,
    source_files,
)
from ovmr_index.processes import in_processes
from ovmr_index.shown.readable import Readable, ShownTable, Summary
from ovmr_index.storage.file_states import time_of
from ovmr_index.storage.parquet_files import is_parquet_name
from ovmr_index.storage.tar_members import TarMember

Depth = Literal["names", "headers", "decode"]

KINDS = ("missing", "unreadable", "changed", "note")  # of the issues, in their order
_NAMED = 3  # equal boxes of a source
# What is odd about boxes, of one and of several, in the order of `odd_boxes`.
_ODD = (
    ("box leaves its image", "boxes leave their image"),
    ("box has no extent", "boxes have no extent"),
    ("box has no pixel inside its image", "boxes have no pixel inside their image"),
    ("object has no synset", "objects have no synset"),
)
# The same of masks, by the kind of `odd_masks`.
_ODD_MASKS = (
    ("mask has another size than its image", "masks have another size than their image"),
    ("mask has no pixel inside its image", "masks have no pixel inside their image"),
)


@dataclass(frozen=True, slots=True, repr=False)
class VerifyReport(Readable):
    """Where index and disk differ, and how many images were inspected.

    The issues are ordered by kind (one of `KINDS`), dataset and file: a path below the dataset's
    root, or that of an annotation file or a root as the index keeps it.
    """

    issues: list[Issue] = field(default_factory=list)
    images: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything is missing, unreadable or changed."""
        return any(issue.kind != "note" for issue in self.issues)

    def summary(self) -> Summary:
        """Return how many issues of each kind there are, and which."""
        kinds = Counter(one.kind for one in self.issues)
        found = "".join(f", {count_of_kind(kinds[kind], kind)}" for kind in KINDS if kinds[kind])
        rows = [(one.kind, one.dataset, one.file, one.reason) for one in self.issues]
        issues = ShownTable("issues", ("kind", "dataset", "file", "reason"), rows)
        return Summary(f"{counted(self.images, 'image')} inspected{found}", (issues,))

    def as_json(self) -> list[dict[str, str]]:
        """Return the issues as `verify --json` prints them."""
        return [
            {
                "kind": issue.kind,
                "dataset": issue.dataset,
                "file_name": issue.file,
                "reason": issue.reason,
            }
            for issue in self.issues
        ]


def count_of_kind(count: int, kind: str) -> str:
    """Return how many issues are of a kind, as `3 missing` or `3 notes`."""
    return counted(count, kind) if kind == "note" else f"{count:,} {kind}"


def verify(session: Session, depth: Depth) -> VerifyReport:
    """Compare everything that the index knows with the disk.

    With depth `names` an image is there if its folder lists it; `headers` reads the header of
    each, `decode` all of it. Images in a tar are there if the tar has the size that it had. What
    has changed is marked, where the index can be written, and so are folders with images that are
    missing or unreadable: the next `ingest` reads them, whatever their sizes and times are.

    Raises:
        MissingSourceError: The index holds no source: that nothing is missing says nothing.
    """
    if not _rows(session, select(Source.c.pk).limit(1)):
        raise MissingSourceError(f"the index holds no source; run {command('ingest')}")
    broken = dict(_archives(session))
    issues = [*_files(session), *broken.values()]
    with session.progress("boxes", None, "boxes"):
        issues += [*_boxes(session), *_equal_boxes(session), *_masks(session)]
    files = ImageFiles(session, broken)
    (count,) = _rows(session, image_count_query())[0]
    inspected = 0
    with session.progress("images", count, "images") as advance:
        if depth == "names":
            for _ in files.present():
                advance(1)
        else:
            for done, found in check_images(files.present(), decode=depth == "decode"):
                issues += found
                inspected += done
                advance(done)
    issues += files.issues
    if depth != "names":
        issues += _ends(session, broken)
    if depth == "decode":
        issues += _packed(session)
    mark_stale(session, issues)
    issues.sort(
        key=lambda issue: (KINDS.index(issue.kind), issue.dataset, issue.file, issue.reason)
    )
    return VerifyReport(issues, inspected)


def _files(session: Session) -> Iterator[Issue]:
    """Yield the annotation files that are not what they were, each once.

    Of a format with a file an image a folder that is missing is one issue.
    """
    absent = Counter[tuple[str, str]]()
    rows = dict.fromkeys(_rows(session, source_files()))
    with session.progress("annotation files", len(rows), "files") as advance:
        for dataset, format_name, path, size, sha256 in rows:
            file = session.root / path
            if format_of(format_name).parts is not None and not file.parent.is_dir():
                absent[dataset, path.rpartition("/")[0]] += 1
            elif issue := _file_issue(Issue(dataset, path), file, format_name, (size, sha256)):
                yield issue
            advance(1)
    for (dataset, folder), count in absent.items():
        reason = f"missing, with {counted(count, 'annotation file')}"
        yield Issue(dataset, folder, kind="missing", reason=reason)


def _file_issue(of: Issue, file: Path, format_name: str, known: tuple[int, str]) -> Issue | None:
    """Return what is wrong with an annotation file, of which size and SHA-256 are known."""
    try:
        if file.stat().st_size == known[0] and digest(file) == known[1]:
            return None
        reason = f"differs from what was read; run {command('ingest')}"
        return replace(of, kind="changed", reason=reason)
    except FileNotFoundError:
        download = format_of(format_name).downloads.get(file.name)
        source = f"; it comes with {download}" if download else ""
        return replace(of, kind="missing", reason=f"the annotation file is missing{source}")
    except OSError as error:
        return replace(of, kind="unreadable", reason=os_reason(error))
    except RecordError as error:
        return replace(of, kind="unreadable", reason=error.problem)


def _archives(session: Session) -> Iterator[tuple[int, Issue]]:
    """Yield the tars and Parquet files that are not what they were, by their row number."""
    for archive_pk, dataset, folder, path, size, mtime_ns in _rows(session, archives()):
        try:
            status = (session.root / folder / path).stat()
        except FileNotFoundError:
            reason = f"the {'Parquet file' if is_parquet_name(path) else 'tar'} is missing"
            yield archive_pk, Issue(dataset, path, kind="missing", reason=reason)
        except OSError as error:
            yield archive_pk, Issue(dataset, path, kind="unreadable", reason=os_reason(error))
        else:
            if status.st_size != size:
                reason = f"is {status.st_size:,} bytes, was {size:,}; run {command('ingest')}"
                yield archive_pk, Issue(dataset, path, kind="changed", reason=reason)
            elif mtime_ns not in (None, time_of(status)):
                reason = f"has another time than when it was read; run {command('ingest')}"
                yield archive_pk, Issue(dataset, path, kind="changed", reason=reason)


def _ends(session: Session, broken: Container[int]) -> Iterator[Issue]:
    """Yield the tars whose rest is zeros, of those that are as they were read."""
    for archive_pk, dataset, folder, path, *_ in _rows(session, archives()):
        if archive_pk in broken or is_parquet_name(path):
            continue
        try:
            reason = why_cut_short(session.root / folder / path)
        except OSError as error:
            reason = os_reason(error)
        if reason is not None:
            yield Issue(dataset, path, kind="unreadable", reason=reason)


def _packed(session: Session) -> Iterator[Issue]:
    """Yield the packed tars whose bytes do not agree with the checksums in them.

    These are behind what they are of: whoever reads the images alone does not meet the last one.
    """
    found = [
        (dataset, path, TarMember(f"{session.root / folder}/{path}", path, 0, 0, start or 0, *kind))
        for dataset, folder, path, start, *kind in _rows(session, packed_archives())
    ]
    reasons = in_processes(why_unsound, [one for *_, one in found], workers=None, chunk=1)
    for (dataset, path, _), reason in zip(found, reasons, strict=True):
        if reason is not None:
            yield Issue(dataset, path, kind="unreadable", reason=reason)


def _boxes(session: Session) -> Iterator[Issue]:
    for dataset, path, *counts in _rows(session, odd_boxes()):
        for i, (one, several) in enumerate(_ODD):
            count, key = counts[2 * i : 2 * i + 2]
            if count:
                reason = f"{count:,} {one if count == 1 else several}; the lowest id is {key}"
                yield Issue(dataset, path, kind="note", reason=reason)


def _equal_boxes(session: Session) -> Iterator[Issue]:
    """Yield how many boxes of a source stand in it again, as where a file was merged with itself.

    In their pool they are drawn as if they were two.
    """
    sources: dict[tuple[str, str, int], list[str]] = {}
    for dataset, path, count, key in _rows(session, equal_boxes(_NAMED)):
        sources.setdefault((dataset, path, count), []).append(str(key))
    for (dataset, path, count), keys in sources.items():
        are = "box equals another" if count == 1 else "boxes equal others"
        ids = "its id is" if count == 1 else "the lowest ids are"
        named = f"{ids} {', '.join(keys)}"
        reason = f"{count:,} {are} of lower id in image, category, x, y, w and h; {named}"
        yield Issue(dataset, path, kind="note", reason=reason)


def _masks(session: Session) -> Iterator[Issue]:
    for dataset, path, kind, count, key in _rows(session, odd_masks()):
        reason = f"{count:,} {_ODD_MASKS[kind][count > 1]}; the lowest id is {key}"
        yield Issue(dataset, path, kind="note", reason=reason)


def _rows(session: Session, query: Query) -> list[Row]:
    with session.read() as connection:
        return list(stream_rows(connection, query))
