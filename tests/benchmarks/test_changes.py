"""The changes that a second ingest is timed on, and their end."""

import json
from pathlib import Path

from benchmarks.changes import ANNOTATIONS, FILES, changed_annotations, more_files


def _annotations(path: Path) -> list[dict[str, object]]:
    annotations: list[dict[str, object]] = json.loads(path.read_bytes())["annotations"]
    return annotations


def test_annotations_change_and_change_back(tmp_path: Path) -> None:
    path = tmp_path / "lvis" / "lvis_v1_train.json"
    path.parent.mkdir()
    made = [{"id": i, "area": 1000.5 + i, "bbox": [1, 2, 3, 4]} for i in range(3_000)]
    path.write_text(json.dumps({"annotations": made}))
    before = path.read_bytes()
    with changed_annotations(tmp_path):
        pairs = list(zip(made, _annotations(path), strict=True))
    differing = [(old, new) for old, new in pairs if old != new]
    assert len(differing) == ANNOTATIONS
    assert all(new | {"area": old["area"]} == old for old, new in differing)
    assert path.read_bytes() == before


def test_files_come_and_go(tmp_path: Path) -> None:
    train = tmp_path / "imagenet" / "imagenet21k_P" / "train"
    for name in ("n00000001", "n00000002"):
        (train / name).mkdir(parents=True)
        (train / name / f"{name}_1.JPEG").write_bytes(b"image")
    with more_files(tmp_path):
        assert [len(list(folder.iterdir())) for folder in sorted(train.iterdir())] == [FILES + 1, 1]
    assert [len(list(folder.iterdir())) for folder in sorted(train.iterdir())] == [1, 1]
