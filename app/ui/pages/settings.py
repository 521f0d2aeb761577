"""Every choice on one page, in sections that can be searched. A choice holds at once; there is nothing to confirm."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.words import say
from app.session.desk import Desk
from app.ui.pages.engine_card import EngineSettings, ReadingsCard
from app.ui.pages.page import Page, buttons, label
from app.ui.pages.section import Section
from app.ui.pages.settings_cards import AnswersCard, AppearanceCard, ModelsCard
from app.ui.pages.settings_links import LinkCard
from app.ui.widgets.buttons import TextButton

ABOVE_PX = 12


class SettingsPage(Page):
    """`page_wanted(name)` asks for another page."""

    page_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Settings"), parent)
        self._desk = desk
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Search the settings"))
        self.search.setAccessibleName(say("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.nothing = label(say("No setting holds these words."), "quiet")
        self.nothing.hide()
        self.appearance, self.answers, self.models = AppearanceCard(desk), AnswersCard(desk), ModelsCard(desk)
        self.answers.presets_wanted.connect(lambda: self.page_wanted.emit("presets"))
        self.engine, self.readings = EngineSettings(desk), ReadingsCard(desk)
        self.sections = self._make_sections()
        self.add(self.search)
        self.column.addLayout(buttons(*map(self._make_door, self.sections), gap=0))
        self.add(self.nothing)
        for section in self.sections:
            self.add(section)

    def _make_sections(self) -> list[Section]:
        return [
            Section(say("General"), [self.appearance, self.answers]),
            Section(say("Reading and memory"), [self.readings]),
            Section(say("Engine"), [self.engine, self.models]),
            Section(say("About"), [self._about()]),
        ]

    def _about(self) -> LinkCard:
        card = LinkCard(say("Carrel, its licences and help when something goes wrong."), say("About Carrel"))
        card.wanted.connect(lambda: self.page_wanted.emit("about"))
        return card

    def _make_door(self, section: Section) -> TextButton:
        """Goes to a section."""
        door = TextButton(section.title, kind="quiet")
        door.setAccessibleName(say("Go to {section}", section=section.title))
        door.clicked.connect(lambda: self.show_section(section))
        return door

    def show_section(self, section: Section) -> None:
        """Scroll until its title stands on top."""
        self.search.clear()
        QTimer.singleShot(0, section, lambda: self._scroll_to(section))

    def _scroll_to(self, section: Section) -> None:
        ground = self.widget()
        if ground is not None:
            self.verticalScrollBar().setValue(section.mapTo(ground, QPoint()).y() - ABOVE_PX)

    def _on_search(self, text: str) -> None:
        words = text.lower().split()
        found = [section.search(words) for section in self.sections]
        self.nothing.setVisible(not any(found))
