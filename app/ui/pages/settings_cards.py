"""The cards of the settings that belong to no other room: appearance, answers, models and downloads."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QHBoxLayout, QLineEdit, QWidget

from app.config.paths import models_folder
from app.config.settings import Settings
from app.core.words import say
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.pages.page import Card, buttons, field, label
from app.ui.token_count import TokenCount
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import NumberField, make_choice
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.writing_box import WritingBox


class SettingsCard(Card):
    """A card that changes settings by their names."""

    def __init__(self, desk: Desk, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(heading, parent)
        self._desk = desk

    def change(self, **changes: object) -> None:
        """Keep a choice that is another one than before."""
        if any(getattr(self._desk.settings, name) != value for name, value in changes.items()):
            self._desk.change_settings(**changes)

    def box(self, words: str, name: str) -> QCheckBox:
        """A choice between yes and no, kept under `name`."""
        made = QCheckBox(words)
        made.setChecked(bool(getattr(self._desk.settings, name)))
        made.toggled.connect(lambda on: self.change(**{name: on}))
        return made


class AppearanceCard(SettingsCard):
    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, say("Appearance"), parent)
        settings = desk.settings
        languages = (("system", say("As the system")), ("en", "English"), ("zh_CN", "简体中文"))
        themes = (("system", say("As the system")), ("light", say("Light")), ("dark", say("Dark")))
        self.language = make_choice(languages, settings.language, lambda value: self.change(language=value))
        self.theme = make_choice(themes, settings.theme, lambda value: self.change(theme=value))
        self.column.addLayout(field(say("Language"), self.language))
        self.column.addLayout(field(say("Colours"), self.theme))
        listen(self, lambda: desk.settings_changed.connect(self._show))

    def _show(self, settings: Settings) -> None:
        """The search of the window changes the colours too; another language makes this card again."""
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))


class AnswersCard(SettingsCard):
    """`presets_wanted()` asks for the page of presets."""

    presets_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, say("Answers"), parent)
        self.thinking = self.box(say("Think before answering: slower, better on hard questions"), "thinking")
        self.name_chats = self.box(say("Name a chat after its first answer; names of your own stay"), "name_chats")
        self.default = make_choice((), "", lambda key: self.change(default_preset=key))
        edit = TextButton(say("Edit presets"), kind="quiet", picture="pencil")
        edit.clicked.connect(self.presets_wanted)
        preset = QWidget()
        preset.setLayout(buttons(self.default, edit))
        words = say("Instructions given to the model in every chat")
        self.system_prompt = Instructions(desk.settings.system_prompt)
        self.system_prompt.kept = lambda text: self.change(system_prompt=text)
        self.system_prompt.setAccessibleName(words)
        frame = Card(ground="sheet")
        frame.column.setContentsMargins(6, 4, 6, 4)
        frame.column.addWidget(self.system_prompt)
        self.tokens = label("", "quiet", wrap=False)
        TokenCount(desk, self.system_prompt, self.tokens)
        head = QHBoxLayout()
        head.addWidget(label(words, "quiet"), 1)
        head.addWidget(self.tokens)
        self.column.addWidget(self.thinking)
        self.column.addWidget(self.name_chats)
        self.column.addLayout(field(say("Preset for new chats"), preset))
        self.column.addLayout(head)
        self.column.addWidget(frame)
        self.default.setAccessibleName(say("Preset for new chats"))
        listen(self, lambda: desk.presets.changed.connect(self._fill))
        listen(self, lambda: desk.settings_changed.connect(lambda _: self._follow()))
        self._fill()

    def _fill(self) -> None:
        """The presets there are now."""
        self.default.clear()
        self.default.addItem(say("No preset"), "")
        for preset in self._desk.presets.all:
            self.default.addItem(preset.name, preset.key)
        self._follow()

    def _follow(self) -> None:
        """Thinking and the preset can be chosen in other places too."""
        settings = self._desk.settings
        self.thinking.setChecked(settings.thinking)
        self.default.setCurrentIndex(max(0, self.default.findData(settings.default_preset)))


class ModelsCard(SettingsCard):
    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, say("Models and downloads"), parent)
        settings = desk.settings
        now = str(models_folder(desk.home, settings.models_folder))
        self.folder = ElidedLabel(now, mode=Qt.TextElideMode.ElideMiddle)
        choose = TextButton(say("Change…"))
        choose.setAccessibleName(say("Change the folder of the models"))
        choose.clicked.connect(self._on_choose_folder)
        folder = QWidget()
        row = QHBoxLayout(folder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        self.margin = NumberField()
        self.margin.setRange(0, 16384)
        self.margin.setSingleStep(128)
        self.margin.setSuffix(" MB")
        self.margin.setValue(settings.vram_margin_mib)
        self.margin.setFixedWidth(140)
        self.margin.editingFinished.connect(lambda: self.change(vram_margin_mib=self.margin.value()))
        self.endpoint = _text(settings.hub_endpoint, "https://huggingface.co", lambda t: self.change(hub_endpoint=t))
        self.proxy = _text(settings.proxy, "http://127.0.0.1:7890", lambda t: self.change(proxy=t))
        self.column.addLayout(field(say("Folder for downloads"), folder))
        self.column.addLayout(field(say("Graphics memory left to other programs"), self.margin))
        self.column.addLayout(field(say("Download mirror"), self.endpoint))
        self.column.addLayout(field(say("Proxy"), self.proxy))
        self.column.addWidget(
            label(say("Leave mirror and proxy empty to use HF_ENDPOINT and HTTPS_PROXY, or none."), "quiet")
        )

    def _on_choose_folder(self) -> None:
        now = str(models_folder(self._desk.home, self._desk.settings.models_folder))
        chosen = QFileDialog.getExistingDirectory(self, say("Folder for downloads"), now)
        if chosen:
            self.change(models_folder=chosen)
            self.folder.setText(chosen)


class Instructions(WritingBox):
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
