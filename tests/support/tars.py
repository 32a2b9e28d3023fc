"""Trees of ImageNet as tars: the layouts that people have, made from an unpacked tree."""

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

SPLITS = ("train", "val", "imagenet21k_small_classes")


def tar_of(files: Mapping[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    """Return a tar that holds these files, in this order."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return output.getvalue()


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip that holds these files, in this order."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def class_folders(root: Path) -> list[Path]:
    """Return the class folders of an unpacked tree, in a fixed order."""
    return sorted(path for path in root.rglob("n????????") if path.is_dir())


def images_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name, the last name first, as no reader may rely on order."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir(), reverse=True)}


def to_class_tars(root: Path) -> None:
    """Put `n….tar` in the place of each class folder."""
    for folder in class_folders(root):
        folder.with_name(f"{folder.name}.tar").write_bytes(tar_of(images_in(folder)))
        shutil.rmtree(folder)


def to_packed_class_tars(
    root: Path, pack: Callable[[bytes], bytes] = gzip.compress, suffix: str = ".tar.gz"
) -> None:
    """Put `n….tar.gz` in the place of each class folder, or a tar that is packed otherwise."""
    for folder in class_folders(root):
        packed = pack(tar_of(images_in(folder), tarfile.PAX_FORMAT))
        folder.with_name(f"{folder.name}{suffix}").write_bytes(packed)
        shutil.rmtree(folder)


def to_class_zips(root: Path) -> None:
    """Put `n….zip` in the place of each class folder."""
    for number, folder in enumerate(class_folders(root)):
        method = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)[number % 2]
        folder.with_name(f"{folder.name}.zip").write_bytes(zip_of(images_in(folder), method))
        shutil.rmtree(folder)


def to_zip_of_folders(root: Path) -> None:
    """Put one zip, which holds the class folders, in the place of all."""
    _to_whole(root, "imagenet.zip", _in_folders(root), zip_of)


def to_tar_of_zips(root: Path) -> None:
    """Put one tar, which holds a zip for each class, in the place of all."""
    zips = [
        (f"whole/{folder.relative_to(root).as_posix()}.ZIP", zip_of(images_in(folder)))
        for folder in class_folders(root)
    ]
    _to_whole(root, "whole.tar", zips)


def to_tar_of_tars(root: Path) -> None:
    """Put `fall11_whole.tar`, which holds a tar for each class, in the place of all."""
    _to_whole(root, "fall11_whole.tar", _inner_tars(root, lambda tar: tar, ".tar"))


def to_tar_of_packed_tars(root: Path) -> None:
    """Put one tar, which holds a gzip tar for each class, in the place of all."""
    _to_whole(root, "winter21_whole.tar", _inner_tars(root, gzip.compress, ".tar.gz"))


def to_tar_of_folders(root: Path) -> None:
    """Put one tar, which holds the class folders, in the place of all; by name, not by folder."""
    _to_whole(root, "imagenet.tar", sorted(_in_folders(root), key=lambda file: file[0][-8:]))


TAR_LAYOUTS: dict[str, Callable[[Path], None]] = {
    "class tars": to_class_tars,
    "packed class tars": to_packed_class_tars,
    "tar of tars": to_tar_of_tars,
    "tar of packed tars": to_tar_of_packed_tars,
    "tar of folders": to_tar_of_folders,
    "class tars in xz": partial(to_packed_class_tars, pack=lzma.compress, suffix=".tar.xz"),
    "class tars in bzip2": partial(to_packed_class_tars, pack=bz2.compress, suffix=".TAR.BZ2"),
    "class zips": to_class_zips,
    "tar of zips": to_tar_of_zips,
    "zip of folders": to_zip_of_folders,
}


def _inner_tars(root: Path, pack: Callable[[bytes], bytes], suffix: str) -> list[tuple[str, bytes]]:
    return [
        (f"whole/{folder.relative_to(root).as_posix()}{suffix}", pack(tar_of(images_in(folder))))
        for folder in class_folders(root)
    ]


def _in_folders(root: Path) -> list[tuple[str, bytes]]:
    return [
        (f"./{folder.relative_to(root).as_posix()}/{name}", content)
        for folder in class_folders(root)
        for name, content in images_in(folder).items()
    ]


def _to_whole(
    root: Path,
    name: str,
    files: Iterable[tuple[str, bytes]],
    pack: Callable[[Mapping[str, bytes]], bytes] = tar_of,
) -> None:
    content = pack(dict(files))
    for folder in class_folders(root):
        shutil.rmtree(folder)
    for split in SPLITS:
        if (root / split).is_dir():
            (root / split).rmdir()
    (root / name).write_bytes(content)
