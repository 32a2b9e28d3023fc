"""Members that stand twice in one object: readers of JSON differ in which of them counts."""

import enum
from collections.abc import Iterable

import msgspec
from msgspec import Raw


class MemberName(enum.Enum):
    """The name of a member of an object: equal to itself alone, so that one that comes twice stays.

    msgspec asks `_missing_` for every name that is none of an enum's values, as all are here.
    """

    NONE = "\0"

    @classmethod
    def _missing_(cls, value: object) -> "MemberName":
        name = object.__new__(cls)
        name._name_ = name._value_ = str(value)
        return name

    def __hash__(self) -> int:
        """Return what differs for every object."""
        return id(self)


_MEMBERS = msgspec.json.Decoder(dict[MemberName, Raw])
_BY_NAME = msgspec.json.Decoder(dict[str, Raw])
_ANYTHING = msgspec.json.Decoder()


def member_twice(raw: Raw) -> str | None:
    """Return the name of a member of a record that stands twice with two values, None without one.

    Members of objects within it count as well. Two values that are the same have one meaning.
    """
    try:
        by_name = _BY_NAME.decode(raw)
        if _are_all(raw, by_name):
            return _twice_within(by_name.values())
        members = _MEMBERS.decode(raw)
    except msgspec.MsgspecError:
        return None
    found: dict[str, Raw] = {}
    for name, value in members.items():
        before = found.setdefault(name.value, value)
        if before is not value and _ANYTHING.decode(before) != _ANYTHING.decode(value):
            return str(name.value)
        if (inner := _twice_within([value])) is not None:
            return inner
    return None


def _are_all(raw: Raw, members: dict[str, Raw]) -> bool:
    """Return whether a record has surely no other members than these: each of them has a colon."""
    if ":" in "".join(members):
        return False
    return bytes(raw).count(b":") == len(members) + b"".join(members.values()).count(b":")


def _twice_within(values: Iterable[Raw]) -> str | None:
    """Return the first name of a member that stands twice in one of those that are objects."""
    objects = (value for value in values if bytes(memoryview(value)[:1]) == b"{")
    return next((name for name in map(member_twice, objects) if name is not None), None)
