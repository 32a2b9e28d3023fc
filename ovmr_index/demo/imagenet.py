"""The ImageNet part of the demo: a folder a class, in the layout of ImageNet-21K-P."""

from pathlib import Path
from random import Random

from PIL import Image

from ovmr_index.demo.icons import icons
from ovmr_index.demo.scene import portrait

_SMALL_CLASSES = {"bling.n.01", "crystal.n.01", "hourglass.n.01", "pinwheel.n.03"}
_PNG_INSIDE = "apple.n.01"
_TURNED = "penguin.n.01"
_VAL = 2  # val images a class
_ORIENTATION = 0x0112  # the EXIF tag; 6 means: turn by 90 degrees clockwise to show


def make_imagenet(root: Path) -> None:
    """Write `imagenet/imagenet21k_P`: a folder for each icon that has a wnid.

    One file is a PNG under the name of a JPEG, one is stored on its side with an EXIF orientation.
    """
    base = root / "imagenet" / "imagenet21k_P"
    for synset, icon in icons().items():
        if icon.wnid:
            _make_class(base, synset, icon.wnid)


def _make_class(base: Path, synset: str, wnid: str) -> None:
    rng = Random(f"imagenet {wnid}")
    small = synset in _SMALL_CLASSES
    count = 12 if small else rng.randint(12, 15) + _VAL
    folder = base / ("imagenet21k_small_classes" if small else "train") / wnid
    for index, number in enumerate(sorted(rng.sample(range(1, 3000), count))):
        image = portrait(synset, (rng.randint(140, 200), rng.randint(125, 170)), rng)
        if not small and index >= count - _VAL:
            folder = base / "val" / wnid
        path = folder / f"{wnid}_{number}.JPEG"
        folder.mkdir(parents=True, exist_ok=True)
        _save(image, path, synset if index == 0 else "")


def _save(image: Image.Image, path: Path, odd: str) -> None:
    if odd == _PNG_INSIDE:
        image.quantize(64).save(path, "PNG")
    elif odd == _TURNED:
        exif = Image.Exif()
        exif[_ORIENTATION] = 6
        image.transpose(Image.Transpose.ROTATE_90).save(
            path, "JPEG", quality=80, optimize=True, exif=exif
        )
    else:
        image.save(path, "JPEG", quality=80, optimize=True)
