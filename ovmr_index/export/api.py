"""The face of exports in `Index`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError, ShortageError
from ovmr_index.export.context import ExportContext
from ovmr_index.export.crop_info import write_crop_info
from ovmr_index.export.crop_layouts import plan_ovmr, plan_published
from ovmr_index.export.crops import write_crops
from ovmr_index.export.images import write_images
from ovmr_index.export.manifest import MANIFEST, check_targets, write_manifest
from ovmr_index.export.report import ExportReport, WrittenImages
from ovmr_index.export.required_images import images_of_samples
from ovmr_index.export.sample import PUBLISHED_SAMPLES, export_drawn, export_saved, sample_file
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.targets import DEFAULT_TARGETS, LVIS_ONLY, SAMPLE, TARGETS, find_target
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.samples.api import Samples
from ovmr_index.samples.draw import open_sampler
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.class_indexes import class_indexes
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

_Job = tuple[str, Callable[[], WrittenFile]]


class Exports:
    """Files for the trainers, and for other machines: `index.exports`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._samples = Samples(session)

    def __repr__(self) -> str:
        """Name the published files that are there."""
        context = ExportContext(self._session)
        paths = [target.path(context) for target in TARGETS.values()]
        paths += [self._session.root / sample_file(one) for one in PUBLISHED_SAMPLES]
        there = ", ".join(path.name for path in paths if path.is_file())
        return f"<Exports below {self._session.root}: {there or 'no published file yet'}>"

    def all(self, *, vocabulary: str = LVIS_TRAIN) -> ExportReport:
        """Write every file that training reads, to its published path below the root.

        Those of another vocabulary go to `metadata/<vocabulary>`. A file whose source is missing is
        left out; one whose pools are too small has failed.

        Raises:
            UsageError: There is no such vocabulary.
        """
        if vocabulary != LVIS_TRAIN:
            with self._session.read() as connection:
                find_vocabulary(connection, vocabulary)
        report = ExportReport()
        for name, write in self._published(vocabulary):
            try:
                report.written.append((name, write()))
            except MissingSourceError as error:
                report.left_out.append((name, str(error)))
            except ShortageError as error:
                report.failed.append((name, str(error)))
        return report

    def target(
        self,
        name: str,
        path: Path | None = None,
        *,
        split: str = "train",
        add_frequency: bool = False,
        vocabulary: str = LVIS_TRAIN,
        partition_filter: PartitionFilter | None = None,
    ) -> WrittenFile:
        """Write one target, of this package or a plug-in's.

        Args:
            name: The target.
            path: Where to write it; by default its published path below the root, or
                `metadata/<vocabulary>` for another vocabulary. With a partition filter the name
                says so.
            split: Which of LVIS's files: train or val.
            add_frequency: Whether cat-info sets the frequency of categories by their images.
            vocabulary: Whose categories.
            partition_filter: Which of the categories; all by default.

        Raises:
            UsageError: There is no such target, vocabulary or partition.
            MissingSourceError: The index lacks a source.
        """
        target = find_target(name)
        if target.needs_pools:
            ensure_collated(self._session, vocabulary)
        context = ExportContext(self._session, split, add_frequency, vocabulary, partition_filter)
        return target.write(context, path or target.path(context))

    def sample(
        self, sample: DrawOptions | str, path: Path | None = None, *, sidecar: bool = False
    ) -> WrittenFile:
        """Write a sample, drawn by its options or saved under a name, as one JSON file.

        With `sidecar` another file beside it, `<file>.provenance.json`, says where it comes from.

        Raises:
            ShortageError: Pools are too small.
            UsageError: There is no sample of that name.
        """
        if isinstance(sample, str):
            if path is None:
                check_name("sample", sample)
                path = self._session.root / "metadata" / f"{sample}.json"
            return export_saved(self._session, sample, path, sidecar=sidecar)
        path = path or self._session.root / sample_file(sample)
        with open_sampler(self._session) as sampler:
            return export_drawn(self._session, sampler, sample, path, sidecar=sidecar)

    def seeds(
        self, draws: Iterable[DrawOptions], folder: Path | None = None, *, sidecar: bool = False
    ) -> list[WrittenFile]:
        """Write draws that differ in their seed, as `sample` does one.

        They go to `<root>/metadata` or `folder`; the names are those of single draws, with `_seed-`
        and the seed in three digits.
        """
        files = []
        with open_sampler(self._session) as sampler:
            for options in draws:
                path = self._session.root / sample_file(options, name_seed=True)
                path = path if folder is None else folder / path.name
                files.append(export_drawn(self._session, sampler, options, path, sidecar=sidecar))
        return files

    def crops(
        self,
        train: Sequence[CategoryExemplars],
        val: Sequence[CategoryExemplars] | None,
        folder: Path,
        *,
        vocabulary: str = LVIS_TRAIN,
    ) -> WrittenImages:
        """Write the crops of samples to `folder`; crops that an earlier run wrote are kept.

        With `val` they are laid out as OVMR reads them, otherwise as MM-OVOD's scripts do.
        `vocabulary` is that of the samples: as OVMR reads them, the folder of a category is called
        by its 0-based place there, which of LVIS is its id - 1.

        Raises:
            UsageError: There is no such vocabulary.
            OvmrIndexError: The folder holds other crops, or cannot be written, or a category of the
                samples is not in the vocabulary.
        """
        if val is None:
            plan = plan_published(train)
        else:
            with self._session.read() as connection:
                plan = plan_ovmr(train, val, class_indexes(connection, vocabulary))
        report = write_crops(plan, folder, self._session.progress)
        if val is not None:
            write_crop_info(self._session, plan, folder, vocabulary)
        return report

    def images(self, sample: Sequence[CategoryExemplars], folder: Path) -> WrittenImages:
        """Copy the images that a sample needs to `<folder>/<dataset>/<file_name>`.

        Those that an earlier run wrote are kept.

        Raises:
            OvmrIndexError: The folder cannot be written.
        """
        return write_images(images_of_samples([sample]), folder, self._session.progress)

    def manifest(
        self,
        targets: Sequence[str] = (),
        samples: Sequence[Sequence[CategoryExemplars]] = (),
        path: Path | None = None,
    ) -> WrittenFile:
        """List every file that `targets` and `samples` need, with its size in bytes.

        Target `sample` means the published draws. Goes to metadata/manifest.json if there is no
        `path`.

        Raises:
            UsageError: There is no such target.
            MissingSourceError: The index lacks a source.
            ShortageError: Pools are too small for the published draws.
        """
        check_targets(targets)
        if any(TARGETS[name].needs_pools for name in targets if name != SAMPLE):
            ensure_collated(self._session, LVIS_TRAIN)
        draws = PUBLISHED_SAMPLES if SAMPLE in targets else ()
        drawn = [self._samples.draw(one).categories for one in draws]
        path = path or self._session.root / MANIFEST
        return write_manifest(self._session, targets, [*samples, *drawn], path)

    def _published(self, vocabulary: str) -> Iterator[_Job]:
        """Yield what writes each file that training reads."""
        for name in DEFAULT_TARGETS:
            if name == SAMPLE:
                for draw in PUBLISHED_SAMPLES:
                    yield name, partial(self.sample, replace(draw, vocabulary=vocabulary))
            elif vocabulary == LVIS_TRAIN or name not in LVIS_ONLY:
                yield name, partial(self.target, name, vocabulary=vocabulary)
