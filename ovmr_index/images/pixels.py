"""The pixels of an image: small and grey, or in the colours that a file can hold."""

from typing import cast

from PIL import Image

from ovmr_index.images.header import ImageFile, opened, orientation, require_decodable

MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}
_DEEPEST = 1 << 16  # the numbers that 16 bits hold
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DRAFT = 128  # pixels: the smallest size that an image is decoded to before it is reduced


def grey_pixels(source: ImageFile, size: tuple[int, int]) -> bytes:
    """Return a whole image in grey at `size` (width, height): a byte a pixel, row by row.

    As shown, after EXIF rotation.

    Raises:
        ImageError: The image is missing, unreadable or too large to be decoded.
    """
    with opened(source) as image:
        require_decodable(source, image)
        # A large JPEG is decoded smaller, in a third of the time.
        image.draft("L", (_DRAFT, _DRAFT))
        grey = in_kept_colours(image, "JPEG").convert("L")
        return _turned(grey, orientation(image)).resize(size, Image.Resampling.LANCZOS).tobytes()


def in_kept_colours(
    image: Image.Image, kind: str, box: tuple[int, int, int, int] | None = None
) -> Image.Image:
    """Return the image in colours that the format `kind` can keep.

    With a `box` (left, top, right, bottom) that part of it; how bright its pixels are does not
    depend on the part.
    """
    if image.mode == "F" or (image.mode.startswith("I") and image.mode not in MODES[kind]):
        return _in_grey(image, box)
    part = image if box is None else image.crop(box)
    if image.mode in MODES[kind]:
        return part
    return part.convert("L") if image.mode == "1" else _in_colour(part)


def turned_upright(image: Image.Image) -> Image.Image:
    """Return the image as it is shown, after EXIF rotation."""
    return _turned(image, orientation(image))


def _turned(image: Image.Image, by: int) -> Image.Image:
    """Return an image turned by an EXIF orientation."""
    method = _TURNS.get(by)
    return image if method is None else image.transpose(method)


def _in_grey(image: Image.Image, box: tuple[int, int, int, int] | None) -> Image.Image:
    """Return an image of numbers in grey, by the range that the numbers of all of it are in.

    Raises:
        ValueError: No pixel is a finite number.
    """
    import numpy as np

    values = np.asarray(image if image.mode == "F" else image.convert("I"))
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        raise ValueError("no pixel is a finite number")
    low, span = _range(float(finite.min()), float(finite.max()), is_float=image.mode == "F")
    left, top, right, bottom = box or (0, 0, *image.size)
    part = np.nan_to_num(values[top:bottom, left:right].astype(np.float64), nan=low)
    return Image.fromarray(np.clip((part - low) * (256 / span), 0, 255).astype(np.uint8))


def _range(low: float, high: float, *, is_float: bool) -> tuple[float, float]:
    """Return the number that is black, and how far above it is what would be brighter than white.

    That is 0 to 1, or 8, 10, 12, 14 or 16 bits, whatever is the least that holds the numbers; else
    from the lowest to the highest.
    """
    if low >= 0 and is_float and high <= 1:
        return 0, 256 / 255
    if low >= 0 and high < _DEEPEST:
        bits = int(high).bit_length()
        return 0, 1 << max(8, bits + bits % 2)
    return low, (high - low) * 256 / 255 or 1


def _in_colour(part: Image.Image) -> Image.Image:
    """Return an image in RGB, without its transparency unless nothing else shows a shape."""
    colours = part.convert("RGB")
    if not part.has_transparency_data or any(low != high for low, high in _extrema(colours)):
        return colours
    shape = part.convert("RGBA").getchannel("A")
    is_dark = sum(low for low, _ in _extrema(colours)) < 3 * 128
    ground = Image.new("RGB", part.size, "white" if is_dark else "black")
    ground.paste(colours, mask=shape)
    return ground


def _extrema(colours: Image.Image) -> list[tuple[int, int]]:
    """Return the lowest and highest value of each colour."""
    return cast(list[tuple[int, int]], list(colours.getextrema()))
