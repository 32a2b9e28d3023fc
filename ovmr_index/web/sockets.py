"""The socket that pages are served on: found, bound, and what is wrong where it cannot be."""

import errno
import ipaddress
import socket
from typing import NamedTuple

from ovmr_index.errors import OvmrIndexError, UsageError, option, os_reason

_WAITING = 128  # connections


class Place(NamedTuple):
    """An address of this machine as the system knows it."""

    family: socket.AddressFamily
    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.address.partition("%")[0]).is_loopback


def find_place(host: str, port: int) -> Place:
    """Return where a host and a port are, IPv4 first; raises UsageError for what is no host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise UsageError(
            f"{option('host', host)}: {_reason(error)}; give a name or an address of this machine"
        ) from None
    family, _, _, _, (address, *_) = min(found, key=lambda one: one[0] != socket.AF_INET)
    return Place(family, str(address), port)


def bind(place: Place) -> socket.socket:
    """Return a socket that listens at a place.

    Raises:
        OvmrIndexError: The port is in use, or may not be used.
        UsageError: The address is not one of this machine's.
    """
    # asyncio sends at once only what goes over a socket that names its protocol: else the end of
    # an answer waits 40 ms for the browser to say that it has the beginning.
    made = socket.socket(place.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((place.address, place.port))
        made.listen(_WAITING)
    except OSError as error:
        made.close()
        raise _explained(error, place) from None
    return made


def _explained(error: OSError, place: Place) -> OvmrIndexError:
    if error.errno == errno.EADDRINUSE:
        return OvmrIndexError(
            f"port {place.port} of {place.address} is in use; give"
            f" another {option('port')}, or 0 for any"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return OvmrIndexError(
            f"port {place.port}: {os_reason(error)}; give a"
            f" {option('port')} from 1024 on, or 0 for any"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return UsageError(
            f"{option('host')}: {place.address} is no address of this machine; give one of it"
        )
    return OvmrIndexError(
        f"{place.address}: {os_reason(error)}; give another {option('host')} or {option('port')}"
    )


def _reason(error: OSError | UnicodeError) -> str:
    return os_reason(error) if isinstance(error, OSError) else "it is no name of a machine"
