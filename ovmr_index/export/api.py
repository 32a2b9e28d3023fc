"""The face of exports in `Index`."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError, ShortageError, unknown
from ovmr_index.export.context import ExportContext
from ovmr_index.export.crops import (
    exemplar_info,
    plan_ovmr,
    plan_published,
    write_crops,
)
from ovmr_index.export.images import write_images
from ovmr_index.export.manifest import MANIFEST, SOURCES, require_targets, write_manifest
from ovmr_index.export.report import ExportReport, WrittenImages
from ovmr_index.export.required_images import (
    begin_required,
    require_exemplars,
    required,
    tar_members_of,
)
from ovmr_index.export.sample import sample_file, write_sample, write_sidecar
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.targets import DEFAULT_TARGETS, find_target
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.samples import saved
from ovmr_index.samples.api import Samples
from ovmr_index.samples.draw import drawn, open_sampler
from ovmr_index.samples.draw_queries import drawn_entries
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import provenance
from ovmr_index.samples.sampler import Sampler
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

MANIFEST_TARGETS = DEFAULT_TARGETS
PUBLISHED_SAMPLES = (DrawOptions(k=5), DrawOptions(k=30, on_shortage="repeat"))


class Exports:
    """Files for the trainers, and for other machines: `index.exports`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._samples = Samples(session)

    def all(self, *, vocabulary: str = LVIS_TRAIN) -> ExportReport:
        """Write every file that training reads, to its published path below the root.

        Those of another vocabulary go to `metadata/<vocabulary>`. A file whose source is missing is
        left out; one whose pools are too small has failed.
        """
        with self._session.read() as connection:
            if vocabulary != LVIS_TRAIN:
                find_vocabulary(connection, vocabulary)
        report = ExportReport()
        jobs: list[tuple[str, Callable[[], WrittenFile]]] = []
        for name in DEFAULT_TARGETS:
            if name == "sample":
                draws = [replace(one, vocabulary=vocabulary) for one in PUBLISHED_SAMPLES]
                jobs += [(name, partial(self.sample, one)) for one in draws]
            elif vocabulary == LVIS_TRAIN or name != "norare":
                jobs.append((name, partial(self.target, name, vocabulary=vocabulary)))
        for name, job in jobs:
            try:
                report.written.append((name, job()))
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
        part: PartitionFilter | None = None,
    ) -> WrittenFile:
        """Write one target, ours or a plug-in's, to its usual path if none is given.

        With another vocabulary it goes to `metadata/<vocabulary>`; with a `part`, which leaves only
        some categories, the file's name says so. `split` is that of LVIS's file. Raises UsageError
        for an unknown name, MissingSourceError where the index lacks a source.
        """
        target = find_target(name)
        if target.needs_pools:
            ensure_collated(self._session, vocabulary)
        context = ExportContext(self._session, split, add_frequency, vocabulary, part)
        return target.write(context, path or target.path(context))

    def sample(
        self, sample: DrawOptions | str, path: Path | None = None, *, sidecar: bool = False
    ) -> WrittenFile:
        """Write a sample, drawn by its options or saved under a name, as one JSON file.

        With `sidecar` another file beside it, `<file>.provenance.json`, tells where it comes from.
        Raises ShortageError where pools are too small, UsageError for an unknown name.
        """
        if isinstance(sample, str):
            path = path or self._session.root / "metadata" / f"{sample}.json"
            return self._export_saved(sample, path, sidecar)
        path = path or self._session.root / sample_file(sample)
        with open_sampler(self._session) as sampler:
            return self._export_drawn(sampler, sample, path, sidecar)

    def seeds(
        self, draws: Iterable[DrawOptions], folder: Path | None = None, *, sidecar: bool = False
    ) -> list[WrittenFile]:
        """Write draws that differ in their seed, as `sample` does one.

        They go to `<root>/metadata` or `folder`, each called as that of one draw is, with `_seed-`
        and the seed in three digits.
        """
        files = []
        with open_sampler(self._session) as sampler:
            for options in draws:
                path = self._session.root / sample_file(options, name_seed=True)
                path = path if folder is None else folder / path.name
                files.append(self._export_drawn(sampler, options, path, sidecar))
        return files

    def crops(
        self,
        train: Sequence[CategoryExemplars],
        val: Sequence[CategoryExemplars] | None,
        folder: Path,
        *,
        vocabulary: str = LVIS_TRAIN,
    ) -> WrittenImages:
        """Write the crops of a sample: laid out as OVMR reads them if there is `val`.

        Otherwise as MM-OVOD's scripts do. Crops that an earlier run wrote are kept. `vocabulary` is
        that of the samples.
        """
        plan = plan_published(train) if val is None else plan_ovmr(train, val)
        with self._session.read() as connection:
            tar_members = tar_members_of(connection, self._session.root, [*train, *(val or ())])
        report = write_crops(plan, folder, self._session.progress, tar_members=tar_members)
        if val is None:
            return report
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            rows = stream_rows(connection, category_records(vocabulary_pk))
            categories = [json.loads(record) for _, record in rows]
        with whole_file(folder / "annotations" / "lvis_exemplar_info.json") as file:
            file.write(json.dumps(exemplar_info(plan, folder, categories)).encode())
        return report

    def images(self, sample: Sequence[CategoryExemplars], folder: Path) -> WrittenImages:
        """Copy the pictures that a sample needs to `<folder>/<dataset>/<file_name>`.

        Those that an earlier run wrote are kept. Raises OvmrIndexError for a folder that cannot be
        written.
        """
        with self._session.read() as connection:
            begin_required(connection)
            require_exemplars(connection, sample)
            pictures = list(required(connection, self._session.root))
        return write_images(pictures, folder, self._session.progress)

    def manifest(
        self,
        targets: Sequence[str] = (),
        samples: Sequence[Sequence[CategoryExemplars]] = (),
        path: Path | None = None,
    ) -> WrittenFile:
        """List every file that `targets` and `samples` need, with its size in bytes.

        Target `sample` means the published draws. Goes to metadata/manifest.json if there is no
        `path`. Raises UsageError for an unknown target, MissingSourceError where the index lacks a
        source, ShortageError where pools are too small for the published draws.
        """
        others = [target for target in targets if target not in SOURCES]
        if others:
            raise unknown("target with a manifest", others[0], SOURCES)
        if "exemplars" in targets:
            ensure_collated(self._session, LVIS_TRAIN)
        drawn = (
            [self._samples.draw(one).categories for one in PUBLISHED_SAMPLES]
            if "sample" in targets
            else []
        )
        with self._session.read() as connection:
            begin_required(connection)
            for sample in (*samples, *drawn):
                require_exemplars(connection, sample)
            require_targets(connection, targets)
            path = path or self._session.root / MANIFEST
            return write_manifest(
                connection, self._session.root, targets, path, self._session.progress
            )

    def _export_saved(self, name: str, path: Path, sidecar: bool) -> WrittenFile:
        with self._session.read() as connection:
            held = saved.load(connection, name)
            saved.require_complete(name, held)
            category_ids = [category_id for category_id, _ in held.categories]
            written = write_sample(path, category_ids, held.rows)
            if sidecar:
                write_sidecar(path, asdict(saved.origin(connection, name)))
        return written

    def _export_drawn(
        self, sampler: Sampler, options: DrawOptions, path: Path, sidecar: bool
    ) -> WrittenFile:
        connection = sampler.connection
        with drawn(self._session, sampler, options) as (vocabulary_pk, found, unreadable):
            rows = stream_rows(connection, drawn_entries())
            written = write_sample(path, [one.category_id for one in found], rows)
            if sidecar:
                write_sidecar(path, asdict(provenance(connection, vocabulary_pk, options)))
        return written._replace(problems=[f"{one} {name}: {why}" for one, name, why in unreadable])
