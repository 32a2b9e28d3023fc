"""What stores raise, as one line: what is wrong and what to do, and whether to try again.

The errors of s3fs, gcsfs and aiohttp are known by the names of their classes and by the status of
the answer, so that none of these has to be imported.
"""

import errno
from collections.abc import Iterator

from ovmr_index.errors import OvmrIndexError

_BUSY = {408, 425, 429, 500, 502, 503, 504}
_BUSY_ERRNOS = {
    *(errno.EBUSY, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE),
    *(errno.EREMOTEIO, errno.EIO),
}
_BROKEN = {
    *("ClientPayloadError", "ServerDisconnectedError", "HTTPClientError", "IncompleteRead"),
    *("ResponseParserError", "FSTimeoutError", "TimeoutError", "IncompleteReadError"),
    *("ClientOSError", "ConnectionResetError", "ServerTimeoutError", "ResponseStreamingError"),
}
_UNREACHABLE = {
    *("EndpointConnectionError", "ConnectTimeoutError", "ClientConnectorError", "ProxyError"),
    *("ClientConnectorDNSError", "ConnectionRefusedError", "gaierror", "ProxyConnectionError"),
}
_NO_CREDENTIALS = {
    *("NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError"),
    *(
        "ProfileNotFound",
        "TokenRetrievalError",
        "SSOTokenLoadError",
        "CredentialRetrievalError",
        "RefreshError",
    ),
}
_UNKNOWN_KEYS = ("access key", "signature", "security token")
_MISSING_BUCKET = ("NoSuchBucket", "bucket does not exist", "Invalid bucket name")
_SEVERAL = 5  # causes of an error that are looked at


class StoreError(OvmrIndexError):
    """A store that cannot be reached or does not let us in: it holds for all files of it."""


class ChangedError(StoreError):
    """A remote file that changed while it was read."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url}: changed while it was read; run the command again")

    def __reduce__(self) -> tuple[type[StoreError], tuple[str]]:
        """Let the error be raised again in another process."""
        return StoreError, (str(self),)


def is_unreachable(error: Exception) -> bool:
    """Return whether a store could not be connected with."""
    return any(_names(one) & _UNREACHABLE for one in _causes(error))


def is_transient(error: Exception) -> bool:
    """Return whether the same may succeed later: a server that is busy, a broken connection."""
    for one in _causes(error):
        status = _status(one)
        if status is not None:
            return status in _BUSY
        if _names(one) & _BROKEN or getattr(one, "errno", None) in _BUSY_ERRNOS:
            return True
    return False


def explained(error: Exception, url: str) -> Exception:
    """Return the error to raise for what a store raised of a file.

    That is an OSError where it is of this one file, as where it is not there, and a StoreError
    where others would fail as well.
    """
    causes = list(_causes(error))
    names = {name for one in causes for name in _names(one)}
    statuses = {_status(one) for one in causes}
    said = " ".join(str(one) for one in causes)
    if "FileNotFoundError" in names or statuses & {404, 410}:
        is_known = not statuses & {401, 403, *_BUSY} and not is_unreachable(error)
        if is_known and not any(sign in said for sign in _MISSING_BUCKET):
            return FileNotFoundError(errno.ENOENT, "there is no such file", url)
    return StoreError(f"{url}: {_problem(error, names, statuses, said)}")


def _problem(error: Exception, names: set[str], statuses: set[int | None], said: str) -> str:
    """Return what is wrong with a store, and what to do."""
    is_unknown = any(one.lower() in said.lower() for one in _UNKNOWN_KEYS)
    problems = (
        (
            any(sign in said for sign in _MISSING_BUCKET),
            "there is no such bucket; check its name, and the endpoint (AWS_ENDPOINT_URL)",
        ),
        (
            bool(names & _NO_CREDENTIALS),
            "no credentials were found, or they do not work; set AWS_PROFILE, or the variables of"
            " your provider",
        ),
        ("Invalid endpoint" in said, "the endpoint is no address; check AWS_ENDPOINT_URL"),
        (
            is_unreachable(error),
            "the server cannot be reached; check the network and the endpoint (AWS_ENDPOINT_URL)",
        ),
        (is_unknown, "the store does not know these credentials; check AWS_PROFILE and the keys"),
        (
            "PermissionError" in names or bool(statuses & {401, 403}),
            "the credentials have no right to read it; ask for that right",
        ),
        (
            is_transient(error),
            "the server is busy or breaks off, also when asked again and again; try later",
        ),
    )
    otherwise = f"cannot be read ({type(error).__name__}); check the address and the endpoint"
    return next((problem for is_so, problem in problems if is_so), otherwise)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it."""
    found: BaseException | None = error
    for _ in range(_SEVERAL):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _status(error: BaseException) -> int | None:
    """Return the status of the answer that an error tells of."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        found = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        found = getattr(error, "status", None) or getattr(error, "code", None)
    try:
        return None if found is None else int(found)
    except (TypeError, ValueError):
        return None
