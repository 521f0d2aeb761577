"""What the network and the disk can answer, as sentences. Curable failures come back as `Trouble`, others as errors."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.core.errors import CarrelError
from app.core.units import format_bytes
from app.fetch.patience import Trouble

if TYPE_CHECKING:
    import httpx2

_TRY_LATER = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_DISK_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


def host_of(url: str) -> str:
    """The host as a person knows it, with the port when it is unusual."""
    return urlsplit(url).netloc.rpartition("@")[2] or url


def without_password(url: str) -> str:
    """An address that may be shown and logged."""
    return re.sub(r"//[^/@]*@", "//", url, count=1)


def from_status(
    status: int, headers: Mapping[str, str], url: str, *, repo: str, file: str, with_token: bool
) -> CarrelError | Trouble:
    """The meaning of an HTTP status that is neither 200 nor 206. The hub's own cause is in `X-Error-Code`."""
    host, cause = host_of(url), headers.get("x-error-code", "")
    if status == 429:
        return Trouble(_too_many(host), _retry_after_s(headers))
    if status in _TRY_LATER:
        return Trouble(_upset(host, status), _retry_after_s(headers))
    if cause == "GatedRepo":
        return _gated(repo)
    if status == 401:
        return _token_refused(host) if with_token else _not_shown(repo, host)
    if status == 403:
        return _forbidden(host, file)
    if status in (404, 410):
        return _absent(cause, host, repo, file)
    return CarrelError(
        "hub_answer",
        "{host} answered with status {status} instead of the file.",
        "Try again later, or choose another download address in the settings.",
        host=host,
        status=status,
    )


def _too_many(host: str) -> CarrelError:
    return CarrelError(
        "too_many_requests",
        "{host} asks to wait: there were too many requests.",
        "Resume in a few minutes. The part that has arrived is kept.",
        host=host,
    )


def _upset(host: str, status: int) -> CarrelError:
    return CarrelError(
        "hub_down",
        "{host} has a problem of its own (status {status}).",
        "Resume later. The part that has arrived is kept.",
        host=host,
        status=status,
    )


def _gated(repo: str) -> CarrelError:
    return CarrelError(
        "gated",
        "{repo} asks you to accept its terms first.",
        "Accept them on the model's page, then set HF_TOKEN to your access token.",
        repo=repo,
    )


def _token_refused(host: str) -> CarrelError:
    return CarrelError(
        "token_refused",
        "{host} does not accept the access token.",
        "Set HF_TOKEN to a valid token, or remove it for public models.",
        host=host,
    )


def _not_shown(repo: str, host: str) -> CarrelError:
    return CarrelError(
        "absent_or_private",
        "{host} does not show {repo}: it does not exist or needs an access token.",
        "Check the name, or set HF_TOKEN to your access token.",
        repo=repo,
        host=host,
    )


def _forbidden(host: str, file: str) -> CarrelError:
    return CarrelError(
        "forbidden",
        "{host} refuses to give out {file}.",
        "Check the access token, or ask whether your network blocks this address.",
        host=host,
        file=file,
    )


def _absent(cause: str, host: str, repo: str, file: str) -> CarrelError:
    if cause == "RepoNotFound":
        return CarrelError("absent", "{host} has no model {name}.", "Check the name.", host=host, name=repo)
    return CarrelError(
        "absent",
        "{host} has no file {name} in this version of {repo}.",
        "Check the name, or choose another download address in the settings.",
        host=host,
        name=file,
        repo=repo,
    )


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds from `Retry-After`, which is a number or an HTTP date."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime  # here, as SSL below: the window does not wait for either

    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def from_network(error: httpx2.HTTPError, url: str) -> CarrelError | Trouble:
    """The meaning of a request that got no answer, or only half of one."""
    import httpx2

    host = host_of(url)
    if isinstance(error, httpx2.ProxyError):
        return _proxy(host, error)
    if _is_untrusted(error):
        return CarrelError(
            "untrusted",
            "The secure connection to {host} could not be verified.",
            "If your network inspects traffic, set SSL_CERT_FILE to its certificate.",
            host=host,
        )
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Trouble(_unreachable(host))
    if isinstance(error, httpx2.TimeoutException):
        return Trouble(_stalled(host))
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.TooManyRedirects | httpx2.LocalProtocolError):
        return bad_address(url)
    return Trouble(cut(host))


def _proxy(host: str, error: Exception) -> CarrelError | Trouble:
    fault = CarrelError(
        "proxy_refused",
        "The proxy does not connect to {host}: {cause}.",
        "Check the proxy in the settings.",
        host=host,
        cause=str(error).rstrip("."),
    )
    return fault if "407" in str(error) else Trouble(fault)


def _is_untrusted(error: BaseException | None) -> bool:
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _unreachable(host: str) -> CarrelError:
    return CarrelError(
        "unreachable",
        "{host} cannot be reached.",
        "Check the network, the proxy and the download address in the settings.",
        host=host,
    )


def _stalled(host: str) -> CarrelError:
    return CarrelError(
        "stalled",
        "{host} has stopped sending.",
        "Resume when the network is back. The part that has arrived is kept.",
        host=host,
    )


def cut(host: str) -> CarrelError:
    return CarrelError(
        "cut",
        "The connection to {host} breaks off.",
        "Resume when the network is back. The part that has arrived is kept.",
        host=host,
    )


def bad_address(url: str) -> CarrelError:
    return CarrelError(
        "bad_address",
        "{url} cannot be used as a download address.",
        "Check the download address in the settings.",
        url=without_password(url),
    )


def from_disk(error: OSError, path: Path) -> CarrelError:
    """The meaning of a failed read or write."""
    if error.errno in _DISK_FULL:
        return CarrelError(
            "disk_full",
            "The disk of {folder} is full.",
            "Free some space, then resume. The part that has arrived is kept.",
            folder=str(path.parent),
        )
    if error.errno == errno.EFBIG:
        return CarrelError(
            "file_too_big",
            "The disk of {folder} cannot hold a file this large.",
            "Choose a models folder on another disk in the settings.",
            folder=str(path.parent),
        )
    return CarrelError(
        "cannot_store",
        "{path} could not be read or written: {cause}.",
        "Check the disk and the permissions of the folder.",
        path=str(path),
        cause=error.strerror or str(error),
    )


def no_space(file: str, folder: Path, needed_bytes: int, free_bytes: int) -> CarrelError:
    """Too little room, said before the first byte is asked for."""
    return CarrelError(
        "no_space",
        "{file} needs {needed}, but {folder} has only {free} free.",
        "Free {missing}, or choose another models folder in the settings.",
        file=file,
        folder=str(folder),
        needed=format_bytes(needed_bytes),
        free=format_bytes(free_bytes),
        missing=format_bytes(max(needed_bytes - free_bytes, 0)),
    )


def wrong_size(host: str, file: str, size_bytes: int, expected_bytes: int) -> CarrelError:
    return CarrelError(
        "wrong_size",
        "{host} offers {file} with {size} bytes; {expected} bytes are expected.",
        "Choose another download address in the settings.",
        host=host,
        file=file,
        size=f"{size_bytes:,}",
        expected=f"{expected_bytes:,}",
    )


def not_the_file(host: str) -> CarrelError:
    return CarrelError(
        "not_the_file",
        "{host} sent a web page instead of the file.",
        "A network that asks for a log-in does this: log in with a browser, then resume.",
        host=host,
    )


def wrong_hash(file: str) -> CarrelError:
    return CarrelError(
        "wrong_hash",
        "The downloaded {file} was damaged: its checksum is not the expected one. It has been deleted.",
        "Download it again; if this repeats, choose another download address in the settings.",
        file=file,
    )
