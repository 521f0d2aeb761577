"""The entry of a Linux desktop, after the desktop entry, shared MIME info and icon theme specifications.

All files lie below $XDG_DATA_HOME. The desktops' own databases are brought up to date by their own tools, where they
are installed; without them most desktops find the files at the next login.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.config.paths import resource
from app.core.files import cannot_write, write_durably

_TOOL_S = 30.0
_NEEDS_QUOTES = set(" \t\n\"'\\><~|&;$*?#()`")
_ENTRY = """[Desktop Entry]
Type=Application
Version=1.0
Name=Carrel
GenericName=Private desk for documents and Qwen3
GenericName[zh_CN]=阅读文档与使用 Qwen3 的私人书桌
Comment=Read and think with Qwen3-32B on your own computer
Comment[zh_CN]=在您自己的电脑上用 Qwen3-32B 阅读与思考
TryExec={program}
Exec={command} %F
Icon=carrel
Terminal=false
Categories=Office;
Keywords=AI;LLM;GGUF;PDF;Qwen;
MimeType=application/x-gguf;
StartupNotify=true
StartupWMClass=carrel
X-GNOME-SingleWindow=true
"""


@dataclass(frozen=True, slots=True)
class LinuxDesktop:
    """`command` are the words that start Carrel."""

    command: tuple[str, ...]

    @property
    def is_integrated(self) -> bool:
        """Whether the entry is there and starts this Carrel, not one that has moved."""
        try:
            return self._entry == (_data_home() / "applications" / "carrel.desktop").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return False

    def integrate(self) -> tuple[str, ...]:
        """Write the files. Raises CarrelError when one cannot be written."""
        written = []
        for path, text in self._files().items():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise cannot_write(path, error) from error
            write_durably(path, text.encode())
            written.append(str(path))
        _tell_desktop()
        return tuple(written)

    def withdraw(self) -> tuple[str, ...]:
        """Remove the files; those that are not there are no failure."""
        removed = []
        for path in self._files():
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise cannot_write(path, error) from error
            removed.append(str(path))
        _tell_desktop()
        return tuple(removed)

    @property
    def _entry(self) -> str:
        return _ENTRY.format(program=self.command[0], command=" ".join(quoted(word) for word in self.command))

    def _files(self) -> dict[Path, str]:
        home, picture = _data_home(), resource("desktop", "carrel.svg").read_text("utf-8")
        icons = home / "icons" / "hicolor" / "scalable"
        return {
            home / "mime" / "packages" / "carrel.xml": resource("desktop", "gguf.xml").read_text("utf-8"),
            icons / "apps" / "carrel.svg": picture,
            icons / "mimetypes" / "application-x-gguf.svg": picture,
            home / "applications" / "carrel.desktop": self._entry,
        }


def quoted(word: str) -> str:
    """A word of an Exec line: in quotes where it needs them, `%` doubled, and then escaped once more as a value."""
    word = word.replace("%", "%%")
    if not _NEEDS_QUOTES & set(word):
        return word
    inner = "".join("\\" + letter if letter in '"`$\\' else letter for letter in word)
    return f'"{inner}"'.replace("\\", "\\\\")


def _data_home() -> Path:
    chosen = Path(os.environ.get("XDG_DATA_HOME", ""))
    return chosen if chosen.is_absolute() else Path.home() / ".local" / "share"


def _tell_desktop() -> None:
    home = _data_home()
    for tool, folder in (("update-mime-database", home / "mime"), ("update-desktop-database", home / "applications")):
        program = shutil.which(tool)
        if program is not None and folder.is_dir():
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run([program, str(folder)], capture_output=True, timeout=_TOOL_S, check=False)
