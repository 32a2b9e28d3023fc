"""Pictures that differ from each other, as files: for tests that compare content and looks."""

import io
import random

from PIL import Image

SIZE = (320, 240)


def drawn(seed: int, size: tuple[int, int] = SIZE, kind: str = "JPEG", quality: int = 95) -> bytes:
    """Return a picture of soft blots as a file of `kind`; another seed, another picture.

    The same seed in another size or quality is a near-duplicate.
    """
    blots = Image.frombytes("L", (12, 10), random.Random(seed).randbytes(120))
    picture = blots.resize(SIZE, Image.Resampling.BICUBIC).resize(size)
    output = io.BytesIO()
    picture.convert("RGB").save(output, kind, quality=quality)
    return output.getvalue()
