"""Make the pictures of the documentation from the demo: its contact sheet, the pages of `serve`.

The demo's index gets a sample, marks of a few apples, and a sample that is drawn with them.

    python -m scripts.make_screenshots --output docs/images
"""

import argparse
import io
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from ovmr_index import DrawOptions, Index
from ovmr_index.demo.tree import make_demo_tree
from scripts.find_chromium import find_chromium

CATEGORY = "apple"
SHEET = (90, 0, 1514, 660)  # the first six rows of the contact sheet, in pixels
COLOURS = 256  # of a picture: an eighth of the bytes, and the eye sees no difference


class Picture(NamedTuple):
    """A page to take a picture of: its path, the size of the window in pixels, and the theme."""

    name: str
    path: str
    width: int = 1280
    height: int = 800
    theme: Literal["light", "dark"] = "light"


def make_index(root: Path) -> list[Picture]:
    """Make the demo's index with samples and marks; return the pictures to take of it."""
    make_demo_tree(root)
    with Index.open(root) as index:
        index.ingest()
        index.sample(DrawOptions(), name="before")
        pool = index.exemplars(CATEGORY)
        drawn = next(one for one in index.sample() if one.category_id == pool[0].category_id)
        index.curation.exclude(drawn.exemplars[:2], note="a drawing", author="Ada")
        index.curation.pin(pool[-2:], note="the best ones", author="Grace")
        index.sample(DrawOptions(), name="after")
    first = pool[0]
    exemplar = f"/exemplars/{first.category_id}/{first.source}/{first.region_id}"
    return [
        Picture("categories", "/"),
        Picture("categories-dark", "/", theme="dark"),
        Picture("category", f"/categories/{first.category_id}", height=1100),
        Picture("category-narrow", f"/categories/{first.category_id}", width=420, height=900),
        Picture("exemplar", f"{exemplar}?file={first.file_name}", height=900),
        Picture("sample", "/samples/after"),
        Picture("samples-side-by-side", "/samples/before/diff/after", height=700),
        Picture("audit", "/audit"),
        Picture("sql", "/sql?q=SELECT+*+FROM+marks"),
    ]


def take_sheet(folder: Path) -> bytes:
    """Return the first rows of the demo's contact sheet as a PNG."""
    command = [sys.executable, "-m", "ovmr_index", "demo", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = io.BytesIO()
    with Image.open(folder / "contact_sheet.png") as sheet:
        sheet.crop(SHEET).save(found, "PNG")
    return found.getvalue()


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve the index below a folder; give the address."""
    command = [sys.executable, "-m", "ovmr_index", "--root", root.name, "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root.parent)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def take(browser: Browser, address: str, picture: Picture) -> bytes:
    """Return a page as a PNG, when all that is seen of it is there."""
    size = ViewportSize(width=picture.width, height=picture.height)
    context = browser.new_context(viewport=size, color_scheme=picture.theme)
    page = context.new_page()
    page.goto(f"{address}{picture.path}")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("[...document.images].every(one => one.complete || one.loading)")
    found = page.screenshot()
    context.close()
    return found


def write(content: bytes, path: Path) -> None:
    """Write a PNG in fewer colours."""
    with Image.open(io.BytesIO(content)) as image:
        fewer = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        fewer.save(path, optimize=True)
    print(f"{path}: {path.stat().st_size:,} bytes")


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the folder of the pictures")
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write(take_sheet(Path(folder) / "finished"), output / "contact_sheet.png")
        root = Path(folder) / "demo"
        pictures = make_index(root)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        with serving(root) as address:
            for picture in pictures:
                write(take(browser, address, picture), output / f"{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
