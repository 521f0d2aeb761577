"""Lists of page numbers in few words."""

from __future__ import annotations

import re

MOST_RUNS = 12
LONGEST = 100  # characters of a page number with its words


def page_list(numbers: list[int]) -> str:
    """`[1, 2, 3, 7]` → "1–3, 7"; long lists end with an ellipsis."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}\N{EN DASH}{last}" for first, last in runs[:MOST_RUNS]]
    return ", ".join(shown) + (" …" if len(runs) > MOST_RUNS else "")


_PAGE_NUMBER = re.compile(
    r"(?:page|seite|第|共|页|頁|of|von|[\d\s/|·•.,()\[\]–—-]|\bx{0,3}(?:ix|iv|v?i{1,3}|v|x)\b)+", re.IGNORECASE
)


def is_page_number(text: str) -> bool:
    """Whether a header or footer says nothing but where one is: "3", "Page 3 of 12", "第 3 页 共 12 页"."""
    return len(text) <= LONGEST and bool(_PAGE_NUMBER.fullmatch(text.strip()))
