"""The compression of RTF in Outlook's files: MS-OXRTFCP."""

from __future__ import annotations

import struct

PACKED, PLAIN = 0x75465A4C, 0x414C454D
WINDOW = 4096
MAX_BYTES = 64 << 20
START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def unpacked(data: bytes) -> bytes:
    """The RTF; what there is of it when the data ends early, nothing when it is no such data."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    size = min(size, MAX_BYTES)
    if kind == PLAIN:
        return data[16 : 16 + size]
    return bytes(_unpack(data, size)) if kind == PACKED else b""


def _unpack(data: bytes, size: int) -> bytearray:
    """A byte of eight flags, then for each either a byte as it is or a place and a length in what came before."""
    window = bytearray(START.ljust(WINDOW, b"\0"))
    write, place, out = len(START), 16, bytearray()
    while place < len(data) and len(out) < size:
        flags, place = data[place], place + 1
        for bit in range(8):
            if flags >> bit & 1 == 0:
                piece, place = data[place : place + 1], place + 1
            else:
                token, place = int.from_bytes(data[place : place + 2], "big"), place + 2
                offset, length = token >> 4, (token & 15) + 2
                if offset == write:
                    return out
                piece = _copied(window, offset, length, write)
            if not piece:
                return out
            for byte in piece:
                window[write] = byte
                write = (write + 1) % WINDOW
            out += piece
    return out


def _copied(window: bytearray, offset: int, length: int, write: int) -> bytes:
    """The copy may run into what it is writing itself."""
    piece = bytearray()
    for step in range(length):
        place = (offset + step) % WINDOW
        ahead = (place - write) % WINDOW
        piece.append(piece[ahead] if ahead < len(piece) else window[place])
    return bytes(piece)
