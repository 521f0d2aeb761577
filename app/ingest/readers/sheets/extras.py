"""What the library leaves out of a sheet: the formats that add to numbers, errors, and formulas without results."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ingest.readers.sheets.numbers import Format

Spot = tuple[int, int]
# By the number they are stored as ([MS-XLS] 2.5.10).
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


@dataclass
class Extras:
    """By row and column, counted from 0. `texts` stand in cells that the library gives as empty."""

    formats: dict[Spot, Format] = field(default_factory=dict)
    texts: dict[Spot, str] = field(default_factory=dict)
