"""What the index knows against the disk: annotation files, tars, pictures, and odd boxes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from ovmr_index.db.bulk import Query, Row, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import RecordError, os_reason
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.files import digest
from ovmr_index.ingest.findings import Finding, FindingKind
from ovmr_index.ingest.image_checks import check_images
from ovmr_index.ingest.image_files import ImageFiles
from ovmr_index.ingest.verify_queries import archives, image_count_query, odd_boxes, source_files

Depth = Literal["names", "headers", "decode"]

KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
_ODD = ("boxes leave their picture", "boxes have no extent", "objects have no synset")


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found, by kind, dataset and name, and how many pictures were looked into."""

    findings: list[Finding] = field(default_factory=list)
    pictures: int = 0

    @property
    def failed(self) -> bool:
        """Tell whether anything is missing, unreadable or changed."""
        return any(finding.kind != "note" for finding in self.findings)


def verify(session: Session, depth: Depth) -> VerifyReport:
    """Compare everything that the index at `root` knows with the disk.

    With depth `names` a picture is there if its folder lists it; `headers` reads the header of
    each, `decode` all of it. Pictures in a tar are there if the tar has the size that it had.
    """
    broken = dict(_archives(session))
    findings = [*_files(session), *broken.values(), *_boxes(session)]
    files = ImageFiles(session, broken)
    (count,) = _rows(session, image_count_query())[0]
    looked_into = 0
    with session.progress("pictures", count, "images") as advance:
        if depth == "names":
            for _ in files.present():
                advance(1)
        else:
            for done, found in check_images(files.present(), decode=depth == "decode"):
                findings += found
                looked_into += done
                advance(done)
    findings += files.findings
    findings.sort(key=lambda finding: (KINDS.index(finding.kind), *finding[1:]))
    return VerifyReport(findings, looked_into)


def _files(session: Session) -> Iterator[Finding]:
    for dataset, format_name, path, size, sha256 in _rows(session, source_files()):
        file = session.root / path
        try:
            if file.stat().st_size != size or digest(file) != sha256:
                reason = "differs from what was read; run `ovmr-index ingest`"
                yield Finding("changed", dataset, path, reason)
        except FileNotFoundError:
            download = format_of(format_name).downloads.get(file.name)
            source = f"; it comes with {download}" if download else ""
            yield Finding("missing", dataset, path, f"the annotation file is missing{source}")
        except OSError as error:
            yield Finding("unreadable", dataset, path, os_reason(error))
        except RecordError as error:
            yield Finding("unreadable", dataset, path, error.problem)


def _archives(session: Session) -> Iterator[tuple[int, Finding]]:
    """Yield the tars that are not what they were, by their row."""
    for row, dataset, folder, path, size in _rows(session, archives()):
        try:
            found = (session.root / folder / path).stat().st_size
        except FileNotFoundError:
            yield row, Finding("missing", dataset, path, "the tar is missing")
        except OSError as error:
            yield row, Finding("unreadable", dataset, path, os_reason(error))
        else:
            if found != size:
                reason = f"is {found:,} bytes, was {size:,}; run `ovmr-index ingest`"
                yield row, Finding("changed", dataset, path, reason)


def _boxes(session: Session) -> Iterator[Finding]:
    for dataset, path, *counts in _rows(session, odd_boxes()):
        for i, what in enumerate(_ODD):
            count, key = counts[2 * i : 2 * i + 2]
            if count:
                yield Finding("note", dataset, path, f"{count:,} {what}; the lowest id is {key}")


def _rows(session: Session, query: Query) -> list[Row]:
    with session.read() as connection:
        return list(stream_rows(connection, query))
