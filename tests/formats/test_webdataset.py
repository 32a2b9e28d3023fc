"""WebDataset shards: which members are a sample, what labels it, and where its image is."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from ovmr_index.errors import Issue, RecordError
from ovmr_index.formats.image_labels import Label, why_no_label
from ovmr_index.formats.webdataset import WebDatasetReader
from ovmr_index.formats.webdataset_samples import ShardSamples
from tests.support.members import of_kind, tar_in_order
from tests.support.trees import picture

IMAGE = picture()
NO_LABEL = "images without a label in .cls, or in .json as category, class or label: "
Members = Sequence[tuple[str, bytes]]


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    return tmp_path / "000.tar"


def read(shard: Path, members: Members) -> tuple[list[tuple[str, Label]], list[Issue]]:
    shard.write_bytes(tar_in_order(members))
    problems: list[Issue] = []
    samples = list(ShardSamples(shard, problems))
    content = shard.read_bytes()
    for sample in samples:
        assert content[sample.offset : sample.offset + sample.size] == IMAGE
    return [(one.path, one.label) for one in samples], problems


@pytest.mark.parametrize(
    ("members", "label"),
    [
        ({"cls": b"mug"}, Label("mug", None)),
        ({"cls": b" 7\n"}, Label("7", None)),
        ({"CLS": "Tasse è".encode()}, Label("Tasse è", None)),
        ({"json": b'{"label": "mug"}'}, Label("mug", None)),
        ({"json": b'{"label": 7, "category": "mug"}'}, Label("mug", None)),
        ({"json": b'{"label": 7}'}, Label("7", None)),
        ({"json": b'{"label": 0}'}, Label("0", None)),
        ({"json": b'{"label": 7}', "cls": b"mug"}, Label("mug", None)),
        ({"json": b'{"class": "mug"}', "cls": b"7"}, Label("mug", None)),
        ({"json": b'{"caption": "a mug"}', "cls": b"7"}, Label("7", None)),
        ({"json": b'{"synset": "mug.n.04"}'}, Label("mug.n.04", "mug.n.04")),
        ({"json": b'{"category": "mug", "wnid": "n03797390"}'}, Label("mug", "n03797390")),
        ({"json": b'{"category": "mug", "synset": "", "wnid": null}'}, Label("mug", None)),
        ({"txt": b"a mug on a table", "cls": b"1"}, Label("1", None)),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_label_is_in_cls_or_json(
    shard: Path, members: dict[str, bytes], label: Label, is_first: bool
) -> None:
    others = [(f"a/x1.{extension}", content) for extension, content in members.items()]
    image = [("a/x1.jpg", IMAGE)]
    found, problems = read(shard, [*image, *others] if is_first else [*others, *image])
    assert (found, problems) == ([("a/x1.jpg", label)], [])


@pytest.mark.parametrize(
    "members",
    [
        {"txt": b"a mug"},
        {},
        {"json": b'{"caption": "a mug"}'},
        {"json": b'{"label": true}'},
        {"json": b'{"label": 1.5}'},
        {"json": b'{"label": ["mug"]}'},
        {"cls": b" "},
    ],
)
def test_an_image_without_a_label_is_counted(shard: Path, members: dict[str, bytes]) -> None:
    others = [(f"x1.{extension}", content) for extension, content in members.items()]
    found, problems = read(shard, [("x1.jpg", IMAGE), *others, ("x2.jpg", IMAGE)])
    assert (found, problems) == ([], [Issue(file=str(shard), reason=f"{NO_LABEL}2")])


@pytest.mark.parametrize(
    ("extension", "content", "reason"),
    [
        ("json", b"[1]", "is no JSON object"),
        ("json", b"{", "is no JSON object"),
        ("json", b"\xff", "is no JSON object"),
        ("json", b"[" * 100_000, "is no JSON object"),
        ("cls", b"\xff\xfe", "is not UTF-8"),
        ("cls", b"1" * (1 << 20) + b"1", "has more than 1,048,576 bytes, and is not read"),
        ("cls", b"m" * 201, "its label has more than 200 characters"),
        ("cls", b"mug\0", "its label holds a control character"),
        ("cls", b"../mug", "its label begins with a dot"),
    ],
)
def test_what_is_wrong_with_a_label_is_said(
    shard: Path, extension: str, content: bytes, reason: str
) -> None:
    found, problems = read(shard, [(f"x1.{extension}", content), ("x1.jpg", IMAGE)])
    assert found == []
    assert reason in [one.reason for one in problems]
    assert {one.record for one in problems} <= {f"x1.{extension}", ""}


def test_members_of_one_key_are_a_sample(shard: Path) -> None:
    found, problems = read(
        shard,
        [
            ("./x.1.jpg", IMAGE),  # its key is x, and 1.jpg no image by its extension
            ("a/x.jpg", IMAGE),
            ("a/x.cls", b"mug"),
            ("b/x.jpg", IMAGE),
            ("b/x.png", IMAGE),
            ("b/x.cls", b"cup"),
            (".hidden.jpg", IMAGE),
            ("c/x.cls", b"no image"),
        ],
    )
    assert found == [("a/x.jpg", Label("mug", None)), ("b/x.jpg", Label("cup", None))]
    assert problems == [
        Issue(file=str(shard), record="b/x.png", reason="is a second image of its sample"),
        Issue(file=str(shard), reason="samples without an image (a key ends at a dot): 2"),
    ]


def test_a_member_that_comes_again_is_named(shard: Path) -> None:
    members = [("x.jpg", IMAGE), ("x.cls", b"mug"), ("x.jpg", IMAGE), ("x.cls", b"cup")]
    found, problems = read(shard, members)
    assert found == [("x.jpg", Label("cup", None))]
    assert [one.record for one in problems] == ["x.jpg", "x.cls"]
    assert {one.reason for one in problems} == {"is in its sample again; the last one is read"}


def test_a_shard_without_samples_says_so(shard: Path) -> None:
    assert read(shard, []) == ([], [Issue(file=str(shard), reason="holds no sample")])


def test_links_and_paths_that_leave_the_folder_are_left_out(shard: Path) -> None:
    link = of_kind("y.jpg", b"2", "x.jpg")
    shard.write_bytes(tar_in_order([link, ("../x.jpg", IMAGE), ("../x.cls", b"mug")]))
    problems: list[Issue] = []
    assert list(ShardSamples(shard, problems)) == []
    assert [one.record for one in problems][:3] == ["y.jpg", "../x.jpg", "../x.cls"]
    assert [one.reason for one in problems][3:] == ["holds no sample"]


def test_a_shard_that_is_cut_short_is_an_error(shard: Path) -> None:
    shard.write_bytes(tar_in_order([("x.jpg", IMAGE), ("x.cls", b"mug")])[:1000])
    with pytest.raises(RecordError, match=f"{shard}"):
        list(ShardSamples(shard, []))


def test_a_packed_shard_that_is_called_a_tar_is_an_error(shard: Path) -> None:
    shard.write_bytes(gzip.compress(tar_in_order([("x.jpg", IMAGE), ("x.cls", b"mug")])))
    with pytest.raises(RecordError, match="is packed by gzip, whatever its name says; unpack it"):
        list(ShardSamples(shard, []))


def test_an_image_is_as_if_in_a_folder_of_its_label(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "sets-val-0.tar").write_bytes(
        tar_in_order([("a.jpg", IMAGE), ("a.cls", b"cup/mug"), ("b.jpg", IMAGE), ("b.cls", b"7")])
    )
    (tmp_path / "train" / "0.tar").write_bytes(tar_in_order([("a.jpg", IMAGE), ("a.cls", b"7")]))
    reader = WebDatasetReader(tmp_path)
    shards = list(reader.archives())
    assert [one.path for one in shards] == ["sets-val-0.tar", "train/0.tar"]
    images = [image for one in shards for batch in reader.images(one) for image in batch.images]
    assert [(one.folder.path, one.folder.split, one.name) for one in images] == [
        ("sets-val-0/cup_mug", "val", "a.jpg"),
        ("sets-val-0/7", "val", "b.jpg"),
        ("train/0/7", "train", "a.jpg"),
    ]
    assert reader.problems == []


def test_what_is_no_shard_is_named(tmp_path: Path) -> None:
    for name in ("a.tar.gz", "b.zip", "readme.txt", "index.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "c.tar").symlink_to("nowhere")
    reader = WebDatasetReader(tmp_path)
    assert list(reader.archives()) == []
    said = {one.record: one.reason for one in reader.problems}
    unpack = f"run `gunzip {tmp_path}/a.tar.gz`"
    assert said["a.tar.gz"] == f"is packed by gzip, so that no image can be read from it; {unpack}"
    assert said["b.zip"] == "is no tar; give shards as plain tars"
    assert said.keys() == {"a.tar.gz", "b.zip", "c.tar"}


def test_a_folder_without_shards_says_so(tmp_path: Path) -> None:
    reader = WebDatasetReader(tmp_path)
    assert list(reader.archives()) == []
    assert [one.reason for one in reader.problems] == ["holds no shard, as 000000.tar"]


@pytest.mark.parametrize(("name", "is_right"), [("mug", True), ("é 7", True), ("a\\b", False)])
def test_a_label_may_be_any_name(name: str, is_right: bool) -> None:
    assert (why_no_label(name) is None) is is_right
