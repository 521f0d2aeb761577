"""PDF files locked with a password by the standard handler's first revision: RC4 with a 40-bit key (PDF 1.7, 7.6.3)."""

from __future__ import annotations

from hashlib import md5

from tests.unit.ingest.making import pdf_file

FILE_ID = bytes(range(16))
EVERYTHING_FORBIDDEN = -4
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def locked_pdf(content: bytes, password: str) -> bytes:
    """One page in Helvetica that opens with `password` only."""
    padded = (password.encode("latin-1") + PADDING)[:32]
    owner = _rc4(_md5(padded)[:5], padded)
    key = _md5(padded + owner + EVERYTHING_FORBIDDEN.to_bytes(4, "little", signed=True) + FILE_ID)[:5]
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</L 3 0 R>>>>/Contents 5 0 R>>"
    )  # fmt: skip
    drawn = _rc4(_object_key(key, 5), content)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[4 0 R]>>",
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: page,
        5: b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        6: b"<</Filter/Standard/V 1/R 2/P %d/O<%s>/U<%s>>>"
        % (EVERYTHING_FORBIDDEN, owner.hex().encode(), _rc4(key, PADDING).hex().encode()),
    }
    file_id = FILE_ID.hex().encode()
    return pdf_file(objects, b"/Encrypt 6 0 R/ID[<%s><%s>]" % (file_id, file_id))


def _object_key(key: bytes, number: int) -> bytes:
    return _md5(key + number.to_bytes(3, "little") + b"\0\0")[: len(key) + 5]


def _md5(data: bytes) -> bytes:
    return md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    other = 0
    for here in range(256):
        other = (other + state[here] + key[here % len(key)]) % 256
        state[here], state[other] = state[other], state[here]
    out, here, other = bytearray(), 0, 0
    for byte in data:
        here = (here + 1) % 256
        other = (other + state[here]) % 256
        state[here], state[other] = state[other], state[here]
        out.append(byte ^ state[(state[here] + state[other]) % 256])
    return bytes(out)
