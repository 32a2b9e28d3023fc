"""How two saved samples differ: by exemplars, each as often as it was drawn, and by their order."""

from ovmr_index.samples.sample_diff import SampledExemplar, compare_samples
from ovmr_index.samples.saved_queries import SavedPick


def _picks(*region_ids: int) -> list[SavedPick]:
    return [SavedPick(1, i, "lvis", "a.jpg", region_id) for i, region_id in enumerate(region_ids)]


def test_an_exemplar_counts_as_often_as_it_was_drawn() -> None:
    found = compare_samples(_picks(1, 2, 2, 3), _picks(2, 3, 4))
    assert (found.common, found.same) == (2, False)
    assert [one.region_id for one in found.only_a] == [1, 2]
    assert found.only_b == [SampledExemplar(1, "lvis", "a.jpg", 4)]


def test_another_order_is_another_sample() -> None:
    found = compare_samples(_picks(1, 2), _picks(2, 1))
    assert found.as_json() == {"common": 2, "same": False, "only_a": [], "only_b": []}
    assert compare_samples(_picks(1, 2), _picks(1, 2)).same


def test_json_names_exemplars() -> None:
    found = compare_samples(_picks(1), []).as_json()
    assert list(found) == ["common", "same", "only_a", "only_b"]
    exemplar = {"category_id": 1, "dataset": "lvis", "file_name": "a.jpg", "region_id": 1}
    assert found["only_a"] == [exemplar]
