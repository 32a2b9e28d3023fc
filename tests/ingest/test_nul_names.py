"""Names and synsets with a NUL character, at which databases end a text, are refused by record."""

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.ingest.sources import SourceOptions
from tests.support.coco_files import ingest_coco
from tests.support.contents import assert_sound, contents, rows_of
from tests.support.trees import TENCH, Json, TreeBuilder, category, vg_object, vg_objects

NUL = "its name, synset or frequency holds a NUL character"
MUG = {"id": 1, "name": "mug", "synset": "mug.n.04"}


@pytest.mark.slow
@pytest.mark.exhaustive(but=["mu\\x00g-name", "\\x00-synset", "mug\\x00-frequency"])
@pytest.mark.parametrize("member", ["name", "synset", "frequency"])
@pytest.mark.parametrize("text", ["mu\0g", "\0", "mug\0"])
def test_categories_of_coco(builder: TreeBuilder, member: str, text: str) -> None:
    wrong = MUG | {"id": 2, member: text}
    with pytest.raises(RecordError) as caught:
        ingest_coco(builder, [MUG, wrong])
    assert f"categories[1] (id 2): {NUL}" in str(caught.value)
    index = ingest_coco(builder, [MUG, wrong], SourceOptions(on_error="skip"))
    assert_sound(index)
    assert rows_of(index, "SELECT count(*) FROM boxes") == [(1,)]


def test_categories_of_lvis(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, name="mu\0g")])
    with pytest.raises(RecordError, match=NUL):
        builder.index().ingest()


def test_synsets_of_objects(builder: TreeBuilder) -> None:
    builder.visual_genome(vg_objects(1, vg_object(3, TENCH), vg_object(9, TENCH, "mu\0g.n.01")))
    index = builder.index()
    before = contents(index)
    with pytest.raises(RecordError, match=NUL) as caught:
        index.ingest()
    assert "[0].objects[1] (id 9)" in str(caught.value)
    assert contents(index) == before
    builder.visual_genome(vg_objects(1, vg_object(3, TENCH) | {"names": ["mu\0g"]}))
    index.ingest()


@pytest.mark.parametrize(
    "content",
    [
        ["a", "mu\0g"],
        [{"name": "mug", "synset": "mug.n\0.04"}],
        {"mug": "mug.n.04\0"},
        {"1": "a\0"},
    ],
)
def test_lists_of_categories(builder: TreeBuilder, content: Json) -> None:
    file = builder.json("list.json", content)
    with pytest.raises(RecordError, match=NUL):
        builder.index().vocabularies.add("own", file)


def test_mappings(builder: TreeBuilder) -> None:
    mapping = builder.json("mapping.json", {"mug": "mug\0.n.04"})
    with pytest.raises(RecordError, match=NUL):
        ingest_coco(builder, [MUG], SourceOptions(synsets=mapping))
