"""Chats as files: out, in, and everything in one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.ui.archives import Archives
from app.ui.pages.data_cards import BackupCard, ImportCard, RestoreCard
from app.ui.pages.export_card import ExportCard
from app.ui.pages.page import Page


class ArchivesPage(Page):
    def __init__(self, archives: Archives, parent: QWidget | None = None) -> None:
        super().__init__(say("Export, import and backup"), parent)
        self.export, self.bring_in = ExportCard(archives), ImportCard(archives)
        self.backup, self.restore = BackupCard(archives), RestoreCard(archives)
        for card in (self.export, self.bring_in, self.backup, self.restore):
            self.add(card)
