"""Files made to hang, crash, fill the memory of or break out of whatever opens them, each written by hand."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence

from tests.unit.ingest.making import CONTENT_TYPE, WORD, docx, paragraph, pdf, pdf_file, table, zipped

MIB = 1 << 20
SECRET = "root:x:0:0"
Entry = tuple[str, bytes, int, int]  # name, packed bytes, method, the size it claims

SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def deflated_zeros(size: int) -> bytes:
    """Raw deflate data that unpacks to `size` zeros (whole MiB), made without packing them all."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // MIB) + packer.flush()


def raw_zip(entries: Sequence[Entry]) -> bytes:
    """A zip whose headers say whatever they are told."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, packed, method, size in entries:
        place, encoded = body.tell(), name.encode()
        common = struct.pack(
            "<HHHHHIIIHH", 20, 0x800, method, 0, 0, checksum(packed, method), len(packed), size, len(encoded), 0
        )
        body.write(b"PK\x03\x04" + common + encoded + packed)
        directory.write(b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, place))
        directory.write(encoded)
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), directory.tell(), body.tell(), 0)
    return body.getvalue() + directory.getvalue() + b"PK\x05\x06" + end


def checksum(packed: bytes, method: int) -> int:
    """Of what it unpacks to, as far as anyone would go on."""
    if method == zipfile.ZIP_STORED:
        return zlib.crc32(packed)
    unpacker, value, count = zlib.decompressobj(-15), 0, 0
    while packed and count < 256:
        piece = unpacker.decompress(packed, MIB)
        packed, value, count = unpacker.unconsumed_tail, zlib.crc32(piece, value), count + 1
    return value


def word_with(part: str, packed: bytes, size: int) -> bytes:
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{CONTENT_TYPE}"/></Types>'.encode()
    return raw_zip([("[Content_Types].xml", types, 0, len(types)), (part, packed, 8, size)])


def xlsx(sheet: bytes, method: int = 0, size: int | None = None, extra: Sequence[Entry] = ()) -> bytes:
    """A workbook of one sheet, given as it stands in the zip."""
    parts = {
        "[Content_Types].xml": (
            f'<Types><Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPES}sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPES}worksheet+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
        "xl/workbook.xml": (
            f'<workbook {SHEET} xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>"
        ),
    }
    entries: list[Entry] = [(name, text.encode(), 0, len(text.encode())) for name, text in parts.items()]
    place = ("xl/worksheets/sheet1.xml", sheet, method, len(sheet) if size is None else size)
    return raw_zip([*entries, place, *extra])


def many_rows(rows: int) -> bytes:
    """A sheet of rows that pack to next to nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(f"<worksheet {SHEET}><sheetData>".encode()) + packer.flush(zlib.Z_FULL_FLUSH)
    row = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 10_000
    block = packer.compress(row) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(b"</sheetData></worksheet>") + packer.flush()
    count = rows // 10_000
    return xlsx(head + block * count + tail, 8, len(row) * count)


def corner_cells() -> bytes:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return xlsx(f"<worksheet {SHEET}><sheetData>{cells}</sheetData></worksheet>".encode())


def crowded_pdf() -> bytes:
    """26 million characters on one page."""
    lines = (b"BT /L 1 Tf 1 %d Td (" % row + b"a" * 1000 + b") Tj ET\n" for row in range(26_000))
    return pdf(b"".join(lines), compress=True)


def flate_pdf() -> bytes:
    """A page whose drawing unpacks to a gigabyte of blanks, packed twice."""
    once = zlib.compress(deflated_as_zlib(1 << 30), 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>"
    how = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(once), once)
    return pdf_file({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>", 3: page, 4: how})


def deflated_as_zlib(size: int) -> bytes:
    return b"\x78\xda" + deflated_zeros(size) + struct.pack(">I", zlib.adler32(b""))


def looping_pdf() -> bytes:
    """A page tree that is its own child."""
    return pdf_file({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]/Parent 2 0 R>>"})


def pdf_of_claimed_pages() -> bytes:
    return pdf_file({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 2147483647/Kids[]>>"})


def pdf_of_one_page_many_times() -> bytes:
    """A million pages in 9 KB: each level of the tree names the one below ten times."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for level in range(6):
        kids = b" ".join([b"%d 0 R" % (level + 3)] * 10)
        objects[level + 2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (10 ** (6 - level), kids)
    objects[8] = b"<</Type/Page/MediaBox[0 0 99 99]/Resources<<>>>>"
    return pdf_file(objects)


def nested_pdf_arrays() -> bytes:
    return pdf_file({1: b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 100_000 + b"]" * 100_000 + b">>"})


def docx_with_doctype(doctype: str, text: str) -> bytes:
    body = f"<!DOCTYPE d [{doctype}]><w:document {WORD}><w:body>{paragraph(text)}</w:body></w:document>"
    return zipped(
        {
            "[Content_Types].xml": (
                f'<Types><Override PartName="/word/document.xml" ContentType="{CONTENT_TYPE}"/></Types>'
            ).encode(),
            "word/document.xml": body.encode(),
        }
    )


OUTWARD = '<!ENTITY x SYSTEM "file:///etc/passwd">'
LAUGHS = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def wide_table_docx() -> bytes:
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>{paragraph("wide")}</w:tc>'
    return docx(table([cell, "b"]))


def docm() -> bytes:
    return docx(paragraph("text"), extra={"word/vbaProject.bin": b"Sub AutoOpen()"})


def spanning_html() -> bytes:
    row = "<tr>" + "<td rowspan=65000 colspan=1000>x</td>" * 50 + "</tr>"
    return f"<!doctype html><table>{row * 1000}</table>".encode()


def nested_zip(levels: int) -> bytes:
    """Archives in archives; the innermost alone has text."""
    data, name = b"words at the bottom", "bottom.txt"
    for level in range(levels):
        data, name = zipped({name: data, f"note {level}.txt": b"a note"}), f"level {level}.zip"
    return data


def wandering_zip() -> bytes:
    return zipped(
        {name: name.encode() for name in ("../../up.txt", "/etc/cron.d/x", "C:\\Windows\\y.txt", "..\\z.txt")}
    )


def zip_of_links() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def overlapping_zip() -> bytes:
    """Thousands of names for one packed part: each alone is small."""
    packed = deflated_zeros(8 * MIB)
    data = raw_zip([("0", packed, 8, 8 * MIB)])
    end = data.rindex(b"PK\x05\x06")
    first = data.rindex(b"PK\x01\x02")
    entry = data[first:end]
    count = 5000
    tail = struct.pack("<HHHHIIH", 0, 0, count, count, len(entry) * count, first, 0)
    return data[:first] + entry * count + b"PK\x05\x06" + tail


def zip_of_many_names() -> bytes:
    return raw_zip([(f"{number}.txt", b"", 0, 0) for number in range(60_000)])


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def wandering_tar() -> bytes:
    link, up, device = tarfile.TarInfo("link"), tarfile.TarInfo("../../up.txt"), tarfile.TarInfo("tty")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device.type = tarfile.CHRTYPE
    up.size = 2
    return tar_of((link, b""), (up, b"up"), (device, b""))


def packed_zeros(size: int) -> bytes:
    """Zeros as gzip; concatenated members unpack as one."""
    return gzip.compress(bytes(16 * MIB), 9) * (size // (16 * MIB))


def lying_tar() -> bytes:
    """A member that claims eight gigabytes."""
    huge = tarfile.TarInfo("huge.txt")
    huge.size = 8 << 30
    return huge.tobuf() + b"only this"


def seven_zip(data: bytes, *, claims: int | None = None, dictionary: bytes = b"\x18") -> bytes:
    """A 7z of one LZMA2 file that claims `claims` bytes, its header plain."""
    packed = lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}])
    return seven_zip_of([("a.txt", len(data) if claims is None else claims, zlib.crc32(data))], packed, dictionary)


def seven_zip_of(
    files: Sequence[tuple[str, int, int]], packed: bytes, dictionary: bytes, method: bytes = b"\x21"
) -> bytes:
    """Files as (name, size, checksum), solid in one stream."""
    total = sum(size for _, size, _ in files)
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name, _, _ in files)
    coder = bytes([0x20 | len(method)]) + method + number(len(dictionary)) + dictionary
    streams = (
        b"\x06" + number(0) + number(1) + b"\x09" + number(len(packed)) + b"\0"
        + b"\x07\x0b" + number(1) + b"\0" + number(1) + coder + b"\x0c" + number(total) + b"\0"
        + b"\x08\x0d" + number(len(files)) + b"\x09" + b"".join(number(size) for _, size, _ in files[:-1])
        + b"\x0a\x01" + b"".join(struct.pack("<I", checksum) for _, _, checksum in files) + b"\0"
        + b"\0"
    )  # fmt: skip
    listing = number(len(files)) + b"\x11" + number(len(names) + 1) + b"\0" + names + b"\0"
    header = b"\x01\x04" + streams + b"\x05" + listing + b"\0"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def number(value: int) -> bytes:
    """A 7z number; nine bytes are always allowed."""
    return bytes([value]) if value < 0x80 else b"\xff" + struct.pack("<Q", value)


def mail_of_many_parts() -> bytes:
    head = b'From: a@b.c\r\nMIME-Version: 1.0\r\nMessage-ID: <1>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 50_000 + b"--b--\r\n"


def bottomless_mail() -> bytes:
    inner = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(3000)
    )
    return b"From: a@b.c\r\nMIME-Version: 1.0\r\nMessage-ID: <1>\r\n" + inner + b"\r\nx"


def mail_with_endless_head() -> bytes:
    return b"From: a@b.c\r\nMIME-Version: 1.0\r\nSubject: " + b"=?utf-8?q?(?= " * 200_000 + b"\r\n\r\nx"


# name, how it is made, how it may end: "read", or the codes of refusals, and the seconds it may take at the most.
HOSTILE: list[tuple[str, Callable[[], bytes], set[str], float]] = [
    ("two gigabytes.docx", lambda: word_with("word/document.xml", deflated_zeros(2 << 30), (2 << 30) - 1),
     {"zip_bomb"}, 5),
    ("a lie about them.docx", lambda: word_with("word/document.xml", deflated_zeros(1 << 30), 1000),
     {"zip_bomb", "damaged"}, 5),
    ("four gigabytes.zip", lambda: raw_zip([("zeros.txt", deflated_zeros(4 << 30), 8, 2**32 - 1)]), {"read"}, 8),
    ("nested.zip", lambda: nested_zip(6), {"read"}, 5),
    ("overlapping.zip", overlapping_zip, {"read"}, 20),
    ("many names.zip", zip_of_many_names, {"zip_bomb"}, 8),
    ("wandering.zip", wandering_zip, {"read"}, 5),
    ("links.zip", zip_of_links, {"read"}, 5),
    ("wandering.tar", wandering_tar, {"read"}, 5),
    ("lying.tar", lying_tar, {"read", "damaged"}, 5),
    ("zeros.tar.gz", lambda: gzip.compress(tarfile_head("zeros.txt", 4 << 30)) + packed_zeros(4 << 30), {"read"}, 30),
    ("zeros.txt.gz", lambda: packed_zeros(2 << 30), {"zip_bomb"}, 10),
    ("zeros.txt.bz2", lambda: bz2.compress(bytes(45_899_235)) * 40, {"zip_bomb"}, 25),
    ("zeros.txt.xz", lambda: lzma.compress(bytes(64 * MIB)) * 20, {"zip_bomb"}, 15),
    ("claims.7z", lambda: seven_zip(b"little", claims=1 << 40), {"read"}, 5),
    ("dictionary.7z", lambda: seven_zip(b"words", dictionary=b"\x28"), {"read"}, 5),
    ("four million rows.xlsx", lambda: many_rows(4_000_000), {"zip_bomb", "read", "too_many_cells"}, 40),
    ("corners.xlsx", corner_cells, {"read", "too_sparse", "damaged"}, 8),
    ("wide cell.docx", wide_table_docx, {"read"}, 5),
    ("outward.docx", lambda: docx_with_doctype(OUTWARD, "&x;"), {"hostile_xml"}, 5),
    ("laughs.docx", lambda: docx_with_doctype(LAUGHS, "&a9;"), {"hostile_xml"}, 5),
    ("outward.xml", lambda: f"<?xml version='1.0'?><!DOCTYPE d [{OUTWARD}]><d>&x;</d>".encode(), {"read"}, 5),
    ("laughs.xml", lambda: f"<?xml version='1.0'?><!DOCTYPE d [{LAUGHS}]><d>&a9;</d>".encode(), {"read"}, 5),
    ("laughs.html", lambda: f"<!DOCTYPE html [{LAUGHS}]><p>&a9;</p>".encode(), {"read"}, 5),
    ("macros.docm", docm, {"read"}, 5),
    ("spans.html", spanning_html, {"read"}, 20),
    ("comments.html", lambda: b"<!---->" * 580 + b"text", {"read"}, 5),
    ("spaces.html", lambda: b"<!doctype html><pre>" + (b" " * 200_000 + b"x\n") * 20, {"read"}, 10),
    ("from.mbox", lambda: b"From " + b"a:1" * 1_000_000 + b"\nFrom " * 100_000, {"read"}, 10),
    ("deep.html", lambda: b"<!doctype html>" + b"<div><table><tr><td>" * 50_000 + b"x", {"read"}, 20),
    ("deep.docx", lambda: docx("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000), {"damaged", "reader_died"}, 15),
    ("deep.json", lambda: b"[" * 300_000 + b"]" * 300_000, {"read"}, 10),
    ("deep.ipynb", lambda: b'{"cells":' + b"[" * 1_000_000 + b'], "nbformat": 4}', {"damaged"}, 10),
    ("deep.yaml", lambda: b"a: &a [x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n" * 9, {"read"}, 5),
    ("quotes.json", lambda: json.dumps(["\\" * 50_000] * 20).encode() + b'"' + b"\\" * 1_000_000, {"read"}, 10),
    ("crowded.pdf", crowded_pdf, {"reader_died", "too_much_memory", "read"}, 60),
    ("gigabyte.pdf", flate_pdf, {"read", "damaged", "reader_died", "too_much_memory"}, 60),
    ("loop.pdf", looping_pdf, {"read", "damaged"}, 8),
    ("claimed pages.pdf", pdf_of_claimed_pages, {"read", "damaged"}, 30),
    ("one page a million times.pdf", pdf_of_one_page_many_times, {"read", "damaged"}, 60),
    ("brackets.pdf", nested_pdf_arrays, {"read", "damaged", "reader_died"}, 10),
    ("parts.eml", mail_of_many_parts, {"read"}, 20),
    ("bottomless.eml", bottomless_mail, {"read", "damaged"}, 20),
    ("head.eml", mail_with_endless_head, {"read"}, 10),
]  # fmt: skip


def tarfile_head(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf()
