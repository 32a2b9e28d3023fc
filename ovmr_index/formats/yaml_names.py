"""The member `names` of a YAML file, as YOLO's data.yaml has it: a list, or a mapping from index.

A scalar is a name as it is written: `no`, `007` and `2020-01-01` are what people see, though
readers of YAML make a truth value, a number and a date of them. Without quotes `null` and `~` are
no name, as in all of YAML. A name is on one line: where a comma or a dash is lost, YAML would make
one name of two.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.text_file import lines_of

if TYPE_CHECKING:
    from yaml import Node, ScalarNode

Named = tuple[int, str]  # class index and name

_NAMES = re.compile(r"(?:names|\"names\"|'names')[ \t]*:(?:[ \t]+.*)?")
_LINE = re.compile(r"[ \t]*(?:-(?:[ \t].*)?|[\w\"'./ -]+:(?:[ \t].*)?|[\[\]{}].*)")
_INDEX = re.compile(r"[0-9]{1,18}")
_TEXT = "tag:yaml.org,2002:str"  # of every scalar that has no other tag
_PLAIN_OR_QUOTED = (None, "'", '"')
_NULLS = ("", "null", "Null", "NULL", "~")
_REMEDY = "give a list below `names:`, or text with a name a line"
_SUFFIXES = (".yaml", ".yml")


def is_yaml(path: Path, text: str) -> bool:
    """Return whether a text is YAML: by its suffix or `names:`, or since every line looks it."""
    lines = [line for line in lines_of(text) if line.strip() and not line.startswith("#")]
    if path.suffix.lower() in _SUFFIXES or any(map(_NAMES.fullmatch, lines)):
        return True
    return bool(lines) and (lines[0].rstrip() == "---" or all(map(_LINE.fullmatch, lines)))


def read_names(path: Path, text: str) -> list[Named]:
    """Return the class indexes and names of a YAML file, in its order; a list counts from 0.

    Raises:
        RecordError: It is no YAML, has no `names`, or another number of them than `nc` says.
    """
    members = read_members(path, text)
    values = [value for key, value in members if key.value == "names"]
    if len(values) != 1:
        has = "no member" if not values else "several members"
        raise RecordError(path, "", f"is YAML with {has} `names`", _REMEDY)
    for key, _ in members:
        if _INDEX.fullmatch(str(key.value)):
            problem = f"{shortened(str(key.value))!r} stands beside `names`"
            raise RecordError(path, _where(key), problem, "indent the line if it is one of them")
    names = [*_named(path, text, values[0])]
    count = next((str(value.value) for key, value in members if key.value == "nc"), "")
    if _INDEX.fullmatch(count) and int(count) != len(names):
        problem = f"`nc` is {count}, and `names` has {len(names)}"
        raise RecordError(path, "", problem, "fix the file")
    return names


def read_members(path: Path, text: str) -> list[tuple["Node", "Node"]]:
    """Return the members of the mapping that a file is, none where it is something else.

    Raises RecordError for what is no YAML.
    """
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise RecordError(path, where, f"is no YAML: {error.problem}", _REMEDY) from None
    except yaml.YAMLError as error:
        problem = f"is no YAML: {shortened(' '.join(str(error).split()), 200)}"
        raise RecordError(path, "", problem, _REMEDY) from None
    except RecursionError:
        raise RecordError(path, "", "is YAML that is nested too deeply", _REMEDY) from None
    return root.value if isinstance(root, yaml.MappingNode) else []


def _named(path: Path, text: str, names: "Node") -> list[Named]:
    import yaml

    match names:
        case yaml.SequenceNode():
            return [(i, _name(path, text, one)) for i, one in enumerate(names.value)]
        case yaml.MappingNode():
            return [
                (_index(path, text, key), _name(path, text, value)) for key, value in names.value
            ]
        case yaml.ScalarNode() if names.value == "" and names.style is None:
            return []
    raise _wrong(path, text, names)


def _index(path: Path, text: str, key: "Node") -> int:
    if not isinstance(key.value, str) or not _INDEX.fullmatch(key.value):
        raise _wrong(path, text, key)
    return int(key.value)


def _name(path: Path, text: str, node: "Node") -> str:
    """Return a name, which may be in quotes."""
    import yaml

    if not isinstance(node, yaml.ScalarNode) or not _is_text_of_a_line(node):
        raise _wrong(path, text, node)
    if not node.value.strip() or (node.style is None and node.value in _NULLS):
        problem = (
            f"{node.value or 'nothing'} is no name; give it in quotes if it is one, or remove it"
        )
        raise RecordError(path, _where(node), problem, _REMEDY)
    return str(node.value)


def _is_text_of_a_line(node: "ScalarNode") -> bool:
    is_text = node.tag == _TEXT and node.style in _PLAIN_OR_QUOTED
    return is_text and node.start_mark.line == node.end_mark.line


def _where(node: "Node") -> str:
    return f"line {node.start_mark.line + 1}"


def _wrong(path: Path, text: str, node: "Node") -> RecordError:
    line = lines_of(text)[node.start_mark.line].strip()
    problem = f"{shortened(line, 80)!r} is no name, and no list or mapping of names"
    return RecordError(path, _where(node), problem, _REMEDY)
