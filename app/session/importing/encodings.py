"""Text in other encodings than UTF-8: those with a mark, and what editors on Windows write without one."""

from __future__ import annotations

import mmap
import re

MAPPED_BYTES = 16 << 20  # from which a file is not read but mapped

Content = bytes | mmap.mmap


def as_utf8(content: Content) -> Content:
    """The same in UTF-8."""
    head = bytes(content[:4])
    if head.startswith(b"\xef\xbb\xbf"):
        return bytes(content)[3:]
    if name := _marked(head):
        return bytes(content).decode(name, "replace").encode()
    if len(content) >= MAPPED_BYTES:  # no editor wrote it
        return content
    try:
        bytes(content).decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(bytes(content)).encode()
    return content


def _marked(head: bytes) -> str:
    for mark, name in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16")):
        if head.startswith(mark):
            return name
    if head.startswith(b"\xfe\xff"):
        return "utf-16"
    if len(head) == 4 and head[0] in b"[{" and head[1] == 0 and head[2] != 0:
        return "utf-16-le"
    return "utf-16-be" if len(head) == 4 and head[0] == 0 and head[1] in b"[{" else ""


def _guessed(content: bytes) -> str:
    """Chinese where high bytes stand in pairs, else a western alphabet."""
    high = re.findall(rb"[\x80-\xff]+", content)
    if sum(len(run) > 1 for run in high) * 2 > len(high):
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            pass
    if any(len(run) > 3 for run in high):  # UTF-8 with a broken byte in it
        return content.decode("utf-8", "replace")
    return content.decode("cp1252", "replace")
