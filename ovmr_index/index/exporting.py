"""The part of `Index` that writes files."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.engine import reading
from ovmr_index.errors import MissingSourceError, ShortageError
from ovmr_index.export.context import ExportJob
from ovmr_index.export.crops import (
    exemplar_info,
    plan_ovmr,
    plan_published,
    write_crops,
)
from ovmr_index.export.report import ExportReport, PicturesReport
from ovmr_index.export.required_images import slices_of
from ovmr_index.export.sample import sample_file, write_sample, write_sidecar
from ovmr_index.export.target import Written
from ovmr_index.export.targets import DEFAULT_TARGETS, find_target
from ovmr_index.index.samples import Samples
from ovmr_index.samples import saved
from ovmr_index.samples.draw_queries import drawn_entries
from ovmr_index.samples.exemplars import CategoryPicks
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import provenance
from ovmr_index.samples.sampler import Drawer
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.partition_filter import PartChoice
from ovmr_index.vocabularies.vocabularies import vocabulary_row

PUBLISHED_SAMPLES = (DrawOptions(k=5), DrawOptions(k=30, on_shortage="repeat"))


class Exporting(Samples):
    """Files for the trainers."""

    def export(self, *, vocabulary: str = LVIS) -> ExportReport:
        """Write every file that training reads, to its published path below the root.

        Those of another vocabulary go to `metadata/<vocabulary>`. A file whose source is missing is
        left out; one whose pools are too small has failed.
        """
        with reading(self.engine) as connection:
            if vocabulary != LVIS:
                vocabulary_row(connection, vocabulary)
        report = ExportReport()
        jobs: list[tuple[str, Callable[[], Written]]] = []
        for name in DEFAULT_TARGETS:
            if name == "sample":
                draws = [replace(one, vocabulary=vocabulary) for one in PUBLISHED_SAMPLES]
                jobs += [(name, partial(self.export_sample, one)) for one in draws]
            elif vocabulary == LVIS or name != "norare":
                jobs.append((name, partial(self.export_target, name, vocabulary=vocabulary)))
        for name, job in jobs:
            try:
                report.written.append((name, job()))
            except MissingSourceError as error:
                report.left_out.append((name, str(error)))
            except ShortageError as error:
                report.failed.append((name, str(error)))
        return report

    def export_target(
        self,
        name: str,
        path: Path | None = None,
        *,
        split: str = "train",
        add_frequency: bool = False,
        vocabulary: str = LVIS,
        part: PartChoice | None = None,
    ) -> Written:
        """Write one target, ours or a plug-in's, to its usual path if none is given.

        With another vocabulary it goes to `metadata/<vocabulary>`; with a `part`, which leaves only
        some categories, the file's name says so. `split` is that of LVIS's file. Raises UsageError
        for an unknown name, MissingSourceError where the index lacks a source.
        """
        target = find_target(name)
        if target.needs_pools:
            self._ensure_collated(vocabulary)
        job = ExportJob(
            self.engine, self.root, self._progress, split, add_frequency, vocabulary, part
        )
        return target.write(job, path or job.path(target))

    def export_sample(
        self, sample: DrawOptions | str, path: Path | None = None, *, sidecar: bool = False
    ) -> Written:
        """Write a sample, drawn by its options or saved under a name, as one JSON file.

        With `sidecar` another file beside it, `<file>.provenance.json`, tells where it comes from.
        Raises ShortageError where pools are too small, UsageError for an unknown name.
        """
        if isinstance(sample, str):
            path = path or self.root / "metadata" / f"{sample}.json"
            return self._export_saved(sample, path, sidecar)
        path = path or self.root / sample_file(sample)
        with self._drawer() as drawer:
            return self._export_drawn(drawer, sample, path, sidecar)

    def export_seeds(
        self, draws: Iterable[DrawOptions], folder: Path | None = None, *, sidecar: bool = False
    ) -> list[Written]:
        """Write draws that differ in their seed, as `export_sample` does one.

        They go to `<root>/metadata` or `folder`, each called as that of one draw is, with `_seed-`
        and the seed in three digits.
        """
        files = []
        with self._drawer() as drawer:
            for options in draws:
                path = self.root / sample_file(options, name_seed=True)
                path = path if folder is None else folder / path.name
                files.append(self._export_drawn(drawer, options, path, sidecar))
        return files

    def export_crops(
        self,
        train: list[CategoryPicks],
        val: list[CategoryPicks] | None,
        folder: Path,
        *,
        vocabulary: str = LVIS,
    ) -> PicturesReport:
        """Write the crops of a sample: laid out as OVMR reads them if there is `val`.

        Otherwise as MM-OVOD's scripts do. Crops that an earlier run wrote are kept. `vocabulary` is
        that of the samples.
        """
        plan = plan_published(train) if val is None else plan_ovmr(train, val)
        with reading(self.engine) as connection:
            slices = slices_of(connection, self.root, [*train, *(val or ())])
        report = write_crops(plan, folder, self._progress, slices=slices)
        if val is None:
            return report
        with reading(self.engine) as connection:
            vocabulary_id = vocabulary_row(connection, vocabulary)
            rows = stream_rows(connection, category_records(vocabulary_id))
            categories = [json.loads(record) for _, record in rows]
        with whole_file(folder / "annotations" / "lvis_exemplar_info.json") as file:
            file.write(json.dumps(exemplar_info(plan, folder, categories)).encode())
        return report

    def _export_saved(self, name: str, path: Path, sidecar: bool) -> Written:
        with reading(self.engine) as connection:
            held = saved.load(connection, name)
            saved.require_whole(name, held)
            category_ids = [category_id for category_id, _ in held.categories]
            written = write_sample(path, category_ids, held.rows)
            if sidecar:
                write_sidecar(path, asdict(saved.origin(connection, name)))
        return written

    def _export_drawn(
        self, drawer: Drawer, options: DrawOptions, path: Path, sidecar: bool
    ) -> Written:
        connection = drawer.connection
        with self._drawn(drawer, options) as (vocabulary_id, drawn, unreadable):
            rows = stream_rows(connection, drawn_entries())
            written = write_sample(path, [one.category_id for one in drawn], rows)
            if sidecar:
                write_sidecar(path, asdict(provenance(connection, vocabulary_id, options)))
        return written._replace(problems=[f"{one} {name}: {why}" for one, name, why in unreadable])
