"""Every choice on one page, in sections that can be searched. A choice holds at once; there is nothing to confirm."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.session.desk import Desk
from app.ui.inspector.alert_card import AlertCard
from app.ui.pages.desktop_card import DesktopCard
from app.ui.pages.engine_card import EngineSettings, ReadingsCard
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.pages.section import Section
from app.ui.pages.settings_cards import AnswersCard, AppearanceCard, ModelsCard
from app.ui.pages.settings_links import LinkCard
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.search_field import FilterField

ABOVE_PX = 12


class SettingsPage(Page):
    """`page_wanted(name)` asks for another page."""

    page_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Settings"), parent)
        self._desk = desk
        self.search = FilterField(say("Search the settings"))
        self.search.textChanged.connect(self._on_search)
        self.nothing = label(say("No setting holds these words."), "quiet")
        self.nothing.hide()
        self.appearance, self.answers, self.models = AppearanceCard(desk), AnswersCard(desk), ModelsCard(desk)
        self.answers.presets_wanted.connect(lambda: self.page_wanted.emit("presets"))
        self.engine, self.readings = EngineSettings(desk), ReadingsCard(desk)
        self.desktop = DesktopCard(desk)
        self.sections = self._make_sections()
        self.add(self.search)
        self.column.addLayout(buttons(*map(self._make_door, self.sections), gap=0))
        self.add(self.nothing)
        for section in self.sections:
            self.add(section)

    def _make_sections(self) -> list[Section]:
        return [
            Section(say("General"), [self.appearance, self.answers, self.desktop]),
            Section(say("Reading and memory"), [self.readings]),
            Section(say("Engine and models"), [self.engine, self.models]),
            Section(say("Chats and data"), self._data()),
            Section(say("Alerts"), [self._alerts()]),
            Section(say("Vault"), [self._vault()]),
            Section(say("About"), [self._about()]),
        ]

    def _data(self) -> list[QWidget]:
        bin_words = say("Deleted chats wait in the recycle bin before they go for ever.")
        file_words = say("Chats leave as files, come in from other programs, and are backed up and restored.")
        archives = self._link(file_words, say("Export, import and backup"), "archives")
        return [archives, self._link(bin_words, say("Recycle bin"), "bin")]

    def _alerts(self) -> Card:
        card = Card()
        self.alerts = AlertCard(self._desk)
        self.alerts.fold.setChecked(True)
        card.column.addWidget(label(say("A word on top of the performance panel when a limit is passed."), "quiet"))
        card.column.addWidget(self.alerts)
        return card

    def _vault(self) -> LinkCard:
        words = say("Chats, documents and readings can be kept encrypted, opened by a passphrase.")
        return self._link(words, say("Vault"), "vault")

    def _about(self) -> LinkCard:
        words = say("Carrel, its licences and help when something goes wrong.")
        return self._link(words, say("About Carrel"), "about")

    def _link(self, words: str, button: str, page: str) -> LinkCard:
        card = LinkCard(words, button)
        card.wanted.connect(lambda: self.page_wanted.emit(page))
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
