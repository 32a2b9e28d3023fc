"""Datasets for PyTorch's `DataLoader`: crops of exemplars, and images with their boxes.

They can be pickled and forked: no connection and no open file goes from one process to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ovmr_index.images.crop_shape import PUBLISHED, CropShape
from ovmr_index.images.fit import scaled
from ovmr_index.images.fitted import crop_pixels, fitted_image
from ovmr_index.integrations.boxed_images import BoxedImages
from ovmr_index.integrations.labelled_exemplars import labelled_exemplars
from ovmr_index.integrations.masks import decoded_masks
from ovmr_index.integrations.packages import extra

if TYPE_CHECKING:
    from PIL import Image

    from ovmr_index.export.forms.annotated_images import AnnotatedImage
    from ovmr_index.export.forms.box_options import BoxOptions
    from ovmr_index.index.index import Index
    from ovmr_index.integrations.labelled_exemplars import Sample
    from ovmr_index.pools.exemplars import Exemplar

NO_ID = -1


class ExemplarDataset:
    """The crops of a sample, as `export crops` makes them but without the losses of JPEG.

    An item is (image, label, metadata). The image is Pillow's in RGB, or what `transform` makes of
    it. The label is the place of its category in `label_names`, from 0.

    Metadata are a dict: `category_id`, `category` (its name), `synset`, `dataset`, `split` (empty
    where there is none), `file_name` (below the folder of the dataset's images), `image_id` and
    `region_id` (-1 where the source has none), `box` (a tensor of x, y, w, h in pixels, from 0;
    the whole image where that is the exemplar) and `weight`. PyTorch collates them as they are.
    """

    def __init__(
        self,
        index: Index,
        sample: Sample,
        transform: Callable[[Image.Image], Any] | None = None,
        *,
        vocabulary: str | None = None,
        shape: CropShape = PUBLISHED,
    ) -> None:
        """Draw or load the sample; images are read when they are asked for.

        Args:
            index: The index.
            sample: The name of a saved sample, the options of a draw, or what `index.sample`
                returns.
            transform: Makes an item's image from Pillow's, as those of torchvision do. A
                `DataLoader` needs one that makes tensors, as torchvision's `v2.ToImage()`.
            vocabulary: Whose categories the sample has where it is what `index.sample` returns;
                LVIS train's if None.
            shape: How much of an image a crop shows, and of what shape it is.

        Raises:
            UsageError: There is no sample or vocabulary of that name.
            ShortageError: Pools are too small for the draw.
            OvmrIndexError: PyTorch cannot be imported, or an exemplar of the sample is not in the
                index any more.
        """
        with extra("torch"):
            import torch  # noqa: F401  # to say now, and in one process, that it is missing
        self.label_names, self._exemplars = labelled_exemplars(index, sample, vocabulary)
        self._transform, self._shape = transform, shape

    def __len__(self) -> int:
        """Return the number of exemplars."""
        return len(self._exemplars)

    def __getitem__(self, place: int) -> tuple[Any, int, dict[str, Any]]:
        """Return the crop at a place, its label and its metadata.

        Raises:
            IndexError: There is no such place.
            ImageError: The image is missing or unreadable, or the box leaves nothing of it.
        """
        found = self._exemplars[place]
        image, size = crop_pixels(found.task(self._shape))
        metadata = _metadata(found.exemplar, self.label_names[found.label], size)
        return image if self._transform is None else self._transform(image), found.label, metadata


class DetectionDataset:
    """The images of a source with their boxes, each read from the index when it is asked for.

    An item is (image, target), as torchvision's detectors take them. The image is a
    `tv_tensors.Image` in RGB. The target is a dict: `boxes` (`tv_tensors.BoundingBoxes`, N x 4,
    xyxy in pixels), `labels` (N, the places of their categories in `label_names`, from 0),
    `image_id` (the source's own), `area` (N, square pixels of the mask, else of the box),
    `iscrowd` (N), and `masks` (`tv_tensors.Mask`, N x height x width) if they are asked for.
    """

    def __init__(
        self,
        index: Index,
        options: BoxOptions | None = None,
        transforms: Callable[[Any, dict[str, Any]], tuple[Any, dict[str, Any]]] | None = None,
        *,
        masks: bool = False,
    ) -> None:
        """Find the images; what is kept of each is two numbers.

        Args:
            index: The index.
            options: Which boxes; those of LVIS train if None.
            transforms: Makes an item from another, as those of torchvision v2 do.
            masks: Whether targets have masks. A box without one has its rectangle.

        Raises:
            MissingSourceError: The index does not hold the source, or it has no boxes.
            UsageError: There is no such source, vocabulary, partition, map or image.
            OvmrIndexError: PyTorch or torchvision cannot be imported, or the file of images or of
                the map cannot be read.
        """
        with extra("torch"):
            import torch  # noqa: F401  # as above
            import torchvision.transforms.v2  # noqa: F401  # as above
        self._images = BoxedImages(index, options)
        self._transforms = transforms
        self._masks = masks

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of the categories, in the order of the labels."""
        return tuple(category.name for category in self._images.categories)

    @property
    def category_ids(self) -> tuple[int, ...]:
        """The ids of the categories, in the order of the labels."""
        return tuple(category.id for category in self._images.categories)

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The ids of the images, in the order of the items."""
        return self._images.image_ids

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._images)

    def __getitem__(self, place: int) -> tuple[Any, dict[str, Any]]:
        """Return the image at a place and its target.

        Raises:
            IndexError: There is no such place.
            ImageError: The image is missing or unreadable, or of another shape than annotated.
            OvmrIndexError: The index has changed since, and the image is gone, or the categories
                are others.
        """
        from torchvision.transforms import v2

        found = self._images.read(place, records=self._masks)
        image, target = _with_target(found, masks=self._masks)
        tensor = v2.functional.to_image(image)
        return (tensor, target) if self._transforms is None else self._transforms(tensor, target)


def collate(batch: Sequence[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return a batch of items of either dataset as a tuple of their images, and so on.

    For `DataLoader(..., collate_fn=collate)`, where images are not all of one size.
    """
    return tuple(zip(*batch, strict=True))


def _metadata(one: Exemplar, category: str, size: tuple[int, int]) -> dict[str, Any]:
    import torch

    box = (0, 0, *size) if one.x is None else (one.x, one.y, one.w, one.h)
    return {
        "category_id": one.category_id,
        "category": category,
        "synset": one.synset,
        "dataset": one.dataset,
        "split": one.split or "",
        "file_name": one.file_name,
        "image_id": NO_ID if one.image_id is None else one.image_id,
        "region_id": NO_ID if one.region_id is None else one.region_id,
        "box": torch.tensor(box, dtype=torch.float64),
        "weight": one.weight,
    }


def _with_target(found: AnnotatedImage, *, masks: bool) -> tuple[Image.Image, dict[str, Any]]:
    """Return an image and its target, in its pixels."""
    import torch
    from torchvision import tv_tensors

    annotated = (found.width, found.height) if found.width and found.height else None
    image, fit = fitted_image(found.location, annotated)
    scale = 1.0 if fit.scale is None else fit.scale[0] * fit.scale[1]
    boxes = [scaled((one.x, one.y, one.w, one.h), fit) for one in found.boxes]
    areas = [one.covered_area * scale for one in found.boxes]
    size = (image.height, image.width)
    corners = torch.tensor([(x, y, x + w, y + h) for x, y, w, h in boxes], dtype=torch.float32)
    target: dict[str, Any] = {
        "boxes": tv_tensors.BoundingBoxes(corners.reshape(-1, 4), format="XYXY", canvas_size=size),
        "labels": torch.tensor([one.place for one in found.boxes], dtype=torch.int64),
        "image_id": found.id,
        "area": torch.tensor(areas, dtype=torch.float32),
        "iscrowd": torch.tensor([one.is_crowd for one in found.boxes], dtype=torch.int64),
    }
    if masks:
        target["masks"] = tv_tensors.Mask(torch.from_numpy(decoded_masks(found, image.size)))
    return image, target
