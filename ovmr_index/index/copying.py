"""The part of `Index` that tells and copies the files that others need."""

from collections.abc import Sequence
from pathlib import Path

from ovmr_index.db.engine import reading
from ovmr_index.errors import UsageError
from ovmr_index.export.images import write_images
from ovmr_index.export.manifest import MANIFEST, SOURCES, need_targets, write_manifest
from ovmr_index.export.report import PicturesReport
from ovmr_index.export.required_images import begin_needed, need_picks, needed
from ovmr_index.export.target import Written
from ovmr_index.export.targets import DEFAULT_TARGETS
from ovmr_index.index.exporting import PUBLISHED_SAMPLES
from ovmr_index.index.samples import Samples
from ovmr_index.samples.exemplars import CategoryPicks

MANIFEST_TARGETS = DEFAULT_TARGETS


class Copying(Samples):
    """Parts of the datasets for another machine."""

    def export_images(self, sample: Sequence[CategoryPicks], folder: Path) -> PicturesReport:
        """Copy the pictures that a sample needs to `<folder>/<dataset>/<file_name>`.

        Those that an earlier run wrote are kept. Raises OvmrIndexError for a folder that cannot be
        written.
        """
        with reading(self.engine) as connection:
            begin_needed(connection)
            need_picks(connection, sample)
            pictures = list(needed(connection, self.root))
        return write_images(pictures, folder, self._progress)

    def export_manifest(
        self,
        targets: Sequence[str] = (),
        samples: Sequence[Sequence[CategoryPicks]] = (),
        path: Path | None = None,
    ) -> Written:
        """List every file that `targets` and `samples` need, with its size in bytes.

        Target `sample` means the published draws. Goes to metadata/manifest.json if there is no
        `path`. Raises UsageError for an unknown target, MissingSourceError where the index lacks a
        source, ShortageError where pools are too small for the published draws.
        """
        unknown = [target for target in targets if target not in SOURCES]
        if unknown:
            choices = ", ".join(SOURCES)
            raise UsageError(f"there is no target {unknown[0]!r} to list; give one of {choices}")
        if "exemplars" in targets:
            self._ensure_collated()
        drawn = [self.sample(one) for one in PUBLISHED_SAMPLES] if "sample" in targets else []
        with reading(self.engine) as connection:
            begin_needed(connection)
            for sample in (*samples, *drawn):
                need_picks(connection, sample)
            need_targets(connection, targets)
            path = path or self.root / MANIFEST
            return write_manifest(connection, self.root, targets, path, self._progress)
