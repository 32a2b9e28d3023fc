"""The forms of detection datasets in `index.exports`: boxes of a source, with its images."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.coco import WrittenCoco, write_coco
from ovmr_index.export.forms.form_paths import (
    FORMS_FOLDER,
    form_file,
    name_of_boxes,
    refuse_inputs,
)
from ovmr_index.export.forms.shot_options import Shots
from ovmr_index.export.target import WrittenFile

if TYPE_CHECKING:
    from ovmr_index.export.forms.odvg import WrittenOdvg
    from ovmr_index.export.forms.yolo import WrittenYolo
    from ovmr_index.export.forms.yolo_folder import YoloSplit


@naming_arguments
class BoxExports:
    """Files of boxes: the part of `index.exports` that `BoxOptions` says the content of."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def coco(
        self,
        options: BoxOptions | None = None,
        path: Path | None = None,
        *,
        shots: Shots | None = None,
        allow_empty: bool = False,
    ) -> WrittenCoco:
        """Write boxes as a plain COCO file, which every client of COCO reads.

        Its images have a `file_name`, a path below `WrittenCoco.image_root`, and a size: that of
        their header where the source has none. Its annotations have `iscrowd`, `area` and
        `segmentation`; boxes are xywh in pixels. What else a record of the source has is kept.

        Args:
            options: Which boxes; by default those of LVIS train.
            path: Where to write; by default `<root>/exports/coco/` and a name made of the options.
            shots: With these only some annotations of each category, and the images that have one.
            allow_empty: Whether a file without annotations may replace one that has some.

        Raises:
            UsageError: There is no such source, vocabulary, partition, map, category or image, or
                the path is that of an input.
            MissingSourceError: The index does not hold LVIS's file.
            EmptyOutputError: There are no annotations, and the file has some.
            OvmrIndexError: A file cannot be read or written.
        """
        options = options or BoxOptions()
        name = name_of_boxes(options) + ("" if shots is None else f"_{shots.label}")
        path = form_file(self._session, path, "coco", f"{name}.json")
        refuse_inputs(path, options)
        return write_coco(self._session, options, path, shots, allow_empty=allow_empty)

    def coco_seeds(
        self,
        options: BoxOptions | None,
        shots: Shots,
        seeds: Iterable[int],
        folder: Path | None = None,
        *,
        allow_empty: bool = False,
    ) -> list[WrittenCoco]:
        """Write a COCO file of few shots for each seed, as `coco` does one.

        They go to `<root>/exports/coco` or `folder`, under the names that `coco` gives them.
        """
        options = options or BoxOptions()
        folder = folder or self._session.outputs / FORMS_FOLDER / "coco"
        each = [replace(shots, seed=seed) for seed in seeds]
        return [
            self.coco(
                options,
                folder / f"{name_of_boxes(options)}_{one.label}.json",
                shots=one,
                allow_empty=allow_empty,
            )
            for one in each
        ]

    def odvg(
        self,
        options: BoxOptions | None = None,
        path: Path | None = None,
        *,
        allow_empty: bool = False,
    ) -> "WrittenOdvg":
        """Write boxes as ODVG, which Grounding DINO's open training code and MMDetection read.

        A line is the JSON object of an image: `filename` below `WrittenOdvg.image_root`, `height`
        and `width` in pixels, and `detection.instances`, of which each has a `bbox` (xyxy, pixels,
        cut at the edges of the image), a `label` (from 0) and a `category`. Images without boxes
        have none. Crowds are left out, and boxes less than a pixel wide or high. The names of the
        labels go to `<name>_label_map.json` beside it.

        Args:
            options: Which boxes; all of LVIS train by default.
            path: Where to write; by default `<root>/exports/odvg/` and a name made of the options.
            allow_empty: Whether a file without boxes may replace one that has some.

        Raises:
            MissingSourceError: The index does not hold the source, or it has no boxes.
            UsageError: There is no such source, vocabulary, partition, map or image, or the path
                is that of an input.
            EmptyOutputError: There are no boxes, and the file has some.
            OvmrIndexError: A file cannot be read or written.
        """
        from ovmr_index.export.forms.odvg import export_odvg

        return export_odvg(self._session, options or BoxOptions(), path, allow_empty=allow_empty)

    def texts(self, options: BoxOptions | None = None, path: Path | None = None) -> WrittenFile:
        """Write the texts of categories: a JSON list over them of lists of names.

        In the order of the categories, as the labels of other forms count them. The first text of
        a category is its name, then come its synonyms, with spaces for `_`. A name with an
        explanation in brackets comes without the explanation and with it, as in YOLO-World's
        `lvis_v1_class_texts.json`.

        Args:
            options: Whose categories: those of LVIS train by default. Images do not matter.
            path: Where to write; by default `<root>/exports/texts/` and a name made of the options.

        Raises:
            MissingSourceError: The index does not hold the source.
            UsageError: There is no such source, vocabulary, partition or map, or the path is that
                of an input.
            OvmrIndexError: A file cannot be read or written.
        """
        from ovmr_index.export.forms.texts import export_texts

        return export_texts(self._session, options or BoxOptions(), path)

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
