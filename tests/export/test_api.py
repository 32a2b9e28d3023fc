"""The face of exports: what it says of itself."""

from tests.support.trees import TENCH, TreeBuilder, category


def test_it_names_the_published_files_that_are_there(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, TENCH)])
    index = builder.index()
    assert repr(index.exports) == f"<Exports below {builder.root}: no published file yet>"
    index.ingest()
    index.exports.target("norare")
    assert repr(index.exports) == f"<Exports below {builder.root}: lvis_v1_train_norare.json>"
    index.exports.target("exemplars", builder.root / "elsewhere.json")
    assert "exemplar_dict" not in repr(index.exports)
