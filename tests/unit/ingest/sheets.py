"""Workbooks written by hand, part by part."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.unit.ingest.making import RELATION, zipped

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Cells = Mapping[str, object]


def cell(place: str, value: object, style: int = 0) -> str:
    """A number, a text, a truth, or, when it begins with `<`, the XML inside the cell."""
    worn = f' s="{style}"' if style else ""
    if isinstance(value, bool):
        return f'<c r="{place}"{worn} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"{worn}><v>{value}</v></c>'
    text = str(value)
    if text.startswith("<"):
        return f'<c r="{place}"{worn}>{text}</c>'
    return f'<c r="{place}"{worn} t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, values: Sequence[object], styles: Sequence[int] = ()) -> str:
    styles = [*styles, *[0] * len(values)]
    cells = (
        cell(f"{chr(65 + column)}{number}", value, styles[column])
        for column, value in enumerate(values)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def xlsx(
    sheets: Mapping[str, str],
    formats: Sequence[str] = (),
    hidden: Sequence[str] = (),
    after: str = "",
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """Sheets by name with their rows' XML; style n wears `formats[n - 1]`. `after` follows the rows of each sheet."""
    listed, relations = "", ""
    files: dict[str, bytes] = {}
    for index, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{name}" sheetId="{index}"{state} r:id="s{index}"/>'
        relations += f'<Relationship Id="s{index}" Type="{RELATION}worksheet" Target="worksheets/sheet{index}.xml"/>'
        files[f"xl/worksheets/sheet{index}.xml"] = (
            f"<worksheet {MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>".encode()
        )
    relations += f'<Relationship Id="t" Type="{RELATION}styles" Target="styles.xml"/>'
    files |= {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.xml" ContentType="{SHEET}"/></Types>'.encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{RELATION}officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook {MAIN} xmlns:r="{RELATION.rstrip("/")}"><sheets>{listed}</sheets></workbook>'.encode()
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}'
            "</Relationships>"
        ).encode(),
        "xl/styles.xml": _styles(formats),
    }
    return zipped(files | dict(extra or {}))


def _styles(formats: Sequence[str]) -> bytes:
    codes = "".join(
        f'<numFmt numFmtId="{164 + index}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for index, code in enumerate(formats)
    )
    worn = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{164 + index}"/>' for index in range(len(formats)))
    return f"<styleSheet {MAIN}><numFmts>{codes}</numFmts><cellXfs>{worn}</cellXfs></styleSheet>".encode()


def xlsb(rows: Sequence[Sequence[float]], style: int = 0, code: str = "0.0%") -> bytes:
    """One sheet of numbers, all of one style; style 1 wears `code`."""
    sheet = b"".join(
        _record(0, struct.pack("<I", index) + bytes(13))
        + b"".join(_record(5, struct.pack("<IId", column, style, value)) for column, value in enumerate(values))
        for index, values in enumerate(rows)
    )
    area = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    styles = _record(44, struct.pack("<H", 164) + _string(code)) + _record(617, struct.pack("<I", 2))
    styles += _record(47, struct.pack("<HH", 0, 0) + bytes(12)) + _record(47, struct.pack("<HH", 0, 164) + bytes(12))
    kind = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    outer = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": f'<Types><Override PartName="/a" ContentType="{kind}"/></Types>'.encode(),
            "_rels/.rels": (
                f'<Relationships xmlns="{outer}"><Relationship Id="r" Type="{RELATION}officeDocument" '
                'Target="xl/workbook.bin"/></Relationships>'
            ).encode(),
            "xl/workbook.bin": (
                _record(131, b"")
                + _record(143, b"")
                + _record(156, struct.pack("<II", 0, 1) + _string("s1") + _string("数"))
                + _record(144, b"")
                + _record(132, b"")
            ),
            "xl/_rels/workbook.bin.rels": (
                f'<Relationships xmlns="{outer}"><Relationship Id="s1" Type="{RELATION}worksheet" '
                f'Target="worksheets/sheet1.bin"/><Relationship Id="t" Type="{RELATION}styles" Target="styles.bin"/>'
                "</Relationships>"
            ).encode(),
            "xl/styles.bin": styles + _record(618, b""),
            "xl/worksheets/sheet1.bin": (
                _record(129, b"")
                + _record(148, area)
                + _record(145, b"")
                + sheet
                + _record(146, b"")
                + _record(130, b"")
            ),
        }
    )


def _string(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(body), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + size + body
