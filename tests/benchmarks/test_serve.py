"""The benchmark of the server, on the demo."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import serve
from benchmarks.pictures import Picture, link_pictures


@pytest.mark.exhaustive  # tests/web asks for each page
@pytest.mark.slow
def test_the_pages_of_the_demo_are_timed(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(shutil.copytree(shared, tmp_path / "tree"))
    serve.print_table(root, 1)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    rows = [line.strip("| ").split(" | ") for line in lines]
    assert tuple(rows[0]) == serve.HEADINGS
    assert [row[-1] in {"yes", "no"} for row in rows[2:]] == [True] * 9


def test_pictures_have_their_sizes_and_none_is_made_twice(tmp_path: Path) -> None:
    wanted = [Picture(f"coco/{i}.jpg", 60 + i % 2, 40) for i in range(20)]
    assert link_pictures(tmp_path, wanted[:5]) == 5
    assert link_pictures(tmp_path, wanted) == 15
    for path, width, height in wanted:
        with Image.open(tmp_path / path) as image:
            assert image.size == (width, height)
    assert [path.name for path in tmp_path.iterdir()] == ["coco"]
