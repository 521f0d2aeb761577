"""The presets: Carrel's own and the user's, used, edited, copied, removed, each step with a way back."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.core.errors import CarrelError
from app.core.preset import Preset
from app.core.words import say
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.pages.page import Page, buttons, label
from app.ui.pages.preset_card import PresetCard
from app.ui.widgets.buttons import TextButton


class PresetsPage(Page):
    """`used(key)` asks for a new chat with a preset. `told(words, button, act)` and `refused(words)` are for the line
    at the bottom of the window.
    """

    used = Signal(str)
    told = Signal(str, str, object)
    refused = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Presets"), parent)
        self._desk, self._presets = desk, desk.presets
        words = say(
            "A preset holds instructions and parameters for a kind of work. A chat takes them over when it begins to "
            "use the preset; what you change here holds for chats after that."
        )
        self.add(label(words, "quiet"))
        self.new = TextButton(say("New preset"), picture="plus")
        self.new.clicked.connect(self._on_new)
        self.missing = TextButton(say("Bring back what came with Carrel"), kind="quiet", picture="undo-2")
        self.missing.clicked.connect(self._presets.bring_back_originals)
        self.column.addLayout(buttons(self.new, self.missing))
        self.problems = label("", "bad")
        self.add(self.problems)
        self.cards: dict[str, PresetCard] = {}
        self._typing = ""
        listen(self, lambda: desk.presets.changed.connect(self._show))
        listen(self, lambda: desk.settings_changed.connect(lambda _: self._show()))
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Files may have been put into the folder meanwhile."""
        super().showEvent(event)
        self._presets.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for card in self.cards.values():
            card.flush()

    def open(self, key: str) -> None:
        """Unfold one and bring it into sight."""
        card = self.cards.get(key)
        if card is not None:
            card.edit.setChecked(True)
            QTimer.singleShot(0, card, lambda: self.ensureWidgetVisible(card, 0, 24))

    def _show(self) -> None:
        """Cards stay while their preset stays, so that what is typed in one is not lost."""
        presets = self._presets.all
        keys = [preset.key for preset in presets]
        for gone in [key for key in self.cards if key not in keys]:
            card = self.cards.pop(gone)
            self.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, preset in enumerate(presets):
            card = self.cards.get(preset.key) or self._make_card(preset)
            if self.column.indexOf(card) != place + 4:
                self.column.insertWidget(place + 4, card)
            card.show_preset(preset, is_default=preset.key == self._desk.settings.default_preset)
        self.missing.setVisible(bool(self._presets.hidden))
        self.problems.setText("\n".join(str(problem) for problem in self._presets.problems))
        self.problems.setVisible(bool(self._presets.problems))

    def _make_card(self, preset: Preset) -> PresetCard:
        key = preset.key
        card = self.cards[key] = PresetCard(self._desk, preset)
        card.used.connect(lambda: self._on_used(key))
        card.copied.connect(lambda: self._try(lambda: self._on_copied(key)))
        card.renamed.connect(lambda to: self._try(lambda: self._presets.rename(key, to)))
        card.removed.connect(lambda: self._try(lambda: self._on_removed(key)))
        card.reset_wanted.connect(lambda: self._try(lambda: self._on_reset(key)))
        card.changed.connect(lambda changed: self._try(lambda: self._on_changed(changed)))
        card.favoured.connect(lambda on: self._desk.change_settings(default_preset=key if on else ""))
        card.unfolded.connect(lambda: self._fold_others(key))
        return card

    def _fold_others(self, key: str) -> None:
        for other, card in self.cards.items():
            if other != key:
                card.fold()

    def _try(self, act: Callable[[], object]) -> None:
        """What the disk or a name refuses is told at the bottom of the window."""
        try:
            act()
        except CarrelError as error:
            self.refused.emit(str(error))

    def _on_changed(self, changed: Preset) -> None:
        """From an editor: name and key are not its business."""
        self._presets.keep(msgspec.structs.replace(changed, name=self._presets.get(changed.key).name))

    def _on_used(self, key: str) -> None:
        self.cards[key].flush()
        self.used.emit(key)

    def _on_new(self) -> None:
        self._try(lambda: self.open(self._presets.add(say("My preset")).key))

    def _on_copied(self, key: str) -> None:
        self.cards[key].flush()
        like = self._presets.get(key)
        self.open(self._presets.add(like.name, like=like).key)

    def _on_removed(self, key: str) -> None:
        self.cards[key].flush()
        name = self._presets.get(key).name
        undo = self._presets.remove(key)
        self.told.emit(say("Deleted: {title}", title=name), say("Undo"), undo)

    def _on_reset(self, key: str) -> None:
        self.cards[key].flush()
        undo = self._presets.reset(key)
        self._renew(key)

        def back() -> None:
            undo()
            self._renew(key)

        name = self._presets.get(key).name
        self.told.emit(say("{name} is as it came with Carrel.", name=name), say("Undo"), back)

    def _renew(self, key: str) -> None:
        if key in self.cards:
            self.cards[key].renew()
