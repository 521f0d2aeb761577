"""What the welcome of an empty chat leads to: a first message to send, and the sample document it is about."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QTextCursor

from app.session.demo import demo_document_path
from app.ui.chat.composer import Composer
from app.ui.conversation import Conversation
from app.ui.pages.welcome import Welcome


class FirstSteps(QObject):
    """Writes into the composer. What was typed there before comes back with Ctrl+Z."""

    def __init__(self, welcome: Welcome, conversation: Conversation, composer: Composer, parent: QObject) -> None:
        super().__init__(parent)
        self._conversation, self._composer = conversation, composer
        welcome.words_wanted.connect(self._write)
        welcome.sample_wanted.connect(self._on_sample_wanted)

    def _write(self, text: str) -> None:
        edit = self._composer.edit
        cursor = edit.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        edit.setTextCursor(cursor)
        edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_sample_wanted(self, question: str) -> None:
        """The sample document, once, and the question about it."""
        sample, conversation = demo_document_path(), self._conversation
        attached = {document.path for document in conversation.documents} | {str(path) for path in conversation.reading}
        if str(sample) not in attached:
            conversation.add_files([sample])
        self._write(question)
