"""Visual prompts: for each category some boxes on whole images, as YOLOE and T-Rex2 take them.

A box is xyxy in pixels of its image, as in `visual_prompts` of Ultralytics' `YOLOE.predict`
(`ultralytics/models/yolo/yoloe/predict.py`, commit 099a89d), and as `rect` in the prompts of
T-Rex2's API (`demo_examples/customize_embedding.py`, commit 98482dc).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.session import Session
from ovmr_index.errors import command, counted
from ovmr_index.export.emptied import keep_records
from ovmr_index.export.forms.box_selection_queries import described_categories
from ovmr_index.export.forms.clipped_boxes import Corners, clipped_box
from ovmr_index.export.forms.form_paths import form_file
from ovmr_index.export.forms.named_sample import NamedSample, open_sample, origin_of
from ovmr_index.export.json_list import write_list
from ovmr_index.export.target import WrittenFile
from ovmr_index.images.sizes import ImageSize, Unreadable, sizes
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.samples.options import DrawOptions
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.links import without_mark
from ovmr_index.storage.members import sorted_by_offset
from ovmr_index.vocabularies.partitions import selected_categories
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

FORM = "prompts"
_BOX = rb'"bbox"'


class Prompt(NamedTuple):
    """A visual prompt, as the file has it.

    Attributes:
        image: The path of the image below the root of the index, absolute where it is elsewhere;
            None where it is in a tar or a Parquet file.
        dataset: The dataset that the image is of.
        file_name: The path of the image below the folder of the dataset's images.
        bbox: The box, xyxy in pixels; all of a whole image.
        width: That of the image in pixels.
        height: As `width`.
        image_id: The source's own.
        region_id: The source's own; None for a whole image.
    """

    image: str | None
    dataset: str
    file_name: str
    bbox: Corners
    width: int
    height: int
    image_id: int | None
    region_id: int | None


def export_prompts(
    session: Session,
    sample: DrawOptions | str,
    path: Path | None,
    *,
    allow_empty: bool,
    ignore_curation: bool,
) -> WrittenFile:
    """Write visual prompts as `SampleExports.prompts` says."""
    opened = open_sample(session, sample, ignore_curation=ignore_curation)
    path = form_file(session, path, FORM, f"{opened.name}.json")
    prompts = _Prompts(session.root, _selected(session, sample, opened))
    with whole_file(path) as file:
        write_list(file, prompts.texts())
        keep_records(path, prompts.count, _BOX, allow_empty=allow_empty)
    return WrittenFile(path, prompts.count, prompts.problems, [*opened.notes, *prompts.notes()])


def _selected(session: Session, sample: DrawOptions | str, opened: NamedSample) -> NamedSample:
    """Return a sample without the categories that it was not drawn for, of which it holds none."""
    if isinstance(sample, str):
        origin = origin_of(session, sample)
        by = None if origin.is_imported else origin.draw_options().partition_filter
    else:
        by = sample.partition_filter
    if by is None:
        return opened
    with session.read() as connection:
        selected = selected_categories(connection, opened.vocabulary, by)
        rows = connection.execute(
            described_categories(find_vocabulary(connection, opened.vocabulary))
        )
        pks = {*connection.execute(selected.order_by(None)).scalars()}
        kept = {row.id for row in rows if row.pk in pks}
    return opened._replace(categories=[one for one in opened.categories if one.category_id in kept])


class _Prompts:
    """Makes the prompts of a sample, and counts them."""

    def __init__(self, root: Path, sample: NamedSample) -> None:
        self._root, self._sample = root, sample
        self._sizes = _sizes_of(one for some in sample.categories for one in some.exemplars)
        self.count, self._packed = 0, 0
        self.problems: list[str] = []

    def texts(self) -> Iterator[str]:
        """Yield the JSON object of each category, in the order of the vocabulary."""
        held = {one.category_id: one for one in self._sample.categories}
        order = [one for one in self._sample.classes.values() if one.category_id in held]
        for index, one in enumerate(order):
            prompts = [*self._prompts(held[one.category_id].exemplars)]
            self.count += len(prompts)
            yield json.dumps(
                {
                    "index": index,
                    "id": one.category_id,
                    "name": one.name,
                    "synset": one.synset,
                    "prompts": [prompt._asdict() for prompt in prompts],
                }
            )

    def _prompts(self, exemplars: Iterable[Exemplar]) -> Iterator[Prompt]:
        for one in exemplars:
            size = self._size(one)
            if isinstance(size, Unreadable):
                self.problems.append(f"{one.dataset} {one.file_name}: {size.reason}")
                continue
            box = _box(one, *size)
            if min(box.width, box.height) <= 0:
                self.problems.append(
                    f"{one.dataset} {one.file_name}: box {one.region_id} is not on the image"
                )
                continue
            self._packed += one.member is not None
            names = (self._path(one), one.dataset, one.file_name)
            yield Prompt(*names, box, *size, one.image_id, one.region_id)

    def _size(self, one: Exemplar) -> "tuple[int, int] | Unreadable":
        if one.image_width is not None and one.image_height is not None:
            return one.image_width, one.image_height
        size = self._sizes[one.dataset, one.file_name]
        return size if isinstance(size, Unreadable) else (size.width, size.height)

    def _path(self, one: Exemplar) -> str | None:
        if one.member is not None:
            return None
        path = Path(without_mark(str(one.location)))
        return (
            path.relative_to(self._root) if path.is_relative_to(self._root) else path
        ).as_posix()

    def notes(self) -> Iterator[str]:
        """Yield what a reader of the file has to do first."""
        if self._packed:
            images = counted(self._packed, "prompt shows", "prompts show")
            yield (
                f"{images} an image in a tar or a Parquet file; save the sample, and take its"
                f" images out with {command('export images', name='NAME')}"
            )


def _box(one: Exemplar, width: int, height: int) -> Corners:
    """Return the box of an exemplar, of a whole image all of it."""
    if one.x is None or one.y is None or one.w is None or one.h is None:
        return Corners(0, 0, width, height)
    return clipped_box(one.x, one.y, one.w, one.h, width, height)


def _sizes_of(
    exemplars: Iterable[Exemplar],
) -> Mapping[tuple[str, str], ImageSize | Unreadable]:
    """Return the sizes that headers say, of the images whose sizes the index does not know."""
    unsized = {
        (one.dataset, one.file_name): one.location
        for one in exemplars
        if one.image_width is None or one.image_height is None
    }
    names = [*unsized]
    found = sizes(sorted_by_offset((i, unsized[name]) for i, name in enumerate(names)))
    return {names[one.key]: one for one in found}
