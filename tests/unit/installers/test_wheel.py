"""A ready-made engine given by hand."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from installers.firstrun.console import Console, SetupError
from installers.firstrun.packages import Places
from installers.firstrun.wheel import FORGET, given_wheel

NAME = "llama_cpp_python-0.3.36+cu130.sm90-py3-none-linux_x86_64.whl"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    root = tmp_path / "checkout"
    (root / ".setup").mkdir(parents=True)
    (root / "requirements.lock").write_text("llama-cpp-python==0.3.36 \\\n    --hash=sha256:00\n")
    return Places(root)


@pytest.fixture
def console(places: Places) -> Console:
    return Console(places.setup / "log")


def make_wheel(folder: Path, name: str = NAME, content: bytes = b"engine") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_a_file_is_copied_and_kept_for_later_set_ups(places: Places, console: Console, tmp_path: Path) -> None:
    given = make_wheel(tmp_path / "downloads")
    kept = given_wheel(console, places, str(given))
    assert kept == places.setup / "wheels" / NAME
    given.unlink()
    assert given_wheel(console, places, "") == kept
    assert kept.read_bytes() == b"engine"


def test_a_second_wheel_takes_the_place_of_the_first(places: Places, console: Console, tmp_path: Path) -> None:
    given_wheel(console, places, str(make_wheel(tmp_path / "downloads")))
    other = make_wheel(tmp_path / "downloads", "llama_cpp_python-0.3.36-py3-none-any.whl", b"other")
    given_wheel(console, places, str(other))
    assert [file.name for file in (places.setup / "wheels").iterdir()] == [other.name]


def test_none_forgets_it(places: Places, console: Console, tmp_path: Path) -> None:
    given_wheel(console, places, str(make_wheel(tmp_path / "downloads")))
    assert given_wheel(console, places, FORGET) is None
    assert given_wheel(console, places, "") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("llama_cpp_python-0.3.35-py3-none-linux_x86_64.whl", "version 0.3.35"),
        ("numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl", "no wheel of llama-cpp-python"),
        ("llama_cpp_python-0.3.36.tar.gz", "no wheel of llama-cpp-python"),
    ],
)
def test_anything_but_the_locked_version_is_refused(
    places: Places, console: Console, tmp_path: Path, name: str, reason: str
) -> None:
    kept = given_wheel(console, places, str(make_wheel(tmp_path / "downloads")))
    with pytest.raises(SetupError, match=reason):
        given_wheel(console, places, str(make_wheel(tmp_path / "downloads", name)))
    assert given_wheel(console, places, "") == kept


def test_a_file_that_is_not_there_is_a_sentence(places: Places, console: Console, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="could not be read"):
        given_wheel(console, places, str(tmp_path / NAME))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    make_wheel(tmp_path / "site")
    handler = functools.partial(_Quiet, directory=str(tmp_path / "site"))
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def test_an_address_is_fetched(places: Places, console: Console, server: str) -> None:
    kept = given_wheel(console, places, f"{server}/{NAME.replace('+', '%2B')}?download=1")
    assert kept is not None
    assert kept.name == NAME
    assert kept.read_bytes() == b"engine"


def test_an_address_that_answers_no_is_a_sentence(places: Places, console: Console, server: str) -> None:
    with pytest.raises(SetupError, match="404"):
        given_wheel(console, places, f"{server}/elsewhere/{NAME}")
