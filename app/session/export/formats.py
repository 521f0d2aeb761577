"""The formats a chat is written in."""

from __future__ import annotations

from typing import Literal, get_args

Format = Literal["md", "html", "pdf", "docx", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
