"""The worked example of docs/plugins.md is installed and run; what is no plug-in is an error."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from ovmr_index.errors import Issue
from tests.support.contents import rows_of
from tests.support.runs import CHECKOUT, Run, call, run
from tests.support.trees import TENCH, TreeBuilder

pytestmark = pytest.mark.slow

EXAMPLE = CHECKOUT / "docs" / "example_plugin"
ROWS = (
    "picture,width,height,category,synset,x,y,w,h\n"
    f"a/1.jpg,64,48,fish,{TENCH},4,5,40,30.5\n"
    "2.jpg,64,48,thing,,0,0,10,10\n"
    f"a/1.jpg,64,48,fish,{TENCH},1,2,33,34\n"
)
ENTRY_POINTS = """
[ovmr_index.sources]
broken = no_such_module:Reader
crowds = crowd_reader:CrowdReader
kept-crowds = crowd_reader:KEPT
unreadable = crowd_reader:UNREADABLE
text = string:digits
[ovmr_index.targets]
broken = json:dumps
"""
CROWD_READER = """
from ovmr_index.formats.base import Format
from ovmr_index_csv import BoxesReader

class CrowdReader(BoxesReader):
    def __init__(self, path):
        super().__init__(path)
        self.problems.append((str(path), "row 9", "is left out"))

    def regions(self):
        for region in super().regions():
            yield region._replace(is_crowd=region.key == 3)

KEPT = Format("any name", reader=CrowdReader, has_crowds=False)
UNREADABLE = Format("any name")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the example is installed into, and a package with odd entry points."""
    folder = tmp_path_factory.mktemp("site")
    # `test_packaging` installs by pip, which takes longer.
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-cache"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(folder)]
    subprocess.run([*uv, *options, "--python", sys.executable, EXAMPLE], check=True)
    broken = folder / "broken-1.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (broken / "entry_points.txt").write_text(ENTRY_POINTS)
    (folder / "crowd_reader.py").write_text(CROWD_READER)
    return folder


def _run(site: Path, root: Path, *arguments: object) -> Run:
    more = {"PYTHONPATH": f"{CHECKOUT}:{site}"}
    return run("--root", root, *arguments, more=more)


def test_the_example_is_short() -> None:
    lines = [line for file in EXAMPLE.glob("*.py") for line in file.read_text().splitlines()]
    assert len([line for line in lines if line.strip()]) < 60


def test_the_example_is_installed_and_run(
    site: Path, builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder.lvis()
    table = builder.file("boxes.csv", ROWS.encode())
    index = builder.index()
    index.ingest()
    given = ("boxes-csv", table, "--name", "mine", "--images", builder.root / "pictures")
    done = _run(site, builder.root, "ingest", "plugin", *given, "--json")
    assert done.code == 0, done.err
    (source,) = done.data["sources"]
    assert [source[key] for key in ("name", "format", "added")] == ["mine", "boxes-csv", 3]
    query = (
        "SELECT f.path, i.file_name, c.name, s.name, r.x, r.y, r.w, r.h FROM regions r"
        " JOIN sources ON sources.pk = r.source_pk JOIN images i ON i.pk = r.image_pk"
        " JOIN folders f ON f.pk = i.folder_pk JOIN categories c ON c.pk = r.category_pk"
        " LEFT JOIN synsets s ON s.pk = c.synset_pk"
        " WHERE sources.name = 'mine' ORDER BY r.position"
    )
    with index.sql(query) as result:
        assert list(result.rows) == [
            ("a", "a/1.jpg", "fish", TENCH, 4.0, 5.0, 40.0, 30.5),
            ("", "2.jpg", "thing", None, 0.0, 0.0, 10.0, 10.0),
            ("a", "a/1.jpg", "fish", TENCH, 1.0, 2.0, 33.0, 34.0),
        ]
    builder.file("boxes.csv", ROWS.replace("30.5", "31").encode())
    monkeypatch.syspath_prepend(site)
    again = call("ingest", "--json", root=builder.root).data["sources"]
    assert [(one["name"], one["changed"]) for one in again] == [("lvis_v1_train", 0), ("mine", 1)]
    exported = call("export", "plugin", "exemplars-csv", root=builder.root)
    assert exported.code == 0, exported.err
    with (builder.root / "metadata" / "exemplars.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["category"], row["file_name"]) == ("tench", "train2017/000000000001.jpg")
    (builder.root / "pictures").mkdir()
    assert call("ingest", "--remove", "mine", root=builder.root).code == 0


@pytest.mark.parametrize(("format_name", "taken"), [("crowds", [1]), ("kept-crowds", [1, 3])])
def test_boxes_of_crowds_are_left_out_of_pools(
    site: Path,
    builder: TreeBuilder,
    monkeypatch: pytest.MonkeyPatch,
    format_name: str,
    taken: list[int],
) -> None:
    monkeypatch.syspath_prepend(site)
    table, index = builder.file("boxes.csv", ROWS.encode()), builder.index()
    source = index.sources.plugin(format_name, table, "mine", builder.root / "pictures")
    (report,) = index.ingest([source]).sources
    assert report.problems == [Issue(file=str(table), record="row 9", reason="is left out")]
    crowds = "SELECT key, is_crowd FROM regions ORDER BY key"
    assert rows_of(index, crowds) == [(1, 0), (2, 0), (3, 1)]
    index.collate(vocabulary="mine")
    assert [one.region_id for one in index.exemplars("fish", vocabulary="mine")] == taken


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            "ingest plugin none {} --name x --images .",
            2,
            "there is no format 'none'; give 'boxes-csv', 'broken', 'crowds', ",
        ),
        (
            "export plugin none",
            2,
            "there is no export target 'none'; did you mean 'norare'?",
        ),
        ("ingest plugin broken {} --name x --images .", 1, "No module named 'no_such_module'"),
        ("ingest plugin unreadable {} --name x --images .", 1, "give its Format one reader"),
        ("ingest plugin text {} --name x --images .", 1, "text: is no Format and no reader; fix"),
        ("export plugin broken", 1, "plug-in broken: is no Target"),
        ("ingest plugin boxes-csv none.csv --name x --images .", 1, "none.csv: No such file"),
        ("ingest plugin boxes-csv {} --name lvis --images .", 2, "stands for something else"),
    ],
)
def test_what_is_no_plugin_is_an_error(
    site: Path,
    builder: TreeBuilder,
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    code: int,
    message: str,
) -> None:
    monkeypatch.syspath_prepend(site)
    table = builder.file("boxes.csv", ROWS.encode())
    builder.index()
    words = [str(table) if word == "{}" else word for word in arguments.split()]
    done = call(*words, root=builder.root)
    assert done.code == code
    assert message in done.error
