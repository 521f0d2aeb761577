"""Carrel and the real programs of a Linux desktop: `CARREL_PEERS=1 ./carrel test tests/e2e/native_peers`.

Debian: xvfb openbox xdotool dbus ibus ibus-libpinyin fcitx5 fcitx5-chinese-addons gnome-keyring dunst at-spi2-core
python3-pyatspi desktop-file-utils libglib2.0-bin.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.peers import Desktop, needs, wait

SYSTEM_PYTHON = "/usr/bin/python3"  # the one that has GObject's bindings
SCREEN = ("Xvfb", "openbox", "xdotool", "dbus-daemon")
FCITX = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=keyboard-us

[Groups/0/Items/1]
Name=pinyin

[GroupOrder]
0=Default
"""


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.close()


def draft(home: Path) -> str:
    file = home / "draft.txt"
    return file.read_text("utf-8") if file.exists() else ""


def compose(desktop: Desktop, home: Path) -> None:
    """Escape gives up what is composed, Enter hands it over and sends nothing."""
    desktop.type("nihao")
    desktop.press("Escape")
    desktop.type("nihao")
    desktop.press("space")
    wait(lambda: draft(home) == "你好")
    desktop.type("abc")
    time.sleep(1.5)
    assert draft(home) == "你好", "what is composed is no draft yet"
    desktop.press("Return")
    wait(lambda: draft(home) == "你好abc")


@needs(*SCREEN, "ibus-daemon", "/usr/share/ibus/component/libpinyin.xml")
def test_chinese_by_ibus(desktop: Desktop, tmp_path: Path) -> None:
    desktop.start("ibus-daemon", "-x")
    wait(lambda: "libpinyin" in desktop.ask("ibus", "list-engine"))
    desktop.open_carrel(tmp_path / "carrel", XMODIFIERS="@im=ibus")
    desktop.press("ctrl+l")
    desktop.ask("ibus", "engine", "libpinyin")
    compose(desktop, tmp_path / "carrel")


@needs(*SCREEN, "fcitx5", "/usr/share/fcitx5/inputmethod/pinyin.conf")
def test_chinese_by_fcitx(desktop: Desktop, tmp_path: Path) -> None:
    profile = Path(desktop.env["XDG_CONFIG_HOME"], "fcitx5", "profile")
    profile.parent.mkdir(parents=True)
    profile.write_text(FCITX, "utf-8")
    desktop.start("fcitx5")
    desktop.open_carrel(tmp_path / "carrel", QT_IM_MODULE="fcitx")
    desktop.press("ctrl+l")
    desktop.ask("fcitx5-remote", "-s", "pinyin")
    compose(desktop, tmp_path / "carrel")


@needs(*SCREEN, "dunst", "dunstctl")
def test_a_click_on_a_notification_is_heard(desktop: Desktop) -> None:
    desktop.start("dunst")
    wait(lambda: desktop.ask("dunstctl", "count", "displayed") == "0")
    code = (
        "import threading, time, subprocess\n"
        "from app.machine.notification import notify_desktop\n"
        "def press():\n"
        "    while subprocess.run(['dunstctl', 'count', 'displayed'], capture_output=True).stdout != b'1\\n':\n"
        "        time.sleep(0.1)\n"
        "    subprocess.run(['dunstctl', 'action', '0'])\n"
        "    subprocess.run(['dunstctl', 'close-all'])\n"
        "threading.Thread(target=press).start()\n"
        "told = []\n"
        "print(notify_desktop('The answer is complete.', 'It took <9> s & more.', clicked=told.append), told)\n"
    )
    assert desktop.python(code) == "True ['']"


@needs("dbus-daemon", "gnome-keyring-daemon")
def test_the_key_store_keeps_gives_back_and_forgets(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path, screen=False)
    try:
        desktop.start("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", stdin=b"login")
        code = (
            "from app.config import keystore\n"
            "keystore.keep_secret('one', bytes(range(32)))\n"
            "assert keystore.read_secret('one') == bytes(range(32))\n"
            "keystore.remove_secret('one')\n"
            "try:\n    keystore.read_secret('one')\n"
            "except Exception as error:\n    print(error.code)\n"
        )
        wait(lambda: "collection/login" in desktop.ask(*SECRETS))
        assert desktop.python(code) == "key_store_empty"
    finally:
        desktop.close()


SECRETS = (
    *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"),
    "org.freedesktop.DBus.Properties.Get",
    *("string:org.freedesktop.Secret.Service", "string:Collections"),
)


WALK = """
import gi, time
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi
def named(node, found):
    states = node.get_state_set()
    if states.contains(Atspi.StateType.FOCUSABLE) and states.contains(Atspi.StateType.SHOWING):
        found.append((node.get_role_name(), node.get_name()))
    for place in range(node.get_child_count()):
        child = node.get_child_at_index(place)
        if child is not None:
            named(child, found)
    return found
for _ in range(300):
    desk = Atspi.get_desktop(0)
    apps = [desk.get_child_at_index(place) for place in range(desk.get_child_count())]
    found = [named(app, []) for app in apps if app is not None and app.get_name() == "carrel"]
    if found and len(found[0]) > 15:
        break
    time.sleep(0.2)
print([one for one in found[0] if not one[1].strip() or one[0] in ("unknown", "filler", "invalid")], len(found[0]))
"""


@needs(*SCREEN, "/usr/libexec/at-spi-bus-launcher", "/usr/lib/python3/dist-packages/pyatspi")
def test_a_screen_reader_finds_a_name_and_a_role_for_every_control(desktop: Desktop, tmp_path: Path) -> None:
    desktop.open_carrel(tmp_path / "carrel", QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1")
    unnamed, count = desktop.ask(SYSTEM_PYTHON, "-W", "ignore", "-c", WALK).rsplit(" ", 1)
    assert unnamed == "[]"
    assert int(count) > 15


@needs("dbus-daemon", "desktop-file-validate", "update-mime-database", "update-desktop-database", "gio")
def test_the_desktop_opens_gguf_files_with_carrel(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path, screen=False)
    try:
        desktop.python(f"from app.boot import start; start(['--home', '{tmp_path / 'home'}', 'integrate'])")
        entry = Path(desktop.env["XDG_DATA_HOME"], "applications", "carrel.desktop")
        assert desktop.ask("desktop-file-validate", str(entry)) == ""
        (tmp_path / "named.gguf").write_bytes(b"x")
        (tmp_path / "unnamed").write_bytes(b"GGUF\3\0\0\0" + bytes(64))
        for name in ("named.gguf", "unnamed"):
            assert "application/x-gguf" in desktop.ask(
                "gio", "info", "-a", "standard::content-type", str(tmp_path / name)
            )
        assert "carrel.desktop" in desktop.ask("gio", "mime", "application/x-gguf")
    finally:
        desktop.close()
