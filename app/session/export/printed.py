"""Chats for Qt's rich text, from which the PDF is printed: plain HTML without anything that Qt does not draw."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.core.words import say
from app.session.export.markup import render_answer, render_plain
from app.session.export.paper import Entry, Paper


def write_printed(papers: Sequence[Paper]) -> str:
    """The body of the PDF; each chat begins on a new page."""
    return "\n".join(_chat(paper, first=number == 0) for number, paper in enumerate(papers))


def _chat(paper: Paper, *, first: bool) -> str:
    look = "" if first else ' style="page-break-before: always;"'
    rows = "".join(
        f'<tr><td><span class="meta">{escape(name)}&nbsp;&nbsp;</span></td>'
        f'<td><span class="meta">{escape(value)}</span></td></tr>'
        for name, value in paper.facts
    )
    head = f"<h1{look}>{escape(paper.title)}</h1><table cellspacing='0' cellpadding='1'>{rows}</table>"
    return head + "\n".join(_entry(entry) for entry in paper.entries)


def _entry(entry: Entry) -> str:
    heading = f'<p class="head"><b>{escape(entry.heading)}</b> &nbsp;<span class="meta">{escape(entry.line)}</span></p>'
    parts = [heading, *(f'<p class="quiet">{escape(row)}</p>' for row in entry.files)]
    if entry.thinking:
        thought = render_answer(entry.thinking, for_paper=True)
        parts.append(f'<p class="proof"><b>{escape(entry.thinking_heading)}</b></p><blockquote>{thought}</blockquote>')
    parts.append(_text(entry))
    if entry.note:
        parts.append(f'<p class="quiet"><i>{escape(entry.note)}</i></p>')
    if entry.citations:
        parts.append(_proof(say("Citations"), entry.citations_line, entry.citations))
    if entry.receipt_line or entry.receipt:
        parts.append(_proof(say("Reading receipt"), entry.receipt_line, entry.receipt))
    return "\n".join(part for part in parts if part)


def _text(entry: Entry) -> str:
    if not entry.text:
        return ""
    if entry.is_answer:
        return render_answer(entry.text, for_paper=True)
    words = render_plain(entry.text, for_paper=True)
    return f'<table width="100%" cellspacing="0" cellpadding="8"><tr><td bgcolor="#EEF1F6">{words}</td></tr></table>'


def _proof(heading: str, line: str, rows: Sequence[str]) -> str:
    items = "".join(f'<li><span class="proofs">{escape(row)}</span></li>' for row in rows)
    return f'<p class="proof"><b>{escape(heading)}</b> {escape(line)}</p>' + (f"<ul>{items}</ul>" if items else "")
