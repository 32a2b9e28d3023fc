"""The pixels of an image: small and grey, or in the colours that a file can hold."""

from PIL import Image

from ovmr_index.images.header import ImageFile, opened, require_decodable

MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}
_DRAFT = 128  # pixels: the smallest size that an image is decoded to before it is reduced


def grey_pixels(source: ImageFile, size: tuple[int, int]) -> bytes:
    """Return a whole image in grey at `size` (width, height): a byte a pixel, row by row.

    As stored, without any rotation.

    Raises:
        ImageError: The image is missing, unreadable or too large to be decoded.
    """
    with opened(source) as image:
        require_decodable(source, image)
        # A large JPEG is decoded smaller, in a third of the time.
        image.draft("L", (_DRAFT, _DRAFT))
        grey = in_kept_colours(image, "JPEG").convert("L")
        return grey.resize(size, Image.Resampling.LANCZOS).tobytes()


def in_kept_colours(image: Image.Image, kind: str) -> Image.Image:
    """Return the image in colours that the format `kind` can keep."""
    if image.mode in MODES[kind]:
        return image
    if image.mode.startswith("I"):  # 16 bits: a plain conversion would cut off above 255
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "F"):
        return image.convert("L")
    return image.convert("RGB")
