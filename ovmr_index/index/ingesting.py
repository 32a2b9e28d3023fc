"""The part of `Index` that reads datasets."""

from collections.abc import Sequence
from pathlib import Path

from ovmr_index.db import schema
from ovmr_index.errors import MissingSourceError
from ovmr_index.index.base import IndexBase
from ovmr_index.ingest import ingest_place, load_wordnet
from ovmr_index.ingest.report import IngestReport
from ovmr_index.sources.layout import (
    Place,
    find_lvis,
    find_sources,
    imagenet_folder,
    imagenet_place,
    lvis_places,
    usual_lvis,
    visual_genome_folder,
    visual_genome_place,
)


class Ingesting(IndexBase):
    """Datasets into the index."""

    def lvis_places(
        self, files: Sequence[Path] = (), split: str | None = None
    ) -> tuple[list[Place], list[str]]:
        """Return what `ingest` takes for LVIS files, and the paths where nothing was found.

        Without `files` the usual ones are meant. Raises UsageError for a file whose name tells no
        split where none is given, and for two files of one split.
        """
        if files:
            return lvis_places(self.root, files, split), []
        if split is not None:
            return [usual_lvis(self.root, split)], []
        found, missing = find_lvis(self.root)
        if not found:
            raise MissingSourceError(f"there is no LVIS file; looked for {', '.join(missing)}")
        return found, missing

    def imagenet_place(self, folder: Path | None = None) -> Place:
        """Return what `ingest` takes for a folder of ImageNet; the usual one if none is given."""
        return imagenet_place(folder or imagenet_folder(self.root))

    def visual_genome_place(self, folder: Path | None = None) -> Place:
        """Return what `ingest` takes for Visual Genome; the usual folder if none is given."""
        return visual_genome_place(folder or visual_genome_folder(self.root))

    def ingest(self, places: Sequence[Place] | None = None) -> IngestReport:
        """Bring the index to what the files say: everything below the root, or `places`.

        Each source is one transaction. Raises RecordError for a file or record that is wrong; then
        that source is as it was, and those before it are in.
        """
        missing: list[str] = []
        if places is None:
            places, missing = find_sources(self.root)
            if not places:
                raise MissingSourceError(
                    f"{self.root}: holds no dataset; looked for {', '.join(missing)}"
                )
        if not self.path.exists():
            schema.create(self.path, load_wordnet)
        report = IngestReport(missing=missing)
        for place in places:
            report.sources.append(ingest_place(self.engine, place, self.root, self._progress))
        return report
