"""OpenDocument files written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "presentation": "presentation", "svg": "svg-compatible", "fo": "xsl-fo-compatible",
    }.items()
)  # fmt: skip


def open_document(
    kind: str, body: str, styles: str = "", outer: str = "", extra: Mapping[str, bytes] | None = None
) -> bytes:
    """`kind` is "text", "presentation" or "spreadsheet"; `styles` are of the content, `outer` of styles.xml."""
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    files = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": content.encode(),
        "styles.xml": f"<office:document-styles {SPACES}>{outer}</office:document-styles>".encode(),
        "META-INF/manifest.xml": b"<manifest/>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (files | dict(extra or {})).items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED  # as the format demands
            archive.writestr(name, data, how)
    return out.getvalue()


def p(text: str, style: str = "") -> str:
    worn = f' text:style-name="{style}"' if style else ""
    return f"<text:p{worn}>{text}</text:p>"


def items(*inner: str, style: str = "", more: str = "") -> str:
    worn = f' text:style-name="{style}"' if style else ""
    return (
        f"<text:list{worn}{more}>"
        + "".join(f"<text:list-item>{one}</text:list-item>" for one in inner)
        + "</text:list>"
    )


def cells(*texts: str) -> str:
    """A row; a text that begins with `<` is the cell's own XML."""
    inner = (
        text if text.startswith("<") else f"<table:table-cell>{p(text) if text else ''}</table:table-cell>"
        for text in texts
    )
    return f"<table:table-row>{''.join(inner)}</table:table-row>"
