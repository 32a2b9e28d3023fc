"""HTML for notebooks: whatever a name holds is text."""

import pytest

from ovmr_index import ExportReport, Issue, VerifyReport
from ovmr_index.shown import markup
from ovmr_index.shown.records import Records

HOSTILE = "<script>alert('\"x\"')</script>"
ESCAPED = "&lt;script&gt;alert(&#x27;&quot;x&quot;&#x27;)&lt;/script&gt;"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (HOSTILE, ESCAPED),
        ("\udcff\x00\u202e", "\ufffd" * 3),
        (1_234_567, "1,234,567"),
        (0.5, "0.5"),
        (None, ""),
        ("größe 金魚", "größe 金魚"),
    ],
)
def test_text(value: object, shown: str) -> None:
    assert markup.text(value) == shown


def test_everything_is_escaped() -> None:
    parts = (
        markup.table((HOSTILE,), [(HOSTILE,)]),
        markup.note(HOSTILE),
        markup.picture(None, HOSTILE, HOSTILE),
        markup.picture(b"x", HOSTILE),
    )
    made = markup.block(HOSTILE, *parts)
    assert "<script" not in made
    assert made.count("&lt;script&gt;") == 9
    made.encode()


def test_a_long_table_is_cut() -> None:
    made = markup.table(("n",), [(n,) for n in range(1_025)], "numbers")
    assert made.count("<tr>") == 1 + markup.MOST_ROWS
    assert "and 1,005 more numbers" in made
    assert markup.table(("n",), [], "numbers").count("no numbers") == 1


def test_a_report_is_a_line_and_tables() -> None:
    issue = Issue(dataset="lvis", file=HOSTILE, kind="missing", reason="is not there")
    report = VerifyReport([issue], images=3)
    assert repr(report) == "<VerifyReport: 3 images inspected, 1 missing>"
    assert ESCAPED in report._repr_html_()
    assert repr(ExportReport()) == "<ExportReport: 0 files written>"
    assert "<table" not in ExportReport()._repr_html_()


def test_a_list_of_records_is_a_table() -> None:
    records = Records(Issue(file=f"{n}") for n in range(22))
    assert "<th" in records._repr_html_()
    assert "and 2 more rows" in records._repr_html_()
    assert "no rows" in Records[Issue]()._repr_html_()
