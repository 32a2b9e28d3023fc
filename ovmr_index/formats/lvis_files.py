"""Where LVIS's annotation files usually are, where to get them, and what to say without them."""

from pathlib import Path

from ovmr_index.errors import command

LVIS_PAGE = "https://www.lvisdataset.org/dataset"


def usual_lvis_file(root: Path, split: str) -> Path:
    """Return the usual path of LVIS's annotation file of a split."""
    return root / "lvis" / f"lvis_v1_{split}.json"


def lacks_lvis(split: str, root: Path | None) -> str:
    """Return that an index holds no LVIS file of a split, and what to type.

    Where the file is not at its usual path below `root` either, that is said with its download.
    """
    lacking, run = f"the index holds no LVIS {split} annotations", command("ingest lvis")
    file = None if root is None else usual_lvis_file(root, split)
    if file is None or file.exists():
        return f"{lacking}; run {run} first"
    download = f"{file.name}.zip of {LVIS_PAGE}"
    return f"{lacking}, and {file} is not there; unpack {download} there, and run {run}"
