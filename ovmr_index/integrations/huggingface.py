"""Datasets of Hugging Face's package `datasets`: exemplars with their crops, images with boxes.

Rows are made one by one, and kept as Arrow files in its cache. What a file is called there depends
on the rows and on what they are made from: after a change of the index new ones are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ovmr_index import __version__
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.forms.annotated_images import AnnotatedBox, AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import BoxSelection, select_boxes
from ovmr_index.images.crop import crop_content
from ovmr_index.images.crop_shape import PUBLISHED, CropShape
from ovmr_index.integrations.image_files import image_file, image_size
from ovmr_index.integrations.image_queries import source_state
from ovmr_index.integrations.label_names import distinct
from ovmr_index.integrations.labelled_exemplars import LabelledExemplars, labelled_exemplars
from ovmr_index.integrations.packages import extra
from ovmr_index.storage.file_states import source_time
from ovmr_index.storage.members import Member, member_content

if TYPE_CHECKING:
    from pathlib import Path

    import datasets

    from ovmr_index.index.index import Index
    from ovmr_index.integrations.labelled_exemplars import LabelledExemplar, Sample


def exemplars(
    index: Index,
    sample: Sample,
    *,
    vocabulary: str | None = None,
    shape: CropShape = PUBLISHED,
    cache_dir: Path | str | None = None,
) -> datasets.Dataset:
    """Return the exemplars of a sample, a row each, with their crops as `export crops` writes them.

    Columns: `image` (of the crop), `label` (a ClassLabel, from 0), `category_id`, `category`,
    `synset`, `dataset`, `split`, `file_name` (below the folder of the dataset's images),
    `image_id`, `region_id`, `bbox` (x, y, w, h in pixels, from 0) and `weight`. What a source does
    not have is None, and so is the box of a whole image.

    Args:
        index: The index.
        sample: The name of a saved sample, the options of a draw, or what `index.sample` returns.
        vocabulary: Whose categories the sample has where it is what `index.sample` returns; LVIS
            train's if None.
        shape: How much of an image a crop shows, and of what shape it is.
        cache_dir: Where the rows are kept; in the cache of `datasets` if None.

    Raises:
        UsageError: There is no sample or vocabulary of that name.
        ShortageError: Pools are too small for the draw.
        ImageError: An image is missing or unreadable, or a box leaves nothing of it.
        OvmrIndexError: The package cannot be imported, there is no exemplar, or one of the sample
            is not in the index any more.
    """
    with extra("huggingface"):
        from datasets import ClassLabel, Features, Image, Sequence, Value
    found = labelled_exemplars(index, sample, vocabulary)
    text, number = Value("string"), Value("int64")
    features = Features(
        {
            "image": Image(),
            "label": ClassLabel(names=list(found.label_names)),
            "category_id": number,
            "category": text,
            "synset": text,
            "dataset": text,
            "split": text,
            "file_name": text,
            "image_id": number,
            "region_id": number,
            "bbox": Sequence(Value("float64"), length=4),
            "weight": Value("float64"),
        }
    )
    times = tuple(source_time(one.exemplar.location) for one in found.exemplars)
    state = (times, __version__)
    return _made(_exemplar_rows, features, cache_dir, found=found, shape=shape, state=state)


def boxes(
    index: Index, options: BoxOptions | None = None, *, cache_dir: Path | str | None = None
) -> datasets.Dataset:
    """Return the images of a source, a row each, with their boxes: as COCO is there.

    Columns: `image` (its file stays where it is; one in a tar is copied), `image_id`, `width`,
    `height`, and `objects`: lists of `id`, `area`, `bbox` (x, y, w, h in pixels, from 0),
    `category` (a ClassLabel, from 0) and `iscrowd`.

    Args:
        index: The index.
        options: Which boxes; those of LVIS train if None.
        cache_dir: Where the rows are kept; in the cache of `datasets` if None.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map or image.
        OvmrIndexError: The package cannot be imported, there is no image, or the file of images or
            of the map cannot be read.
    """
    with extra("huggingface"):
        from datasets import ClassLabel, Features, Image, Sequence, Value
    session = Session(index.root, index.location)
    with session.read() as connection:
        selection = select_boxes(session, connection, options or BoxOptions())
        files = connection.execute(source_state(selection.source_pk)).all()
    names = distinct((category.id, category.name) for category in selection.categories)
    number = Value("int64")
    features = Features(
        {
            "image": Image(),
            "image_id": number,
            "width": number,
            "height": number,
            "objects": {
                "id": Sequence(number),
                "area": Sequence(Value("float64")),
                "bbox": Sequence(Sequence(Value("float64"), length=4)),
                "category": Sequence(ClassLabel(names=names)),
                "iscrowd": Sequence(Value("bool")),
            },
        }
    )
    state = (tuple(map(tuple, files)), __version__)
    return _made(_box_rows, features, cache_dir, session=session, selection=selection, state=state)


def _made(
    rows: Callable[..., Iterator[dict[str, Any]]],
    features: datasets.Features,
    cache_dir: Path | str | None,
    **made_from: Any,
) -> datasets.Dataset:
    from datasets import Dataset
    from datasets.exceptions import DatasetGenerationError

    cache = None if cache_dir is None else str(cache_dir)
    if next(rows(**made_from), None) is None:
        raise OvmrIndexError(
            "there are no rows, of which datasets makes nothing; give other images, or another"
            " sample"
        )
    try:
        return Dataset.from_generator(
            rows, features=features, cache_dir=cache, gen_kwargs=made_from
        )
    except DatasetGenerationError as error:
        if isinstance(error.__cause__, OvmrIndexError):
            raise error.__cause__ from None
        raise


def _exemplar_rows(
    found: LabelledExemplars, shape: CropShape, state: object
) -> Iterator[dict[str, Any]]:
    """Yield the rows of exemplars; `state` is what they depend on beside what is given."""
    del state
    for one in found.exemplars:
        content = crop_content(one.task(shape))
        yield _exemplar_row(one, found.label_names[one.label], content)


def _exemplar_row(one: LabelledExemplar, category: str, content: bytes) -> dict[str, Any]:
    exemplar = one.exemplar
    box = (exemplar.x, exemplar.y, exemplar.w, exemplar.h)
    return {
        "image": {"bytes": content, "path": None},
        "label": one.label,
        "category_id": exemplar.category_id,
        "category": category,
        "synset": exemplar.synset,
        "dataset": exemplar.dataset,
        "split": exemplar.split,
        "file_name": exemplar.file_name,
        "image_id": exemplar.image_id,
        "region_id": exemplar.region_id,
        "bbox": None if exemplar.x is None else box,
        "weight": exemplar.weight,
    }


def _box_rows(session: Session, selection: BoxSelection, state: object) -> Iterator[dict[str, Any]]:
    """Yield the rows of images; `state` is what they depend on beside what is given."""
    del state
    with session.read() as connection:
        for image in annotated_images(connection, selection, records=False):
            width, height = image_size(image)
            yield {
                "image": _content(image),
                "image_id": image.id,
                "width": width,
                "height": height,
                "objects": _objects(image.boxes),
            }


def _content(image: AnnotatedImage) -> dict[str, Any]:
    if isinstance(image.location, Member):
        return {"bytes": member_content(image.location), "path": image.file_name}
    return {"bytes": None, "path": image_file(image, "datasets")}


def _objects(found: tuple[AnnotatedBox, ...]) -> dict[str, list[Any]]:
    return {
        "id": [box.id for box in found],
        "area": [box.covered_area for box in found],
        "bbox": [(box.x, box.y, box.w, box.h) for box in found],
        "category": [box.place for box in found],
        "iscrowd": [box.is_crowd for box in found],
    }
