"""What is said of a source that is read in shards, before all of them were read."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ovmr_index import Index
    from ovmr_index.cli.options import Settings


def note_missing_shards(chosen: "Settings", index: "Index") -> None:
    """Say of which sources a part is missing, in what is made of them."""
    from ovmr_index.ingest.reading_shares import describe_missing

    for name, missing in index.sources.missing_shards().items():
        chosen.note(f"{name}: {describe_missing(missing)}: it is not whole yet")
