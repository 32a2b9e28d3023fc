"""The lvis package's own classes, on the index of the demo."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from ovmr_index import Index
from ovmr_index.integrations import lvis as integration
from ovmr_index.integrations.lvis import LVISEval, LVISResults, LVISVis
from tests.support.runs import CHECKOUT

SCRIPT = """
import sys
import numpy as np
from lvis import LVISEval
from ovmr_index import Index
with Index.open(sys.argv[1], create=False) as index:
    judged = LVISEval(index.lvis("val"), sys.argv[2], "bbox")
judged.run()
judged.print_results()
assert not hasattr(np, "float")
"""


@pytest.fixture
def results(index: Index, tmp_path: Path) -> Path:
    """Return a file with a detection for each annotation of val, four of five of them right."""
    found = [
        {
            "image_id": one["image_id"],
            "category_id": one["category_id"],
            "bbox": one["bbox"] if number % 5 else [0, 0, 3, 3],
            "score": 1 - number / 1000,
        }
        for number, one in enumerate(index.lvis("val").dataset["annotations"])
    ]
    file = tmp_path / "results.json"
    file.write_text(json.dumps(found))
    return file


def test_evaluation_gives_the_numbers_of_the_report(index: Index, results: Path) -> None:
    judged = LVISEval(index.lvis("val"), str(results), "bbox")
    judged.run()
    assert 0.5 < judged.results["AP"] < 1
    assert dict(index.evaluate(results).metrics) == pytest.approx(judged.results, abs=1e-9)


def test_results_are_loaded_and_drawn(index: Index, demo_index: Path, results: Path) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot

    truth = index.lvis("val")
    found = LVISResults(truth, str(results))
    image = truth.dataset["annotations"][0]["image_id"]
    folder = demo_index / "coco" / truth.imgs[image]["coco_url"].split("/")[-2]
    shown = LVISVis(truth, found, img_dir=str(folder))
    shown.vis_img(image, show_boxes=True, show_classes=True)
    shown.vis_result(image, show_boxes=True, show_classes=True)
    drawn: list[Any] = [pyplot.figure(number) for number in pyplot.get_fignums()]
    expected = len(truth.img_ann_map[image])
    for figure in drawn:
        (axes,) = figure.axes
        assert len(axes.texts) == expected
        figure.canvas.draw()
        assert np.asarray(figure.canvas.buffer_rgba()).std() > 0
    assert len(drawn) == 2
    pyplot.close("all")


@pytest.mark.slow
def test_a_script_needs_no_import_of_ours_for_lvis_eval(demo_index: Path, results: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(demo_index), str(results)]
    done = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert "Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=300" in done.stdout


def test_numpy_is_left_as_it_is(index: Index) -> None:
    index.lvis("val")
    assert not hasattr(np, "float")
    package = integration.lvis_package()
    assert package.eval.np.linspace is np.linspace
    assert not hasattr(package.eval.np, "no such name")


def test_the_module_has_the_packages_classes_and_no_others() -> None:
    import lvis

    for name in ("LVIS", "LVISEval", "LVISResults", "LVISVis"):
        assert getattr(integration, name) is getattr(lvis, name)
    with pytest.raises(AttributeError, match=r"integrations\.lvis' has no attribute 'COCO'"):
        _ = integration.COCO
