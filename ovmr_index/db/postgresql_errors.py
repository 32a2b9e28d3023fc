"""PostgreSQL's errors, with what to do about each: the same words wherever one is met."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ovmr_index.db.location import Server
from ovmr_index.db.sqlite_errors import DAMAGED
from ovmr_index.errors import OvmrIndexError, ServerError, UsageError, command, option

if TYPE_CHECKING:
    import psycopg

_BUSY = "another process is writing to it; try again later"
_AGAIN = "nothing of this was kept; run it again when the server is there"


# What is typed in other programs than this one, wherever it is said.
CREATE_DATABASE = "createdb --encoding UTF8 --template template0"
CREATE_OWNED = "createdb --owner ROLE NAME"
DUMP = "pg_dump --format custom --file FILE NAME"


class _Refusal(NamedTuple):
    """What a server or its library says of a connection, and what to do; `{…}` are of the URL."""

    said: re.Pattern[str]
    remedy: str
    is_usage: bool = False


def _said(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_REFUSALS = (
    _Refusal(
        _said("translate host name|name or service not known|no address associated|resolve host"),
        "check the host in {db}",
    ),
    _Refusal(
        _said("connection refused|no route to host|network is unreachable|is the server running"),
        "start the server, or check host and port in {db}",
    ),
    _Refusal(_said("timeout expired|timed out"), "check host and port in {db}, and the network"),
    _Refusal(
        _said("password authentication failed|no password supplied"),
        "check user and password: the file ~/.pgpass or PGPASSFILE has it, or PGPASSWORD",
    ),
    _Refusal(
        _said("(peer|ident) authentication failed"),
        "run this as the system's user of that name, or connect by a host with a password",
    ),
    _Refusal(
        _said('role ".*" does not exist'), "have it made: `createuser {user}` as an administrator"
    ),
    _Refusal(
        _said('database ".*" does not exist'),
        f"make it: `{CREATE_DATABASE} {{database}}`",
    ),
    _Refusal(_said("no pg_hba.conf entry"), "have the server's pg_hba.conf let you in"),
    _Refusal(_said("not permitted to log in"), "have the role be altered: ALTER ROLE … LOGIN"),
    _Refusal(
        _said("permission denied for database"), "have the right: GRANT CONNECT ON DATABASE …"
    ),
    _Refusal(
        _said("too many (clients|connections)|remaining connection slots"),
        "try again later, or have max_connections be raised",
    ),
    _Refusal(
        _said("system is (starting up|shutting down|in recovery)|not accepting connections"),
        "try again later",
    ),
    _Refusal(
        _said("bad value for|invalid (sslmode|channel_binding|gssencmode|require_auth|target)"),
        "write another value into {db}",
        is_usage=True,
    ),
    _Refusal(_said('service ".*" not found'), "check the service in {db}", is_usage=True),
    _Refusal(_said("ssl|certificate"), "check sslmode and the certificates in {db}"),
)
_PREFIX = re.compile(
    r"^(connection failed: )?(connection to server .*? failed: )?(FATAL: +)?", re.DOTALL
)


def refused(server: Server, error: "psycopg.Error") -> OvmrIndexError:
    """Return what is wrong where no connection could be opened, without a password."""
    text = str(error)
    reason = _PREFIX.sub("", text.strip().splitlines()[0]) if text.strip() else "no connection"
    found = next((one for one in _REFUSALS if one.said.search(text)), None)
    held = server.parameters
    remedy = (found.remedy if found else "check {db} and the server").format(
        db=option("db"), user=held.get("user", "NAME"), database=held.get("dbname", "NAME")
    )
    kind = UsageError if found is not None and found.is_usage else ServerError
    return kind(f"{server}: {reason}; {remedy}")


_DEADLOCK = "40P01"
_REMEDIES = {
    "25006": "get the permission to write, or ask the server that is not a replica",
    "28": "check the role and its rights",
    "3D000": "make the database again, or give another {db}",
    "40001": "run it again: somebody else has changed the same",
    _DEADLOCK: "run it again: somebody else waited for the same",
    "42501": "have the right be given: GRANT SELECT (or ALL) ON ALL TABLES IN SCHEMA … TO …",
    "42P01": "run {upgrade}",
    "53100": "make room on the server's disk",
    "53200": "give the server more memory",
    "53300": "try again later, or have max_connections be raised",
    "54000": "a text is too long for an index of PostgreSQL",
    "55P03": _BUSY,
    "57014": "ask for less at once, or give more time",
    "57P01": _AGAIN,
    "57P02": _AGAIN,
    "57P03": "try again later",
    "58": "check the server's disk and log",
    "XX": "check the server's log, and restore a backup where data is damaged",
}
_BUSY_CODES = {"55P03", "40001", _DEADLOCK}
_UNWRITABLE = {"25006", "42501"}
_NO_VALUE = "22P02"  # of a type, as which a text was read
_LOST = (
    "server closed the connection|connection (is |has been |was )?(closed|lost|bad)|"
    "could not receive data|could not send data|consuming input failed|terminating connection|"
    "connection not open|connection timed out"
)
_IS_LOST = re.compile(_LOST, re.IGNORECASE)


def code_of(error: BaseException) -> str:
    """Return the SQLSTATE of an error, "" without one; SQLAlchemy may wrap it."""
    return getattr(_cause(error), "sqlstate", None) or ""


def is_busy(error: BaseException) -> bool:
    """Whether another transaction is in the way."""
    return code_of(error) in _BUSY_CODES


def is_deadlock(error: BaseException) -> bool:
    """Whether a transaction was ended for others, each of which waited for another."""
    return code_of(error) == _DEADLOCK


def is_unwritable(error: BaseException) -> bool:
    """Whether the index can perhaps be read, and cannot be written."""
    return code_of(error) in _UNWRITABLE


def is_of_json(error: BaseException) -> bool:
    """Whether a text was taken for JSON that is none."""
    return code_of(error) == _NO_VALUE and reason_of(error).endswith(" for type json")


def is_lost(error: BaseException) -> bool:
    """Whether the server, or the connection to it, has gone in the middle."""
    code = code_of(error)
    return code in {"57P01", "57P02"} or (
        not code and _IS_LOST.search(str(_cause(error))) is not None
    )


def reason_of(error: BaseException, *, detailed: bool = False) -> str:
    """Return the line that PostgreSQL says, with its details where they are asked for."""
    cause: Any = _cause(error)
    diagnosed = getattr(cause, "diag", None)
    said = [getattr(diagnosed, "message_primary", None) or str(cause)]
    if detailed:
        said.append(getattr(diagnosed, "message_detail", None) or "")
    lines = [(text.strip().splitlines() or [""])[0] for text in said]
    return ": ".join(filter(None, lines)) or "no reason was given"


def describe(error: BaseException, *, remedy: str | None = None) -> str:
    """Return what PostgreSQL says and what to do: the `remedy` where nothing better is known."""
    if is_lost(error):
        return f"the connection to the server was lost; {_AGAIN}"
    if is_of_json(error):
        return f"it holds text that is no JSON; {DAMAGED}; {command('db check')} says where"
    code = code_of(error)
    known = _REMEDIES.get(code) or _REMEDIES.get(code[:2])
    usual = known or remedy or f"run {command('db check')}"
    return f"{reason_of(error)}; {usual.format(db=option('db'), upgrade=command('db upgrade'))}"


def _cause(error: BaseException) -> BaseException:
    return getattr(error, "orig", None) or error
