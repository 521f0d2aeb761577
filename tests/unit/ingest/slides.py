"""Presentations written by hand, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.unit.ingest.making import RELATION, zipped

A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = f'xmlns:r="{RELATION.rstrip("/")}"'
TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def words(*lines: str) -> str:
    """A text body; a line may be the paragraph's own XML."""
    paragraphs = (line if line.startswith("<a:p>") else f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return "<p:txBody>" + "".join(paragraphs) + "</p:txBody>"


def place(left: int, top: int, wide: int = 1000, high: int = 500) -> str:
    return f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'


def shape(body: str, at: str = "", placeholder: str = "") -> str:
    holder = f"<p:nvPr>{placeholder}</p:nvPr>"
    return f"<p:sp><p:nvSpPr>{holder}</p:nvSpPr><p:spPr>{at}</p:spPr>{body}</p:sp>"


def slide(*shapes: str, tag: str = "sld", more: str = "") -> str:
    return f"<p:{tag} {A} {P} {R}{more}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:{tag}>"


def graphic(inner: str, at: str = "") -> str:
    moved = at.replace("a:xfrm", "p:xfrm")
    return f"<p:graphicFrame>{moved}<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></p:graphicFrame>"


def relations(*found: tuple[str, str, str]) -> bytes:
    """Relationships as (id, the last word of the type, target)."""
    inner = "".join(f'<Relationship Id="{name}" Type="{RELATION}{kind}" Target="{to}"/>' for name, kind, to in found)
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'.encode()


def pptx(slides: Sequence[str], extra: Mapping[str, bytes] | None = None) -> bytes:
    ids = "".join(f'<p:sldId id="{256 + index}" r:id="s{index}"/>' for index in range(len(slides)))
    files = {
        "[Content_Types].xml": f'<Types><Override PartName="/a" ContentType="{TYPE}"/></Types>'.encode(),
        "_rels/.rels": relations(("r", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {P} {R}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>".encode(),
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{index}", "slide", f"slides/slide{index}.xml") for index in range(len(slides)))
        ),
    }
    files |= {f"ppt/slides/slide{index}.xml": text.encode() for index, text in enumerate(slides)}
    return zipped(files | dict(extra or {}))
