"""Numbers of any kind as NUMERIC of PostgreSQL, which keeps integers and floats apart.

An integer has no point, a float has one and all the digits that Python writes of it. NUMERIC has no
negative zero: that is a zero of 400 decimals, more than any float has.
"""

from decimal import Decimal

NEGATIVE_ZERO = f"0.{'0' * 400}"


def number_text(number: int | float) -> str:
    """Return the text of a number of any kind, by which NUMERIC gives it back as it was."""
    if not isinstance(number, float):
        return str(int(number))
    text = repr(number)
    if text == "-0.0":
        return NEGATIVE_ZERO
    if "e" not in text:
        return text  # with a point, or no number at all
    plain = format(Decimal(text), "f")
    return plain if "." in plain else f"{plain}.0"
