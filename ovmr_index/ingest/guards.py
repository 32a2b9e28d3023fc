"""What an annotation source held before an ingest, and whether the ingest may go on without it."""

from sqlalchemy import Connection

from ovmr_index.formats.table import find_format
from ovmr_index.ingest.frequencies import Frequencies
from ovmr_index.ingest.held_labels import HeldLabels
from ovmr_index.ingest.label_changes import LabelChanges
from ovmr_index.ingest.other_counts import OtherRecords
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.vanishing import VanishLimit


class HeldRecords:
    """The records of an annotation source: of no kind most may vanish.

    With `has_same_options` the source is read as before, and so the paths of images are compared;
    with other options every image may have another path.
    """

    def __init__(
        self,
        connection: Connection,
        source_pk: int,
        spec: SourceSpec,
        limit: VanishLimit,
        *,
        has_same_options: bool,
    ) -> None:
        """Read what is there before anything is stored."""
        self._limit, self._has_same_options = limit, has_same_options
        self._noun = find_format(spec.format).counted.removesuffix("s")
        self._frequencies = Frequencies(connection, source_pk, spec, limit)
        self._labels = HeldLabels(connection, source_pk, limit)

    def require(
        self, counts: Counts, images: Counts, others: OtherRecords, labels: LabelChanges
    ) -> None:
        """Raise VanishedError where too much of what was there would vanish.

        `counts` are those of regions, `labels` what those show that changed or vanished.
        """
        for one, noun in ((counts, self._noun), (images, "image")):
            self._limit.require(noun, one.vanished, one.held)
        if self._has_same_options:
            self._limit.require("image", others.files_gone, others.files_held)
        self._frequencies.require()
        self._labels.require(labels, counts)
