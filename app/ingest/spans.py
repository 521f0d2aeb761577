"""Lists of page numbers in few words."""

from __future__ import annotations

MOST_RUNS = 12


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
