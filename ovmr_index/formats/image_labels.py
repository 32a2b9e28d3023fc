"""What labels the images of shards: names, and the folders that images are in because of them."""

from typing import NamedTuple

from ovmr_index.formats.class_folder import why_no_name
from ovmr_index.formats.split_names import MEANT, TEST

_LONGEST_NAME = 200  # characters of a label
_SPLITS = {**MEANT, **dict.fromkeys(TEST, "test")}

SYNSETS = ("synset", "wnid")  # the columns, or members of JSON, that say an image's synset


class Label(NamedTuple):
    """What an image shows: a name, and the name or wnid of a synset if one is given."""

    name: str
    synset: str | None


def label_folder(shard: str, label: Label) -> str:
    """Return the folder that the images of a label are as if in; a slash becomes `_`.

    `shard` is the path of the file that they are in.
    """
    return f"{shard.rpartition('.')[0]}/{label.name.replace('/', '_')}"


def split_of(path: str) -> str | None:
    """Return the split that a word of a shard's path names, as `train` in `mugs-train-0.tar`."""
    letters = "".join(sign if sign.isalnum() else " " for sign in path.lower())
    splits = {_SPLITS[word] for word in letters.split() if word in _SPLITS}
    return splits.pop() if len(splits) == 1 else None


def why_no_label(name: str) -> str | None:
    """Return why a label cannot be the name of a category, None where it can."""
    if len(name) > _LONGEST_NAME:
        return f"its label has more than {_LONGEST_NAME} characters"
    if not name.isprintable():
        return "its label holds a control character"
    if name.startswith("."):
        return "its label begins with a dot"
    reason = why_no_name(name)
    return None if reason is None else f"its label {reason}"
