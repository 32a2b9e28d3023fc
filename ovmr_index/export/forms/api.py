"""The forms of other programs in `index.exports`; what opens images is imported where it is used.

A form has its options in a dataclass, what writes it in a module, and a method here.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.db.session import Session
from ovmr_index.export.forms.box_options import BoxOptions

if TYPE_CHECKING:
    from ovmr_index.export.forms.yolo import WrittenYolo
    from ovmr_index.export.forms.yolo_folder import YoloSplit


class FormExports:
    """Files in the forms of other programs: the part of `index.exports` that is no recipe's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def yolo(
        self,
        options: BoxOptions | None = None,
        folder: Path | None = None,
        *,
        split: "YoloSplit | None" = None,
        segments: bool = False,
    ) -> "WrittenYolo":
        """Write a split of a detection dataset as Ultralytics reads it.

        The folder gets `images/<split>` with symbolic links, `labels/<split>` with a line a box
        (class index from 0; centre, width and height in shares of the image's), and `data.yaml`
        with the splits and the names of the classes. An image without boxes has an empty label
        file. Crowds are left out, as `convert_coco` of Ultralytics does, and boxes are cut at the
        edges of their image. The links are relative where folder and images are below the root.

        Args:
            options: Which boxes; all of LVIS train by default.
            folder: Where to write. It may hold other splits of the same classes. By default
                `<root>/exports/yolo/` and the name of the source without its split.
            split: What the images become; by default what the name of the source ends in.
            segments: Whether a line is the outline of the mask: several polygons are joined to
                one; a box without polygons is written as its corners.

        Raises:
            MissingSourceError: The index does not hold the source, or it has no boxes.
            UsageError: There is no such source, vocabulary, partition, map or image, or the folder
                is among the images of a dataset.
            OvmrIndexError: The folder holds other classes, or cannot be written.
        """
        from ovmr_index.export.forms.yolo import export_yolo

        return export_yolo(
            self._session, options or BoxOptions(), folder, split=split, segments=segments
        )
