"""Which files are images: by the suffix of a name, or by the first bytes where it has none.

Only formats that Pillow decodes itself are read: it passes others, EPS for example, to other
programs. A suffix counts in upper and lower case.
"""

import re

# By the names that Pillow has for the formats; a test compares them with what Pillow registers.
SUFFIXES_OF = {
    "JPEG": (".jpeg", ".jpg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "DIB": (".dib",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "AVIF": (".avif", ".avifs"),
    "JPEG2000": (".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c"),
    "ICO": (".ico",),
    "ICNS": (".icns",),
    "QOI": (".qoi",),
    "PSD": (".psd",),
    "SGI": (".sgi", ".rgb", ".rgba", ".bw"),
    "SUN": (".ras",),
    "TGA": (".tga", ".icb", ".vda", ".vst"),
    "PCX": (".pcx",),
}
SUFFIXES = tuple(suffix for suffixes in SUFFIXES_OF.values() for suffix in suffixes)
HEAD = 16  # bytes that tell a format

_LONGEST = 16  # letters of a suffix

# Their first bytes prove little: they are tried where the suffix asks for them alone.
_BY_SUFFIX_ALONE = ("TGA", "PCX", "SGI", "DIB")
_BY_CONTENT = tuple(name for name in SUFFIXES_OF if name not in _BY_SUFFIX_ALONE)
_USUAL = (".JPEG", ".jpg", ".png", ".jpeg", ".JPG", ".PNG")
_BESIDE_IMAGES = (
    *(".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".toml", ".ini"),
    *(".md", ".rst", ".html", ".htm", ".log", ".db", ".py", ".sh", ".sha256", ".md5"),
)
_STARTS = (
    *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*"),
    *(b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51", b"qoif", b"8BPS", b"icns"),
)
_BRANDS = (b"ftypavif", b"ftypavis")  # from the fifth byte on
# As `a.JPEG.1` of wget and logrotate, or `a.jpg.part-0123456789abcdef`.
_SUFFIX_WITHIN = re.compile(rf"({'|'.join(map(re.escape, SUFFIXES))})[^a-z0-9]", re.IGNORECASE)


def has_image_suffix(name: str) -> bool:
    """Return whether the suffix of a name is that of an image that can be read."""
    return name.endswith(_USUAL) or name.lower().endswith(SUFFIXES)


def is_beside_images(name: str) -> bool:
    """Return whether a file is text that belongs to images, as labels and notes do."""
    return name.lower().endswith(_BESIDE_IMAGES)


def suffix_of(name: str) -> str:
    """Return the last suffix of a name in lower case, with its dot; "" where it has none.

    A number, and what is longer than any suffix, are a part of the name.
    """
    stem, dot, suffix = name.rpartition(".")
    is_suffix = dot and stem and 0 < len(suffix) <= _LONGEST and not suffix.isdigit()
    return f".{suffix.lower()}" if is_suffix else ""


def is_copy_name(name: str) -> bool:
    """Return whether a name is that of a backup or of an incomplete download of an image."""
    return name.endswith("~") or _SUFFIX_WITHIN.search(name) is not None


def hidden_image(name: str) -> str | None:
    """Return why a file that has the name of an image is hidden, None for one that is not."""
    if not name.startswith(".") or not (has_image_suffix(name) or is_copy_name(name)):
        return None
    if name.startswith("._"):
        return "is what macOS keeps beside a file, and no image"
    return "is hidden: its name begins with a dot"


def begins_as_image(head: bytes) -> bool:
    """Return whether a file that begins with `head` is in a format that can be read."""
    is_webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return is_webp or head[4:12] in _BRANDS or head.startswith(_STARTS)


def formats_to_try(name: str) -> tuple[str, ...]:
    """Return the formats, as Pillow calls them, that a file of this name may be in."""
    suffix = suffix_of(name)
    asked = tuple(one for one in _BY_SUFFIX_ALONE if suffix in SUFFIXES_OF[one])
    return (*_BY_CONTENT, *asked)
