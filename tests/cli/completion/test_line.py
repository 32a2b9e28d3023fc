"""A line as bash reads it, and what is put in for a value."""

import pytest

from ovmr_index.cli.completion.line import words_of

BREAKS = " \t\n\"'@><=;|&(:"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a  b ", ["a", "b", ""]),
        ("a 'b c' \"d 'e'\" f\\ g", ["a", "b c", "d 'e'", "f g"]),
        ('a "b\\"c\\d', ["a", 'b"c\\d']),
        ("a 'b\\", ["a", "b\\"]),
        ("a b\\", ["a", "b"]),
        ("a '' b", ["a", "", "b"]),
        ("a x'y'z", ["a", "xyz"]),
    ],
)
def test_words_are_without_their_quotes(line: str, words: list[str]) -> None:
    assert [word.text for word in words_of(line)] == words


@pytest.mark.parametrize(
    ("typed", "value", "completed"),
    [
        ("fi", "five", "five"),
        ("od", "odd name", "odd\\ name"),
        ("odd:c", "odd:colon", "colon"),
        ("odd\\:c", "odd:colon", "odd:colon"),
        ("'odd:c", "odd:colon", "odd:colon"),
        ("'od", "odd's name", "odd'\\''s name"),
        ('"od', 'odd "$x`\\', 'odd \\"\\$x\\`\\\\'),
        ("--name=fi", "--name=five", "five"),
        ("--name='fi", "--name=five", "five"),
        ("a", "a$b`c*d!e;f&g|h<i>j~k#l", r"a\$b\`c\*d\!e\;f\&g\|h\<i\>j\~k\#l"),
    ],
)
def test_bash_puts_in_what_it_reads_as_the_value(typed: str, value: str, completed: str) -> None:
    assert words_of(f"ovmr-index {typed}", BREAKS)[-1].completed(value) == completed
