"""Where an index is: the path of a SQLite file, or a schema of a database in PostgreSQL.

Nothing heavy is imported to read it: the driver is, where a connection is opened.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from ovmr_index.errors import UsageError, alternatives, nearest, option, shortened

DEFAULT_SCHEMA = "public"
FORM = "postgresql://[user@]host[:port]/database[?schema=NAME]"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/{1,3}")
_OURS = re.compile(r"(?:postgresql|postgres):(/+)", re.IGNORECASE)
_LONGEST_NAME = 63  # bytes of a name in PostgreSQL
_MOST_PORTS = 65_535
# Of https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS those that say
# how to reach a server, and who asks.
_PARAMETERS = (
    *("host", "hostaddr", "port", "user", "password", "passfile", "service", "schema"),
    *("connect_timeout", "application_name", "target_session_attrs", "load_balance_hosts"),
    *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
    *("tcp_user_timeout", "channel_binding", "require_auth", "requirepeer"),
    *("sslmode", "sslnegotiation", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl"),
    *("gssencmode", "krbsrvname"),
)
_NAMED = ("host", "schema", "service")  # parameters that a name has: they say which index it is


@dataclass(frozen=True)
class Server:
    """A schema of a database in PostgreSQL.

    Attributes:
        name: What messages call it: its URL without a password, and without how to reach it.
        schema: The schema of its tables.
        parameters: What the driver connects by. It may hold a password, and is not shown.
    """

    name: str
    schema: str
    parameters: Mapping[str, str] = field(repr=False)

    def __str__(self) -> str:
        """Return its name."""
        return self.name


Location = Path | Server


def located(given: str | os.PathLike[str] | Server) -> Location:
    """Return where an index is, of a path or a URL.

    Raises:
        UsageError: A URL is of another kind, or a part of it is wrong. No more of it is shown than
            what has no password.
    """
    if isinstance(given, Server):
        return given
    text = os.fspath(given)
    found = _OURS.match(text)
    if found is not None and not Path(text[: found.start(1)]).is_dir():
        return _server(text[found.end() :], slashes=len(found[1]))
    _refuse_url(text)
    return Path(given)


def _refuse_url(text: str) -> None:
    """Raise UsageError for another URL, which is no path: it would name a file in a folder."""
    found = _SCHEME.match(text)
    if found is not None and not Path(f"{found[1]}:").is_dir():
        # No more of it is shown: there may be a password in it, wherever that is.
        raise UsageError(
            f"{option('db')} {found[1]}://… looks like a URL; give the path of a file, or {FORM}"
        )


def _server(rest: str, *, slashes: int) -> Server:
    """Read what follows the scheme; a path may have made one slash of two, or of three."""
    rest = rest.partition("#")[0]
    before, _, query = rest.partition("?")
    authority, slash, database = before.partition("/")
    if slashes > len("//") or (slashes == 1 and not slash):
        authority, database = "", before
    given = _authority(authority) | {"dbname": _decoded("database", database)} | _query(query)
    schema = given.pop("schema", None) or DEFAULT_SCHEMA
    held = {name: value for name, value in given.items() if value}
    if "dbname" not in held and "service" not in held:
        raise _wrong("names no database")
    if len(schema.encode()) > _LONGEST_NAME or schema.lower().startswith("pg_"):
        raise _wrong(f"has the schema {shortened(schema)!r}, which PostgreSQL does not take")
    return Server(_name(held, schema), schema, held)


def _authority(text: str) -> dict[str, str]:
    """Return user, password, host and port."""
    who, _, where = text.rpartition("@")
    user, _, password = who.partition(":")
    if where.startswith("["):  # an address of IPv6
        host, bracket, port = where[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise _wrong("has an address in brackets that do not end")
        port = port.removeprefix(":")
    else:
        host, _, port = where.partition(":")
    return {
        "user": _decoded("user", user),
        "password": _decoded("password", password),
        "host": _decoded("host", host),
        "port": _checked_port(port),
    }


def _query(text: str) -> dict[str, str]:
    """Return the parameters after the question mark."""
    found: dict[str, str] = {}
    for part in filter(None, text.split("&")):
        name, equals, value = part.partition("=")
        if name not in _PARAMETERS:
            # It is not shown: a password with a question mark in it ends up here.
            near = nearest(name, _PARAMETERS) if equals else []
            meant = f"; did you mean {alternatives(near)}?" if near else ""
            raise _wrong("has a parameter that is not known here", meant)
        found[name] = _decoded(name, value)
    if "port" in found:
        _checked_port(found["port"])
    return found


def _checked_port(text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_PORTS):
        # It is not shown: a password with an @ or a / in it ends up here.
        raise _wrong(f"has a port that is no number from 1 to {_MOST_PORTS:,}", _ENCODED)
    return text


_ENCODED = "; write %40 for @, %2F for /, %3A for : and %23 for # in a password"


def _decoded(name: str, text: str) -> str:
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _wrong(f"has a {name} that is not UTF-8") from None
    if "\0" in found or "%00" in text:
        raise _wrong(f"has a {name} with a NUL in it")
    if name == "database" and ("@" in text or "/" in text):
        raise _wrong("has an @ or a / in its database", _ENCODED)
    return found


def _wrong(what: str, remedy: str = "") -> UsageError:
    return UsageError(f"{option('db')}: the URL {what}{remedy or f'; write {FORM}'}")


def _name(held: Mapping[str, str], schema: str) -> str:
    """Return the URL of a server without what a name must not have."""
    host = held.get("host", "")
    is_socket = host.startswith(("/", "@"))
    user = f"{quote(held['user'], safe='')}@" if "user" in held else ""
    shown = "" if is_socket else (f"[{host}]" if ":" in host else quote(host, safe=","))
    port = f":{held['port']}" if "port" in held else ""
    said = {**held, "schema": "" if schema == DEFAULT_SCHEMA else schema}
    said["host"] = host if is_socket else ""
    query = "&".join(f"{name}={quote(said[name])}" for name in _NAMED if said.get(name))
    where = f"postgresql://{user}{shown}{port}/{quote(held.get('dbname', ''))}"
    return f"{where}?{query}" if query else where
