"""GGUF files on Windows: this user's part of the registry, below HKEY_CURRENT_USER\\Software\\Classes.

Windows itself asks the user which program opens a kind of file when several can; Carrel only makes itself known.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from app.core.errors import CarrelError

CLASSES = r"Software\Classes"
KIND = "Carrel.gguf"
_OFFERED = rf"{CLASSES}\.gguf\OpenWithProgids"
_ASSOCIATIONS_CHANGED, _AT_ONCE = 0x08000000, 0x1000


@dataclass(frozen=True, slots=True)
class WindowsDesktop:
    """`command` are the words that start Carrel."""

    command: tuple[str, ...]

    @property
    def is_integrated(self) -> bool:
        """Whether GGUF files are offered to this Carrel, not to one that has moved."""
        registry = _registry()
        try:
            with registry.OpenKey(registry.HKEY_CURRENT_USER, rf"{CLASSES}\{KIND}\shell\open\command") as key:
                return bool(registry.QueryValueEx(key, "")[0] == self._open)
        except OSError:
            return False

    def integrate(self) -> tuple[str, ...]:
        """Write the keys. Raises CarrelError when the registry refuses."""
        registry = _registry()
        values = (
            (rf"{CLASSES}\{KIND}", "", "GGUF model"),
            (rf"{CLASSES}\{KIND}\DefaultIcon", "", f'"{self.command[0]}",0'),
            (rf"{CLASSES}\{KIND}\shell\open\command", "", self._open),
            (_OFFERED, KIND, ""),
        )
        try:
            for path, name, value in values:
                with registry.CreateKey(registry.HKEY_CURRENT_USER, path) as key:
                    registry.SetValueEx(key, name, 0, registry.REG_SZ, value)
        except OSError as error:
            raise _refused(error) from error
        _tell_explorer()
        return tuple(rf"HKEY_CURRENT_USER\{path}" for path, _, _ in values)

    def withdraw(self) -> tuple[str, ...]:
        """Remove the keys; the extension itself stays, since other programs may have theirs there."""
        registry = _registry()
        branch = rf"{CLASSES}\{KIND}"
        parts = (r"\shell\open\command", r"\shell\open", r"\shell", r"\DefaultIcon", "")
        removed = [branch + part for part in parts if self._delete(registry, branch + part)]
        try:
            with registry.OpenKey(registry.HKEY_CURRENT_USER, _OFFERED, 0, registry.KEY_SET_VALUE) as key:
                registry.DeleteValue(key, KIND)
            removed.append(_OFFERED)
        except FileNotFoundError:
            pass
        _tell_explorer()
        return tuple(rf"HKEY_CURRENT_USER\{path}" for path in removed)

    @property
    def _open(self) -> str:
        return f'{subprocess.list2cmdline(self.command)} "%1"'

    @staticmethod
    def _delete(registry: Any, path: str) -> bool:
        try:
            registry.DeleteKey(registry.HKEY_CURRENT_USER, path)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _refused(error) from error
        return True


def _registry() -> Any:
    import winreg

    return winreg


def _tell_explorer() -> None:
    """Explorer shows the change at once."""
    if sys.platform == "win32":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.windll.shell32.SHChangeNotify(_ASSOCIATIONS_CHANGED, _AT_ONCE, None, None)


def _refused(error: OSError) -> CarrelError:
    return CarrelError(
        "registry_refused",
        "Windows refused the change: {cause}.",
        "Ask who looks after this computer.",
        cause=error.strerror or str(error),
    )
