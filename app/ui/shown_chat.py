"""The chat that is shown: opened, left, begun, with its branch and what lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.params import Choices
from app.session import chats
from app.session.branches import Shown, show_chat
from app.session.desk import Desk
from app.session.temporary import TemporaryDesk, keep_chat
from app.session.waiting import save_unsent
from app.store.rows import Chat, Message
from app.store.waiting import Queued, Unsent
from app.ui.drafting import Drafting
from app.ui.manner import Manner

if TYPE_CHECKING:
    from app.ui.conversation import Conversation

_NONE = Choices()


class ShownChat(Drafting):
    """Events: `leaving()` before and `opened()` after another chat, or none, is shown; `listed(chats)`; `reread()` the
    kept rows are here; `branched(place)` from this message on another branch is shown; `queue_changed()`.
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        super().__init__(desk, pane)
        self.beside: Sequence[Conversation] = ()  # those of other panes
        self.manner = Manner(desk, pane)
        self.messages: list[Message] = []
        self.versions: dict[int, tuple[int, ...]] = {}
        self.queue: list[Queued] = []
        self.chats: list[Chat] = []
        self._temporary_id: int | None = None
        self.leaving: Emitter[[]] = Emitter()
        self.opened: Emitter[[]] = Emitter()
        self.listed: Emitter[[list[Chat]]] = Emitter()
        self.reread: Emitter[[]] = Emitter()
        self.branched: Emitter[[int]] = Emitter()
        self.queue_changed: Emitter[[]] = Emitter()

    @property
    def leaf(self) -> Message | None:
        """The last message of the branch shown."""
        return self.messages[-1] if self.messages else None

    def refresh_list(self) -> None:
        def done(found: list[Chat]) -> None:
            for one in (self, *self.beside):
                one.chats = found
                one.listed.emit(found)

        chats.list_chats(self.desk, done)

    def new_chat(self, folder_id: int | None = None) -> None:
        """An empty page, or what was written on it before; the chat itself begins with its first question.

        It will be in this folder. Without one, what is written already stays meant for the folder it was.
        """
        if self.chat_id is None:
            self.leaving.emit()  # what is typed decides
        if folder_id is not None or self.new.is_empty:
            self.new.keep_folder(folder_id)
        self._show(None)

    def choose_folder(self, folder_id: int | None) -> None:
        """Where the chat that has not begun will be."""
        self.new.keep_folder(folder_id)
        self.opened.emit()

    def open_chat(self, chat_id: int) -> None:
        def failed(error: Exception) -> None:
            if not isinstance(error, CarrelError) or error.code != "no_chat":
                raise error
            self._show(None)  # it was erased meanwhile

        show_chat(self._desk_of(chat_id), chat_id, self._show, failed)

    def open_temporary(self) -> None:
        """The chat of this pane that never touches the disk; it stays in memory until it is forgotten."""
        if self._temporary_id is not None:
            self.open_chat(self._temporary_id)
            return
        self._temporary = self._temporary or TemporaryDesk(self.desk)

        def made(chat: Chat) -> None:
            self._temporary_id = chat.id
            self._show(Shown(chat))

        self._temporary.store.ask(lambda store: store.create_chat(), made)

    def forget_temporary(self) -> None:
        """Nothing of the temporary chat is left, in memory either."""
        if self._temporary is not None:
            self._temporary.close()
        self._temporary = self._temporary_id = None
        self._show(None)

    def keep_temporary(self, done: Callable[[], object]) -> None:
        """The temporary chat becomes one like the others, with what is typed and attached in it."""
        temporary, chat_id = self._temporary, self.chat_id
        if temporary is None or chat_id is None or not self.is_temporary or not self.messages:
            return
        self.leaving.emit()  # what is typed is part of it
        draft, unsent = self.draft, Unsent(self.attached)

        def kept(number: int) -> None:
            save_unsent(self.desk, number, draft, unsent)
            show_chat(self.desk, number, shown)
            self.refresh_list()

        def shown(found: Shown) -> None:
            if self.chat_id == chat_id:
                self._show(found)
            temporary.close()
            self._temporary = self._temporary_id = None
            done()

        keep_chat(temporary, self.desk, chat_id, kept)

    def restore_new_files(self) -> None:
        """At the start: the files of the message in the chat that has not begun."""
        if self.chat_id is None and self.new.unsent.files and not self.attached:
            self._restore(self.new.unsent.files)

    def _show(self, shown: Shown | None) -> None:
        self.leaving.emit()
        self.chat_id = shown.chat.id if shown is not None else None
        self._take(shown)
        self.note = shown.note if shown is not None else self.new.note
        self.manner.show(self.chat_id, shown.chat.choices if shown is not None else _NONE, self.here)
        draft, unsent = (shown.chat.draft, shown.unsent) if shown is not None else (self.new.draft, self.new.unsent)
        twin = self.twin
        self._show_unsent(draft, unsent, self.messages)
        self.is_restoring = True
        self.drop_files()
        self.opened.emit()
        self.is_restoring = False
        if twin is not None:
            self.take_unsent(twin)
            self.take_note(twin.note)
        elif unsent.files:
            self._restore(unsent.files)

    @property
    def twin(self) -> Conversation | None:
        """Another pane that shows the same chat."""
        return next((one for one in self.beside if self.chat_id is not None and one.chat_id == self.chat_id), None)

    def _take(self, shown: Shown | None) -> None:
        """Its rows, and what lies beside them."""
        self.messages = shown.messages if shown is not None else []
        self.versions = shown.versions if shown is not None else {}
        self.queue = shown.queue if shown is not None else []

    def _take_branch(self, shown: Shown) -> None:
        """Another branch of the same chat, or more of it: what is typed and attached stays."""
        if shown.chat.id != self.chat_id:
            return
        before = self.messages
        self._take(shown)
        pairs = zip(before, self.messages, strict=False)
        alike = next((place for place, (old, new) in enumerate(pairs) if old != new), None)
        self.branched.emit(min(len(before), len(self.messages)) if alike is None else alike)

    def _reread(self, chat_id: int | None) -> None:
        """The kept rows replace the streamed ones, without drawing anything again."""

        def done(found: Shown) -> None:
            if self.chat_id == chat_id:
                self._take(found)
                self.reread.emit()
                self.queue_changed.emit()

        if chat_id is not None:
            show_chat(self._desk_of(chat_id), chat_id, done)
