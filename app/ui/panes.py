"""The panes of the window: one chat, or two side by side, and which of them is active. Holds no widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.emitter import Emitter
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.turn import Turn
from app.store.rows import Chat, Message
from app.ui.conversation import Conversation
from app.ui.guide import Guide
from app.ui.leafing import Leafing
from app.ui.naming import Naming
from app.ui.running import Answers
from app.ui.twins import Twins
from app.ui.undoing import Undoing

MOST = 2


@dataclass(slots=True)
class Share:
    """How much of the width goes to the right of two neighbours, as the user drew it, 0 to 1."""

    value: float


class Pane:
    """A conversation with the preview of its documents. It lives as long as the window, open or not: an answer that
    runs in it goes on when it is closed, and it comes back as it was.
    """

    def __init__(self, desk: Desk, guide: Guide, number: int, answers: Answers) -> None:
        self.number = number
        self.conversation = Conversation(desk, number, answers)
        self.leafing = Leafing(self.conversation, guide)
        self._naming = Naming(self.conversation)


class Panes:
    """Used on the main thread. Events: `changed()` a pane was opened or closed; `activated()` another is active."""

    def __init__(self, desk: Desk, guide: Guide) -> None:
        self.answers = Answers()
        self.all = tuple(Pane(desk, guide, number + 1, self.answers) for number in range(MOST))
        self.open: tuple[Pane, ...] = self.all[:1]
        self.active = self.all[0]
        self.shares = {"chats": Share(0.5), "preview": Share(0.54)}
        self.changed: Emitter[[]] = Emitter()
        self.activated: Emitter[[]] = Emitter()
        conversations = [pane.conversation for pane in self.all]
        for one in conversations:
            one.beside = tuple(other for other in conversations if other is not one)
        self._twins = Twins(conversations)

    @property
    def is_split(self) -> bool:
        return len(self.open) > 1

    @property
    def beside(self) -> Pane | None:
        """The open pane that is not active."""
        return next((pane for pane in self.open if pane is not self.active), None)

    def activate(self, pane: Pane) -> None:
        if pane is not self.active and pane in self.open:
            self.active = pane
            self.activated.emit()

    def open_beside(self, chat_id: int | None = None) -> None:
        """A second pane, active from now on, with a chat or with what it showed last."""
        hidden = next((pane for pane in self.all if pane not in self.open), None)
        if hidden is not None:
            self.show({*self.open, hidden}, hidden)
        elif chat_id is not None and self.beside is not None:
            self.activate(self.beside)
        if chat_id is not None and self.active.conversation.chat_id != chat_id:
            self.active.conversation.open_chat(chat_id)

    def close(self, pane: Pane) -> None:
        """Close one of two. What is typed in it is kept, an answer in it goes on."""
        if pane in self.open and self.is_split:
            pane.conversation.leaving.emit()
            pane.leafing.close()
            rest = {one for one in self.open if one is not pane}
            self.show(rest, next(iter(rest)))

    def show(self, panes: set[Pane], active: Pane) -> None:
        """Have exactly these open."""
        self.open = tuple(pane for pane in self.all if pane in panes)
        self.active = active
        self.changed.emit()
        self.activated.emit()

    def leave(self, chat_id: int) -> None:
        """A chat is no longer to be shown anywhere."""
        for pane in self.all:
            if pane.conversation.chat_id == chat_id:
                pane.conversation.new_chat()

    def answered(self) -> set[int]:
        """The chats in which an answer is running, in whichever pane."""
        return self.answers.chats

    def is_answered(self, chat_id: int) -> bool:
        return chat_id in self.answered()

    def stop(self) -> None:
        """Stop the answers of all panes."""
        self.answers.stop()


class Front:
    """The active pane's conversation, for what stands beside all of them. Its events are those of the active one, and
    `opened()` comes also when another becomes active.
    """

    def __init__(self, panes: Panes) -> None:
        self.panes = panes
        self.desk = panes.active.conversation.desk
        self.history = Undoing()  # of the list of chats
        self.listed: Emitter[[list[Chat]]] = Emitter()
        self.opened: Emitter[[]] = Emitter()
        self.asked: Emitter[[Message, Message]] = Emitter()
        self.answered: Emitter[[Turn | Coverage, Message, Message]] = Emitter()
        self.running_changed: Emitter[[]] = Emitter()
        for pane in panes.all:
            one = pane.conversation
            one.listed.connect(self._only(pane, self.listed.emit))
            one.opened.connect(self._only(pane, self.opened.emit))
            one.asked.connect(self._only(pane, self.asked.emit))
            one.answered.connect(self.answered.emit)
            one.running_changed.connect(self.running_changed.emit)
        panes.activated.connect(self.opened.emit)

    @property
    def conversation(self) -> Conversation:
        return self.panes.active.conversation

    @property
    def chats(self) -> list[Chat]:
        return self.conversation.chats

    @property
    def chat_id(self) -> int | None:
        return self.conversation.chat_id

    def new_chat(self, folder_id: int | None = None) -> None:
        self.conversation.new_chat(folder_id)

    def open_chat(self, chat_id: int) -> None:
        self.conversation.open_chat(chat_id)

    def refresh_list(self) -> None:
        self.conversation.refresh_list()

    def _only(self, pane: Pane, emit: Callable[..., None]) -> Callable[..., None]:
        def on_event(*values: object) -> None:
            if pane is self.panes.active:
                emit(*values)

        return on_event
