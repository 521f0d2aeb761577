"""Chats as one HTML file that needs nothing else: light and dark, for the screen and for the printer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.config.paths import resource
from app.core.dates import utc_iso
from app.core.words import language, say
from app.session.export.markup import render_answer, render_plain
from app.session.export.paper import Entry, Paper

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="Carrel">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
<main>
{body}
<footer>{footer}</footer>
</main>
</body>
</html>
"""


def write_html(papers: Sequence[Paper]) -> str:
    """One file of one chat or several."""
    title = papers[0].title if len(papers) == 1 else say("{count} chats", count=len(papers))
    return _PAGE.format(
        lang="zh-CN" if language() == "zh_CN" else "en",
        title=escape(title),
        css=resource("templates", "export.css").read_text("utf-8"),
        body="\n".join(_chat(paper) for paper in papers),
        footer=escape(say("Exported from Carrel.")),
    )


def _chat(paper: Paper) -> str:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{_fact(value, paper)}</dd>" for name, value in paper.facts)
    entries = "\n".join(_entry(entry) for entry in paper.entries)
    return f'<article class="chat"><h1>{escape(paper.title)}</h1>\n<dl class="facts">{facts}</dl>\n{entries}</article>'


def _fact(value: str, paper: Paper) -> str:
    return _time(value, paper.times[value]) if value in paper.times else escape(value)


def _time(words: str, at_s: float) -> str:
    """As people write it; for programs, and under the mouse, in UTC."""
    try:
        exact = utc_iso(at_s)
    except (OverflowError, OSError, ValueError):  # a time that came from elsewhere
        return escape(words)
    return f'<time datetime="{exact}" title="{exact}">{escape(words)}</time>'


def _entry(entry: Entry) -> str:
    kind = "answer" if entry.is_answer else "question"
    text = render_answer(entry.text) if entry.is_answer else render_plain(entry.text)
    when = _time(entry.when, entry.at_s) if entry.when else ""
    meta = f" · {entry.meta}" if when and entry.meta else entry.meta
    parts = [
        f'<section class="{kind}" dir="auto"><header class="head"><h2>{escape(entry.heading)}</h2>'
        f'<span class="meta">{when}{escape(meta)}</span></header>',
        _list(entry.files, "files"),
        _details(entry.thinking_heading, "", render_answer(entry.thinking)) if entry.thinking else "",
        f'<div class="text">{text}</div>' if entry.text else "",
        f'<p class="note">{escape(entry.note)}</p>' if entry.note else "",
    ]
    if entry.citations:
        parts.append(_details(say("Citations"), entry.citations_line, _list(entry.citations)))
    if entry.receipt_line or entry.receipt:
        parts.append(_details(say("Reading receipt"), entry.receipt_line, _list(entry.receipt)))
    return "\n".join(part for part in [*parts, "</section>"] if part)


def _details(heading: str, line: str, body: str) -> str:
    return f"<details><summary><b>{escape(heading)}</b> {escape(line)}</summary>{body}</details>"


def _list(rows: Sequence[str], kind: str = "") -> str:
    if not rows:
        return ""
    look = f' class="{kind}"' if kind else ""
    return f"<ul{look}>" + "".join(f"<li>{escape(row)}</li>" for row in rows) + "</ul>"
