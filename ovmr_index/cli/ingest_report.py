"""What `ingest` does with the sources that it is given, and what it prints of that."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import Settings
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.pool_notes import note_missing_marks
from ovmr_index.errors import command, counted

if TYPE_CHECKING:
    from ovmr_index import Index, IngestReport, Removal, SourceReport, SourceSpec
    from ovmr_index.ingest.report import Counts

_DONE = {word: word for word in ("added", "changed", "unchanged", "vanished")}
_WOULD = _DONE | {
    "added": "would be added",
    "changed": "would be changed",
    "vanished": "would vanish",
}


def read_sources(
    chosen: Settings,
    index: "Index",
    sources: "Sequence[SourceSpec] | None",
    missing: Sequence[str] = (),
) -> None:
    """Ingest some sources, or everything; `missing` are usual paths where nothing was found."""
    from ovmr_index import VanishedError

    try:
        report = index.ingest(
            sources,
            dry_run=chosen.dry_run,
            allow_vanished=chosen.allow_vanished,
            rehash=chosen.rehash,
            on_error=chosen.on_error,
        )
    except VanishedError as error:
        print_report(chosen, error.report, [*missing, *error.report.missing])
        raise
    print_report(chosen, report, [*missing, *report.missing])
    if not chosen.dry_run:
        note_missing_marks(chosen, index)
        note_next(chosen, *_following(index, report, is_all=sources is None))


def _following(index: "Index", report: "IngestReport", *, is_all: bool) -> tuple[str, ...]:
    """Return what to type next: of one dataset of your own its vocabulary is what follows."""
    read = {source.name for source in report.sources}
    own = [one.name for one in index.vocabularies.list() if one.source in read]
    if is_all or len(own) != 1 or own[0].startswith("lvis_v1_"):
        return ("export",)
    return ("collate", "--vocabulary", own[0])


def print_report(chosen: Settings, report: "IngestReport", missing: Sequence[str]) -> None:
    """Print what was done with each source; `missing` are paths where nothing was found."""
    from ovmr_index.ingest.near_files import with_download, with_seen

    for path in missing:
        seen = with_seen(chosen.root, path)
        chosen.note(f"not there: {with_download(path) if seen == path else seen}")
    if chosen.json:
        print_json({"sources": [_as_json(source) for source in report.sources]})
    for source in report.sources:
        if not chosen.json:
            show(_as_line(source, _WOULD if chosen.dry_run else _DONE))
        elif others := _others(source, _WOULD if chosen.dry_run else _DONE):
            chosen.note(f"{source.name}: {'; '.join(others)}")
        chosen.warn([problem.describe() for problem in source.problems])
        for note in source.notes:
            chosen.note(f"{source.name}: {note}")
    _note_dry_run(chosen)


def print_removal(chosen: Settings, removal: "Removal") -> None:
    """Print what was removed with a dataset or a source."""
    if chosen.json:
        print_json(asdict(removal))
    else:
        rows = f"{counted(removal.images, 'image')} and {counted(removal.regions, 'region')}"
        exemplars = counted(removal.exemplars, "exemplar")
        done = "would be removed" if chosen.dry_run else "removed"
        show(f"{', '.join(removal.sources)}: {rows} {done}, {exemplars} of the pools with them")
    if not chosen.dry_run:
        chosen.note(
            f"the files are still there: {command('ingest')} reads those at their usual paths again"
        )
    _note_dry_run(chosen)


def _note_dry_run(chosen: Settings) -> None:
    if chosen.dry_run:
        chosen.note("a dry run: nothing was written")


def _as_json(source: "SourceReport") -> dict[str, Any]:
    return {
        "name": source.name,
        "format": source.format,
        **asdict(source.counts),
        "errors": len(source.problems),
        "seconds": source.seconds,
    }


def _as_line(source: "SourceReport", words: dict[str, str]) -> str:
    from ovmr_index.formats.table import format_of

    unit = format_of(source.format).counted
    if source.did_work:
        parts = [_counted(unit, source.counts, words), *_others(source, words)]
        done = "; ".join(filter(None, parts))
    else:
        done = f"nothing has changed, {source.counts.unchanged:,} {unit}"
    if source.problems:
        done += f", {len(source.problems):,} left out"
    if source.found:
        done += f"; {source.found}"
    return f"{source.name}: {done} ({source.seconds:.1f} s)"


def _counted(what: str, counts: "Counts", words: dict[str, str]) -> str:
    """Return the counts that are not 0, "" if all are."""
    said = [f"{count:,} {words[key]}" for key, count in asdict(counts).items() if count]
    return f"{what}: {', '.join(said)}" if said else ""


def _others(source: "SourceReport", words: dict[str, str]) -> list[str]:
    """Return the counts of images, categories and so on where they say more than the first.

    Those of a source that is new are said by its annotations, the folders of a tree by its files.
    """
    from ovmr_index.formats.table import format_of

    first = source.counts
    is_new = first.added and not (first.changed or first.unchanged or first.vanished)
    if is_new or (first.did_work and format_of(source.format).is_tree):
        return []
    return [
        _counted(what, replace(counts, unchanged=0), words)
        for what, counts in source.others.items()
        if counts.did_work
    ]
