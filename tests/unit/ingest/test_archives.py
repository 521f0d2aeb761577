from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.chat import Document
from app.core.errors import CarrelError
from app.ingest.container import shown_name
from app.ingest.messages import Limits
from app.ingest.reading import read_file_blocking
from tests.unit.ingest.hostile import crowded_pdf, number, seven_zip, seven_zip_of, tar_of
from tests.unit.ingest.making import CHILD, docx, paragraph, pdf, pdf_page, read_here, zipped
from tests.unit.ingest.test_reading import child_that

FILES = {
    "合同/第一份.docx": docx(paragraph("第一条")),
    "two.pdf": pdf(pdf_page([(72, 700, "One")]), pdf_page([(72, 700, "Two")])),
    "notes.txt": b"one\ntwo\n",
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(3000),
    "empty.txt": b"",
}
LABELS = ["map", "合同/第一份.docx", "two.pdf p1", "two.pdf p2", "notes.txt"]


def labels(document: Document) -> list[str]:
    return [page.label for page in document.pages]


def refused(data: bytes, name: str, password: str = "") -> CarrelError:
    with pytest.raises(CarrelError) as caught:
        read_here(data, name, password=password)
    return caught.value


def tarred() -> bytes:
    def member(name: str, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        return info, data

    return tar_of(*(member(name, data) for name, data in FILES.items()))


def sevened() -> bytes:
    files = {name: data for name, data in FILES.items() if data}
    packed = lzma.compress(b"".join(files.values()), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    return seven_zip_of([(name, len(data), zlib.crc32(data)) for name, data in files.items()], packed, b"\x18")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: zipped(FILES), "zip"),
        (tarred, "tar"),
        (lambda: gzip.compress(tarred()), "tar"),
        (lambda: bz2.compress(tarred()), "tar"),
        (lambda: lzma.compress(tarred()), "tar"),
        (sevened, "7z"),
    ],
    ids=["zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "7z"],
)
def test_every_file_is_read_by_its_own_kind_under_its_own_name(make: Callable[[], bytes], kind: str) -> None:
    document = read_here(make(), "files")
    assert document.kind == kind
    assert labels(document) == LABELS
    assert [page.text for page in document.pages[1:]] == ["第一条", "One", "Two", "one\ntwo\n"]
    assert document.warnings == ("Not read in files: picture.png.",)


def test_the_map_names_every_file_with_its_size_and_its_pages() -> None:
    text = read_here(zipped(FILES), "files.zip").pages[0].text
    assert text.splitlines() == [
        "# Files in files.zip: 5, of them read: 3",
        "",
        "| file | lines | characters | pages |",
        "|---|---|---|---|",
        "| 合同/第一份.docx | 1 | 3 | 2 |",
        "| two.pdf | 2 | 6 | 3-4 |",
        "| notes.txt | 2 | 8 | 5 |",
        "| picture.png |  |  | skipped, holds no text (3 KB) |",
        "| empty.txt |  |  | empty |",
    ]


def test_long_text_is_cut_at_lines_and_the_label_names_them() -> None:
    document = read_here(zipped({"src/long.py": b"line\n" * 900}), "code.zip")
    assert labels(document) == ["map", "src/long.py L1-400", "src/long.py L401-800", "src/long.py L801-901"]
    assert "".join(page.text + "\n" for page in document.pages[1:]) == "line\n" * 900 + "\n"


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "cp932", "utf-8"])
def test_names_in_the_encoding_of_the_computer_they_come_from(encoding: str) -> None:
    names = {
        "gb18030": "合同附件（最终版）",
        "big5hkscs": "契約書與附件清單",
        "cp932": "契約書のコピー",
        "utf-8": "合同",
    }
    name = names[encoding] + ".txt"
    mask = "#" * len(name.encode(encoding))
    raw = zipped({f"{mask}1": b"1", f"{mask}2": b"2"}).replace(mask.encode(), name.encode(encoding))
    assert labels(read_here(raw, "a.zip")) == ["map", name + "1", name + "2"]


def test_the_name_repeated_in_utf8_is_believed_first() -> None:
    out, name = io.BytesIO(), "合同.txt".encode()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("______.txt")
        entry.extra = b"\x75\x70" + (5 + len(name)).to_bytes(2, "little") + b"\x01\0\0\0\0" + name
        archive.writestr(entry, b"x")
    assert labels(read_here(out.getvalue(), "a.zip"))[1] == "合同.txt"


def test_one_damaged_file_costs_no_other() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bad.txt", b"stored text")
        archive.writestr("good.txt", b"fine")
        archive.writestr("broken.pdf", b"%PDF-1.7 and no more")
    document = read_here(out.getvalue().replace(b"stored text", b"stored tent"), "a.zip")
    assert labels(document) == ["map", "good.txt"]
    assert document.warnings == (
        "bad.txt is damaged and could not be read.",
        "broken.pdf is damaged and could not be read.",
        "Not read in a.zip: bad.txt, broken.pdf.",
    )


def test_a_cut_tar_gives_what_came_before() -> None:
    document = read_here(tarred()[:3000], "a.tar")
    assert labels(document)[:2] == LABELS[:2]
    assert any("damaged" in page.text for page in document.pages[:1])


def test_a_single_packed_file_is_read_as_what_it_is() -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        document = read_here(pack(b"# Title"), "notes.md.gz")
        assert (document.kind, document.pages[0].text) == ("markdown", "# Title")


def locked_zip(password: bytes) -> bytes:
    """Traditional zip encryption (APPNOTE 6.1) of one stored file."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def turn(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in password:
        turn(byte)
    text, out = b"secret words", bytearray()
    for byte in bytes(11) + bytes([zlib.crc32(text) >> 24]) + text:
        mixed = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((mixed * (mixed ^ 1)) >> 8) & 0xFF)
        turn(byte)
    data = bytearray(zipped({"a.txt": bytes(out)}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w") as plain:
            plain.writestr("a.txt", archive.read("a.txt"))
    data = bytearray(stored.getvalue())
    for mark, flags, check in ((b"PK\x03\x04", 6, 14), (b"PK\x01\x02", 8, 16)):
        place = data.index(mark)
        data[place + flags] |= 1
        data[place + check : place + check + 4] = zlib.crc32(text).to_bytes(4, "little")
        data[place + check + 8 : place + check + 12] = len(text).to_bytes(4, "little")
    return bytes(data)


def test_a_locked_zip_asks_for_its_password() -> None:
    data = locked_zip(b"open")
    assert refused(data, "a.zip").code == "needs_password"
    assert refused(data, "a.zip", "wrong").code == "wrong_password"
    assert read_here(data, "a.zip", password="open").pages[1].text == "secret words"


def test_a_locked_zip_inside_another_is_named() -> None:
    document = read_here(zipped({"locked.zip": locked_zip(b"x"), "b.txt": b"fine"}), "a.zip")
    assert "locked.zip/a.txt" not in labels(document)
    assert any("protected by a password" in warning for warning in document.warnings)
    assert labels(document)[-1] == "b.txt"


def test_strong_encryption_is_said() -> None:
    data = bytearray(zipped({"a.txt": b"secret"}))
    for mark, flags, method in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        data[data.index(mark) + flags] |= 1
        data[data.index(mark) + method] = 99
    assert refused(bytes(data), "a.zip").code == "encrypted"


@pytest.mark.parametrize(
    ("method", "properties", "code"),
    [
        (b"\x06\xf1\x07\x01", b"\x13\0", "protected by a password"),
        (b"\x03\x04\x01", b"\0" * 5, "a way Carrel cannot open"),
    ],
    ids=["AES", "PPMd"],
)
def test_what_a_7z_hides_or_packs_strangely_is_said(method: bytes, properties: bytes, code: str) -> None:
    document = read_here(seven_zip_of([("a.txt", 5, 0)], b"12345", properties, method), "a.7z")
    assert code in document.warnings[0]


@pytest.mark.parametrize(
    ("method", "properties", "packed"),
    [
        (b"\x00", b"", b"words words"),
        (b"\x04\x01\x08", b"", zlib.compress(b"words words", wbits=-15)),
        (b"\x04\x02\x02", b"", bz2.compress(b"words words")),
        (b"\x03\x01\x01", b"\x5d\0\0\x01\0", lzma.compress(b"words words", lzma.FORMAT_ALONE)[13:]),
    ],
    ids=["stored", "deflate", "bzip2", "lzma"],
)
def test_the_other_ways_to_pack_a_7z(method: bytes, properties: bytes, packed: bytes) -> None:
    data = seven_zip_of([("a.txt", 11, zlib.crc32(b"words words"))], packed, properties, method)
    assert read_here(data, "a.7z").pages[1].text == "words words"


def test_a_wrong_checksum_in_a_7z_is_damage() -> None:
    assert "damaged" in read_here(seven_zip_of([("a.txt", 5, 1)], b"words", b"", b"\0"), "a.7z").warnings[0]
    assert refused(seven_zip(b"words")[:-4], "a.7z").code == "damaged"
    assert number(5) == b"\x05"


@pytest.mark.parametrize("magic", [b"Rar!\x1a\x07\x01\0", b"\x28\xb5\x2f\xfd"])
def test_archives_that_stay_closed_are_refused_with_what_to_do(magic: bytes) -> None:
    error = refused(magic + bytes(600), "a.rar")
    assert error.code == "unknown_packing"
    assert "Unpack it and add the files you need." in str(error)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Users\\x\\a.txt", "Users/x/a.txt"),
        ("/a//./b", "a/b"),
        ("..", "?"),
        ("gpj.\u202etxt", "gpj.\ufffdtxt"),
        ("a\nb", "a\ufffdb"),
        ("合同 (1).docx", "合同 (1).docx"),
    ],
)
def test_names_are_shown_without_tricks(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_a_file_that_kills_its_child_is_left_out_of_its_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"crowded.pdf": crowded_pdf(), "good.txt": b"unharmed"}))
    document = read_file_blocking(path, CHILD, Limits(memory_bytes=400 << 20, cpu_s=60))
    assert labels(document) == ["map", "good.txt"]
    assert document.warnings[-1] == "Not read in a.zip: crowded.pdf."


def test_a_part_is_first_read_plainly_and_then_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK")
    seen = tmp_path / "seen"
    code = (
        "import json, os; asked = json.loads(line)\n"
        f"with open({str(seen)!r}, 'a') as f: print(asked['plain_parts'], asked['skip_parts'], file=f)\n"
        """print('{"type":"entered","part":2}', flush=True)\n"""
        "if 2 not in asked['skip_parts']: os.abort()\n"
        """print('{"type":"page","number":1,"text":"rest"}', flush=True)\n"""
        """print('{"type":"done","sha256":"00"}', flush=True)\n"""
    )
    document = read_file_blocking(path, child_that(code))
    assert [page.text for page in document.pages] == ["rest"]
    assert seen.read_text().splitlines() == ["[] []", "[2] []", "[2] [2]"]
