"""The face of exports in `Index`; what opens images is imported where it is used."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.errors import (
    EmptyOutputError,
    MissingSourceError,
    ProtectedPathError,
    ShortageError,
    UsageError,
    option,
)
from ovmr_index.export.context import ExportContext
from ovmr_index.export.forms.api import FormExports
from ovmr_index.export.image_exports import ImageExports
from ovmr_index.export.manifest import MANIFEST, check_targets, write_manifest
from ovmr_index.export.outputs import check_output, usual_output
from ovmr_index.export.parquet.api import ParquetExports
from ovmr_index.export.published import MANIFEST_TARGET, check_kind, check_plain, check_saved
from ovmr_index.export.report import ExportReport
from ovmr_index.export.sample import (
    PUBLISHED_SAMPLES,
    export_drawn,
    export_saved,
    sample_file,
    sidecar_of,
)
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.targets import DEFAULT_TARGETS, LVIS_ONLY, SAMPLE, TARGETS, find_target
from ovmr_index.export.training.api import TrainingExports
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.samples.api import Samples
from ovmr_index.samples.draw import open_sampler
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions
from ovmr_index.storage.paths import check_name
from ovmr_index.storage.regular import descriptor_of
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

_Job = tuple[str, Callable[[], WrittenFile]]


@naming_arguments
class Exports(FormExports, ImageExports, TrainingExports, ParquetExports):
    """Files for the trainers, and for other machines and programs: `index.exports`."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._samples = Samples(session)

    @property
    def folder(self) -> Path:
        """The folder that files go below: the root, or that of the index where it is remote."""
        return self._session.outputs

    def __repr__(self) -> str:
        """Name the published files that are there."""
        context = ExportContext(self._session)
        paths = [target.path(context) for target in TARGETS.values()]
        paths += [self._session.outputs / sample_file(one) for one in PUBLISHED_SAMPLES]
        there = ", ".join(path.name for path in paths if path.is_file())
        return f"<Exports below {self._session.outputs}: {there or 'no published file yet'}>"

    def all(
        self,
        *,
        vocabulary: str = LVIS_TRAIN,
        allow_empty: bool = False,
        ignore_curation: bool = False,
    ) -> ExportReport:
        """Write every file that training reads, to its published path below the root.

        Those of another vocabulary go to `metadata/<vocabulary>`. A file whose source is missing is
        left out. One has failed whose pools are too small, that would replace an input, or, without
        `allow_empty`, that would be without records in place of a file that has some. With
        `ignore_curation` files are as if no exemplar were excluded or pinned.

        Raises:
            UsageError: There is no such vocabulary.
        """
        if vocabulary != LVIS_TRAIN:
            with self._session.read() as connection:
                find_vocabulary(connection, vocabulary)
        report = ExportReport()
        asked = vocabulary, allow_empty, ignore_curation
        for name, write in self._published(*asked):
            try:
                report.written.append((name, write()))
            except MissingSourceError as error:
                if (why := (name, str(error))) not in report.left_out:
                    report.left_out.append(why)
            except (ShortageError, EmptyOutputError, ProtectedPathError) as error:
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
        allow_empty: bool = False,
        ignore_curation: bool = False,
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
            allow_empty: Whether a file without records may replace one that has some.
            ignore_curation: Whether the pools are written as if no exemplar were excluded.

        Raises:
            UsageError: There is no such target, vocabulary or partition, or the path is that of an
                input.
            MissingSourceError: The index lacks a source.
            EmptyOutputError: There are no records, and the file has some.
        """
        target = find_target(name)
        of_categories = vocabulary, partition_filter
        context = ExportContext(
            self._session, split, add_frequency, *of_categories, allow_empty, ignore_curation
        )
        path = self._output(path, target.path(context), name)
        if target.needs_pools:
            ensure_collated(self._session, vocabulary)
        return target.write(context, path)._replace(notes=context.notes)

    def sample(
        self,
        sample: DrawOptions | str,
        path: Path | None = None,
        *,
        sidecar: bool = False,
        allow_empty: bool = False,
    ) -> WrittenFile:
        """Write a sample, drawn by its options or saved under a name, as one JSON file.

        With `sidecar` another file beside it, `<file>.provenance.json`, says where it comes from.
        With `allow_empty` a file without exemplars may replace one that has some.

        Raises:
            ShortageError: Pools are too small.
            EmptyOutputError: There are no exemplars, and the file has some.
            UsageError: There is no sample of that name, or the path is that of an input.
        """
        if isinstance(sample, str):
            usual = f"metadata/{sample}.json"
            if path is None:
                check_name("sample", sample)
                check_saved(self._session.outputs, self._session.outputs / usual, sample)
            path = self._sample_output(path, usual, sidecar=sidecar)
            return export_saved(
                self._session, sample, path, sidecar=sidecar, allow_empty=allow_empty
            )
        path = self._sample_output(path, sample_file(sample), sidecar=sidecar)
        with open_sampler(self._session) as sampler:
            return export_drawn(
                self._session, sampler, sample, path, sidecar=sidecar, allow_empty=allow_empty
            )

    def seeds(
        self,
        draws: Iterable[DrawOptions],
        folder: Path | None = None,
        *,
        sidecar: bool = False,
        allow_empty: bool = False,
    ) -> list[WrittenFile]:
        """Write draws that differ in their seed, as `sample` does one.

        They go to `<root>/metadata` or `folder`; the names are those of single draws, with `_seed-`
        and the seed in three digits.
        """
        files = []
        with open_sampler(self._session) as sampler:
            for options in draws:
                usual = sample_file(options, name_seed=True)
                path = None if folder is None else folder / Path(usual).name
                path = self._sample_output(path, usual, sidecar=sidecar)
                written = export_drawn(
                    self._session, sampler, options, path, sidecar=sidecar, allow_empty=allow_empty
                )
                files.append(written)
        return files

    def manifest(
        self,
        targets: Sequence[str] = (),
        samples: Sequence[Sequence[CategoryExemplars]] = (),
        path: Path | None = None,
        *,
        ignore_curation: bool = False,
    ) -> WrittenFile:
        """List every file that `targets` and `samples` need, with its size in bytes.

        Target `sample` means the published draws. Goes to metadata/manifest.json if there is no
        `path`. With `ignore_curation` targets are as if no exemplar were excluded or pinned.

        Raises:
            UsageError: There is no such target, or the path is that of an input.
            MissingSourceError: The index lacks a source.
            ShortageError: Pools are too small for the published draws.
        """
        check_targets(targets)
        path = self._output(path, self._session.outputs / MANIFEST, MANIFEST_TARGET)
        if any(TARGETS[name].needs_pools for name in targets if name != SAMPLE):
            ensure_collated(self._session, LVIS_TRAIN)
        draws = PUBLISHED_SAMPLES if SAMPLE in targets else ()
        drawn = [
            self._samples.draw(replace(one, ignore_curation=ignore_curation)).categories
            for one in draws
        ]
        context = ExportContext(self._session, ignore_curation=ignore_curation)
        return write_manifest(context, targets, [*samples, *drawn], path)

    def _output(self, given: Path | None, usual: Path, target: str) -> Path:
        """Return where a target goes, once it is known that no input or other target is there."""
        if given is None:
            return usual_output(self._session, usual)
        is_usual = os.path.realpath(given) == os.path.realpath(usual)
        check_output(self._session, given, is_published=is_usual)
        check_plain(given, target)
        check_kind(self._session.outputs, given, target)
        return given

    def _sample_output(self, given: Path | None, usual: str, *, sidecar: bool) -> Path:
        """Return where a sample goes, once it is known that it and its sidecar can."""
        path = self._output(given, self._session.outputs / usual, SAMPLE)
        if sidecar:
            if descriptor_of(path) is not None or (path.exists() and not path.is_file()):
                raise UsageError(
                    f"{path}: is no file that {option('sidecar')} could describe; give another"
                )
            check_output(self._session, sidecar_of(path), is_published=given is None)
        return path

    def _published(
        self, vocabulary: str, allow_empty: bool, ignore_curation: bool
    ) -> Iterator[_Job]:
        """Yield what writes each file that training reads."""
        for name in DEFAULT_TARGETS:
            if name == SAMPLE:
                for draw in PUBLISHED_SAMPLES:
                    wanted = replace(draw, vocabulary=vocabulary, ignore_curation=ignore_curation)
                    yield name, partial(self.sample, wanted, allow_empty=allow_empty)
            elif vocabulary == LVIS_TRAIN or name not in LVIS_ONLY:
                write = partial(self.target, name, vocabulary=vocabulary, allow_empty=allow_empty)
                yield name, partial(write, ignore_curation=ignore_curation)
