"""The part of `Index` that writes files."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ovmr_index import saved
from ovmr_index.db.engine import reading, stream_rows
from ovmr_index.errors import MissingSourceError, ShortageError, UsageError
from ovmr_index.export import DEFAULT_TARGETS, TARGETS
from ovmr_index.export.crops import (
    CropReport,
    exemplar_info,
    plan_ovmr,
    plan_published,
    write_crops,
)
from ovmr_index.export.job import ExportJob, Written, lvis_source
from ovmr_index.export.sample import sample_file, write_sample
from ovmr_index.export.writer import whole_file
from ovmr_index.index.samples import Samples
from ovmr_index.queries.annotations import category_records
from ovmr_index.queries.exemplars import drawn_entries
from ovmr_index.records import CategoryPicks
from ovmr_index.reports import ExportReport
from ovmr_index.sampling import DrawOptions

PUBLISHED_SAMPLES = (DrawOptions(k=5), DrawOptions(k=30, on_shortage="repeat"))


class Exporting(Samples):
    """Files for the trainers."""

    def export(self) -> ExportReport:
        """Write every file that training reads, to its published path below the root.

        A file whose source is missing is left out; one whose pools are too small has failed.
        """
        report = ExportReport()
        jobs: list[tuple[str, Callable[[], Written]]] = []
        for name in DEFAULT_TARGETS:
            if name == "sample":
                jobs += [(name, partial(self.export_sample, one)) for one in PUBLISHED_SAMPLES]
            else:
                jobs.append((name, partial(self.export_target, name)))
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
    ) -> Written:
        """Write one target of `export.TARGETS`, to its published path if none is given.

        Raises UsageError for an unknown name, MissingSourceError where the index lacks a source.
        """
        target = TARGETS.get(name)
        if target is None:
            raise UsageError(f"there is no export target {name!r}; give {', '.join(TARGETS)}")
        if target.needs_pools:
            self._ensure_collated()
        job = ExportJob(self.engine, self.root, self._progress, split, add_frequency)
        return target.write(job, path or self.root / target.file.format(split=split))

    def export_sample(self, sample: DrawOptions | str, path: Path | None = None) -> Written:
        """Write a sample, drawn by its options or saved under a name, as one JSON file.

        Raises ShortageError where pools are too small, UsageError for an unknown name.
        """
        if isinstance(sample, str):
            with reading(self.engine) as connection:
                held = saved.load(connection, sample)
                saved.require_whole(sample, held)
                target = path or self.root / "metadata" / f"{sample}.json"
                category_ids = [category_id for category_id, _ in held.categories]
                return write_sample(connection, target, category_ids, held.rows)
        target = path or self.root / sample_file(sample.k)
        with self._drawn(sample) as (connection, drawn):
            rows = stream_rows(connection, drawn_entries())
            return write_sample(connection, target, [one.category_id for one in drawn], rows)

    def export_crops(
        self,
        train: list[CategoryPicks],
        val: list[CategoryPicks] | None,
        folder: Path,
    ) -> CropReport:
        """Write the crops of a sample: laid out as OVMR reads them if there is `val`.

        Otherwise as MM-OVOD's scripts do. Crops that an earlier run wrote are kept.
        """
        if val is None:
            return write_crops(plan_published(train), folder, self._progress)
        plan = plan_ovmr(train, val)
        report = write_crops(plan, folder, self._progress)
        with reading(self.engine) as connection:
            source_id = lvis_source(connection, "train")
            rows = stream_rows(connection, category_records(source_id))
            categories = [json.loads(record) for _, record in rows]
        with whole_file(folder / "annotations" / "lvis_exemplar_info.json") as file:
            file.write(json.dumps(exemplar_info(plan, folder, categories)).encode())
        return report
