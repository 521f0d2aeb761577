"""What is written and not sent: the draft with its files, the question being edited, the note beside the chat."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.words import say
from app.session.desk import Desk
from app.session.temporary import TemporaryDesk, is_temporary
from app.session.waiting import save_note, save_unsent
from app.store.rows import Message
from app.store.waiting import DraftFile, Unsent
from app.ui.attachments import Attachments


class Drafting(Attachments):
    """Everything is kept as it is typed: with its chat, or in files while that has not begun.

    Events: `editing_changed()` a question is edited, or not any more; `draft` is then what the composer should hold;
    `undoable(words, undo)` something was given up that can be brought back.
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        super().__init__(desk)
        self.pane = pane
        self.chat_id: int | None = None
        self.editing: Message | None = None
        self.note = ""
        self.editing_changed: Emitter[[]] = Emitter()
        self.undoable: Emitter[[str, Callable[[], object]]] = Emitter()
        self._temporary: TemporaryDesk | None = None
        self._new = self._read_new()
        self.draft = self._new[0]
        self._unsent = self._new[1]
        self._aside: tuple[str, list[Document], tuple[DraftFile, ...]] = ("", [], ())
        self._is_restoring = False
        self.files_changed.connect(self._keep_files)

    @property
    def here(self) -> Desk:
        """The desk at which the chat shown is answered: one that forgets it, when it is temporary."""
        return self._desk_of(self.chat_id)

    @property
    def is_temporary(self) -> bool:
        """Whether the chat shown never touches the disk."""
        return is_temporary(self.chat_id)

    def _desk_of(self, chat_id: int | None) -> Desk:
        return self._temporary if self._temporary is not None and is_temporary(chat_id) else self.desk

    # The draft

    def keep_draft(self, text: str) -> None:
        """Remember what is typed, on disk."""
        if text != self.draft:
            self.draft = text
            self._keep()

    def _keep_files(self) -> None:
        if not self._is_restoring and self._unsent_now() != self._unsent:
            self._keep()

    def _keep(self) -> None:
        self._unsent = self._unsent_now()
        if self.chat_id is not None:
            save_unsent(self.here, self.chat_id, self.draft, self._unsent)
            return
        self._new = (self.draft, self._unsent)
        files = self.desk.vault.files
        files.keep(self._draft_file, self.draft.encode())
        if self._unsent.files or files.read(self._files_file) is not None:
            files.keep(self._files_file, msgspec.json.encode(self._unsent))

    def _unsent_now(self) -> Unsent:
        files = self.attached
        if self.editing is None:
            return Unsent(files)
        return Unsent(files, self.editing.id, self._aside[0], self._aside[2])

    def _show_unsent(self, draft: str, unsent: Unsent, messages: list[Message]) -> None:
        """Another chat is shown, with what was not sent in it. Its files are read again."""
        self.draft, self._unsent = draft, unsent
        self.editing = next((one for one in messages if one.id == unsent.edits), None)
        self._aside = (unsent.aside, [], unsent.aside_files)

    def _restore(self, files: tuple[DraftFile, ...], documents: list[Document] | None = None) -> None:
        """Nothing but these is attached any more."""
        self._is_restoring = True
        self.drop_files()
        if documents:
            self.attach(documents)
        known = {document.path for document in documents or ()}
        self.add_chosen([file for file in files if file.path not in known])
        self._is_restoring = False

    # A question edited

    def begin_edit(self, question: Message, text: str | None = None) -> None:
        """Its words (or `text`) and files come into the composer; what stood there is set aside until it is sent or
        given up.
        """
        self.cancel_edit()
        self._aside = (self.draft, list(self.documents), self.attached)
        self.editing, self.draft = question, question.text if text is None else text
        self._restore(())
        self.editing_changed.emit()

        def loaded(documents: list[Document]) -> None:
            if self.editing is question:
                self.attach(documents)

        if question.documents:
            self.here.store.ask(lambda store: store.documents_of(question.id), loaded)
        self._keep()

    def cancel_edit(self) -> None:
        """The question stays as it was; the draft of before comes back."""
        question, text = self.editing, self.draft
        if question is None:
            return
        self._end_edit()
        self._keep()
        if text.strip() != question.text.strip():
            chat_id = self.chat_id

            def undo() -> None:
                if self.chat_id == chat_id:
                    self.begin_edit(question, text)

            self.undoable.emit(say("The question stays as it was."), undo)

    def _end_edit(self) -> None:
        draft, documents, files = self._aside
        self.editing, self.draft, self._aside = None, draft, ("", [], ())
        self._restore(files, documents)
        self.editing_changed.emit()

    # The note

    def keep_note(self, note: str) -> None:
        """What is written beside the chat. It is never sent."""
        if note != self.note and self.chat_id is not None:
            self.note = note
            save_note(self.here, self.chat_id, note)

    # While the chat has not begun

    @property
    def _draft_file(self) -> str:
        return "draft.txt" if self.pane == 1 else f"draft-{self.pane}.txt"

    @property
    def _files_file(self) -> str:
        return "draft.json" if self.pane == 1 else f"draft-{self.pane}.json"

    def _read_new(self) -> tuple[str, Unsent]:
        files = self.desk.vault.files
        text = (files.read(self._draft_file) or b"").decode("utf-8", "replace")
        try:
            unsent = msgspec.json.decode(files.read(self._files_file) or b"", type=Unsent)
        except msgspec.MsgspecError:
            unsent = Unsent()
        return text, unsent

    def _forget_new(self) -> None:
        """The chat has begun: the next one starts from nothing."""
        self._new = ("", Unsent())
        self.desk.vault.files.remove(self._draft_file)
        self.desk.vault.files.remove(self._files_file)
