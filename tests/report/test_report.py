"""A report: its links, its numbers against SQL, its folder, and what is odd in an index."""

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index import DrawOptions, Index, MissingSourceError, OvmrIndexError, UsageError
from ovmr_index.report.api import write_report
from ovmr_index.report.options import ReportOptions
from tests.support.copied_tree import quick_copy
from tests.support.html import Page, broken_links, read_page
from tests.support.trees import TreeBuilder, annotation, category, image

pytestmark = pytest.mark.slow

NO_CROPS = ReportOptions(crops=0)
HOSTILE = "<script>alert('1')</script>\"\n\u202eexe.../../x"


def _pages(folder: Path) -> dict[Path, Page]:
    return {path.resolve(): read_page(path) for path in folder.rglob("*.html")}


def _ask(root: Path, query: str) -> list[tuple[object, ...]]:
    with Index.open(root) as index, index.sql(query) as result:
        return [tuple(row) for row in result.rows]


def _texts(rows: list[tuple[object, ...]]) -> list[list[str]]:
    return [[f"{one:,}" if isinstance(one, int) else str(one) for one in row] for row in rows]


def test_every_link_leads_to_what_is_there(folder: Path) -> None:
    pages = _pages(folder)
    assert {path.name for path in pages} == {"index.html", "categories.html", "sheets-1.html"}
    assert [*broken_links(pages)] == []
    assert len(next(one for path, one in pages.items() if "sheets" in path.name).loaded) == 26


def test_one_file_holds_it_all(root: Path, tmp_path: Path) -> None:
    with Index.open(root) as index:
        report = write_report(index, tmp_path / "one", ReportOptions(crops=1, single_file=True))
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["index.html"]
    assert (report.files, report.size) == (1, report.file.stat().st_size)
    pages = _pages(tmp_path / "one")
    assert [*broken_links(pages)] == []
    (page,) = pages.values()
    assert len(page.loaded) == report.crops == 12
    assert len(page.ids) == len({*page.ids})


def test_coverage_is_that_of_the_pools(root: Path, folder: Path) -> None:
    page = read_page(folder / "index.html")
    rows = page.rows("Exemplars by frequency and dataset, numbers")
    wanted = _ask(
        root,
        """
        SELECT CASE frequency WHEN 'r' THEN 'rare' WHEN 'c' THEN 'common' ELSE 'frequent' END,
            count(DISTINCT category_id), count(*) FILTER (WHERE dataset = 'lvis'),
            count(*) FILTER (WHERE dataset = 'imagenet21k'),
            count(*) FILTER (WHERE dataset = 'visual_genome'), count(*)
        FROM exemplars GROUP BY 1 ORDER BY 1 DESC
        """,
    )
    assert sorted(row[:-1] for row in rows) == sorted(_texts(wanted))
    (data,) = folder.glob("files-*")
    categories = read_page(data / "categories.html").rows("Categories")
    totals = "SELECT category, count(*) FROM exemplars GROUP BY category_id, 1 ORDER BY category_id"
    assert [[row[1], row[-2]] for row in categories] == _texts(_ask(root, totals))


def test_boxes_are_those_of_the_pools(root: Path, folder: Path) -> None:
    page = read_page(folder / "index.html")
    rows = page.rows("Sizes of boxes, numbers")
    ends = [0, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 100_000]
    query = " UNION ALL ".join(
        f"""
        SELECT {first}, count(*) FILTER (WHERE dataset = 'lvis'),
            count(*) FILTER (WHERE dataset = 'visual_genome')
        FROM exemplars WHERE w * h >= {first * first} AND w * h < {end * end}
        """
        for first, end in pairwise(ends)
    )
    counted = [row[1:] for row in _ask(root, f"{query} ORDER BY 1")]
    assert [row[1:] for row in rows] == _texts(counted)
    ratios = page.rows("Aspect ratios of boxes, numbers")
    wide = _ask(root, "SELECT count(*) FROM exemplars WHERE dataset = 'lvis' AND w >= h")[0][0]
    assert sum(int(row[1]) for row in ratios[5:]) == wide


def test_the_tail_counts_each_category_once(root: Path, folder: Path) -> None:
    rows = read_page(folder / "index.html").rows("Exemplars a category: the long tail, numbers")
    counted = (
        "SELECT count(*) FROM exemplars GROUP BY category_id HAVING count(*) BETWEEN 10 AND 29"
    )
    assert dict(row[:2] for row in rows)["10 to 29"] == str(len(_ask(root, counted)))
    assert sum(int(row[1]) for row in rows) == 12


def test_says_what_is_short_borrowed_leaked_and_saved(root: Path, folder: Path) -> None:
    page = read_page(folder / "index.html")
    with Index.open(root) as index:
        short = index.pools.shortfalls(30)
        leaks = [one for one in index.audit(ids_only=True) if one.kind == "val_image"]
        borrowed = index.pools.substitutes()
    rows = page.rows("Categories with fewer than 30 exemplars")
    assert [int(row[0]) for row in rows] == [one.coverage.category_id for one in short]
    assert ["365", "die", "die.n.01", "7", "1 too small"] in rows
    found = page.rows("Leaks: exemplars on an image of LVIS val")
    assert [row[2] for row in found] == [one.file_name for one in leaks]
    assert [row[-1] for row in page.rows("Substitutes")] == [str(one.exemplars) for one in borrowed]
    (sample,) = page.rows("Saved samples")
    assert sample[:4] == ["two of each", "2", "42", "numpy"]


def test_marks_are_listed_and_excluded_ones_not_shown(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tree"
    quick_copy(root, copy)
    with Index.open(copy) as index:
        (die,) = (one for one in index.sample(DrawOptions(k=2)) if one.synset == "die.n.01")
        index.curation.exclude(die.exemplars[0], note="<b>drawn</b>", author="me")
        index.curation.pin(die.exemplars[1])
        write_report(index, tmp_path / "report", ReportOptions(crops=1, single_file=True))
    page = read_page(tmp_path / "report" / "index.html")
    marks = [[row[0], row[1], row[3], *row[5:7]] for row in page.rows("Marks")]
    excluded, pinned = (one.file_name for one in die.exemplars)
    assert marks == [
        ["die", "pinned", pinned, "\N{EN DASH}", "\N{EN DASH}"],
        ["die", "excluded", excluded, "<b>drawn</b>", "me"],
    ]
    (shown,) = (title for title in page.titles if title in {excluded, pinned})
    assert shown == pinned


def test_the_same_index_gives_the_same_bytes(root: Path, folder: Path, tmp_path: Path) -> None:
    with Index.open(root) as index:
        write_report(index, tmp_path / "other", ReportOptions(crops=2))
    assert _contents(tmp_path / "other") == _contents(folder)


def _contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_an_earlier_report_is_replaced(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with Index.open(root) as index:
        for options in (ReportOptions(crops=1), NO_CROPS, ReportOptions(0, single_file=True)):
            (folder / ".DS_Store").parent.mkdir(exist_ok=True)
            (folder / ".DS_Store").write_bytes(b"of a file manager")
            report = write_report(index, folder, options)
            assert report.files + 1 == len(_contents(folder))
    assert sorted(path.name for path in folder.iterdir()) == [".DS_Store", "index.html"]


def test_a_folder_that_a_killed_process_left_is_cleared(root: Path, tmp_path: Path) -> None:
    left = tmp_path / "report" / f".report.{_machine_of_partials(tmp_path)}-999999999-1-0.partial"
    (left / "data").mkdir(parents=True)
    with Index.open(root) as index:
        write_report(index, tmp_path / "report", NO_CROPS)
    assert not left.exists()


def _machine_of_partials(folder: Path) -> str:
    from ovmr_index.storage.partial import partial_path

    return partial_path(folder / "x").name.split(".")[2].partition("-")[0]


def _as_root(root: Path, _: Path) -> Path:
    return root


def _among_images(root: Path, _: Path) -> Path:
    return root / "coco" / "train2017"


def _with_a_file(_: Path, folder: Path) -> Path:
    (folder / "notes.txt").write_text("mine")
    return folder


def _with_a_page(_: Path, folder: Path) -> Path:
    (folder / "index.html").write_text("<!doctype html><title>mine</title>")
    return folder


def _file(_: Path, folder: Path) -> Path:
    (folder / "file").write_text("mine")
    return folder / "file"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_as_root, "is the root of the datasets"),
        (_among_images, "among the images of lvis"),
        (_with_a_file, "holds notes.txt, which is not from a report; give another folder"),
        (_with_a_page, "holds index.html, which is not from a report; give another folder"),
        (_file, "is no folder; give another folder="),
    ],
)
def test_a_folder_that_holds_other_things_is_refused(
    root: Path, tmp_path: Path, make: Callable[[Path, Path], Path], message: str
) -> None:
    folder = make(root, tmp_path)
    before = sorted(folder.iterdir()) if folder.is_dir() else []
    with Index.open(root) as index, pytest.raises(UsageError, match=message):
        write_report(index, folder, NO_CROPS)
    assert before == (sorted(folder.iterdir()) if folder.is_dir() else [])


def _hostile(builder: TreeBuilder) -> Index:
    builder.lvis(
        categories=[category(1, name=HOSTILE, **{"def": HOSTILE}), category(2, "dog.n.01")],
        images=[image(1), image(2), image(3)],
        annotations=[annotation(1), annotation(2, 2), annotation(3, 3)],
    )
    index = builder.index()
    index.ingest()
    return index


def test_hostile_names_stay_text(builder: TreeBuilder, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with _hostile(builder) as index:
        write_report(index, folder, ReportOptions(crops=5))
    pages = _pages(folder)
    assert [*broken_links(pages)] == []
    for page in pages.values():
        assert page.tags.count("script") == 1
    assert sum(HOSTILE in page.text for page in pages.values()) == 3
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} <= {".html", ".css", ".js"}


def test_an_image_that_is_missing_or_cut_has_a_plain_tile(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    with _hostile(builder) as index:
        whole = builder.root / "coco" / "train2017" / f"{1:012}.jpg"
        whole.parent.mkdir(parents=True)
        Image.effect_noise((64, 48), 50).convert("RGB").save(whole)
        (whole.parent / f"{2:012}.jpg").write_bytes(whole.read_bytes()[:-300])
        report = write_report(index, tmp_path / "report", ReportOptions(crops=5))
    assert (report.crops, report.categories) == (1, 2)
    reasons = {one.file: one.reason for one in report.problems}
    assert reasons[f"train2017/{3:012}.jpg"] == "No such file or directory"
    (page,) = (one for path, one in _pages(tmp_path / "report").items() if "sheets" in path.name)
    assert page.text.count("no image") == len(reasons) == 2
    assert all(reason in page.text for reason in reasons.values())


def test_an_index_without_val_or_imagenet_says_so(builder: TreeBuilder, tmp_path: Path) -> None:
    with _hostile(builder) as index:
        write_report(index, tmp_path / "report", NO_CROPS)
    page = read_page(tmp_path / "report" / "index.html")
    assert "The index holds no LVIS val" in page.text
    assert "The index holds no ImageNet" in page.text
    assert "nothing is labelled with it" in page.rows("Categories with fewer than 30 exemplars")[0]


def test_an_index_without_exemplars_has_empty_pages(builder: TreeBuilder, tmp_path: Path) -> None:
    builder.lvis(images=[], annotations=[])
    with builder.index() as index:
        index.ingest()
        report = write_report(index, tmp_path / "report")
    assert (report.categories, report.crops) == (1, 0)
    pages = _pages(tmp_path / "report")
    assert [*broken_links(pages)] == []
    text = "".join(page.text for page in pages.values())
    assert "No exemplar is a box." in text
    assert "It has no exemplar." in text


def test_an_index_without_lvis_says_what_to_type(builder: TreeBuilder, tmp_path: Path) -> None:
    with builder.index() as index, pytest.raises(MissingSourceError, match=r"`index.ingest"):
        write_report(index, tmp_path / "report")
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("crops", [-1, 101])
def test_the_number_of_crops_has_a_range(crops: int) -> None:
    with pytest.raises(UsageError, match=f"crops= is {crops}; give 0 to 100"):
        ReportOptions(crops=crops)


def test_without_jinja2_it_says_what_to_install(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with Index.open(root) as index, pytest.raises(OvmrIndexError, match=r"ovmr-index\[web\]"):
        write_report(index, tmp_path / "report", NO_CROPS)
