"""What `ingest` does and says, whatever it was told to read."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ovmr_index.cli.options import Settings
from ovmr_index.cli.output import print_json, show

if TYPE_CHECKING:
    from ovmr_index import Index, SourceReport, SourceSpec

_DONE = {word: word for word in ("added", "changed", "unchanged", "vanished")}
_WOULD = _DONE | {
    "added": "would be added",
    "changed": "would be changed",
    "vanished": "would vanish",
}


def read(
    chosen: Settings,
    index: "Index",
    places: "Sequence[SourceSpec] | None",
    missing: Sequence[str] = (),
) -> None:
    """Read places into the index, or everything; `missing` are usual ones that are not there."""
    report = index.ingest(places, dry_run=chosen.dry_run)
    for path in [*missing, *report.missing]:
        chosen.note(f"not there: {path}")
    if chosen.json:
        print_json({"sources": [_as_json(source) for source in report.sources]})
    for source in report.sources:
        if not chosen.json:
            show(_as_line(source, _WOULD if chosen.dry_run else _DONE))
        chosen.warn([problem.describe() for problem in source.problems])
        for note in source.notes:
            chosen.note(f"{source.name}: {note}")
    _say_dry(chosen)


def take_out(chosen: Settings, name: str) -> None:
    """Take a dataset or a source out of the index."""
    removal = chosen.open().sources.rm(name, dry_run=chosen.dry_run)
    if chosen.json:
        print_json(asdict(removal))
    else:
        words = "would be removed" if chosen.dry_run else "removed"
        show(
            f"{', '.join(removal.sources)}: {removal.images:,} images and {removal.regions:,}"
            f" regions {words}, {removal.exemplars:,} exemplars of the pools with them"
        )
    if not chosen.dry_run:
        chosen.note("its files are still there: `ingest` reads those at their usual places again")
    _say_dry(chosen)


def _say_dry(chosen: Settings) -> None:
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
    if source.counts.did_work:
        counts = asdict(source.counts).items()
        done = f"{unit}: " + ", ".join(f"{count:,} {words[key]}" for key, count in counts if count)
    else:
        done = f"nothing has changed, {source.counts.unchanged:,} {unit}"
    if source.problems:
        done += f", {len(source.problems):,} left out"
    if source.found:
        done += f"; {source.found}"
    return f"{source.name}: {done} ({source.seconds:.1f} s)"
