"""A layer between SQLite and its files, for one process: it writes down what is done, or fails.

`python -m tests.torture.faulty_disk LOG FAIL_AT ERROR ARGUMENTS...` runs the program on it. It is
a VFS in front of SQLite's own (https://sqlite.org/vfs.html), made with ctypes and the default from
then on. Each write, sync, truncation and deletion of a file is one operation: it goes into LOG, and
the operation of number FAIL_AT and all after it fail with ERROR, a result code of SQLite.
"""

import _sqlite3
import ctypes
import pickle
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

OK = 0
_POINTER = ctypes.sizeof(c_void_p)

# A path is a pointer: parameters of a URI follow it in memory.
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_Close = CFUNCTYPE(c_int, c_void_p)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class Operation(NamedTuple):
    """What was done to a file: `write` of data at an offset, `truncate` to it, `sync`, `delete`.

    A deletion whose offset is 1 is on the disk when it returns.
    """

    what: str
    file: str
    offset: int = 0
    data: bytes = b""


class _Vfs(Structure):
    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("delete", c_void_p),
        ("others", c_void_p * 14),
    )


class _Methods(Structure):
    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("others", c_void_p * 13),
    )


class FaultyDisk:
    """The layer; it stays the default of this process once it is installed."""

    def __init__(self, log: BinaryIO, fail_at: int, error: int) -> None:
        """Write operations to `log`; fail from the operation `fail_at` on, never if below 0."""
        self._log, self._fail_at, self._error = log, fail_at, error
        self._done = 0
        self._paths: dict[int, str] = {}
        self._methods: dict[int, _Methods] = {}
        self._kept: list[Any] = []  # what SQLite points to must outlive it

    def install(self) -> None:
        """Become SQLite's default VFS."""
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        library.sqlite3_vfs_register.argtypes = (POINTER(_Vfs), c_int)
        below = library.sqlite3_vfs_find(None).contents
        self._open, self._delete = _Open(below.open), _Delete(below.delete)
        above = _Vfs.from_buffer_copy(below)
        above.name, above.next = b"faulty", None
        above.open = self._callback(_Open, self._open_file)
        above.delete = self._callback(_Delete, self._delete_file)
        self._kept.append(above)
        assert library.sqlite3_vfs_register(ctypes.byref(above), 1) == OK

    def _callback(self, kind: Any, function: Callable[..., int]) -> int | None:
        made = kind(function)
        self._kept.append(made)
        return ctypes.cast(made, c_void_p).value

    def _operate(self, operation: Operation) -> int:
        """Note an operation; return OK where it may be done."""
        self._done += 1
        if 0 <= self._fail_at < self._done:
            return self._error
        pickle.dump(tuple(operation), self._log)
        self._log.flush()
        return OK

    def _open_file(self, vfs: int, path: int | None, file: int, flags: int, out: Any) -> int:
        code = int(self._open(vfs, path, file, flags, out))
        methods = c_void_p.from_address(file)
        if code == OK and path is not None and methods.value is not None:
            self._paths[file] = _name_at(path)
            methods.value = ctypes.addressof(self._wrapped(methods.value))
        return code

    def _delete_file(self, vfs: int, path: int, durable: int) -> int:
        code = self._operate(Operation("delete", _name_at(path), durable))
        return code or int(self._delete(vfs, path, durable))

    def _wrapped(self, address: int) -> _Methods:
        """Return the methods of a file with this layer in front of them."""
        if address not in self._methods:
            below = _Methods.from_address(address)
            above = _Methods.from_buffer_copy(below)
            write, truncate, sync = (
                _Write(below.write),
                _Truncate(below.truncate),
                _Sync(below.sync),
            )

            def write_file(file: int, data: int, size: int, offset: int) -> int:
                content = ctypes.string_at(data, size)
                code = self._operate(Operation("write", self._paths[file], offset, content))
                return code or int(write(file, data, size, offset))

            def truncate_file(file: int, size: int) -> int:
                code = self._operate(Operation("truncate", self._paths[file], size))
                return code or int(truncate(file, size))

            def sync_file(file: int, flags: int) -> int:
                code = self._operate(Operation("sync", self._paths[file]))
                return code or int(sync(file, flags))

            above.write = self._callback(_Write, write_file)
            above.truncate = self._callback(_Truncate, truncate_file)
            above.sync = self._callback(_Sync, sync_file)
            self._methods[address] = above
        return self._methods[address]


def _name_at(path: int) -> str:
    return Path(ctypes.string_at(path).decode()).name


def read_log(path: Path) -> list[Operation]:
    """Return the operations that a run has written down."""
    found = []
    with path.open("rb") as file:
        while True:
            try:
                found.append(Operation._make(pickle.load(file)))
            except EOFError:
                return found


def main() -> None:
    """Run the program on a faulty disk."""
    from ovmr_index.cli import main as program

    log, fail_at, error, *arguments = sys.argv[1:]
    with Path(log).open("wb") as file:
        disk = FaultyDisk(file, int(fail_at), int(error))  # SQLite does not keep it alive
        disk.install()
        sys.argv[1:] = arguments
        program()


if __name__ == "__main__":
    main()
