"""The figures of an answer as rows of a name and a value; a figure that says nothing has no row."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.core.counts import tokens_words
from app.core.units import format_duration
from app.core.words import say
from app.perf.meter import Figures
from app.session.receipt import speed_words
from app.ui.fonts import figure_font
from app.ui.pages.page import label


class FigureRows(QWidget):
    """Set with `show_figures`. Rows that are always there show a dash while nothing is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, tuple[QLabel, QLabel]] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for number, (key, words, meaning) in enumerate(_names()):
            name, value = label(words, "quiet"), label("–", wrap=False)
            value.setFont(figure_font(13))
            for one in (name, value):
                one.setToolTip(meaning)
            grid.addWidget(name, number, 0)
            grid.addWidget(value, number, 1, Qt.AlignmentFlag.AlignRight)
            self._rows[key] = (name, value)

    def show_figures(
        self,
        figures: Figures,
        *,
        expected_tok_s: float | None,
        best_reading_tok_s: float | None,
        is_guess: bool = False,
    ) -> None:
        """One moment, held against what this computer can do; `is_guess` when nothing was measured near this depth."""
        self._set("first", "–" if figures.ttft_s is None else format_duration(figures.ttft_s))
        self._set("written", tokens_words(figures.answer_tokens))
        self._set("read", _read_words(figures) or "–")
        self._set("remembered", _count(figures.prefill_cached))
        self._set("read_speed", _reading_words(figures.prefill_tok_s, best_reading_tok_s) or "–")
        self._set("drafts", _draft_words(figures))
        self._set("gain", f"{figures.gain:.1f}×" if figures.drafted else "")
        self._set("expected", _expected_words(figures.tok_s, expected_tok_s, is_guess=is_guess))

    def value(self, key: str) -> str:
        """What a row says; empty when it is not there."""
        return "" if self._rows[key][1].isHidden() else self._rows[key][1].text()

    def _set(self, key: str, words: str) -> None:
        name, value = self._rows[key]
        if value.text() != words:
            value.setText(words)
            value.setAccessibleName(f"{name.text()}: {words}")
        for one in (name, value):
            one.setVisible(bool(words))


def _names() -> tuple[tuple[str, str, str], ...]:
    drafts = say("Carrel guesses ahead from the documents and from what was said; the model checks many words at once.")
    expected = say(
        "Word by word, with the context as full as it is: from what loading, benchmarks and earlier answers "
        "measured here."
    )
    return (
        ("first", say("First token"), ""),
        ("written", say("Written"), ""),
        ("expected", say("Expected here"), expected),
        ("drafts", say("Drafts accepted"), drafts),
        ("gain", say("Faster by drafts"), drafts),
        ("read", say("Prompt read"), ""),
        ("remembered", say("Remembered of it"), say("It was in the engine's memory, or on disk, from before.")),
        ("read_speed", say("Reading speed"), ""),
    )


def _expected_words(tok_s: float | None, expected_tok_s: float | None, *, is_guess: bool) -> str:
    """What can be expected at this depth, and how much of it is reached."""
    if not expected_tok_s:
        return ""
    speed = speed_words(expected_tok_s)
    speed = say("about {speed}", speed=speed) if is_guess else speed
    if tok_s is None:
        return say("{speed} tok/s", speed=speed)
    return say("{speed} tok/s · {percent} % of it", speed=speed, percent=round(100 * tok_s / expected_tok_s))


def _count(tokens: int) -> str:
    return tokens_words(tokens) if tokens else ""


def _read_words(figures: Figures) -> str:
    if not figures.prefill_total:
        return ""
    share = say(
        "{percent} % of {count} tokens",
        percent=round(100 * figures.prefill_fraction),
        count=f"{figures.prefill_total:,}",
    )
    if figures.prefill_left_s:
        left = say("{time} left", time=format_duration(figures.prefill_left_s))
        return say(", ").join((share, left))
    return share


def _reading_words(tok_s: float | None, best_tok_s: float | None) -> str:
    """The speed, with the best of this model when it falls short of it."""
    if tok_s is None:
        return ""
    if best_tok_s and tok_s < 0.9 * best_tok_s:
        return say("{speed} tok/s, at best {best}", speed=f"{tok_s:,.0f}", best=f"{best_tok_s:,.0f}")
    return say("{speed} tok/s", speed=f"{tok_s:,.0f}")


def _draft_words(figures: Figures) -> str:
    if not figures.drafted:
        return ""
    return say("{accepted} of {drafted}", accepted=f"{figures.accepted:,}", drafted=f"{figures.drafted:,}")
