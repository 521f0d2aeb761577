"""What is written and not sent: the draft with its files, the question being edited, the note beside the chat."""

from __future__ import annotations

from collections.abc import Callable

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.words import say
from app.session.desk import Desk
from app.session.temporary import TemporaryDesk, is_temporary
from app.session.waiting import save_note, save_unsent
from app.store.rows import Message
from app.store.waiting import DraftFile, Unsent
from app.ui.attachments import Attachments
from app.ui.unbegun import Unbegun


class Drafting(Attachments):
    """Everything is kept as it is typed: with its chat, or in files while that has not begun.

    Events: `editing_changed()` a question is edited, or not any more; `draft` is then what the composer should hold;
    `undoable(words, undo)` something was given up that can be brought back. `unsent_kept()` and `note_kept()` what is
    not sent, or noted, of a chat that has begun is another now; `unsent_changed()` and `note_changed()` it became that
    in another pane.
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        super().__init__(desk)
        self.pane = pane
        self.chat_id: int | None = None
        self.editing: Message | None = None
        self.editing_changed: Emitter[[]] = Emitter()
        self.undoable: Emitter[[str, Callable[[], object]]] = Emitter()
        self.unsent_kept: Emitter[[]] = Emitter()
        self.unsent_changed: Emitter[[]] = Emitter()
        self.note_kept: Emitter[[]] = Emitter()
        self.note_changed: Emitter[[]] = Emitter()
        self._temporary: TemporaryDesk | None = None
        self.new = Unbegun(desk, pane)
        self.draft, self._unsent, self.note = self.new.draft, self.new.unsent, self.new.note
        self._aside: tuple[str, list[Document], tuple[DraftFile, ...]] = ("", [], ())
        self.is_restoring = False  # the files change because another message is shown
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
        if not self.is_restoring and self._unsent_now() != self._unsent:
            self._keep()

    def _keep(self) -> None:
        self._unsent = self._unsent_now()
        if self.chat_id is not None:
            save_unsent(self.here, self.chat_id, self.draft, self._unsent)
            self.unsent_kept.emit()
            return
        self.new.keep_message(self.draft, self._unsent)

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
        self.is_restoring = True
        self.drop_files()
        if documents:
            self.attach(documents)
        known = {document.path for document in documents or ()}
        self.add_chosen([file for file in files if file.path not in known])
        self.is_restoring = False

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

    # The same chat in another pane

    def take_unsent(self, other: Drafting) -> None:
        """What is not sent in this chat, as it stands in another pane that shows it."""
        self.draft, self.editing, self._aside = other.draft, other.editing, other._aside
        self.take_files(other)
        self._unsent = other._unsent
        self.unsent_changed.emit()

    def take_files(self, other: Drafting) -> None:
        """The files alone; those being read are read once."""
        self.is_restoring = True
        self.mirror(other)
        self.is_restoring = False
        self._unsent = self._unsent_now()

    def take_note(self, note: str) -> None:
        """What was noted beside this chat in another pane."""
        if note != self.note:
            self.note = note
            self.note_changed.emit()

    # The note

    def keep_note(self, note: str) -> None:
        """What is written beside the chat. It is never sent."""
        if note == self.note:
            return
        self.note = note
        if self.chat_id is None:
            self.new.keep_note(note)
        else:
            save_note(self.here, self.chat_id, note)
            self.note_kept.emit()
