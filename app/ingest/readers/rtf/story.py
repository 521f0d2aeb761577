"""The paragraphs and tables of a text as they are being written."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ingest import markdown

REPEATED_LABEL = 60
PAGE_BREAK = "\f"


@dataclass
class Story:
    """The paragraphs and the table that are being written; notes and headers have stories of their own."""

    blocks: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def paragraph(self, *, in_table: bool, level: int) -> None:
        text = "".join(self.words).strip(" \n")
        self.words.clear()
        if in_table:
            self.cell.append(text)
            return
        self.end_table()
        if text.strip():
            self.blocks.append("#" * level + " " + " ".join(text.split()) if level else text)

    def end_cell(self) -> None:
        self.cell.append("".join(self.words).strip(" \n"))
        self.words.clear()
        self.row.append("\n".join(filter(None, self.cell)).replace(PAGE_BREAK, ""))
        self.cell.clear()

    def end_row(self, merges: list[str]) -> None:
        above = self.rows[-1] if self.rows else []
        for column, merge in enumerate(merges[: len(self.row)]):
            if merge == "down" and column < len(above) and len(above[column]) <= REPEATED_LABEL:
                self.row[column] = self.row[column] or above[column]
        self.rows.append(self.row)
        self.row = []

    def end_table(self) -> None:
        if self.row:
            self.end_row([])
        if self.rows:
            self.blocks.append(markdown.table(self.rows[: markdown.MAX_CELLS]))
        self.rows = []

    def end(self) -> list[str]:
        self.paragraph(in_table=False, level=0)
        if self.cell:
            self.blocks += [text for text in self.cell if text]
        self.end_table()
        return [block for block in self.blocks if block.strip(" \n")]
