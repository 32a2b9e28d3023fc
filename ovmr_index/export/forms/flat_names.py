"""Names of images in one folder, and of what belongs to each, apart from the suffix."""

from pathlib import PurePosixPath

from ovmr_index.storage.paths import short_name


class FlatNames:
    """Gives each image a name of its own, which no other has even without its suffix."""

    def __init__(self) -> None:
        """Begin with none given."""
        self._stems = set[str]()

    def name(self, path: str) -> str:
        """Return the name of an image whose path below the folder of the images is `path`.

        It is the last part of the path; where that is given already the whole path with `_` for
        `/`, and then with a number.
        """
        suffix = PurePosixPath(path).suffix
        last = PurePosixPath(path).stem
        whole = short_name(path.removesuffix(suffix).replace("/", "_"))
        number, stem = 1, last if last not in self._stems else whole
        while stem in self._stems:
            number += 1
            stem = f"{whole}_{number}"
        self._stems.add(stem)
        return f"{stem}{suffix}"
