"""Over the composer of a chat that has not begun: the folder it will be in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.core.words import say
from app.session.folders import list_folders
from app.store.rows import Folder
from app.ui.conversation import Conversation
from app.ui.icons import pixmap
from app.ui.pages.page import label
from app.ui.widgets.buttons import TextButton


class FolderLine(QFrame):
    """Hidden while there is nothing to say. Its owner calls `look` when another chat is shown."""

    def __init__(self, conversation: Conversation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self.setProperty("ground", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._sign = QLabel()
        self._sign.setFixedWidth(16)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = label("", "quiet")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.leave = TextButton(say("In no folder"), kind="quiet")
        self.leave.clicked.connect(lambda: conversation.choose_folder(None))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self.words, 1)
        row.addWidget(self.leave)
        self.hide()

    def look(self) -> None:
        """Show the folder as it is called now; nothing when it is gone, or when the chat has begun."""
        if self._wanted is None:
            self.hide()
        else:
            list_folders(self._conversation.desk, self._show)

    @property
    def _wanted(self) -> int | None:
        return self._conversation.new.folder_id if self._conversation.chat_id is None else None

    def _show(self, folders: list[Folder]) -> None:
        name = next((folder.name for folder in folders if folder.id == self._wanted), None)
        if name is not None:
            self._sign.setPixmap(pixmap("folder", "quiet", 15, self.devicePixelRatioF()))
            self.words.setText(say("This chat will be in the folder {name}.", name=name))
        self.setVisible(name is not None)
