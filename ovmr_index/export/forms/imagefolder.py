"""`export imagefolder`: a folder a class with its crops, and `metadata.jsonl`.

`datasets` reads it as `imagefolder`, torchvision as `ImageFolder`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.export.crop_layouts import Crop
from ovmr_index.export.crop_metadata import write_metadata
from ovmr_index.export.crops import write_crops
from ovmr_index.export.forms.class_folders import FolderNames, class_folders
from ovmr_index.export.forms.form_paths import form_folder
from ovmr_index.export.forms.named_sample import open_sample
from ovmr_index.export.report import WrittenFolder
from ovmr_index.images.crop import kind_of
from ovmr_index.images.crop_shape import CropShape
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions

_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg"}


def write_imagefolder(
    session: Session,
    sample: DrawOptions | str,
    folder: Path | None,
    names: FolderNames,
    shape: CropShape,
    *,
    ignore_curation: bool,
) -> WrittenFolder:
    """Write the crops of a sample; see `FormExports.imagefolder`."""
    given = open_sample(session, sample, ignore_curation=ignore_curation)
    called = class_folders(given.classes.values(), names)
    target = form_folder(session, folder, "imagefolder", given.name)
    plan = plan_imagefolder(given.categories, called)
    images = write_crops(plan, target, session.progress, shape=shape)
    write_metadata(session, plan, target, given.vocabulary)
    return WrittenFolder(target, images.with_notes(given.notes))


def plan_imagefolder(sample: Sequence[CategoryExemplars], folders: Mapping[int, str]) -> list[Crop]:
    """Lay out `<folder of the class>/<rank>.jpg`, or `.png` for a PNG.

    The names of the images are not in those of the crops: a loader could take them for the name of
    a split, or for no image's.
    """
    crops = []
    for category_id, _, exemplars in sample:
        for rank, exemplar in enumerate(exemplars):
            suffix = _SUFFIXES[kind_of(exemplar.file_name)]
            target = f"{folders[category_id]}/{rank}{suffix}"
            crops.append(Crop((target,), category_id, rank, exemplar))
    return crops
