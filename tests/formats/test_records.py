"""A region of a source that has no records of its own gets one, made of its columns."""

import json

import pytest

from ovmr_index.formats.records import RegionRecord, with_record

REGION = RegionRecord(7, 5, 3, (), 1, 2.5, 8, 4, 32.0, None)
MADE = {"id": 7, "image_id": 5, "category_id": 3, "bbox": [1, 2.5, 8, 4], "area": 32.0}


@pytest.mark.parametrize(
    ("fields", "is_odd"),
    [
        (None, False),
        ('{"note":1}', False),
        ('{"id":"b7"}', True),
        ('{"bbox":null}', True),
        ('{"dataset":"x"}', True),
        ('{"synset":"x"}', True),
    ],
)
def test_a_record_is_made_of_columns_and_fields(fields: str | None, is_odd: bool) -> None:
    found = with_record(REGION._replace(fields=fields))
    assert json.loads(found.record or "") == MADE | json.loads(fields or "{}")
    assert found.is_odd == is_odd


def test_a_record_of_its_own_stays() -> None:
    own = REGION._replace(record='{"id":7}')
    assert with_record(own) == own
    assert with_record(own._replace(record='{"file_name":"a"}')).is_odd


def test_an_object_without_a_category_gets_none() -> None:
    own = REGION._replace(category_key=None)
    assert with_record(own) == own
