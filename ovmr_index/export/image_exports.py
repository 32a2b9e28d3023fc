"""The folders of images in `index.exports`; what opens images is imported where it is used."""

from collections.abc import Sequence
from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.export.crop_layouts import crop_folder, plan_ovmr, plan_published
from ovmr_index.export.outputs import check_output_folder
from ovmr_index.export.report import WrittenImages
from ovmr_index.export.required_images import images_of_samples
from ovmr_index.images.crop_shape import PUBLISHED, CropShape
from ovmr_index.samples.curated import without_excluded
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.vocabularies.class_indexes import class_indexes
from ovmr_index.vocabularies.names import LVIS_TRAIN


@naming_arguments
class ImageExports:
    """Crops and whole images of samples: the part of `index.exports` that fills a folder."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def crops(
        self,
        train: Sequence[CategoryExemplars],
        val: Sequence[CategoryExemplars] | None,
        folder: Path,
        *,
        vocabulary: str = LVIS_TRAIN,
        shape: CropShape = PUBLISHED,
        ignore_curation: bool = False,
    ) -> WrittenImages:
        """Write the crops of samples to `folder`; crops that an earlier run wrote are kept.

        `train` and `val` are samples by category, as `index.samples.load` returns them. With `val`
        they are laid out as OVMR reads them, otherwise as MM-OVOD's scripts do.
        `vocabulary` is that of the samples: as OVMR reads them, the folder of a category is called
        by its 0-based place there, which of LVIS is its id - 1. `shape` is how much of its image
        each shows. `metadata.jsonl` in the folder has a line for each file. What is excluded by now
        is left out, unless `ignore_curation`.

        Raises:
            UsageError: There is no such vocabulary, or the folder is among a dataset's images.
            OvmrIndexError: The folder holds other crops, or cannot be written, or a category of the
                samples is not in the vocabulary.
        """
        from ovmr_index.export.crop_info import write_crop_info
        from ovmr_index.export.crop_metadata import write_metadata
        from ovmr_index.export.crops import write_crops

        if folder != self._session.outputs / crop_folder(vocabulary):
            check_output_folder(self._session, folder)
        notes: list[str] = []
        with self._session.read() as connection:
            if not ignore_curation:
                train, notes = without_excluded(connection, vocabulary, train)
            if val is None:
                plan = plan_published(train)
            else:
                if not ignore_curation:
                    val, more = without_excluded(connection, vocabulary, val)
                    notes = list(dict.fromkeys((*notes, *more)))
                plan = plan_ovmr(train, val, class_indexes(connection, vocabulary))
        report = write_crops(plan, folder, self._session.progress, shape=shape)
        write_metadata(self._session, plan, folder, vocabulary)
        if val is not None:
            write_crop_info(self._session, plan, folder, vocabulary)
        return report.with_notes(notes)

    def images(self, sample: Sequence[CategoryExemplars], folder: Path) -> WrittenImages:
        """Copy the images that a sample needs to `<folder>/<dataset>/<file_name>`.

        Those that an earlier run wrote are kept.

        Raises:
            UsageError: The folder is among the images of a dataset.
            OvmrIndexError: The folder cannot be written.
        """
        from ovmr_index.export.images import IMAGE_FOLDER, write_images

        images = images_of_samples([sample])
        if folder != self._session.outputs / IMAGE_FOLDER:
            for below in ("", *sorted({image.dataset for image in images})):
                check_output_folder(self._session, folder / below)
        return write_images(images, folder, self._session.progress)
