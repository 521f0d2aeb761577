"""What the chosen pages weigh: whether they fit before anything is sent, how long they take, and the memory."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.chat import Document
from app.core.counts import tokens_words
from app.core.units import format_duration, format_gib, format_tokens
from app.core.words import say
from app.session.preview import MARKER_TOKENS, Memory, Weight
from app.ui.leafing import Leafing
from app.ui.pages.page import buttons
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.gauge import ContextGauge, ContextParts
from app.ui.widgets.labels import make_label, set_role
from app.ui.words import model_name

MOST_LEFT_OUT = 0.7  # of all that is attached; a file that is nearly everything is no file to leave out


class Budget(QWidget):
    """`loading_wanted` asks for the page where the context is made larger."""

    loading_wanted = Signal()

    def __init__(self, leafing: Leafing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leafing = leafing
        self.gauge = ContextGauge()
        self.verdict, self.cost = make_label(""), make_label("", "quiet")
        self.keep = TextButton(say("Keep what fits"))
        self.keep.clicked.connect(leafing.keep_what_fits)
        self.load = TextButton(say("Change how it is loaded"))
        self.load.clicked.connect(self.loading_wanted)
        self.acts = QWidget()
        self.acts.setLayout(buttons(self.keep, self.load))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(6)
        for widget in (self.gauge, self.verdict, self.cost, self.acts):
            column.addWidget(widget)

    def show_now(self) -> None:
        """The weight as it is known now."""
        leafing = self._leafing
        weight = leafing.weight
        if weight is None:
            self._show_sent(leafing.documents)
            return
        pages = sum(len(document.sent) + 2 for document in weight.documents)
        documents = min(weight.prompt_tokens, weight.document_tokens + MARKER_TOKENS * pages)
        others = weight.prompt_tokens - documents
        instructions, history = (0, others) if leafing.has_history else (others, 0)
        parts = ContextParts(instructions, documents, history, weight.room_tokens, weight.n_ctx)
        self.gauge.set_parts(parts)
        self.gauge.setVisible(weight.n_ctx > 0)
        words, role = _verdict(weight, leafing.documents, leafing.plan_name)
        self.verdict.setText(words)
        set_role(self.verdict, role)
        self.verdict.show()
        self.cost.setText(_cost(weight, leafing.memory))
        self.cost.setVisible(bool(self.cost.text()))
        self.acts.setVisible(weight.fits is False)

    def _show_sent(self, documents: Sequence[Document]) -> None:
        """What went out cannot be changed."""
        for widget in (self.gauge, self.acts, self.cost):
            widget.hide()
        self.verdict.setText(say("Sent with a message: {what}.", what=amount_words(documents)))
        set_role(self.verdict, "quiet")
        self.verdict.setVisible(bool(documents))


def amount_words(documents: Sequence[Document]) -> str:
    """ "7 of 12 pages, 4,120 tokens"."""
    sent, total = sum(len(one.sent) for one in documents), sum(len(one.pages) for one in documents)
    tokens = tokens_words(sum(one.sent_tokens for one in documents))
    if sent == total:
        one = say("the whole page, {tokens}", tokens=tokens)
        return one if total == 1 else say("all {total} pages, {tokens}", total=f"{total:,}", tokens=tokens)
    return say("{sent} of {total} pages, {tokens}", sent=f"{sent:,}", total=f"{total:,}", tokens=tokens)


def _verdict(weight: Weight, documents: Sequence[Document], plan_name: str) -> tuple[str, str]:
    """Whether it fits, in a sentence, and the role of the words."""
    amount = amount_words(documents)
    if weight.fits is None:
        return say("{what}. Whether it fits is known when a model is loaded.", what=amount), "quiet"
    where = say(" with {model}", model=model_name(plan_name)) if plan_name else ""
    if weight.fits:
        left = weight.n_ctx - weight.prompt_tokens - weight.room_tokens
        return "✓ " + say(
            "Fits{where}: {what}; {left} tokens are left.", where=where, what=amount, left=f"{left:,}"
        ), "good"
    remedy = _remedy(weight, documents)
    return "✗ " + say(
        "Does not fit{where}: {over} tokens too many. {remedy}",
        where=where,
        over=f"{weight.over_tokens:,}",
        remedy=remedy,
    ), "bad"


def _remedy(weight: Weight, documents: Sequence[Document]) -> str:
    """What would fit."""
    needed = f"{weight.needed_ctx:,}"
    by_size = sorted(documents, key=lambda document: document.sent_tokens)
    spare = next((one for one in by_size if one.sent_tokens >= weight.over_tokens), None)
    if spare is not None and spare.sent_tokens < weight.document_tokens * MOST_LEFT_OUT:
        return say("Leave out {name}, or load the model with a context of {needed}.", name=spare.name, needed=needed)
    return say("Untick pages, or load the model with a context of {needed}.", needed=needed)


def _cost(weight: Weight, memory: Memory | None) -> str:
    """How long reading takes, and the memory."""
    parts = []
    if weight.read_s is not None and weight.document_tokens:
        time = format_duration(max(0.1, weight.read_s))
        guess = say("Reading takes about {time}, guessed: this model was not measured here yet.", time=time)
        parts.append(guess if weight.is_guess else say("Reading takes about {time}.", time=time))
    if memory is not None:
        parts.append(_memory_words(memory))
    return say(" ").join(parts)


def _memory_words(memory: Memory) -> str:
    facts = {
        "context": format_tokens(memory.n_ctx),
        "need": format_gib(memory.vram_bytes or memory.ram_bytes),
        "free": format_gib(memory.free_bytes),
    }
    if not memory.vram_bytes:
        return say("Model and {context} of context take {need} of main memory.", **facts)
    if memory.fits:
        return say("Model and {context} of context take {need} of graphics memory; {free} can be used.", **facts)
    return say("Model and {context} of context would take {need} of graphics memory; only {free} can be used.", **facts)
