"""Which shards of a folder are complete, and of what: so that a run goes on after a stop."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import OvmrIndexError, os_reason
from ovmr_index.storage.atomic import whole_file

MARK = ".ovmr-shards"


class _Complete(NamedTuple):
    """A shard that is complete: the state of what it was made of, and its size in bytes."""

    state: str
    size: int


class ShardsMark:
    """The file `.ovmr-shards`: a line on all shards, and one on each that is complete."""

    def __init__(self, folder: Path, described: str) -> None:
        """Take the folder for shards that are `described` so."""
        self._folder, self._described = folder, described
        self._complete: dict[str, _Complete] = {}

    def claim(self, names: Sequence[str]) -> None:
        """Read what is complete, and mark a folder that has no mark yet.

        Args:
            names: The names that the shards have.

        Raises:
            OvmrIndexError: The folder holds other shards, or files of these names that are none.
        """
        lines = self._lines()
        if lines and lines[0] != self._described:
            raise OvmrIndexError(
                f"{self._folder}: holds shards of another sample or of other options; "
                "give another folder or delete this one"
            )
        if not lines:
            for name in names:
                if (self._folder / name).exists():
                    raise OvmrIndexError(
                        f"{self._folder / name}: is there already, and not from an export of"
                        " shards; give another folder or delete it"
                    )
            self._write()
        self._complete = dict(map(self._read, lines[1:]))

    def is_complete(self, name: str, state: str) -> bool:
        """Return whether a shard is there, and was made of what is in this state."""
        return self.holds(name) and self._complete[name].state == state

    def holds(self, name: str) -> bool:
        """Return whether a shard is there as it was completed, of what was there then."""
        path = self._folder / name
        known = self._complete.get(name)
        return known is not None and path.is_file() and path.stat().st_size == known.size

    def add(self, name: str, state: str, size: int) -> None:
        """Note that a shard is complete, of what is in this state, and its size in bytes."""
        self._complete[name] = _Complete(state, size)
        self._write()

    def _write(self) -> None:
        lines = [json.dumps([name, *state]) for name, state in sorted(self._complete.items())]
        with whole_file(self._folder / MARK) as file:
            file.write("".join(f"{line}\n" for line in (self._described, *lines)).encode())

    def _read(self, line: str) -> tuple[str, _Complete]:
        try:
            name, state, size = json.loads(line)
        except (ValueError, TypeError):
            raise self._damaged() from None
        return name, _Complete(state, size)

    def _damaged(self) -> OvmrIndexError:
        return OvmrIndexError(f"{self._folder / MARK}: is damaged; delete it and the shards")

    def _lines(self) -> list[str]:
        path = self._folder / MARK
        try:
            return path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise OvmrIndexError(f"{path}: {os_reason(error)}; give another folder") from None
        except UnicodeDecodeError:
            raise self._damaged() from None
