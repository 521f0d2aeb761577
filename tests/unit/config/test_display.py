from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config.display import choose_platform, has_display


@pytest.fixture
def wayland(tmp_path: Path) -> Iterator[dict[str, str]]:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "wayland-9"))
    server.listen()
    yield {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-9"}
    server.close()


@pytest.mark.skipif(os.name == "nt", reason="a window can always be shown there")
def test_a_display_counts_only_when_it_answers(wayland: dict[str, str]) -> None:
    assert has_display(wayland, "linux")
    assert not has_display(wayland | {"WAYLAND_DISPLAY": "wayland-8"}, "linux")


@pytest.mark.skipif(os.name == "nt", reason="a window can always be shown there")
@pytest.mark.parametrize("display", ["", ":4711", "nonsense", "127.0.0.1:59000", "::"])
def test_a_display_that_is_gone_is_none(display: str) -> None:
    assert not has_display({"DISPLAY": display}, "linux")


def test_windows_always_has_one() -> None:
    assert has_display({}, "win32")


@pytest.mark.skipif(os.name == "nt", reason="Linux has two window systems")
def test_the_window_system_that_answers_is_taken(wayland: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(**env: str) -> str | None:
        choose_platform(env, "linux")
        return env.get("QT_QPA_PLATFORM")

    monkeypatch.setattr("app.config.display._x11_answers", lambda display: display == ":7")
    gone = wayland | {"WAYLAND_DISPLAY": "wayland-8"}
    assert chosen(**wayland, DISPLAY=":7") is None, "Qt takes the one that answers"
    assert chosen(**gone, DISPLAY=":7") == "xcb"
    assert chosen(**gone, DISPLAY=":7", QT_QPA_PLATFORM="wayland-egl") == "xcb"
    assert chosen(**wayland, DISPLAY=":8", QT_QPA_PLATFORM="xcb") == "wayland"
    assert chosen(**gone, DISPLAY=":8", QT_QPA_PLATFORM="wayland") == "wayland", "nothing is better"
    assert chosen(**gone, DISPLAY=":7", QT_QPA_PLATFORM="offscreen") == "offscreen"
    assert chosen(DISPLAY=":7") is None
