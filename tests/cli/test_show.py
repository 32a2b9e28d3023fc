"""`show`, and the contact sheets of `show` and `sample show`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index import DrawOptions, Index, UsageError
from ovmr_index.export.sheets import page_files
from tests.support.runs import call
from tests.support.tampering import damage


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Index]:
    """Return the demo's index with the samples `five` and `one`, in a root with links to images."""
    root = tmp_path_factory.mktemp("sampled")
    for one in shared.iterdir():
        if one.name == "ovmr.db":
            (root / one.name).write_bytes(one.read_bytes())
        else:
            (root / one.name).symlink_to(one)
    with Index.open(root) as index:
        index.sample(name="five")
        index.sample(DrawOptions(k=1), name="one")
        yield index


def test_a_category_is_shown(shared: Path) -> None:
    done = call("show", "carrot", "-K", "2", root=shared)
    assert done.code == 0
    assert done.out.startswith(
        "carrot: id 217, carrot.n.01, frequency f\n"
        "deep orange edible root of the cultivated carrot plant\n"
    )
    assert "lvis                  35\n" in done.out
    assert done.out.count("train2017/") == 2
    assert done.err == "the first 2 of 43; -K shows more\n"
    data = call("show", "217", "--dataset", "visual_genome", "--json", root=shared).data
    assert (data["category"], data["total"], data["found"]) == ("carrot", 43, 8)
    assert {one["dataset"] for one in data["exemplars"]} == {"visual_genome"}


@pytest.mark.slow
def test_weights_are_printed_as_people_read_them(tree: Path) -> None:
    damage(tree, "UPDATE pool_entries SET weight = 1419.7032000000002")
    for form in ("table", "markdown"):
        done = call("show", "carrot", "--format", form, root=tree)
        assert (" 1419.7032" in done.out, "2000000" in done.out) == (True, False)
    (first, *_) = call("show", "carrot", "--json", root=tree).data["exemplars"]
    assert first["weight"] == 1419.7032000000002
    values = ("0.1", "0.2", "1e300", "1", "3")
    a, b, large, one, three = (f"CAST({value} AS double precision)" for value in values)
    done = call("sql", f"SELECT {a} + {b} AS s, {large} AS l, {one} / {three} AS t", root=tree)
    assert done.out.splitlines()[-1].split() == ["0.3", "1e+300", "0.333333333333333"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("carot",), "there is no category 'carot'; did you mean 'carrot'"),
        (("carrot", "--dataset", "lvs"), "there is no dataset 'lvs'; did you mean 'lvis'?"),
        (("carrot", "--sheet", "out.jpg"), "--sheet out.jpg: is no name of a PNG file"),
        (("carrot", "--sheet", "-"), "--sheet -: is no name of a PNG file"),
        (("carrot", "--vocabulary", "mine"), "there is no vocabulary 'mine'"),
    ],
)
def test_wrong_usage_is_one_line(shared: Path, arguments: tuple[str, ...], error: str) -> None:
    done = call("show", *arguments, root=shared)
    assert done.code == 2
    assert error in done.error


@pytest.mark.slow
def test_a_contact_sheet_of_a_category(sampled: Index, tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "carrot.PNG"
    done = call("show", "carrot", "-K", "9", "--sheet", file, root=sampled.root)
    assert (done.code, done.out, done.err) == (0, f"{file}: 9 crops\n", "")
    first = file.read_bytes()
    call("show", "carrot", "-K", "9", "--sheet", file, root=sampled.root)
    assert file.read_bytes() == first
    with Image.open(file) as image:
        assert image.format == "PNG"


@pytest.mark.slow
def test_a_contact_sheet_of_a_sample(sampled: Index, tmp_path: Path) -> None:
    written = sampled.exports.sample_sheet("one", tmp_path / "all.png")
    assert (len(written.files), written.crops, written.problems) == (1, 40, [])
    arguments = ("--category", "carrot", "--category", "43", "--json")
    done = call(
        "sample", "show", "one", "--sheet", tmp_path / "two.png", *arguments, root=sampled.root
    )
    assert (done.data["crops"], done.data["problems"]) == (2, [])
    with Image.open(tmp_path / "all.png") as every, Image.open(tmp_path / "two.png") as two:
        assert every.height > two.height


def test_excluded_exemplars_are_left_out(tree: Path, tmp_path: Path) -> None:
    with Index.open(tree) as index:
        index.curation.exclude(index.exemplars("carrot")[:2])
    file = tmp_path / "sheet.png"
    done = call("show", "carrot", "-K", "3", "--sheet", file, root=tree)
    assert (done.out, done.err) == (f"{file}: 3 crops\n", "2 excluded exemplars left out\n")


def test_an_input_is_never_replaced(sampled: Index) -> None:
    image = next((sampled.root / "coco").glob("train2017/*"))
    with pytest.raises(UsageError, match="among the images of"):
        sampled.exports.category_sheet("carrot", image.with_name("sheet.png"))
    done = call("sample", "show", "five", "--category", "carrot", root=sampled.root)
    assert (done.code, "give --sheet FILE with it" in done.error) == (2, True)


@pytest.mark.slow
def test_what_cannot_be_shown_is_said(whole_small_tree: Path, tmp_path: Path) -> None:
    with Index.open(whole_small_tree) as index:
        exemplar = index.pools.show("apple", limit=1).exemplars[0]
        Path(str(exemplar.location)).unlink()
        done = call(
            *("show", "apple", "-K", "3", "--sheet", tmp_path / "sheet.png"), root=whole_small_tree
        )
    assert (done.code, done.out) == (0, f"{tmp_path / 'sheet.png'}: 3 crops\n")
    assert done.err.startswith(f"lvis: {exemplar.file_name}: ")


def test_several_pages_have_numbers() -> None:
    assert page_files(Path("a/b.png"), 1) == [Path("a/b.png")]
    names = [file.name for file in page_files(Path("a/b.c.png"), 11)]
    assert (names[0], names[-1]) == ("b.c-01.png", "b.c-11.png")
