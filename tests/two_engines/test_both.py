"""Whatever an index is asked, one in PostgreSQL answers as one in SQLite does, byte for byte."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ovmr_index import Index
from ovmr_index.db.work_queries import MOST_TRIES
from ovmr_index.db.work_units import Part
from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.shot_options import Shots
from ovmr_index.export.targets import TARGETS
from ovmr_index.images.measurements import WRITTEN
from ovmr_index.images.size_queries import of_source, unmeasured_blocks
from ovmr_index.ingest.stored_sources import source_pk_of, stored_specs
from ovmr_index.pools.recipe import Recipe
from ovmr_index.report.api import write_report
from ovmr_index.samples.options import METHODS, WEIGHTS, DrawOptions, Filters, Method, Weight
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking
from tests.support.both_engines import Ask, BothEngines, noted_queries, query_functions
from tests.support.checked import few_nouns
from tests.support.databases import new_database
from tests.support.few_synsets import index_of_demo_synsets, index_of_odd_synsets
from tests.support.odd_trees import OddTree
from tests.support.trees import TreeBuilder
from tests.two_engines.least_demo import make_least_demo

pytestmark = pytest.mark.slow

FILTERS = {
    "nothing": Filters(),
    "before the draw": Filters(
        datasets=("lvis", "imagenet21k"),
        splits=("train",),
        no_rare_boxes=True,
        min_area=1500,
        min_side=33.5,
        exclude_val=True,
    ),
    "per image": Filters(per_image=1),
    "at least one": Filters(at_least_one=("imagenet21k", "visual_genome")),
    "balanced": Filters(balanced=True),
    "unlike": Filters(no_near_duplicates=True),
    "all": Filters(
        per_image=2, at_least_one=("visual_genome",), balanced=True, no_near_duplicates=True
    ),
}


def _categories(index: Index) -> list[int]:
    return [one.category_id for one in index.coverage()]


def _draws(index: Index, _: Path) -> list[Any]:
    """Draw with each filter, by the methods and weights in turn."""
    return [
        index.samples.draw(_four(method, weight, filters))
        for filters, method, weight in zip(
            FILTERS.values(), cycle(METHODS), cycle(WEIGHTS), strict=False
        )
    ]


def _more_draws(index: Index, _: Path) -> list[Any]:
    """Draw by each method with each filter."""
    weights = cycle(WEIGHTS)
    return [
        index.samples.draw(_four(method, weight, filters))
        for method in METHODS
        for filters, weight in zip(FILTERS.values(), weights, strict=False)
    ]


def _four(method: Method, weight: Weight, filters: Filters) -> DrawOptions:
    return DrawOptions(k=4, method=method, weight=weight, filters=filters, on_shortage="take-all")


def _divide(index: Index, _: Path) -> Any:
    return index.partitions.add("half", _categories(index)[::2])


def _change(index: Index, folder: Path) -> list[Any]:
    """Save samples, mark exemplars, divide categories, add a vocabulary and substitutes."""
    some = [one for key in _categories(index)[:6] for one in index.exemplars(key)[:2]]
    listed = folder / "mine.txt"
    listed.write_text("apple.n.01\ntench.n.01\nbeach_ball.n.01\ngoldfish.n.01\n")
    draw = DrawOptions(k=3, method="stable", on_shortage="take-all")
    return [
        index.pools.hash_possible_copies(),
        index.pools.hash_images(perceptual=True),
        index.vocabularies.add("mine", listed),
        index.collate(vocabulary="mine"),
        _divide(index, folder),
        index.samples.draw(draw, name="first"),
        index.curation.exclude(some[::3], note="no", author="Ann"),
        index.curation.pin(some[1::3], author="Bob"),
        index.curation.exclude_near_duplicates(),
        index.curation.undo(author="Ann"),
        index.samples.draw(draw, name="second"),
    ]


def _looks(index: Index, _: Path) -> list[Any]:
    """Look at every category, and at exemplars of it."""
    found: list[Any] = []
    for category in index.categories():
        found += [category.as_json(), index.pools.show(category.category_id, limit=5)]
        found += [index.exemplars(category.category_id)]
    return found


def _curates(index: Index, folder: Path) -> list[Any]:
    file = folder / "marks.json"
    return [
        index.curation.list(),
        index.curation.counts(),
        index.curation.fingerprint(),
        index.curation.changes(),
        index.curation.export(file),
        index.curation.import_(file),
    ]


def _samples(index: Index, folder: Path) -> list[Any]:
    file = folder / "sample.json"
    samples = index.samples
    return [
        samples.list(),
        samples.show("first"),
        samples.stale("first"),
        samples.diff("first", "second"),
        samples.by_category("first"),
        samples.side_by_side("first", "second"),
        samples.load("second"),
        index.exports.sample("first", file),
        samples.import_file(file, "back", allow_missing=True),
        samples.diff("first", "back"),
    ]


def _shards(index: Index, _: Path) -> list[Any]:
    """Take ImageNet out, and read it again in shards."""
    with index._session.read() as connection:
        specs = {one.name: one for one in stored_specs(connection, index.root)}
    folder = specs["imagenet21k"].path
    index.sources.rm("imagenet21k")
    found: list[Any] = []
    for shard in ("2/3", "1/3", "1/3", "3/3"):
        counts = index.ingest([index.sources.imagenet(folder, shard=shard)]).sources[0].counts
        found += [counts, index.sources.missing_shards()]
    return [*found, index.collate()]


def _measures(index: Index, _: Path) -> list[Any]:
    """Give up the images of a source, read them again, and hash another one."""
    source = "imagenet21k"
    session = index._session
    with session.read() as connection:
        source_pk = source_pk_of(connection, source)
    assert source_pk is not None
    for _try in range(MOST_TRIES):
        with suppress(OvmrIndexError), Part.taken(session, f"sizes source {source}") as part:
            with session.write(of=WRITTEN) as connection:
                part.begin(connection)
                part.add(connection, unmeasured_blocks(of_source(source_pk), again=True))
            assert [*part.claims(1_000)]
            part.renew()
            raise OvmrIndexError("ends")
    return [
        index.measure(hashes=False, source=source),
        index.measure(hashes=False, source=source),
        index.measure(sizes=False, source="visual_genome"),
    ]


def _forms(index: Index, folder: Path) -> list[Any]:
    """Write every form of boxes."""
    exports = index.exports
    few = BoxOptions(images="minival", source="lvis_v1_val", renumber=True)
    novel = BoxOptions(partition_filter=PartitionFilter("rare", "novel", only=True))
    of_genome = BoxOptions(source="visual_genome", vocabulary="lvis_v1_train")
    found: list[Any] = []
    for name, options in {"few": few, "novel": novel, "genome": of_genome}.items():
        found += [
            exports.coco(options, folder / f"{name}.json"),
            exports.odvg(options, folder / f"{name}.jsonl"),
        ]
    shots = (Shots(2), Shots(1, count="images"))
    found += [exports.coco(None, folder / f"{i}.json", shots=one) for i, one in enumerate(shots)]
    return [*found, exports.texts(novel, folder / "texts.json")]


def _targets(index: Index, folder: Path) -> list[Any]:
    found = [index.exports.target(name, folder / name) for name in TARGETS]
    part = PartitionFilter("half", "base", only=True)
    return found + [
        index.exports.target(name, folder / f"{name} of some", partition_filter=part)
        for name in TARGETS
        if not name.startswith(("norare", "rareonly"))
    ]


def _pages(index: Index, _: Path) -> list[Any]:
    """Look at the pages that people look at."""
    app = create_app(index, ServeOptions(page_token="page"))
    asking = Asking(app, "http://127.0.0.1:8765")
    for path, name in (("/audit", "leaks"), ("/duplicates", "near-duplicates")):
        asking.get(path)  # which begins a search, and shows after a while how far it is
        if (search := app.state.jobs.find(f"{name} of {LVIS_TRAIN}")) is not None:
            search.wait()
    paths = ["/", "/audit", "/duplicates", "/samples", "/samples/first", "/marks/changes?since=0"]
    paths += ["/samples/first/diff/second", "/sql", "/sql/rows?query=SELECT+*+FROM+exemplars"]
    for key in _categories(index)[:1]:
        options = ("", "?order=largest", "?sample=first", "?mark=exclude", "?mark=none&side=40")
        paths += [f"/categories/{key}{one}" for one in options]
        paths += [f"/categories/{key}/draw?k=3", f"/duplicates?category={key}"]
        for one in index.exemplars(key)[:2]:
            box = "-" if one.region_id is None else f"{one.region_id}"
            paths += [f"/exemplars/{key}/{one.source}/{box}?file={quote(one.file_name)}"]
    return [(path, asking.get(path).text) for path in paths]


def _crops(index: Index, folder: Path) -> list[Any]:
    """Write what holds images, and what names them."""
    exports, few = index.exports, index.samples.load("first")
    return [
        exports.crops(few, few, folder / "crops"),
        exports.images(few, folder / "images"),
        exports.imagefolder("first", folder / "imagefolder"),
        exports.webdataset("first", folder / "webdataset"),
        exports.croissant("first", folder / "croissant.json", date="2026-01-01"),
        exports.prompts("first", folder / "prompts.json"),
        exports.yolo(BoxOptions(source="lvis_v1_val"), folder / "yolo"),
        exports.sample_sheet("first", folder / "sheet.png"),
    ]


def _finds(index: Index, _: Path) -> list[Any]:
    """Mark exemplars by what names them, what leaks and what looks alike; take some back."""
    key = next(one.category_id for one in index.coverage() if one.by_dataset["lvis"])
    boxes = [one for one in index.exemplars(key) if one.region_id is not None]
    curation = index.curation
    found = curation.find(key, boxes[0].source, region=boxes[0].region_id)
    names = Counter(one.file_name for one in boxes)
    alone = next(one for one in boxes if names[one.file_name] == 1)
    return [
        found,
        curation.find(key, alone.source, file=alone.file_name),
        curation.pin(found),
        curation.exclude_leaks(),
        curation.undo(),
        curation.clear(found),
        index.samples.draw_category(key, DrawOptions(k=3, on_shortage="take-all")),
        index.samples.holding(key, boxes[0].source, boxes[0].file_name, region_id=1),
    ]


def _checked(index: Index, _: Path) -> list[Any]:
    """Ask what is wrong, and for advice; the synsets of the index are few, as those of a check."""
    with few_nouns():
        return [index.db.report(), index.pools.suggest_short()]


def _pools(index: Index, _: Path) -> list[Any]:
    """Ask what is in the index and what is not."""
    return [
        index.pools.left_out(),
        index.pools.untaken(),
        index.pools.left_by_name(),
        index.pools.left_by_class(),
        index.pools.overview(),
        index.pools.step_notes(),
        index.pools.lost_categories(),
        index.vocabularies.list(),
        index.partitions.list(),
        [*index.audit(ids_only=True)],
        index.verify("names"),
    ]


ASKS: dict[str, Ask] = {
    "ingest": lambda index, _: index.ingest(),
    "coverage before marks": lambda index, _: index.coverage(),
    "shards": _shards,
    "measures": _measures,
    "change": _change,
    "draws": _draws,
    "more draws": _more_draws,
    "looks": _looks,
    "curation": _curates,
    "samples": _samples,
    "finds": _finds,
    "pages": _pages,
    "targets": _targets,
    "forms": _forms,
    "pools": _pools,
    "checked": _checked,
    "report": lambda index, folder: write_report(index, folder / "report").files,
    "another recipe": lambda index, _: [
        index.collate(Recipe(exclude_val=True, min_area=2000.5, enough=5)),
        index.coverage(),
        index.pools.left_out(),
    ],
}


# What shows that odd names, ids and numbers are the same; the rest is asked of the demo.
ASKED_OF_ODD: dict[str, Ask] = {
    "ingest": ASKS["ingest"],
    "divide": _divide,
    **{name: ASKS[name] for name in ("targets", "forms", "pools")},
}

# Of the demo alone, whose images are there.
ASKS_OF_IMAGES: dict[str, Ask] = {"crops": _crops}


@pytest.fixture(scope="module", params=["demo", "odd"])
def both(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    empty_index: Path,
    demo_tree: Path,
    postgresql: str,
) -> Iterator[BothEngines]:
    """Return two indexes of a tree, which is yet to be read."""
    folder, name = tmp_path_factory.mktemp(request.param), f"both_{request.param}"
    root = folder / "datasets"
    if request.param == "demo":
        make_least_demo(demo_tree, root)
        few = index_of_demo_synsets(tmp_path_factory, empty_index, demo_tree)
    else:
        OddTree(TreeBuilder(root), 0)
        few = index_of_odd_synsets(tmp_path_factory, empty_index)
    shutil.copyfile(few, folder / name)
    with new_database(postgresql, name=name) as server:
        with Index.open(root, few) as synsets:  # which were read elsewhere
            synsets.db.copy(server)
        with Index.open(root, folder / name) as one, Index.open(root, server) as other:
            yield BothEngines(one, other, folder / "written")


# Which queries are not asked here: their own tests run on PostgreSQL too, by `--engine postgresql`.
ASKED_ELSEWHERE = (
    *("engines.", "export.parquet.", "ingest.", "integrations."),  # of other engines and programs
    *("export.required_image_queries.", "export.training.", "images.measurement_queries."),
    *("images.shown_queries.", "pools.audit_queries."),  # these are kept in a table, not called
    *("export.annotation_queries.annotations", "export.cat_info_queries.labelled_counts"),
    *("export.forms.box_selection_queries.", "export.imagenet_lvis_queries.wnid_images"),
    *("curation.key_queries.categories_with", "pools.detail_queries.image_at"),
    "pools.exemplar_queries.exemplar_values",  # it looks at rows, and asks nothing
    *("pools.found_queries.entry_of_no_file", "pools.found_queries.put_entries"),
    *("pools.hash_queries.category_images", "pools.left_out_queries.images_left_by_class"),
    *("samples.match_queries.", "samples.near_duplicate_queries.delete_first"),
    *("samples.stable_draw_queries.stable_order", "vocabularies.category_queries.category_wnids"),
    *("vocabularies.partition_queries.names_of", "vocabularies.synset_queries.synsets_with"),
)


def test_both_give_the_same(both: BothEngines, request: pytest.FixtureRequest) -> None:
    is_demo = request.node.callspec.params["both"] == "demo"
    asks = ASKS | ASKS_OF_IMAGES if is_demo else ASKS
    if not request.config.getoption("--exhaustive"):
        asks = asks if is_demo else ASKED_OF_ODD
        asks = {name: ask for name, ask in asks.items() if name != "more draws"}
    with noted_queries() as called:
        found = {name: both.differences(ask) for name, ask in asks.items()}
    assert {name: some for name, some in found.items() if some} == {}
    left = query_functions().keys() - called
    assert {name for name in left if is_demo and not name.startswith(ASKED_ELSEWHERE)} == set()
