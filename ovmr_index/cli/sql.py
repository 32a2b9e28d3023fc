"""`sql`: queries to the index."""

import re
import sys
from decimal import Decimal
from itertools import islice
from typing import Annotated

import typer

from ovmr_index.cli.formats import Form, print_rows
from ovmr_index.cli.options import AsJson, in_range, settings
from ovmr_index.cli.output import cut
from ovmr_index.cli.pool_notes import note_pools
from ovmr_index.db.query_limits import MEMORY_MIB, SECONDS
from ovmr_index.errors import OvmrIndexError, UsageError, os_reason

EXAMPLE = 'Example: ovmr-index --root demo sql -p n=5 "SELECT * FROM exemplars LIMIT :n"'

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


def sql(
    context: typer.Context,
    *,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="One SELECT; - reads it from standard input.")
    ],
    params: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--param",
            metavar="NAME=VALUE",
            help="The value of :NAME in the query; may be repeated. A number if it prints back the"
            " same, as 7, -3 and 0.5 do; 1e5, 01 and +5 are text. CAST(:NAME AS TEXT) in the query"
            " makes text of digits.",
        ),
    ] = None,
    form: Form = "table",
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", callback=in_range, help="Print only the first N rows."),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(
            metavar="S",
            callback=in_range,
            help="Stop the query after this time, waiting for locks included.",
        ),
    ] = SECONDS,
    memory: Annotated[
        int,
        typer.Option(
            metavar="MIB",
            callback=in_range,
            help="Stop the query that takes more memory than this; a server has its own limit.",
        ),
    ] = MEMORY_MIB,
    csv_safe: Annotated[
        bool,
        typer.Option(
            "--csv-safe",
            help="With --format csv: put an apostrophe before text that a spreadsheet would run.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Query the index in SQL, read-only.

    Query the views: `exemplars` has a row for each exemplar of each category of LVIS train,
    `vocabulary_exemplars` for those of all vocabularies. `image_files`, `boxes` and
    `vocabulary_categories` hold what was read, `category_coverage` counts the exemplars,
    `category_ancestors` are WordNet's hypernyms, and `sample_exemplars` the saved samples.
    """
    chosen = settings(context, as_json, form)
    if csv_safe and chosen.form != "csv":
        raise UsageError("--csv-safe: is for CSV; give --format csv with it")
    text = _standard_input() if query == "-" else query
    values = _values(params or [])
    index = chosen.open(check=False)
    with index.sql(text, values, seconds=seconds, memory_mib=memory) as result:
        if result.pools:
            note_pools(chosen, result.pools)
        rows = result.rows if limit is None else islice(result.rows, limit)
        print_rows(chosen.form, result.columns, rows, csv_safe=csv_safe)


def _standard_input() -> str:
    """Return the text on standard input; bytes that are not UTF-8 are refused with the query."""
    try:
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise OvmrIndexError(f"standard input: {os_reason(error)}; give the query there") from None


def _values(params: list[str]) -> dict[str, int | float | str]:
    values: dict[str, int | float | str] = {}
    for param in params:
        name, equals, text = param.partition("=")
        if not name or not equals:
            raise UsageError(f"-p {cut(param)}: is not NAME=VALUE; give for example -p k=5")
        if name in values:
            raise UsageError(f"-p {cut(param)}: gives :{cut(name)} a second value; give one")
        values[name] = _value(name, text)
    return values


def _value(name: str, text: str) -> int | float | str:
    """Return a number if the text is what it prints as; all else is text, as `1e5` and `01` are."""
    if _INTEGER.fullmatch(text):
        try:
            return int(text)
        except ValueError:  # thousands of digits
            raise UsageError(
                f"-p {cut(name)}=: the number is too long; give a smaller one"
            ) from None
    if _DECIMAL.fullmatch(text) and f"{Decimal(repr(float(text))):f}" == text:
        return float(text)
    return text
