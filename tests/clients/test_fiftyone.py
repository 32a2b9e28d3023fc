"""FiftyOne: samples in memory, and files that its own importer reads.

Its datasets need MongoDB, which does not run here: `dataset` says so.
"""

import os
import warnings
from pathlib import Path

import pytest

from ovmr_index import BoxOptions, Index, OvmrIndexError, ProtectedPathError, UsageError
from ovmr_index.integrations.fiftyone import dataset, samples, write
from tests.support.boxed_trees import CATEGORIES, EMPTY, LARGER, PLAIN, TURNED, TWO_BOXES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports
    import fiftyone as fo
    from fiftyone.utils.data import FiftyOneImageDetectionDatasetImporter

PARTS = [4 / 64, 4 / 48, 40.5 / 64, 36 / 48]


def path_of(index: Index, key: int) -> str:
    """Return the path of an image of LVIS train."""
    return str(index.root.absolute() / f"coco/train2017/{key:012}.jpg")


def test_samples_have_detections(boxed: Index) -> None:
    found = {one.image_id: one for one in samples(boxed)}
    assert list(found) == [PLAIN, TWO_BOXES, EMPTY, TURNED, LARGER]
    assert isinstance(found[TWO_BOXES], fo.Sample)
    assert found[TWO_BOXES].filepath == path_of(boxed, TWO_BOXES)
    crowd, box = found[TWO_BOXES].ground_truth.detections
    assert isinstance(crowd, fo.Detection)
    assert (crowd.label, crowd.bounding_box) == ("apple", PARTS)
    assert (crowd.region_id, crowd.area, crowd.iscrowd) == (11, 1440.5, True)
    assert (box.label, box.iscrowd) == ("tench", False)
    assert found[EMPTY].ground_truth.detections == []


def test_what_is_written_is_what_fiftyone_imports(boxed: Index, tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    assert write(boxed, folder=folder) == (folder / "labels.json", 5, (), ())
    importer = FiftyOneImageDetectionDatasetImporter(dataset_dir=str(folder))
    with importer:
        found = {os.path.realpath(path): label for path, _, label in importer}
        assert importer.get_dataset_info() == {"classes": [one["name"] for one in CATEGORIES]}
    ours = {one.filepath: one.ground_truth.detections for one in samples(boxed)}
    assert found.keys() == ours.keys()
    for path, detections in ours.items():
        theirs = found[path].detections
        assert [one.label for one in theirs] == [one.label for one in detections]
        assert [one.bounding_box for one in theirs] == [one.bounding_box for one in detections]
    (crowd, _) = found[path_of(boxed, TWO_BOXES)].detections
    assert (crowd["region_id"], crowd["iscrowd"]) == (11, True)


def test_files_are_the_same_in_another_place(boxed: Index) -> None:
    options = BoxOptions(images=[PLAIN])
    usual = write(boxed, options).path
    assert usual == boxed.root / "exports/fiftyone/lvis_v1_train_some/labels.json"
    link = usual.parent / f"data/{PLAIN}.jpg"
    assert str(link.readlink()) == f"../../../../coco/train2017/{PLAIN:012}.jpg"
    assert link.is_file()
    before = usual.read_bytes()
    link.unlink()
    link.symlink_to("elsewhere")
    write(boxed, options)
    assert usual.read_bytes() == before
    assert link.is_file()
    link.unlink()
    link.write_bytes(b"mine")
    with pytest.raises(OvmrIndexError, match=r"data/9\.jpg: is a file, and no link; move it away"):
        write(boxed, options)
    assert link.read_bytes() == b"mine"


def test_no_input_is_replaced(boxed: Index, tmp_path: Path) -> None:
    with pytest.raises(ProtectedPathError, match="among the images of lvis"):
        write(boxed, folder=boxed.root / "coco/train2017")
    with pytest.raises(
        OvmrIndexError, match=r"ovmr\.db/data: Not a directory; give another folder"
    ):
        write(boxed, folder=boxed.path)
    with pytest.raises(UsageError, match="there is no source 'absent'"):
        write(boxed, BoxOptions(source="absent"), tmp_path)
    assert not [*tmp_path.iterdir()]


def test_without_a_database_there_is_no_dataset(boxed: Index) -> None:
    with pytest.raises(OvmrIndexError, match=r"^FiftyOne: .*MongoDB.*; or write files for it by"):
        dataset(boxed)
