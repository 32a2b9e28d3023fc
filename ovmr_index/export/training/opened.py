"""What a code base opens, by what it is: each kind is made and checked in one way."""

from dataclasses import dataclass

from ovmr_index.samples.options import DrawOptions

OV_COCO = "OV-COCO"  # the part of a code base that only trains on open-vocabulary COCO


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    """LVIS's annotation file of a split, as it was read."""

    split: str


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """The file of an export target; `without_rare` leaves rare categories uncounted."""

    target: str
    split: str = "train"
    without_rare: bool = False


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A draw of exemplars for LVIS's categories."""

    draw: DrawOptions


@dataclass(frozen=True, slots=True)
class ZeroShotFile:
    """COCO's annotation file of a split with some of the categories of OV-COCO.

    `parts` are `base` and `novel`, or base alone; `counts` stands for the list of categories with
    their counts.
    """

    split: str
    parts: tuple[str, ...]
    counts: bool = False


@dataclass(frozen=True, slots=True)
class ImagesOf:
    """A folder below which images are opened by the names that a file gives them.

    Attributes:
        dataset: Whose images, by the name of the dataset in the index.
        listing: The file that names them, among those that the code base opens. Without one they
            are the images of LVIS's annotation files.
        splits: The folders of ImageNet that the names begin with, where not all are opened.
        is_below: Whether the folder is below one that is linked already.
        otherwise: What else to do where something is in the way of a link; `{folder}` is the root
            of the dataset.
    """

    dataset: str
    listing: str = ""
    splits: tuple[str, ...] = ()
    is_below: bool = False
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class CropFolder:
    """Crops in OVMR's layout: train from K = 30, val from K = 5, and the JSON of val.

    Of LVIS's categories, or of COCO's.
    """

    of_coco: bool = False


@dataclass(frozen=True, slots=True)
class FromElsewhere:
    """A file that no index can make: `source` says where it comes from."""

    source: str


Kind = (
    AnnotationFile
    | ExportedFile
    | SampleFile
    | ZeroShotFile
    | ImagesOf
    | CropFolder
    | FromElsewhere
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is opened at a path below the folder of datasets.

    Attributes:
        path: Below the folder, with slashes.
        kind: What it is.
        said_in: The file of the code base that says so, and the lines.
        part: The part of the code base that opens it; "" for what it always opens.
    """

    path: str
    kind: Kind
    said_in: str
    part: str = ""
