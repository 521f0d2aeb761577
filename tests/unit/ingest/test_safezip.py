from __future__ import annotations

import io
import struct
import zipfile

import pytest

from app.core.errors import CarrelError
from app.ingest import safezip
from app.ingest.safezip import SafeZip
from app.ingest.source import Source
from tests.unit.ingest.making import zipped


def opened(data: bytes) -> SafeZip:
    return SafeZip(Source("a.docx", data))


def refused(code: str, parts: SafeZip, name: str = "a") -> None:
    with pytest.raises(CarrelError) as caught:
        parts.read(name)
    assert caught.value.code == code


def test_names_are_made_plain() -> None:
    parts = opened(zipped({"/word\\document.xml": b"x"}))
    assert "word/document.xml" in parts
    assert parts.read("word/document.xml") == b"x"


def test_a_part_that_unpacks_too_far_is_refused() -> None:
    refused("zip_bomb", opened(zipped({"a": bytes(40 << 20)})))


def test_a_header_that_lies_about_the_size_does_not_help() -> None:
    data = bytearray(zipped({"a": bytes(40 << 20)}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    with pytest.raises(CarrelError) as caught:
        opened(bytes(data)).read("a")
    assert caught.value.code in ("zip_bomb", "damaged")


def test_parts_that_are_small_alone_but_not_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safezip, "MAX_TOTAL_BYTES", 2500)
    parts = opened(zipped({name: bytes(1000) for name in "abc"}))
    assert len(parts.read("a")) == len(parts.read("b")) == 1000
    refused("zip_bomb", parts, "c")


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safezip, "MAX_ENTRIES", 2)
    with pytest.raises(CarrelError) as caught:
        opened(zipped(dict.fromkeys("abc", b"")))
    assert caught.value.code == "zip_bomb"


def test_an_encrypted_part_asks_for_no_password_but_says_so() -> None:
    data = bytearray(zipped({"a": b"secret"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    refused("encrypted", opened(bytes(data)))


def test_wrong_checksums_and_cut_files_are_damage() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"stored text")
    data = out.getvalue()
    refused("damaged", opened(data.replace(b"stored text", b"stored tent")))
    with pytest.raises(CarrelError):
        opened(data[:-30])
