"""The hub, or a mirror of it: addresses, metadata, tokens and the HTTP client that goes there.

huggingface_hub and httpx2 take a third of a second to import, so they are imported at the first use.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from app.config.settings import Settings
from app.core.errors import CarrelError
from app.fetch import faults
from app.fetch.patience import Limits, Trouble
from app.fetch.wanted import SHA256, Facts, HashSource, Wanted

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")

OFFICIAL = "https://huggingface.co"

_QUIET = {
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}

_library_lock = threading.Lock()
_library_proxy: str | None = None


class RepoFile(msgspec.Struct, frozen=True):
    """One file of a repository as the hub lists it. `sha256` is None for small files outside LFS."""

    file: str
    size_bytes: int | None
    sha256: str | None


class Hub:
    """Where models come from. Methods block and raise CarrelError, or Trouble where another try may help."""

    def __init__(self, endpoint: str = "", proxy: str = "", token: str | None = None) -> None:
        self.endpoint = (endpoint or os.environ.get("HF_ENDPOINT", "") or OFFICIAL).strip().rstrip("/")
        if not _is_web_address(self.endpoint):
            raise faults.bad_address(self.endpoint)
        self.proxy = _with_scheme(proxy.strip())
        self._token = token

    @property
    def is_mirror(self) -> bool:
        """True when hashes stated here are a third party's word."""
        return self.endpoint != OFFICIAL

    def url(self, wanted: Wanted | Facts) -> str:
        """The address of the file's bytes; the server may send the request on to its storage."""
        address = _library().hf_hub_url(wanted.repo, wanted.file, revision=wanted.revision, endpoint=self.endpoint)
        return str(address)

    def headers(self) -> dict[str, str]:
        """Who asks. The client drops the token when it is sent on to another host."""
        token = self.token()
        return {"User-Agent": "carrel"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def token(self) -> str | None:
        """HF_TOKEN for whatever address the user chose; a saved token only for the hub itself, never for a mirror."""
        named = self._token or os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN")
        if named or self.is_mirror or os.environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN"):
            return (named or "").strip() or None
        return _library(self.proxy).get_token() or None

    def look_up(self, wanted: Wanted, limits: Limits | None = None) -> Facts:
        """Size, SHA-256 and commit. What `wanted` already knows is kept, and a different size is refused."""
        timeout_s = (limits or Limits()).lookup_s
        size_bytes, said_sha256, commit = self._ask(wanted, lambda hub: self._metadata(hub, wanted, timeout_s))
        if size_bytes is None or (not wanted.sha256 and not said_sha256):
            raise CarrelError(
                "no_checksum",
                "{host} does not state the size and checksum of {file}, so it could not be proven.",
                "Choose another download address in the settings.",
                host=faults.host_of(self.endpoint),
                file=wanted.file,
            )
        if wanted.size_bytes not in (None, size_bytes):
            raise faults.wrong_size(faults.host_of(self.endpoint), wanted.file, size_bytes, wanted.size_bytes or 0)
        source: HashSource = "given" if wanted.sha256 else "mirror" if self.is_mirror else "hub"
        sha256 = wanted.sha256 or said_sha256 or ""
        return Facts(wanted.repo, commit or wanted.revision, wanted.file, size_bytes, sha256, source)

    def _metadata(self, hub: Any, wanted: Wanted, timeout_s: float) -> tuple[int | None, str | None, str | None]:
        """From the file's own headers; from the repository's list when the headers hold no SHA-256."""
        head = hub.get_hf_file_metadata(
            self.url(wanted), token=self.token() or False, timeout=timeout_s, endpoint=self.endpoint
        )
        if wanted.sha256 or SHA256.fullmatch(head.etag or ""):
            return head.size, head.etag, head.commit_hash
        pinned = msgspec.structs.replace(wanted, revision=head.commit_hash or wanted.revision)
        for found in self._siblings(hub, pinned, timeout_s):
            if found.file == wanted.file:
                return found.size_bytes, found.sha256, head.commit_hash
        return head.size, None, head.commit_hash

    def _siblings(self, hub: Any, wanted: Wanted, timeout_s: float) -> tuple[RepoFile, ...]:
        info = hub.HfApi(endpoint=self.endpoint, token=self.token() or False).model_info(
            wanted.repo, revision=wanted.revision, files_metadata=True, timeout=timeout_s
        )
        return tuple(
            RepoFile(one.rfilename, one.size, one.lfs.sha256 if one.lfs else None) for one in info.siblings or ()
        )

    def _ask(self, wanted: Wanted, question: Callable[[Any], T]) -> T:
        """Put a question through huggingface_hub and turn its errors into ours."""
        refuse_when_offline()
        hub = _library(self.proxy)
        import httpx2

        try:
            return question(hub)
        except hub.errors.HfHubHTTPError as error:
            raise self.meaning(error.response, wanted) from error
        except httpx2.HTTPError as error:
            raise faults.from_network(error, self.endpoint) from error
        except (ValueError, TypeError, KeyError, AttributeError, hub.errors.HFValidationError) as error:
            raise CarrelError(
                "hub_unclear",
                "{host} gives an answer about {file} that is not understood.",
                "Choose another download address in the settings.",
                host=faults.host_of(self.endpoint),
                file=wanted.file,
            ) from error

    def meaning(self, response: httpx2.Response, wanted: Wanted | Facts) -> CarrelError | Trouble:
        """The sentence for an answer that is not the file."""
        return faults.from_status(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            str(response.url),
            repo=wanted.repo,
            file=wanted.file,
            with_token=self.token() is not None,
        )

    @contextmanager
    def client(self, limits: Limits) -> Iterator[httpx2.Client]:
        """An HTTP client through the user's proxy. Environment: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE."""
        refuse_when_offline()
        with new_client(self.proxy, limits) as client:
            yield client


def open_hub(settings: Settings) -> Hub:
    """The hub or mirror the user chose; empty settings fall back to HF_ENDPOINT and the environment's proxy."""
    return Hub(settings.hub_endpoint, settings.proxy)


def refuse_when_offline() -> None:
    if os.environ.get("HF_HUB_OFFLINE", "").strip().upper() in ("1", "ON", "YES", "TRUE"):
        raise CarrelError(
            "offline",
            "The network is switched off for downloads (HF_HUB_OFFLINE).",
            "Remove that variable, or choose a model file that is already here.",
        )


def new_client(proxy: str, limits: Limits) -> httpx2.Client:
    """A client that follows redirects and gives up on a silent line after `limits.stall_s`."""
    import httpx2

    timeout = httpx2.Timeout(limits.stall_s, connect=limits.connect_s)
    try:
        return httpx2.Client(proxy=proxy or None, timeout=timeout, follow_redirects=True, verify=_certificates())
    except (ImportError, ValueError, httpx2.InvalidURL) as error:  # ImportError: SOCKS needs a package we do not ship
        raise CarrelError(
            "bad_proxy",
            "The proxy address {proxy} cannot be used.",
            "Give an HTTP proxy such as http://127.0.0.1:7890 in the settings.",
            proxy=faults.without_password(proxy or _environment_proxy(os.environ)),
        ) from error


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates, read once: that takes longer than a request to a near server."""
    import httpx2

    return httpx2.create_ssl_context()


def _library(proxy: str | None = None) -> Any:
    """huggingface_hub, quiet and without Xet (whose other hosts mirrors and proxies do not know).

    Its HTTP client is one for the process, so it is replaced when the proxy changes.
    """
    global _library_proxy
    with _library_lock:
        os.environ.update(_QUIET)
        import huggingface_hub
        import huggingface_hub.errors

        if proxy is not None and proxy != _library_proxy:
            new_client(proxy, Limits()).close()  # a bad address is said here, not deep inside the library
            huggingface_hub.set_client_factory(lambda: new_client(proxy, Limits()))
            _library_proxy = proxy
        return huggingface_hub


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _with_scheme(proxy: str) -> str:
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _environment_proxy(environ: Mapping[str, str]) -> str:
    names = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
    return next((environ[name] for name in names if environ.get(name)), "")
