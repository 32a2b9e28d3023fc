"""What pools hold, summed up, against SQL over the public views."""

from pathlib import Path

import pytest

from ovmr_index import Index, UsageError
from ovmr_index.pools.audit_summary import summarize
from ovmr_index.pools.shapes import RATIOS, SIDES
from tests.support.contents import rows_of

# Two engines are asked the same of the demo in tests/two_engines.
_of_the_demo = pytest.mark.exhaustive(on="postgresql")


def _ask(root: Path, query: str) -> list[tuple[object, ...]]:
    with Index.open(root) as index:
        return rows_of(index, query)


def test_boxes_are_counted_by_size_and_shape(odd_index: Path) -> None:
    with Index.open(odd_index) as index:
        found = {one.dataset: one for one in index.pools.box_shapes()}
    boxes = _ask(odd_index, "SELECT dataset, w, h FROM exemplars WHERE w IS NOT NULL")
    assert boxes
    assert sum(sum(one.sides) for one in found.values()) == len(boxes)
    for dataset, shapes in found.items():
        sides, ratios = [0] * (len(SIDES) + 1), [0] * (len(RATIOS) + 1)
        for _, w, h in (row for row in boxes if row[0] == dataset):
            assert isinstance(w, int | float)
            assert isinstance(h, int | float)
            sides[sum(w * h >= edge * edge for edge in SIDES)] += 1
            ratios[next((n for n, edge in enumerate(RATIOS) if w < h * edge), -1)] += 1
        assert (shapes.sides, shapes.ratios) == (tuple(sides), tuple(ratios))


@_of_the_demo
def test_shortfalls_come_with_their_reasons(shared: Path) -> None:
    with Index.open(shared) as index:
        found = index.pools.shortfalls(10)
        why = index.pools.left_out(10)
        none = index.pools.shortfalls(0)
    assert [one.coverage.total for one in found] == sorted(one.coverage.total for one in found)
    assert {one.coverage.category_id for one in found} == {
        row[0]
        for row in _ask(shared, "SELECT category_id FROM exemplars GROUP BY 1 HAVING count(*) < 10")
    }
    assert sorted(row.as_json().items() for one in found for row in one.left_out) == sorted(
        row.as_json().items() for row in why
    )
    assert none == []


@_of_the_demo
def test_substitutes_are_counted_by_dataset(shared: Path) -> None:
    with Index.open(shared) as index:
        found = [one for one in index.pools.substitutes() if one.exemplars]
    query = """
        SELECT category_id, category_synset, synset, dataset, count(*) FROM exemplars
        WHERE synset <> category_synset GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 4
    """
    assert sorted(map(tuple, found)) == _ask(shared, query)


@_of_the_demo
def test_a_summary_of_an_audit_counts_all_and_keeps_the_first(shared: Path) -> None:
    with Index.open(shared) as index:
        findings = [*index.audit(ids_only=True)]
    found = summarize(iter(findings), 2)
    kinds = {one.kind for one in findings}
    assert found.counts == {kind: sum(one.kind == kind for one in findings) for kind in kinds}
    for kind in kinds:
        assert found.of_kind(kind) == [one for one in findings if one.kind == kind][:2]


@_of_the_demo
def test_an_unknown_vocabulary_is_answered_with_the_nearest(shared: Path) -> None:
    with Index.open(shared) as index, pytest.raises(UsageError, match="did you mean 'lvis_v1_tra"):
        index.pools.box_shapes(vocabulary="lvis_v1_trian")


@_of_the_demo
def test_the_last_reading_of_each_source_is_known(shared: Path) -> None:
    with Index.open(shared) as index:
        found = index.sources.last_read()
        assert [*found] == sorted(one.name for one in index.status().sources)
    assert all(when.endswith("+00:00") for when in found.values())
