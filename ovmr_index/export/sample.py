"""`lvis_image_exemplar_dict_K-005_own.json`: a list of K exemplars for each category, by id."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ovmr_index.db.bulk import Row
from ovmr_index.export.json_list import write_list
from ovmr_index.export.json_records import encode_pick
from ovmr_index.export.target import WrittenFile
from ovmr_index.samples.options import DrawOptions
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.names import LVIS_TRAIN


def write_sample(path: Path, category_ids: Sequence[int], rows: Iterable[Row]) -> WrittenFile:
    """Write at `path` a list over `category_ids` of lists of exemplars.

    `rows` are entries of `queries.exemplars`, ordered as `category_ids` and then as drawn.
    """
    texts: dict[int, list[str]] = {category_id: [] for category_id in category_ids}
    for row in rows:
        texts[row[0]].append(encode_pick(row))
    with whole_file(path) as file:
        write_list(file, (f"[{','.join(texts[category_id])}]" for category_id in category_ids))
    return WrittenFile(path, sum(map(len, texts.values())))


def sample_file(options: DrawOptions, *, name_seed: bool = False) -> str:
    """Return the path of a draw below the root: the published one for LVIS, numpy, all categories.

    The seed is named where there are files of several.
    """
    of_method = "own" if options.method == "numpy" else options.method
    parts = [f"image_exemplar_dict_K-{options.k:03d}", of_method]
    parts += [f"seed-{options.seed:03d}"] if name_seed else []
    parts += [] if options.partition_filter is None else [options.partition_filter.label]
    name = f"{'_'.join(parts)}.json"
    own = options.vocabulary != LVIS_TRAIN
    return f"metadata/{options.vocabulary}/{name}" if own else f"metadata/lvis_{name}"


def write_sidecar(path: Path, origin: Mapping[str, Any]) -> Path:
    """Write beside the sample at `path`, as JSON, where it comes from and its own SHA-256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    sidecar = path.with_name(f"{path.name}.provenance.json")
    content = {"program": "ovmr-index", **origin, "sha256": sha256}
    with whole_file(sidecar) as file:
        file.write(f"{json.dumps(content, indent=2)}\n".encode())
    return sidecar
