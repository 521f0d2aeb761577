"""Servers that cut, stall, lie and refuse: the download ends with the right file or with a sentence, never between."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.fetch import progress as progress_module
from app.fetch.download import Download, End
from app.fetch.hub import Hub
from app.fetch.patience import Limits
from app.fetch.progress import Progress
from app.fetch.wanted import Wanted, target_path
from tests.helpers.toyhub import StoredFile, ToyHub, ToyProxy, Trick

Run = Callable[..., End]


@pytest.fixture
def run(toy: ToyHub, wanted: Wanted, limits: Limits, tmp_path: Path) -> Run:
    """Download `wanted` (or another) from the toy hub and return how it ended."""

    def run(other: Wanted | None = None, *, hub: Hub | None = None, patience: Limits | None = None) -> End:
        download = Download(other or wanted, hub or Hub(toy.endpoint), tmp_path, limits=patience or limits)
        download.start()
        assert download.wait(20)
        assert download.end is not None
        assert download.end.state == "done" or not download.target.exists()
        return download.end

    return run


def code_of(end: End) -> str:
    assert end.error is not None
    return end.error.code


CURABLE = {
    "cut at once": [Trick("cut", 0)],
    "cut in the middle": [Trick("cut", 123_457), Trick("cut", 17), Trick("cut", 100_000)],
    "stalls": [Trick("stall", 50_000), Trick("stall", 0)],
    "ends early without a length": [Trick("unstated", -90_000)],
    "ignores one range": [Trick("cut", 90_000), Trick("ignore_range")],
    "ignores every range": [Trick("cut", 90_000), Trick("ignore_range"), Trick("ignore_range")],
    "another piece": [Trick("cut", 90_000), Trick("shift_range", 5)],
    "always another piece": [Trick("cut", 90_000), Trick("shift_range", 5), Trick("shift_range", 5)],
    "another total": [Trick("cut", 90_000), Trick("wrong_total")],
    "range not satisfiable": [Trick("cut", 90_000), Trick("status", 416), Trick("status", 416)],
    "busy": [Trick("status", 429, headers={"Retry-After": "0"}), Trick("status", 429, "resolve")],
    "down for a moment": [Trick("status", 500), Trick("status", 502, "resolve"), Trick("status", 503)],
}


@pytest.mark.parametrize("name", CURABLE)
def test_curable_mischief_ends_with_the_right_file(
    name: str, run: Run, toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.play(*CURABLE[name])
    assert run(patience=replace(limits, stall_s=0.2) if name == "stalls" else limits).state == "done"
    assert toy.tricks == []
    assert target_path(tmp_path, wanted).read_bytes() == stored.content


def test_a_server_without_ranges_is_asked_for_everything(run: Run, toy: ToyHub, stored: StoredFile) -> None:
    toy.play(Trick("cut", 90_000), Trick("ignore_range"), Trick("ignore_range"))
    assert run().state == "done"
    asked = [seen.headers.get("range") for seen in toy.requests("storage")]
    assert asked == [None, "bytes=90000-", "bytes=90000-", None]


def test_a_changed_etag_is_asked_once_more_without_it(run: Run, toy: ToyHub, stored: StoredFile) -> None:
    """Another storage behind the same hub names the same bytes differently; gigabytes are not thrown away for that."""
    toy.play(Trick("cut", 90_000), Trick("status", 503))
    first_etag, asked = stored.etag, toy.requests
    original = toy.next_trick

    def swap(where: str) -> Trick | None:
        trick = original(where)
        if trick is not None and trick.kind == "status":
            stored.etag = '"other-storage"'
        return trick

    toy.next_trick = swap  # type: ignore[method-assign]
    assert run().state == "done"
    conditions = [seen.headers.get("if-range") for seen in asked("storage")]
    assert conditions == [None, first_etag, first_etag, None]
    assert asked("storage")[-1].headers["range"] == "bytes=90000-"


FATAL = {
    "not there": ([Trick("status", 404, "resolve")], "absent"),
    "terms": ([Trick("status", 403, "resolve", {"X-Error-Code": "GatedRepo"})], "gated"),
    "no token": ([Trick("status", 401, "resolve")], "absent_or_private"),
    "forbidden by the storage": ([Trick("status", 403)], "forbidden"),
    "an answer of its own": ([Trick("status", 418)], "hub_answer"),
    "a log-in page": ([Trick("web_page")], "not_the_file"),
    "too long": ([Trick("longer", 10)], "wrong_size"),
    "too long without a length": ([Trick("unstated", 10)], "wrong_size"),
    "wrong bytes": ([Trick("wrong_bytes", 200_000)], "wrong_hash"),
    "too many requests": ([Trick("status", 429, headers={"Retry-After": "0"})] * 9, "too_many_requests"),
    "down": ([Trick("status", 503)] * 9, "hub_down"),
    "silent": ([Trick("stall", 0)] * 9, "stalled"),
}


@pytest.mark.parametrize("name", FATAL)
def test_fatal_mischief_ends_with_a_sentence(name: str, run: Run, toy: ToyHub, limits: Limits) -> None:
    tricks, code = FATAL[name]
    toy.play(*tricks)
    end = run(patience=replace(limits, stall_s=0.2) if name == "silent" else limits)
    assert end.state == "failed"
    assert code_of(end) == code
    assert "{" not in str(end.error)
    if len(tricks) > 1:
        assert len(tricks) - len(toy.tricks) == limits.tries_at_first  # bounded


def test_patience_is_longer_once_something_has_arrived(run: Run, toy: ToyHub, limits: Limits) -> None:
    toy.play(Trick("cut", 1000), *[Trick("status", 503)] * 20)
    assert code_of(run()) == "hub_down"
    assert 21 - len(toy.tricks) == limits.tries_under_way > limits.tries_at_first


def test_a_server_that_always_breaks_at_the_same_place_does_not_go_on_for_ever(
    run: Run, toy: ToyHub, limits: Limits
) -> None:
    toy.tricks = [Trick("cut", 90_000)] + [Trick("status", 416), Trick("status", 416), Trick("cut", 90_000)] * 30
    assert code_of(run()) in ("cut", "stalled")
    assert len(toy.requests("storage")) < 12


def test_waits_as_long_as_the_server_asks(run: Run, toy: ToyHub) -> None:
    toy.play(Trick("status", 429, headers={"Retry-After": "1"}))  # held to retry_after_most_s by the test's limits
    began_s = time.monotonic()
    assert run().state == "done"
    assert time.monotonic() - began_s >= 0.4


def test_a_hub_that_knows_no_such_model_is_named(run: Run, toy: ToyHub, wanted: Wanted) -> None:
    assert "has no model Org/Other" in str(run(replace(wanted, repo="Org/Other")).error)
    assert "has no file other.gguf" in str(run(replace(wanted, file="other.gguf")).error)
    assert code_of(run(Wanted("Org/Other", "main", wanted.file))) == "absent"


def test_a_wrong_size_is_refused_before_the_download(run: Run, toy: ToyHub, wanted: Wanted) -> None:
    end = run(Wanted(wanted.repo, "main", wanted.file, size_bytes=1234))
    assert code_of(end) == "wrong_size"
    assert "1,234" in str(end.error)
    assert "400,007" in str(end.error)
    assert toy.requests("storage") == []
    assert code_of(run(replace(wanted, size_bytes=1234))) == "wrong_size"


def test_a_file_nobody_can_prove_is_not_downloaded(run: Run, toy: ToyHub, wanted: Wanted) -> None:
    toy.play(Trick("no_linked_etag", 0, "resolve"), Trick("no_linked_etag", 0, "resolve"))
    assert run(Wanted(wanted.repo, "main", wanted.file)).state == "done"  # the list of the repository has the hash
    toy.play(Trick("no_linked_etag", 0, "resolve"), Trick("status", 404, "api"))
    assert code_of(run(Wanted(wanted.repo, "main", "more.gguf"))) == "absent"


def test_an_unreachable_hub_is_a_sentence(run: Run, wanted: Wanted) -> None:
    assert code_of(run(hub=Hub("http://127.0.0.1:9"))) == "unreachable"
    assert code_of(run(Wanted(wanted.repo, "main", wanted.file), hub=Hub("http://127.0.0.1:9"))) == "unreachable"


def test_metadata_is_asked_again_after_a_stumble(run: Run, toy: ToyHub, wanted: Wanted) -> None:
    toy.play(Trick("status", 503, "resolve"), Trick("status", 429, "resolve", {"Retry-After": "0"}))
    assert run(Wanted(wanted.repo, "main", wanted.file)).state == "done"
    assert len(toy.requests("resolve", "HEAD")) == 3


def test_the_speed_shown_falls_while_nothing_comes(
    toy: ToyHub, wanted: Wanted, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_module, "PULSE_S", 0.1)
    toy.pace_bytes_s = 1_000_000
    toy.play(Trick("stall", 300_000))
    told: list[Progress] = []
    download = Download(wanted, Hub(toy.endpoint), tmp_path, told.append, limits=replace(limits, stall_s=0.8))
    download.start()
    assert download.wait(10)
    stalled = [one.speed_bytes_s for one in told if one.done_bytes == 300_000 and one.trouble is None]
    assert len(stalled) >= 4
    assert stalled == sorted(stalled, reverse=True)
    assert stalled[-1] < 0.8 * stalled[0]


def test_a_proxy_that_is_not_there_is_a_sentence(run: Run, toy: ToyHub) -> None:
    assert code_of(run(hub=Hub(toy.endpoint, proxy="127.0.0.1:9"))) in ("unreachable", "proxy_refused")


def test_goes_through_the_proxy_chosen(run: Run, toy: ToyHub, wanted: Wanted) -> None:
    with ToyProxy() as proxy:
        end = run(Wanted(wanted.repo, "main", wanted.file), hub=Hub(toy.endpoint, proxy=proxy.address))
        assert end.state == "done"
        assert [line.split()[0] for line in proxy.passed] == ["HEAD", "GET", "GET"]
        assert len(toy.seen) == len(proxy.passed)


def test_goes_through_the_environments_proxy(
    run: Run, toy: ToyHub, monkeypatch: pytest.MonkeyPatch, wanted: Wanted
) -> None:
    with ToyProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        assert run().state == "done"
        assert len(proxy.passed) == 2
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert run(Wanted(wanted.repo, wanted.revision, "absent.gguf", 1, "0" * 64)).state == "failed"
        assert len(proxy.passed) == 2


@pytest.mark.parametrize("seed", range(12))
def test_any_mixture_of_curable_mischief_ends_with_the_right_file(
    seed: int, toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    size = len(stored.content)

    def some_trick() -> Trick:
        kind = dice.choice(
            ["cut", "cut", "cut", "ignore_range", "shift_range", "wrong_total", "unstated", "busy", "stall"]
        )
        if kind == "busy":
            return Trick("status", dice.choice([429, 500, 503]), headers={"Retry-After": "0"})
        if kind == "unstated":
            return Trick("unstated", -dice.randrange(1, size))
        return Trick(kind, dice.randrange(1, size))  # type: ignore[arg-type]

    toy.play(*(some_trick() for _ in range(dice.randrange(3, 15))))
    patient = replace(limits, tries_at_first=40, tries_under_way=40, stall_s=0.15, backoff_first_s=0.001)
    download = Download(wanted, Hub(toy.endpoint), tmp_path, limits=patient)
    restarts = dice.randrange(0, 4)
    for _ in range(restarts):
        download.start()
        time.sleep(dice.random() * 0.03)
        download.pause()
        assert download.wait(10)
        if download.progress.state == "paused":
            download = Download(wanted, Hub(toy.endpoint), tmp_path, limits=patient)  # as after a restart
    download.start()
    assert download.wait(20)
    assert download.end is not None
    assert download.end.state == "done", download.end.error
    assert download.target.read_bytes() == stored.content
    assert not list(tmp_path.rglob("*.part*"))
