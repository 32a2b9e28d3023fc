"""The columns of a Parquet file of images: which one is of images, and which one labels them.

What `datasets` says of columns is JSON in the metadata of the schema, under `huggingface`:
https://huggingface.co/docs/datasets/about_dataset_features.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ovmr_index.errors import RecordError
from ovmr_index.formats.image_labels import SYNSETS, Label, why_no_label
from ovmr_index.storage.parquet_files import PATH, image_columns

if TYPE_CHECKING:
    import pyarrow as pa

_LABELS = (
    *("label", "labels", "fine_label", "category", "class", "class_name", "label_name"),
    *SYNSETS,
)
_RENAME = 'rename that of the labels: `dataset.rename_column("{}", "label")`'
_NO_LABEL = -1  # what `datasets` writes for a row without one

Row = Mapping[str, Any]  # the values of a row by column


class ImageColumns(NamedTuple):
    """The columns that are read; `names` are those of the classes whose numbers `label` holds.

    `path` is whether the images have paths.
    """

    image: str
    label: str
    names: tuple[str, ...] | None
    synset: str | None
    has_path: bool

    def label_of(self, values: Row) -> Label | str:
        """Return the label of a row, or why it has none that can be: "" where it has none."""
        value = values[self.label]
        if value is None or value == _NO_LABEL:
            return ""
        if self.names is None:
            name = str(value).strip()
        elif 0 <= value < len(self.names):
            name = self.names[value]
        else:
            return f"its label is none of the {len(self.names):,} that have names"
        synset = (values[self.synset] or "").strip() if self.synset else ""
        return name and (why_no_label(name) or Label(name, synset or None))


def find_columns(file: Path, schema: "pa.Schema") -> ImageColumns:
    """Return the columns of a file; raises RecordError where it has other ones than are read."""
    image = _image_column(file, schema)
    names = _class_names(schema)
    label = _label_column(file, schema, names)
    texts = (one for one in SYNSETS if one in schema.names and _is_text(schema.field(one).type))
    has_path = schema.field(image).type.get_field_index(PATH) >= 0
    return ImageColumns(image, label, names.get(label), next(texts, None), has_path)


def _image_column(file: Path, schema: "pa.Schema") -> str:
    found = image_columns(schema)
    if len(found) == 1:
        return found[0]
    if found:
        others = ", ".join(f'"{one}"' for one in found[1:])
        remedy = f"keep one: `dataset.remove_columns([{others}])`"
        raise _refused(file, f"has {len(found)} columns of images ({_listed(found)})", remedy)
    lists = [one.name for one in schema if _holds_lists(one.type) and _has_images(one.type)]
    if lists:
        problem = f"its column {lists[0]} holds lists of images, and one image a row is read"
        raise _refused(file, problem, "write a row for each image")
    problem = f"has no column of images, each the `bytes` of a file, among {_listed(schema.names)}"
    remedy = 'make one: `dataset.cast_column("image", datasets.Image())`'
    raise _refused(file, problem, remedy)


def _label_column(file: Path, schema: "pa.Schema", names: Mapping[str, object]) -> str:
    """Return the column that labels images: one with names, else of text, else of numbers."""
    if len(names) == 1:
        return next(iter(names))
    usual = [one for one in _LABELS if one in schema.names]
    named = [one for one in usual if one in names]
    texts = [one for one in usual if _is_text(schema.field(one).type)]
    numbers = [one for one in usual if _is_number(schema.field(one).type)]
    if names and not named:
        problem = f"has {len(names)} columns of labels ({_listed(names)})"
        raise _refused(file, problem, _RENAME.format(next(iter(names))))
    for found in (*named, *texts, *numbers):
        return found
    for column in schema:
        if _has_field(column.type, "bbox"):
            problem = f"its column {column.name} holds boxes, and one label an image is read"
            raise _refused(file, problem, "write them in COCO's format, for `ingest coco`")
    if usual:
        kind = f"its column {usual[0]} holds {schema.field(usual[0]).type}"
        problem = f"{kind}, and one name or number an image is read"
        raise _refused(file, problem, "give each image one, in a column `label`")
    problem = f"has no column of labels, as `label`, among {_listed(schema.names)}"
    raise _refused(file, problem, _RENAME.format("…"))


def _class_names(schema: "pa.Schema") -> dict[str, tuple[str, ...]]:
    """Return the names of the classes, by the columns that hold their numbers."""
    try:
        said = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    except (ValueError, RecursionError):
        return {}
    for key in ("info", "features"):
        said = said.get(key) if isinstance(said, dict) else None
    found: dict[str, Any] = said if isinstance(said, dict) else {}
    return {
        name: tuple(map(str, feature["names"]))
        for name, feature in found.items()
        if isinstance(feature, dict)
        and isinstance(feature.get("names"), list)
        and name in schema.names
        and _is_number(schema.field(name).type)
    }


def _has_images(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(image_columns(pa.schema([("image", kind.value_type)])))


def _has_field(kind: "pa.DataType", name: str) -> bool:
    """Return whether a column is of structs with a field of this name, or of lists of such."""
    from pyarrow import types

    inner = kind.value_type if _holds_lists(kind) else kind
    return bool(types.is_struct(inner)) and inner.get_field_index(name) >= 0


def _holds_lists(kind: "pa.DataType") -> bool:
    from pyarrow import types

    return any(
        is_list(kind) for is_list in (types.is_list, types.is_large_list, types.is_fixed_size_list)
    )


def _is_text(kind: "pa.DataType") -> bool:
    from pyarrow import types

    value = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(value) or types.is_large_string(value))


def _is_number(kind: "pa.DataType") -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind))


def _refused(file: Path, problem: str, remedy: str) -> RecordError:
    return RecordError(file, "", problem, remedy)


def _listed(names: "Mapping[str, object] | list[str]") -> str:
    return ", ".join(names)
