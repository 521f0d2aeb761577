"""Writes Carrel's picture as an .ico file, which Windows shows for the built program and the kinds of file it opens."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZES_PX = (16, 20, 24, 32, 40, 48, 64, 128, 256)  # at 100 % to 400 %, in lists and on the desktop


def main(arguments: list[str]) -> int:
    """`arguments` name the file to write."""
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
    Path(arguments[0]).write_bytes(as_ico({size: _drawn(size) for size in SIZES_PX}))
    del application
    return 0


def as_ico(pictures: dict[int, bytes]) -> bytes:
    """One .ico of several PNGs by their width, as Windows Vista and later read it."""
    head, body, offset = struct.pack("<HHH", 0, 1, len(pictures)), b"", 6 + 16 * len(pictures)
    for size, png in pictures.items():
        width = size % 256  # one byte: 0 stands for 256
        head += struct.pack("<BBBBHHII", width, width, 0, 0, 1, 32, len(png), offset + len(body))
        body += png
    return head + body


def _drawn(size_px: int) -> bytes:
    from PySide6.QtCore import QBuffer, QIODevice

    from app.ui.icons import icon

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    icon("book-open", "accent", size_px).pixmap(size_px, size_px).save(buffer, "PNG")
    return bytes(buffer.data().data())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
