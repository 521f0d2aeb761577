"""PowerPoint presentations, a page a slide: text in reading order, tables, chart data, diagrams, notes, comments."""

from __future__ import annotations

import re
import sys

from app.core.chat import PageFlag
from app.core.errors import CarrelError
from app.core.words import mark
from app.ingest.readers.package import Parts, main_part, package_kind, relations
from app.ingest.readers.xml import attribute, child, children
from app.ingest.refusal import damaged
from app.ingest.source import Output, Source
from app.ingest.spans import page_list

MAX_SLIDES = 5_000
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
SALVAGED = mark("{name} is damaged. What could be saved of its text was read; some of it may be missing.")
MACROS = mark("{name} contains macros. They were not run.")
PICTURES = mark("Slides without text in {name}: {pages}. They are pictures, which the model cannot see.")
BROKEN = mark("Damaged slides in {name}, which could not be read: {pages}.")


def recognize(source: Source) -> str | None:
    return "pptx" if package_kind(source) == "pptx" else None


def read(source: Source, output: Output) -> None:
    parts, slides, salvaged = _opened(source)
    output.begin("pptx", len(slides))
    if salvaged:
        output.warn(SALVAGED)
    if any(name.lower().endswith("vbaproject.bin") for name in parts.names):
        output.warn(MACROS)
    faults: dict[PageFlag, list[int]] = {"scanned": [], "damaged": []}
    for number, part in enumerate(slides, 1):
        text, flag = _read_slide(parts, part)
        output.page(text, f"slide {number}", flag)
        if flag in faults:
            faults[flag].append(number)
    if faults["scanned"]:
        output.warn(PICTURES, pages=page_list(faults["scanned"]))
    if faults["damaged"]:
        output.warn(BROKEN, pages=page_list(faults["damaged"]))


def _opened(source: Source) -> tuple[Parts, list[str], bool]:
    """The parts, the slides in order, and whether the file is broken and this is what could be saved of it."""
    from app.ingest.rescue import RescuedZip, is_rescuable
    from app.ingest.safezip import SafeZip

    try:
        parts = SafeZip(source)
        return parts, _slides(source, parts), False
    except CarrelError as error:
        if not is_rescuable(error):
            raise
        rescued = RescuedZip(source)
        slides = sorted(filter(_SLIDE.fullmatch, rescued.names), key=lambda name: (len(name), name))
        if not slides:
            raise
        return rescued, slides, True


def _slides(source: Source, parts: Parts) -> list[str]:
    """The slides' parts in the order they are shown in."""
    main = main_part(parts, "ppt/presentation.xml")
    if main not in parts:
        raise damaged(source.name)
    targets = {found.id: found.target for found in relations(parts, main) if found.kind == "slide"}
    listed = child(parts.xml(main), "sldIdLst")
    ids = [_relation_id(slide.attrib) for slide in children(listed, "sldId")]
    return [targets[slide] for slide in ids if slide in targets][:MAX_SLIDES]


def _relation_id(attributes: dict[str, str]) -> str:
    """A slide has an id of its own beside the one of its relationship, which alone has a namespace."""
    return next((value for key, value in attributes.items() if key.endswith("}id")), "")


def _read_slide(parts: Parts, part: str) -> tuple[str, PageFlag]:
    from app.ingest.readers.pptx.slide import Slide

    try:
        slide = Slide(parts, part)
        text = slide.text()
    except CarrelError as error:
        print(f"{part}: {error.code}", file=sys.stderr)
        return "", "damaged"
    if text.strip():
        return ("(hidden)\n\n" if attribute(slide.root, "show") in ("0", "false") else "") + text, ""
    return "", "scanned" if slide.has_picture else "empty"
