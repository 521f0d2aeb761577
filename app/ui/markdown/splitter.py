"""Splits a growing Markdown text into finished blocks and one open end.

Only the open end is parsed again when text arrives, so a flush costs as much as the block that is open, however long
the answer is. Blocks are given away (`Commit`) once no later text can change them; an open fence, list or table has
a mode of its own in which lines, items and rows are given away one by one.
"""

from __future__ import annotations

import re

from markdown_it.token import Token

from app.session.tex.spans import unfinished_formula
from app.ui.markdown.fence import OpenFence, open_fence
from app.ui.markdown.freezing import find_cut
from app.ui.markdown.parser import clean
from app.ui.markdown.repair import close_open_marks, hold_back
from app.ui.markdown.steps import (
    CodeEnd,
    CodeLines,
    CodePartial,
    CodeStart,
    Commit,
    Freeze,
    Restart,
    Settle,
    Step,
    TableEnd,
    TableRows,
    TableStart,
    Tail,
    Thaw,
)
from app.ui.markdown.tokens import code_language, first_line, list_start, parse, top_level

MOST_THAWED = 40_000
LONGEST_TWICE = 200_000
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:", re.MULTILINE)
_CLOSED_BY_BLANK = frozenset(
    ("paragraph_open", "heading_open", "fence", "table_open", "hr", "blockquote_open", "math_block")
)


class StreamSplitter:
    """`feed` text as it comes, then `take_steps` for what to draw; `take_steps(final=True)` once at the end."""

    def __init__(self) -> None:
        self._tail = ""
        self._whole: list[str] = []
        self._fence: OpenFence | None = None
        self._table_head: str | None = None
        self._number: int | None = None
        self._held_return = False
        self._frozen = ""

    def feed(self, text: str) -> None:
        """Add `text`; a carriage return at its end waits for what follows."""
        if self._held_return:
            text = "\r" + text
        self._held_return = text.endswith("\r")
        text = clean(text[:-1] if self._held_return else text)
        self._whole.append(text)
        self._tail += text

    def take_steps(self, *, final: bool = False) -> list[Step]:
        """What changed since the last call."""
        if final:
            if self._held_return:
                self._held_return = False
                self._whole.append("\n")
                self._tail += "\n"
            whole = "".join(self._whole)
            # A definition may serve links far above it and one inside an open block is lost to the tail: begin again.
            if len(whole) <= LONGEST_TWICE and _DEFINITION.search(whole):
                return [Restart(), Commit(parse(whole))]
        steps: list[Step] = []
        while self._advance(steps, final=final):
            pass
        return steps

    def _advance(self, steps: list[Step], *, final: bool) -> bool:
        """One move; true when there is more to do at once."""
        if self._fence is not None:
            return self._advance_fence(steps, self._fence, final=final)
        if self._table_head is not None:
            return self._advance_table(steps, self._table_head, final=final)
        return self._advance_blocks(steps, final=final)

    # ---- an open fence: lines go out as they are, nothing is parsed

    def _advance_fence(self, steps: list[Step], fence: OpenFence, *, final: bool) -> bool:
        lines, self._tail, closed = fence.split(self._tail, final=final)
        if lines:
            steps.append(CodeLines(lines))
        if closed or final:
            steps.append(CodeEnd())
            self._fence = None
            return closed
        steps.append(CodePartial(fence.partial(self._tail)))
        return False

    # ---- an open table: complete rows go out, the half row is hidden

    def _advance_table(self, steps: list[Step], head: str, *, final: bool) -> bool:
        end = len(self._tail) if final else self._tail.rfind("\n") + 1
        body = self._tail[:end]
        if not body and not final:
            return False
        tokens = parse(head + body)
        starts = top_level(tokens)
        lines = body.split("\n")
        table_map = tokens[starts[0]].map or [0, 2]
        used = table_map[1] - head.count("\n")
        ended = final or used < len(lines) - 1
        steps.append(TableRows(tokens))
        self._tail = self._tail[len("".join(f"{line}\n" for line in lines[:used])) :]
        if not ended:
            return False
        steps.append(TableEnd())
        self._table_head = None
        return True

    # ---- everything else

    def _advance_blocks(self, steps: list[Step], *, final: bool) -> bool:
        """A formula whose end has not come is kept back: half of one would be taken for text."""
        shown = len(self._tail) if final else unfinished_formula(self._tail)
        held, self._tail = self._tail[shown:], self._tail[:shown]
        try:
            return self._advance_shown(steps, final=final)
        finally:
            self._tail += held

    def _advance_shown(self, steps: list[Step], *, final: bool) -> bool:
        if not self._tail.strip():
            self._tail = self._tail[self._tail.rfind("\n") + 1 :]
            steps.append(Tail(()))
            return False
        if final:
            self._thaw(steps)
        tokens = parse(self._tail)
        if final:
            steps.append(Commit(tokens, self._number))
            self._tail = ""
            return False
        starts = top_level(tokens)
        if not starts:
            steps.append(Tail(()))
            return False
        if self._frozen:
            return self._advance_frozen(steps, tokens, starts)
        if self._commit_finished(steps, tokens, starts) or (
            len(starts) == 1 and self._enter_mode(steps, tokens, tokens[starts[0]])
        ):
            return True
        if len(starts) == 1 and self._freeze(steps, tokens):
            return True
        self._show_tail(steps, tokens)
        return False

    def _show_tail(self, steps: list[Step], tokens: list[Token]) -> None:
        shown = close_open_marks(hold_back(self._tail))
        steps.append(Tail(parse(shown) if shown != self._tail else tokens, self._number))

    # ---- a long open paragraph: its beginning is written once, and once again with the whole

    def _freeze(self, steps: list[Step], tokens: list[Token]) -> bool:
        cut = find_cut(self._tail, tokens)
        if cut is None:
            return False
        steps.append(Freeze(parse(self._tail[:cut]), " " if self._tail[cut - 1].isspace() else ""))
        self._frozen += self._tail[:cut]
        self._tail = self._tail[cut:]
        return True

    def _advance_frozen(self, steps: list[Step], tokens: list[Token], starts: list[int]) -> bool:
        """Go on behind what is frozen, as long as it is the same paragraph."""
        same = "blockquote_open" if self._frozen.lstrip().startswith(">") else "paragraph_open"
        if len(starts) > 1 or tokens[0].type != same:
            self._thaw(steps)
            return True
        if self._freeze(steps, tokens):
            return True  # what is left has to be shown as well, or it would be gone until the next flush
        self._show_tail(steps, tokens)
        return False

    def _thaw(self, steps: list[Step]) -> None:
        if len(self._frozen) > MOST_THAWED:
            steps.append(Settle())
        elif self._frozen:
            steps.append(Thaw())
            self._tail = self._frozen + self._tail
        self._frozen = ""

    def _commit_finished(self, steps: list[Step], tokens: list[Token], starts: list[int]) -> bool:
        """Give away all blocks but the last, when the last one really began."""
        if len(starts) < 2:
            return False
        line = first_line(tokens[starts[-1]])
        begun = self._tail.count("\n") > line
        blank_before = not self._tail.split("\n")[line - 1].strip()
        if not begun and not (blank_before and tokens[starts[-2]].type in _CLOSED_BY_BLANK):
            return False
        steps.append(Commit(tokens[: starts[-1]], self._number))
        self._number = None
        self._tail = self._tail[self._offset(line) :]
        return True

    def _enter_mode(self, steps: list[Step], tokens: list[Token], block: Token) -> bool:
        if block.type == "fence":
            return self._enter_fence(steps, block)
        if block.type in ("bullet_list_open", "ordered_list_open"):
            return self._commit_items(steps, tokens, block)
        if block.type == "table_open":
            return self._enter_table(steps, block)
        return False

    def _enter_fence(self, steps: list[Step], block: Token) -> bool:
        start = self._offset(first_line(block))
        opened = open_fence(self._tail[start:])
        if opened is None:
            return False
        self._fence, length = opened
        steps.append(CodeStart(code_language(block.info)))
        self._tail = self._tail[start + length :]
        return True

    def _commit_items(self, steps: list[Step], tokens: list[Token], block: Token) -> bool:
        items = [i for i, t in enumerate(tokens) if t.level == 1 and t.type == "list_item_open"]
        if len(items) < 2 or self._tail.count("\n") <= first_line(tokens[items[-1]]):
            return False
        steps.append(Commit([*tokens[: items[-1]], tokens[-1]], self._number))
        if block.type == "ordered_list_open":
            self._number = (list_start(block) if self._number is None else self._number) + len(items) - 1
        self._tail = self._tail[self._offset(first_line(tokens[items[-1]])) :]
        return True

    def _enter_table(self, steps: list[Step], block: Token) -> bool:
        line = first_line(block)
        if self._tail.count("\n") - line < 2:
            return False
        start, end = self._offset(line), self._offset(line + 2)
        self._table_head = self._tail[start:end]
        steps.append(TableStart(parse(self._table_head)))
        self._tail = self._tail[end:]
        return True

    def _offset(self, line: int) -> int:
        place = 0
        for _ in range(line):
            place = self._tail.index("\n", place) + 1
        return place
