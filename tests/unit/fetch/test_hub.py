"""Addresses, tokens and mirrors: who is asked, what is sent along, and whose word is believed."""

from __future__ import annotations

import errno
import os
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from app.config.settings import Settings
from app.core.errors import CarrelError
from app.fetch import faults
from app.fetch import hub as hub_module
from app.fetch.download import Download
from app.fetch.hub import OFFICIAL, Hub, open_hub
from app.fetch.patience import Limits, Patience, Trouble
from app.fetch.wanted import Wanted
from tests.helpers.toyhub import COMMIT, StoredFile, ToyHub, ToyProxy, Trick


def test_the_hub_is_the_default_and_mirrors_replace_it(monkeypatch: pytest.MonkeyPatch, wanted: Wanted) -> None:
    assert Hub().endpoint == OFFICIAL
    assert not Hub().is_mirror
    assert Hub().url(wanted) == f"{OFFICIAL}/Org/Tiny-GGUF/resolve/{COMMIT}/Tiny-Q4_K_M.gguf"
    monkeypatch.setenv("HF_ENDPOINT", "https://hf-mirror.com/")
    assert Hub().url(wanted).startswith("https://hf-mirror.com/Org/")
    chosen = open_hub(Settings(hub_endpoint="https://models.office.example", proxy="127.0.0.1:7890"))
    assert chosen.url(wanted).startswith("https://models.office.example/Org/")
    assert chosen.is_mirror
    assert chosen.proxy == "http://127.0.0.1:7890"


@pytest.mark.parametrize(
    "endpoint", ["hf-mirror.com", "ftp://hf-mirror.com", "https://", "http://[::1", "not an address"]
)
def test_an_address_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(CarrelError) as caught:
        Hub(endpoint)
    assert caught.value.code == "bad_address"


def test_looks_up_size_hash_and_commit(toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits) -> None:
    facts = Hub(toy.endpoint).look_up(Wanted(wanted.repo, "main", wanted.file), limits)
    assert (facts.size_bytes, facts.sha256) == (len(stored.content), stored.stated_sha256)
    assert (facts.revision, facts.hash_source) == (COMMIT, "mirror")


def test_the_hubs_own_word_is_marked_as_such(
    toy: ToyHub, wanted: Wanted, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "OFFICIAL", toy.endpoint)
    assert Hub().look_up(Wanted(wanted.repo, "main", wanted.file), limits).hash_source == "hub"


def test_takes_the_hash_from_the_list_when_the_headers_have_none(
    toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits
) -> None:
    toy.play(Trick("no_linked_etag", 0, "resolve"))
    facts = Hub(toy.endpoint).look_up(Wanted(wanted.repo, "main", wanted.file), limits)
    assert facts.sha256 == stored.stated_sha256
    (asked,) = toy.requests("api")
    assert asked.path.startswith(f"/api/models/{wanted.repo}/revision/{COMMIT}")
    assert "blobs=" in asked.path


def test_without_any_hash_it_says_so(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    toy.play(Trick("no_linked_etag", 0, "resolve"))
    toy.files[wanted.repo, wanted.file].stated_sha256 = ""
    with pytest.raises(CarrelError) as caught:
        Hub(toy.endpoint).look_up(Wanted(wanted.repo, "main", wanted.file), limits)
    assert caught.value.code == "no_checksum"


def test_nonsense_from_a_mirror_is_a_sentence(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    toy.play(Trick("no_linked_etag", 0, "resolve"), Trick("web_page", 0, "api"))
    with pytest.raises(CarrelError) as caught:
        Hub(toy.endpoint).look_up(Wanted(wanted.repo, "main", wanted.file), limits)
    assert caught.value.code == "hub_unclear"


def test_a_token_goes_to_the_hub_and_not_to_its_storage(
    toy: ToyHub, wanted: Wanted, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.gate_token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", "hf_secret\n")
    download = Download(replace(wanted, sha256=None), Hub(toy.endpoint), tmp_path, limits=limits)
    download.start()
    assert download.wait(10)
    assert download.progress.state == "done"
    assert {seen.headers.get("authorization") for seen in toy.seen if seen.where == "resolve"} == {"Bearer hf_secret"}
    assert all("authorization" not in seen.headers for seen in toy.requests("storage"))
    assert all("hf_secret" not in file.read_text("utf-8") for file in tmp_path.rglob("*.json"))


def test_a_wrong_token_is_named_as_such(
    toy: ToyHub, wanted: Wanted, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.gate_token = "hf_secret"
    vague = Wanted(wanted.repo, "main", wanted.file)
    with pytest.raises(CarrelError) as caught:
        Hub(toy.endpoint).look_up(vague, limits)
    assert caught.value.code == "absent_or_private"
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    with pytest.raises(CarrelError) as caught:
        Hub(toy.endpoint).look_up(vague, limits)
    assert caught.value.code == "token_refused"


def test_gated_models_say_what_to_do(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    toy.gated = True
    with pytest.raises(CarrelError) as caught:
        Hub(toy.endpoint).look_up(Wanted(wanted.repo, "main", wanted.file), limits)
    assert caught.value.code == "gated"
    assert "HF_TOKEN" in str(caught.value)


def test_a_saved_token_is_for_the_hub_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub

    monkeypatch.delenv("HF_HUB_DISABLE_IMPLICIT_TOKEN")
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: "hf_saved")
    assert Hub().token() == "hf_saved"
    assert Hub("https://hf-mirror.com").token() is None
    monkeypatch.setenv("HF_TOKEN", "hf_named")
    assert Hub("https://hf-mirror.com").token() == "hf_named"


def test_offline_means_offline(
    toy: ToyHub, wanted: Wanted, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for known in (wanted, Wanted(wanted.repo, "main", wanted.file)):
        download = Download(known, Hub(toy.endpoint), tmp_path, limits=limits)
        download.start()
        assert download.wait(10)
        assert download.end is not None
        assert download.end.error is not None
        assert download.end.error.code == "offline"
    assert not toy.seen


def test_a_proxy_that_cannot_be_used_is_a_sentence_without_its_password(
    toy: ToyHub, wanted: Wanted, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    vague = Wanted(wanted.repo, "main", wanted.file)
    with pytest.raises(CarrelError) as caught:
        Hub(toy.endpoint, proxy="socks5://me:secret@127.0.0.1:1080").look_up(vague, limits)
    assert caught.value.code == "bad_proxy"
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:1080" in str(caught.value)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1081")
    with pytest.raises(CarrelError) as caught, Hub(toy.endpoint).client(limits):
        pass
    assert "127.0.0.1:1081" in str(caught.value)


def test_the_proxy_of_each_hub_is_its_own(toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits) -> None:
    """huggingface_hub has one client for the process: another proxy must replace it."""
    vague = Wanted(wanted.repo, "main", wanted.file)
    with ToyProxy() as first, ToyProxy() as second:
        Hub(toy.endpoint, proxy=first.address).look_up(vague, limits)
        Hub(toy.endpoint, proxy=second.address).look_up(vague, limits)
        Hub(toy.endpoint).look_up(vague, limits)
        assert (len(first.passed), len(second.passed)) == (1, 1)
    assert len(toy.seen) == 3


def test_says_nothing_about_this_computer(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    Hub(toy.endpoint).look_up(Wanted(wanted.repo, "main", wanted.file), limits)
    (seen,) = toy.requests("resolve", "HEAD")
    assert "torch" not in seen.headers["user-agent"]
    assert "agent/" not in seen.headers["user-agent"]
    assert [one.where for one in toy.seen] == ["resolve"]  # no telemetry, no update check


def test_costs_nothing_at_start() -> None:
    """The heavy libraries are imported at the first use, quiet before that."""
    program = (
        "import sys, app.fetch.download, app.fetch.hub, app.fetch.local, app.fetch.ranges;"
        "heavy = {'huggingface_hub', 'httpx2', 'filelock'} & set(sys.modules);"
        "import os; app.fetch.hub.Hub('http://x').url(app.fetch.wanted.Wanted('a/b', 'main', 'c.gguf'));"
        "import huggingface_hub.constants as c;"
        "print(sorted(heavy), c.HF_HUB_DISABLE_XET, c.HF_HUB_DISABLE_TELEMETRY, c.HF_HUB_DISABLE_UPDATE_CHECK)"
    )
    folder = Path(__file__).parents[3]
    said = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[] True True True"


def _because(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code", "curable"),
    [
        (_because(httpx2.ConnectError("tls"), ssl.SSLCertVerificationError(1, "self-signed")), "untrusted", False),
        (httpx2.ConnectError("Name or service not known"), "unreachable", True),
        (httpx2.ConnectTimeout("slow"), "unreachable", True),
        (httpx2.ReadTimeout("silent"), "stalled", True),
        (httpx2.ReadError("reset by peer"), "cut", True),
        (httpx2.RemoteProtocolError("incomplete body"), "cut", True),
        (httpx2.ProxyError("407 Proxy Authentication Required"), "proxy_refused", False),
        (httpx2.ProxyError("503 Service Unavailable"), "proxy_refused", True),
        (httpx2.TooManyRedirects("20"), "bad_address", False),
        (httpx2.UnsupportedProtocol("gopher"), "bad_address", False),
    ],
)
def test_each_failure_of_the_network_has_its_sentence(error: httpx2.HTTPError, code: str, curable: bool) -> None:
    found = faults.from_network(error, "https://me:secret@hub.example:8443/path")
    fault = found.fault if isinstance(found, Trouble) else found
    assert (fault.code, isinstance(found, Trouble)) == (code, curable)
    assert "{" not in str(fault)
    assert "hub.example:8443" in str(fault)
    assert "secret" not in str(fault)


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EFBIG, "file_too_big"), (errno.EIO, "cannot_store")]
)
def test_each_failure_of_the_disk_has_its_sentence(number: int, code: str) -> None:
    fault = faults.from_disk(OSError(number, os.strerror(number)), Path("/models/m.gguf.part"))
    assert fault.code == code
    assert str(Path("/models")) in str(fault)


def test_retry_after_is_seconds_or_a_date() -> None:
    def wait_s(text: str) -> float | None:
        found = faults.from_status(
            429, {"retry-after": text}, "https://x/", repo="a/b", file="c.gguf", with_token=False
        )
        assert isinstance(found, Trouble)
        return found.wait_s

    assert wait_s("17") == 17
    assert wait_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert (wait_s("Fri, 31 Dec 2199 23:59:59 GMT") or 0) > 1e9
    assert wait_s("soon") is None
    assert wait_s("") is None


def test_patience_doubles_has_a_ceiling_and_ends() -> None:
    limits = Limits()
    patience = Patience(limits)
    trouble = Trouble(faults.cut("host"))
    waits = [patience.wait_s(trouble) for _ in range(limits.tries_at_first - 1)]
    assert all(0.8 * 2**n <= wait <= 1.2 * 2**n for n, wait in enumerate(waits))
    with pytest.raises(CarrelError):
        patience.wait_s(trouble)
    patience.progressed(10 * limits.progress_min_bytes)
    waits = [patience.wait_s(trouble) for _ in range(limits.tries_under_way - 1)]
    assert sum(waits) > 20 * 60  # a router's restart is outlasted
    assert max(waits) <= 1.2 * limits.backoff_most_s
    patience.progressed(10 * limits.progress_min_bytes)  # an old mark is no progress
    with pytest.raises(CarrelError):
        patience.wait_s(trouble)


def test_patience_does_not_wait_for_hours() -> None:
    limits = Limits()
    assert Patience(limits).wait_s(Trouble(faults.cut("host"), 86_400.0)) == limits.retry_after_most_s
