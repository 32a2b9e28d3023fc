"""Keys of a mapping of categories: names for all or ids for all."""

import json
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.ingest.sources import SourceOptions
from ovmr_index.vocabularies.mapping_file import read_mapping
from ovmr_index.vocabularies.mapping_keys import MappingKeys
from tests.support.coco_files import coco_json, ingest_coco
from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.trees import APPLE, BASKET, TENCH, TreeBuilder, picture

SYNSETS = """
    SELECT c.key, s.name FROM categories c LEFT JOIN synsets s ON s.pk = c.synset_pk
    ORDER BY c.position"""


@pytest.mark.parametrize(
    ("categories", "keys", "found"),
    [
        ({13: "7", 7: "mug"}, ["13", "7"], {13: "13", 7: "7"}),
        ({13: "7", 7: "mug"}, ["7", "13"], {13: "13", 7: "7"}),
        ({13: "7", 7: "mug"}, ["7", "mug"], {13: "7", 7: "mug"}),
        ({13: "7", 7: "mug"}, ["7", "gone"], {13: "7"}),
        ({13: "7", 7: "mug"}, ["13", "99"], {13: "13"}),
        ({1: "mug", 2: "cup"}, ["mug", "2"], {1: "mug", 2: "2"}),
        ({1: "mug", 2: "cup"}, ["mug", "1"], {1: "mug"}),
        ({1: "1", 2: "2"}, ["1", "2"], {1: "1", 2: "2"}),
        ({0: "1", 1: "2", 2: "3"}, ["1", "2", "3"], {0: "1", 1: "2", 2: "3"}),
        ({1: "cap", 2: "cap"}, ["cap"], {1: "cap", 2: "cap"}),
        ({-1: "mug"}, ["-1"], {-1: "-1"}),
        ({1: "mug"}, ["01", "1.0", " 1"], {}),
        ({}, ["1"], {}),
    ],
)
@pytest.mark.parametrize("prefer_names", [False, True])
def test_keys_are_names_or_ids(
    categories: dict[int, str], keys: list[str], found: dict[int, str], prefer_names: bool
) -> None:
    records = [CategoryRecord(key, name, None, None, "{}") for key, name in categories.items()]
    mapping = MappingKeys(keys, records, prefer_names=prefer_names)
    assert mapping.by_id(Path("map")) == found


@pytest.mark.parametrize(
    ("categories", "keys"),
    [
        ({13: "7", 7: "13"}, ["13", "7"]),
        ({13: "7", 7: "mug"}, ["7"]),
        ({13: "7", 7: "mug"}, ["7", "99"]),
        ({13: "7", 7: "7"}, ["7"]),
        ({13: "7", 7: "mug", 3: "cup"}, ["cup", "7", "13"]),
    ],
)
def test_what_may_be_both_is_refused(categories: dict[int, str], keys: list[str]) -> None:
    records = [CategoryRecord(key, name, None, None, "{}") for key, name in categories.items()]
    problem = r"^map: key '\d+': is the name of category \d+ and the id of category '\w+'; give"
    with pytest.raises(RecordError, match=problem):
        MappingKeys(keys, records, prefer_names=False).by_id(Path("map"))


def test_a_name_of_digits_is_not_the_id_of_another(builder: TreeBuilder) -> None:
    categories = [{"id": 13, "name": "7"}, {"id": 7, "name": "mug"}]
    index = builder.index()
    for mapping, synsets in (
        ({"13": TENCH, "7": APPLE}, [TENCH, APPLE]),
        ({"mug": TENCH, "7": APPLE}, [APPLE, TENCH]),
    ):
        options = SourceOptions(builder.json("synsets.json", mapping))
        ingest_coco(builder, categories, options)
        assert [synset for _, synset in rows_of(index, SYNSETS)] == synsets
    file = builder.json("synsets.json", {"7": BASKET})
    builder.json("mine.json", coco_json(categories))
    arguments = ("--name", "mine", "--images", builder.root / "mine", "--synsets", file)
    done = call("ingest", "coco", builder.root / "mine.json", *arguments, root=builder.root)
    assert done.code == 1
    assert "key '7': is the name of category 13 and the id of category 'mug'; give" in done.error
    assert [synset for _, synset in rows_of(index, SYNSETS)] == [APPLE, TENCH]


def test_folders_of_digits_are_called_by_their_names(builder: TreeBuilder) -> None:
    for name in ("0", "10", "2"):
        builder.file(f"digits/{name}/a.jpg", picture())
    options = SourceOptions(builder.json("synsets.json", {"2": TENCH, "10": APPLE}))
    index = builder.index()
    index.ingest([index.sources.folder(builder.root / "digits", "digits", options)])
    assert rows_of(index, SYNSETS) == [(1, "0"), (2, APPLE), (3, TENCH)]


def test_an_empty_synset_is_none(tmp_path: Path) -> None:
    file = tmp_path / "synsets.json"
    file.write_text('{"mug": "", "cup": null, "bowl": " "}')
    assert read_mapping(file) == {"mug": None, "cup": None, "bowl": None}


def test_the_id_and_the_name_of_a_category_say_the_same(builder: TreeBuilder) -> None:
    categories = [{"id": 4, "name": "mug"}, {"id": 9, "name": "cup"}]
    builder.json("mine.json", coco_json(categories))
    file = builder.root / "synsets.json"
    command = ("ingest", "coco", builder.root / "mine.json", "--name", "mine")
    options = ("--images", builder.root / "mine", "--synsets", file)
    file.write_text(json.dumps({"4": TENCH, "mug": APPLE, "cup": BASKET}))
    done = call(*command, *options, root=builder.root)
    assert done.code == 1
    assert done.error == (
        f"ovmr-index: error: {file}: key '4': is the id of 'mug', a key with another synset;"
        " remove one of them"
    )
    file.write_text(json.dumps({"4": TENCH, "mug": TENCH, "cup": BASKET}))
    done = call(*command, *options, root=builder.root)
    assert (done.code, "is called" in done.err) == (0, False)
    assert [synset for _, synset in rows_of(builder.index(), SYNSETS)] == [TENCH, BASKET]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "the file is empty; give a JSON object from category to synset"),
        ("mug,mug.n.04", "is no JSON object; give a JSON object from category to synset"),
        ("mug: mug.n.04", "is no JSON object; give a JSON object"),
        ("null", "is no JSON object; give a JSON object"),
        ('["mug.n.04"]', "is a JSON array; give a JSON object"),
        ('{"synsets": {"mug": "mug.n.04"}}', "`synsets`: is no synset but an object or an array;"),
        ('{"mug": ["mug.n.04"]}', "`mug`: is no synset but an object or an array; give a JSON"),
        ('{"mug": 4}', "`mug` (id unknown): expected `str | null`, got `int`; fix it: give a"),
        (
            '{"cup": null, "mug": true}',
            "`mug` (id unknown): expected `str | null`, got `bool`; ",
        ),
    ],
)
def test_other_files_are_no_mappings(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "map").write_text(content)
    with pytest.raises(RecordError) as caught:
        read_mapping(tmp_path / "map")
    assert str(caught.value).startswith(f"{tmp_path / 'map'}: {problem}")
