"""A download from start to finish: the straight way, pause and resume, restarts, other processes, full disks."""

from __future__ import annotations

import errno
import io
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.core.errors import CarrelError
from app.fetch.download import Download, End
from app.fetch.hub import Hub
from app.fetch.manifest import proven, read_manifest
from app.fetch.part import PartFiles, unfinished
from app.fetch.patience import Limits
from app.fetch.progress import Progress
from app.fetch.wanted import Wanted, target_path
from tests.helpers.toyhub import COMMIT, StoredFile, ToyHub, Trick


def finish(download: Download) -> End:
    download.start()
    assert download.wait(20)
    assert download.end is not None
    return download.end


def wait_until(done: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.002)


def error_of(end: End) -> CarrelError:
    assert end.state == "failed"
    assert end.error is not None
    return end.error


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def hub(toy: ToyHub) -> Hub:
    return Hub(toy.endpoint)


def test_brings_the_file_home_proven(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    told: list[Progress] = []
    ends: list[End] = []
    download = Download(wanted, hub, tmp_path, told.append, ends.append, limits)
    end = finish(download)
    assert end.state == "done"
    assert ends == [end]
    assert end.arrived is not None
    assert end.arrived.path == tmp_path / "Org" / "Tiny-GGUF" / wanted.file
    assert end.arrived.path.read_bytes() == stored.content
    assert end.arrived.facts.hash_source == "given"
    assert leftovers(tmp_path) == [wanted.file, "manifest.json"]
    states = list(dict.fromkeys(progress.state for progress in told))
    assert states == ["checking", "downloading", "verifying", "done"]
    assert told[-1].done_bytes == told[-1].total_bytes == len(stored.content)
    assert toy.requests("resolve", "HEAD") == []  # everything was known: nothing is asked but the bytes


def test_writes_a_manifest_beside_it(hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path) -> None:
    finish(Download(wanted, hub, tmp_path, limits=limits))
    target = target_path(tmp_path, wanted)
    plain = json.loads((target.parent / "manifest.json").read_text("utf-8"))["files"][wanted.file]
    assert plain["repo"] == wanted.repo
    assert plain["revision"] == COMMIT
    assert plain["size_bytes"] == wanted.size_bytes
    assert plain["sha256"] == wanted.sha256
    assert plain["verified_at"].endswith("+00:00")
    proof = proven(target)
    assert proof is not None
    with open(target, "ab") as handle:
        handle.write(b"x")
    assert proven(target) is None


def test_a_damaged_manifest_does_not_stop_a_download(hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path) -> None:
    manifest = target_path(tmp_path, wanted).with_name("manifest.json")
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{ broken", "utf-8")
    assert finish(Download(wanted, hub, tmp_path, limits=limits)).state == "done"
    assert wanted.file in read_manifest(manifest).files


def test_learns_an_unknown_hash_and_pins_the_commit(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    vague = Wanted(wanted.repo, "main", wanted.file)
    end = finish(Download(vague, hub, tmp_path, limits=limits))
    assert end.arrived is not None
    assert end.arrived.facts.sha256 == stored.stated_sha256
    assert end.arrived.facts.size_bytes == len(stored.content)
    assert end.arrived.facts.revision == COMMIT
    assert end.arrived.facts.hash_source == "mirror"
    assert all(f"/resolve/{COMMIT}/" in seen.path for seen in toy.requests("resolve", "GET"))


def test_a_known_hash_outranks_what_a_mirror_states(
    hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    stored.stated_sha256 = "f" * 64  # the mirror is wrong about its own, right, bytes
    half_known = replace(wanted, size_bytes=None)
    end = finish(Download(half_known, hub, tmp_path, limits=limits))
    assert end.arrived is not None
    assert end.arrived.facts.sha256 == wanted.sha256


def test_a_mirrors_own_hash_does_not_excuse_wrong_bytes(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.add(wanted.repo, wanted.file, stored.content[:-1] + b"?")  # consistent with itself, not with the catalog
    end = finish(Download(wanted, hub, tmp_path, limits=limits))
    assert error_of(end).code == "wrong_hash"
    assert leftovers(tmp_path) == []


def test_pauses_at_once_and_resumes_where_it_was(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    ends: list[End] = []
    toy.pace_bytes_s = 400_000
    download = Download(wanted, hub, tmp_path, on_end=ends.append, limits=limits)
    download.start()
    wait_until(lambda: download.progress.done_bytes > 30_000)
    download.pause()
    assert download.wait(2)
    assert [end.state for end in ends] == ["paused"]
    assert download.progress.state == "paused"
    part_bytes = PartFiles(download.target).part.stat().st_size
    assert 30_000 < part_bytes < len(stored.content)
    toy.pace_bytes_s = 0
    download.resume()
    assert download.wait(10)
    assert [end.state for end in ends] == ["paused", "done"]
    assert download.target.read_bytes() == stored.content
    assert toy.requests("storage")[-1].headers["range"] == f"bytes={part_bytes}-"
    assert toy.requests("storage")[-1].headers["if-range"] == stored.etag


def test_pauses_while_nothing_arrives(toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path) -> None:
    toy.play(Trick("stall", 20_000))
    download = Download(wanted, hub, tmp_path, limits=replace(limits, stall_s=15.0))
    download.start()
    wait_until(lambda: PartFiles(download.target).part.exists() and download.progress.state == "downloading")
    wait_until(lambda: PartFiles(download.target).part.stat().st_size == 20_000)
    began_s = time.monotonic()
    download.pause()
    assert download.wait(30)
    assert time.monotonic() - began_s < 1.0
    assert download.progress.state == "paused"


def test_pauses_while_it_waits_for_another_try(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.play(Trick("status", 503, "resolve"))
    told: list[Progress] = []
    download = Download(wanted, hub, tmp_path, told.append, limits=replace(limits, backoff_first_s=60.0))
    download.start()
    wait_until(lambda: download.progress.trouble is not None)
    assert download.progress.trouble is not None
    assert download.progress.trouble.code == "hub_down"
    download.pause()
    assert download.wait(1)
    download.resume()
    assert download.wait(30)
    assert download.progress.state == "done"
    assert told[-1].trouble is None


def test_a_pause_taken_back_at_once_goes_on(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.pace_bytes_s = 2_000_000
    download = Download(wanted, hub, tmp_path, limits=limits)
    download.start()
    for _ in range(5):
        time.sleep(0.01)
        download.pause()
        download.resume()
    wait_until(lambda: download.end is not None and download.end.state == "done")
    assert download.target.read_bytes() == stored.content


def test_can_be_paused_before_it_starts(hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path) -> None:
    download = Download(wanted, hub, tmp_path, limits=limits)
    assert download.progress.state == "queued"
    download.pause()
    assert download.wait(30)
    assert download.end == End("paused")
    assert finish(download).state == "done"


def test_cancel_deletes_the_part_and_its_folders(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.pace_bytes_s = 400_000
    download = Download(wanted, hub, tmp_path, limits=limits)
    download.start()
    wait_until(lambda: download.progress.done_bytes > 30_000)
    download.cancel()
    download.resume()  # too late
    assert download.wait(2)
    assert download.end == End("cancelled")
    assert list(tmp_path.iterdir()) == []


def test_cancel_after_a_pause_deletes_the_part_and_spares_the_neighbours(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.play(Trick("cut", 1000), *[Trick("status", 404, "resolve")] * 2)
    download = Download(wanted, hub, tmp_path, limits=limits)
    neighbour = download.target.with_name("other.gguf")
    neighbour.parent.mkdir(parents=True)
    neighbour.write_bytes(b"GGUF")
    download.start()
    assert download.wait(30)
    download.cancel()
    assert download.wait(30)
    assert download.end == End("cancelled")
    assert leftovers(tmp_path) == ["other.gguf"]


def test_resumes_in_a_new_process_from_what_is_safe(
    toy: ToyHub, stored: StoredFile, wanted: Wanted, tmp_path: Path
) -> None:
    """A process that is killed mid-download; the next one hashes what is there and fetches only the rest."""
    toy.play(Trick("stall", 300_000))
    program = (
        "import sys, time; from pathlib import Path; from app.fetch.download import Download;"
        "from app.fetch.hub import Hub; from app.fetch.wanted import Wanted; from app.fetch.patience import Limits;"
        f"Download(Wanted({wanted.repo!r}, {wanted.revision!r}, {wanted.file!r}, {wanted.size_bytes}, "
        f"{wanted.sha256!r}), Hub({toy.endpoint!r}), Path({str(tmp_path)!r}), limits=Limits(sync_every_s=0.0)).start();"
        "time.sleep(60)"
    )
    files = PartFiles(target_path(tmp_path, wanted))
    child = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[3])
    try:
        wait_until(lambda: (known := files.read_sidecar()) is not None and known.synced_bytes == 300_000, 40)
        second = Download(wanted, Hub(toy.endpoint), tmp_path)
        assert error_of(finish(second)).code == "already_downloading"  # the lock holds across processes
    finally:
        child.kill()
        child.wait()
    with open(files.part, "ab") as handle:
        handle.write(b"never synced" * 20_000)
    (found,) = unfinished(tmp_path)
    assert (found.wanted, found.done_bytes) == (wanted, 300_000)
    assert finish(second).state == "done"
    assert toy.requests("storage")[-1].headers["range"] == "bytes=300000-"
    assert second.target.read_bytes() == stored.content
    assert unfinished(tmp_path) == ()


def test_resumes_an_unknown_hash_without_asking_again(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    vague = Wanted(wanted.repo, "main", wanted.file)
    toy.play(*[Trick("cut", 0)] * 3, Trick("cut", 100_000), *[Trick("cut", 0)] * 9)
    first = finish(Download(vague, hub, tmp_path, limits=limits))
    assert error_of(first).code == "cut"
    asked = len(toy.requests("resolve", "HEAD"))
    assert asked == 1
    toy.tricks.clear()
    (found,) = unfinished(tmp_path)
    assert found.wanted.sha256 is None
    end = finish(Download(found.wanted, hub, tmp_path, limits=limits))
    assert end.arrived is not None
    assert end.arrived.facts.hash_source == "mirror"
    assert len(toy.requests("resolve", "HEAD")) == asked


def test_can_be_paused_while_it_hashes_what_is_there(
    toy: ToyHub,
    hub: Hub,
    stored: StoredFile,
    wanted: Wanted,
    limits: Limits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.fetch.hashing.BLOCK_BYTES", 4096)
    toy.play(Trick("cut", 300_000), *[Trick("cut", 0)] * 9)
    finish(Download(wanted, hub, tmp_path, limits=limits))
    toy.tricks.clear()
    asked = len(toy.requests("storage"))

    def pause_half_way(progress: Progress) -> None:
        if progress.state == "checking" and progress.done_bytes > 100_000:
            download.pause()

    download = Download(wanted, hub, tmp_path, pause_half_way, limits=replace(limits, progress_every_s=0.0))
    assert finish(download).state == "paused"
    assert 100_000 < download.progress.done_bytes < 200_000
    assert len(toy.requests("storage")) == asked
    assert unfinished(tmp_path)[0].done_bytes == 300_000
    assert finish(Download(wanted, hub, tmp_path, limits=limits)).state == "done"
    assert toy.requests("storage")[-1].headers["range"] == "bytes=300000-"


def test_damaged_or_foreign_sidecars_are_no_unfinished_downloads(
    hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    files = PartFiles(target_path(tmp_path, wanted))
    files.part.parent.mkdir(parents=True)
    facts = {"repo": "../..", "revision": "main", "file": "x", "size_bytes": 9, "sha256": "0" * 64}
    for text in ("", "{", "[]", '{"facts": 1}', json.dumps({"facts": facts, "asked": "main"})):
        files.part.write_bytes(b"GGUF")
        files.sidecar.write_text(text, "utf-8")
        assert unfinished(tmp_path) == ()
    assert finish(Download(wanted, hub, tmp_path, limits=limits)).state == "done"


def test_a_part_of_another_version_is_begun_anew(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.play(*[Trick("cut", 0)] * 3, Trick("cut", 100_000), *[Trick("cut", 0)] * 9)
    finish(Download(wanted, hub, tmp_path, limits=limits))
    toy.tricks.clear()
    newer = toy.add(wanted.repo, wanted.file, stored.content[::-1])
    repinned = replace(wanted, sha256=newer.stated_sha256)
    end = finish(Download(repinned, hub, tmp_path, limits=limits))
    assert end.state == "done"
    assert target_path(tmp_path, wanted).read_bytes() == newer.content
    assert "range" not in toy.requests("storage")[-1].headers


def test_a_damaged_part_is_found_out_and_deleted(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.play(*[Trick("cut", 0)] * 3, Trick("cut", 100_000), *[Trick("cut", 0)] * 9)
    download = Download(wanted, hub, tmp_path, limits=limits)
    finish(download)
    toy.tricks.clear()
    with open(PartFiles(download.target).part, "r+b") as handle:
        handle.seek(50)
        handle.write(b"rot")
    assert error_of(finish(download)).code == "wrong_hash"
    assert leftovers(tmp_path) == []
    assert finish(download).state == "done"


def test_two_downloads_of_one_file_are_kept_apart(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.pace_bytes_s = 100_000
    first, second = (Download(wanted, hub, tmp_path, limits=limits) for _ in range(2))
    first.start()
    wait_until(lambda: first.progress.done_bytes > 0)
    assert error_of(finish(second)).code == "already_downloading"
    second.cancel()  # must not delete what the first is writing
    assert second.wait(5)
    assert second.end == End("cancelled")
    toy.pace_bytes_s = 0
    assert first.wait(10)
    assert first.end is not None
    assert first.end.state == "done"


def test_two_files_of_one_folder_share_the_manifest(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    names = [f"model-{number}.gguf" for number in range(6)]
    downloads = []
    for name in names:
        stored = toy.add(wanted.repo, name, b"GGUF" + name.encode() * 500)
        known = Wanted(wanted.repo, COMMIT, name, len(stored.content), stored.stated_sha256)
        downloads.append(Download(known, hub, tmp_path, limits=limits))
    for download in downloads:
        download.start()
    assert all(download.wait(10) for download in downloads)
    assert sorted(read_manifest(downloads[0].target.with_name("manifest.json")).files) == names


def test_a_file_already_here_is_proven_not_fetched(
    toy: ToyHub, hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    target = target_path(tmp_path, wanted)
    target.parent.mkdir(parents=True)
    target.write_bytes(stored.content)
    assert finish(Download(wanted, hub, tmp_path, limits=limits)).state == "done"
    assert toy.requests("storage") == []


def test_another_file_of_that_name_is_left_alone(
    hub: Hub, stored: StoredFile, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    target = target_path(tmp_path, wanted)
    target.parent.mkdir(parents=True)
    mine = stored.content[:-1] + b"!"
    target.write_bytes(mine)
    assert error_of(finish(Download(wanted, hub, tmp_path, limits=limits))).code == "other_file_there"
    assert target.read_bytes() == mine


def test_too_little_room_is_said_first_with_both_numbers(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=250_000))
    error = error_of(finish(Download(wanted, hub, tmp_path, limits=limits)))
    assert error.code == "no_space"
    assert "401 KB" in str(error)
    assert "250 KB free" in str(error)
    assert toy.requests("storage") == []


def test_a_part_counts_as_room_already_taken(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.play(*[Trick("cut", 0)] * 3, Trick("cut", 300_000), *[Trick("cut", 0)] * 9)
    download = Download(wanted, hub, tmp_path, limits=limits)
    finish(download)
    toy.tricks.clear()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=150_000))
    assert finish(download).state == "done"


def test_a_disk_that_fills_up_keeps_the_part(
    toy: ToyHub,
    hub: Hub,
    stored: StoredFile,
    wanted: Wanted,
    limits: Limits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = [150_000]

    class Disk(io.FileIO):
        def write(self, data: object) -> int:
            view = memoryview(data)[: room[0]]  # type: ignore[arg-type]
            if not view:
                raise OSError(errno.ENOSPC, "No space left on device")
            room[0] -= len(view)
            return super().write(view)

    monkeypatch.setattr("app.fetch.part.open", lambda path, mode, buffering: Disk(path, mode), raising=False)
    download = Download(wanted, hub, tmp_path, limits=limits)
    error = error_of(finish(download))
    assert error.code == "disk_full"
    assert str(download.target.parent) in str(error)
    assert 0 < unfinished(tmp_path)[0].done_bytes <= 150_000
    room[0] = 10**9
    assert finish(download).state == "done"
    assert download.target.read_bytes() == stored.content
    assert "range" in toy.requests("storage")[-1].headers


def test_a_folder_that_cannot_be_made_is_a_sentence(hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path) -> None:
    (tmp_path / "Org").write_text("a file where a folder should be", "utf-8")
    assert error_of(finish(Download(wanted, hub, tmp_path, limits=limits))).code == "cannot_store"


def test_tells_at_most_ten_times_a_second(
    toy: ToyHub, hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path
) -> None:
    toy.pace_bytes_s = 500_000
    told: list[Progress] = []
    began_s = time.monotonic()
    finish(Download(wanted, hub, tmp_path, told.append, limits=limits))
    seconds = time.monotonic() - began_s
    moving = [progress for progress in told if progress.state == "downloading"]
    assert 3 <= len(moving) <= seconds * 10 + 2
    assert 10_000 < moving[-1].speed_bytes_s < 1_000_000
    assert moving[-1].eta_s is not None
    assert moving[-1].eta_s < 10


def test_a_listener_that_fails_costs_nothing(
    hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Progress) -> None:
        raise RuntimeError("the window is gone")

    assert finish(Download(wanted, hub, tmp_path, broken, limits=limits)).state == "done"
    assert "the window is gone" in caplog.text


def test_what_nobody_foresaw_still_ends_with_a_sentence(
    hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hub, "url", lambda *_: 1 / 0)
    error = error_of(finish(Download(wanted, hub, tmp_path, limits=limits)))
    assert error.code == "download_broke"
    assert "ZeroDivisionError" in str(error)


def test_works_in_a_thread_of_its_own(hub: Hub, wanted: Wanted, limits: Limits, tmp_path: Path) -> None:
    threads: set[str] = set()
    finish(
        Download(wanted, hub, tmp_path, on_end=lambda _: threads.add(threading.current_thread().name), limits=limits)
    )
    assert threads == {"carrel-download"}


@pytest.mark.parametrize(
    ("repo", "file"),
    [
        ("../..", "x.gguf"), ("Org/..", "x.gguf"), ("Org/Repo", "../x.gguf"), ("Org/Repo", "/etc/x.gguf"),
        ("Org/Repo", "a/../../x.gguf"), ("Org/Repo", "C:\\x.gguf"), ("Org", "x.gguf"), ("Org/Repo", ""),
    ],
)  # fmt: skip
def test_names_that_leave_the_folder_are_refused(repo: str, file: str) -> None:
    with pytest.raises(CarrelError) as caught:
        Wanted(repo, "main", file)
    assert caught.value.code == "bad_model_name"
