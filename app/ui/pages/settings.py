"""Every choice on one page. A choice holds at once; there is nothing to confirm."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from app.config.paths import models_folder
from app.core.words import say
from app.session.desk import Desk
from app.ui.pages.engine_card import EngineSettings
from app.ui.pages.page import Card, Page, field, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import NumberField, make_choice


class SettingsPage(Page):
    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Settings"), parent)
        self._desk = desk
        self.add(self._appearance())
        self.add(self._answers())
        self.engine = EngineSettings(desk)
        self.add(self.engine)
        self.add(self._models())

    def _appearance(self) -> Card:
        card = Card(say("Appearance"))
        settings = self._desk.settings
        languages = (("system", say("As the system")), ("en", "English"), ("zh_CN", "简体中文"))
        themes = (("system", say("As the system")), ("light", say("Light")), ("dark", say("Dark")))
        self.language = make_choice(languages, settings.language, lambda value: self._change(language=value))
        self.theme = make_choice(themes, settings.theme, lambda value: self._change(theme=value))
        card.column.addLayout(field(say("Language"), self.language))
        card.column.addLayout(field(say("Colours"), self.theme))
        return card

    def _answers(self) -> Card:
        card = Card(say("Answers"))
        self.thinking = QCheckBox(say("Think before answering: slower, better on hard questions"))
        self.thinking.setChecked(self._desk.settings.thinking)
        self.thinking.toggled.connect(lambda on: self._change(thinking=on))
        self.name_chats = QCheckBox(say("Name a chat after its first answer; names of your own stay"))
        self.name_chats.setChecked(self._desk.settings.name_chats)
        self.name_chats.toggled.connect(lambda on: self._change(name_chats=on))
        self.system_prompt = _Instructions(self._desk.settings.system_prompt)
        self.system_prompt.kept = lambda text: self._change(system_prompt=text)
        frame = Card(ground="sheet")
        frame.column.setContentsMargins(6, 4, 6, 4)
        frame.column.addWidget(self.system_prompt)
        card.column.addWidget(self.thinking)
        card.column.addWidget(self.name_chats)
        words = say("Instructions given to the model in every chat")
        card.column.addWidget(label(words, "quiet"))
        card.column.addWidget(frame)
        self.system_prompt.setAccessibleName(words)
        return card

    def _models(self) -> Card:
        card = Card(say("Models and downloads"))
        settings = self._desk.settings
        self.folder = label(str(models_folder(self._desk.home, settings.models_folder)))
        choose = TextButton(say("Change…"))
        choose.setAccessibleName(say("Change the folder of the models"))
        choose.clicked.connect(self._on_choose_folder)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        folder = QWidget()
        row.setContentsMargins(0, 0, 0, 0)
        folder.setLayout(row)
        self.margin = NumberField()
        self.margin.setRange(0, 16384)
        self.margin.setSingleStep(128)
        self.margin.setSuffix(" MB")
        self.margin.setValue(settings.vram_margin_mib)
        self.margin.setFixedWidth(140)
        self.margin.editingFinished.connect(lambda: self._change(vram_margin_mib=self.margin.value()))
        self.endpoint = _text(settings.hub_endpoint, "https://huggingface.co", lambda t: self._change(hub_endpoint=t))
        self.proxy = _text(settings.proxy, "http://127.0.0.1:7890", lambda t: self._change(proxy=t))
        card.column.addLayout(field(say("Folder for downloads"), folder))
        card.column.addLayout(field(say("Graphics memory left to other programs"), self.margin))
        card.column.addLayout(field(say("Download mirror"), self.endpoint))
        card.column.addLayout(field(say("Proxy"), self.proxy))
        card.column.addWidget(
            label(say("Leave mirror and proxy empty to use HF_ENDPOINT and HTTPS_PROXY, or none."), "quiet")
        )
        return card

    def _change(self, **changes: object) -> None:
        (name, value), *_ = changes.items()
        if getattr(self._desk.settings, name) != value:
            self._desk.change_settings(**changes)

    def _on_choose_folder(self) -> None:
        now = str(models_folder(self._desk.home, self._desk.settings.models_folder))
        chosen = QFileDialog.getExistingDirectory(self, say("Folder for downloads"), now)
        if chosen:
            self._change(models_folder=chosen)
            self.folder.setText(chosen)


class _Instructions(QPlainTextEdit):
    """Several lines, kept when the field is left."""

    kept: Callable[[str], object] = staticmethod(lambda _: None)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTabChangesFocus(True)
        self.setFixedHeight(88)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setPlaceholderText(say("For example: answer briefly, in plain words."))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.kept(self.toPlainText().strip())


def _text(now: str, example: str, changed: Callable[[str], object]) -> QLineEdit:
    field = QLineEdit(now)
    field.setPlaceholderText(example)
    field.editingFinished.connect(lambda: changed(field.text().strip()))
    return field
