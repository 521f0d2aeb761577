"""The chat that a pane has not begun: what is typed, attached and noted in it, and the folder it will be in."""

from __future__ import annotations

import msgspec

from app.session.desk import Desk
from app.session.waiting import settle_new_chat
from app.store.waiting import Unsent


class Unbegun:
    """Kept as it is written in small private files of the profile, one set for each pane, until its first message."""

    def __init__(self, desk: Desk, pane: int) -> None:
        self._desk, self._pane = desk, pane
        self.draft = self._text("draft", "txt")
        self.unsent = self._unsent()
        self.note = self._text("draft-note", "txt")
        folder = self._text("draft-folder", "txt")
        self.folder_id = int(folder) if folder.isdecimal() else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written or attached."""
        return not (self.draft.strip() or self.note.strip() or self.unsent.files)

    def keep_message(self, draft: str, unsent: Unsent) -> None:
        """The words and the files of the message."""
        self.draft, self.unsent = draft, unsent
        files = self._desk.vault.files
        files.keep(self._name("draft", "txt"), draft.encode())
        if unsent.files or files.read(self._name("draft", "json")) is not None:
            files.keep(self._name("draft", "json"), msgspec.json.encode(unsent))

    def keep_note(self, note: str) -> None:
        """What is written beside the chat."""
        self.note = note
        self._keep_or_remove("draft-note", note)

    def keep_folder(self, folder_id: int | None) -> None:
        """The folder it will be in; None is none."""
        if folder_id != self.folder_id:
            self.folder_id = folder_id
            self._keep_or_remove("draft-folder", "" if folder_id is None else str(folder_id))

    def settle(self, chat_id: int) -> None:
        """It has begun as `chat_id`, which has its words already; the note and the folder go with it.

        Their files stay until the store has them.
        """
        note, folder_id = self.note, self.folder_id
        self.draft, self.unsent, self.note, self.folder_id = "", Unsent(), "", None
        self._remove(("draft", "txt"), ("draft", "json"))
        if note or folder_id is not None:
            settle_new_chat(self._desk, chat_id, note, folder_id, lambda _: self._on_settled(note))

    def _on_settled(self, note: str) -> None:
        """Another one may have been begun to be written meanwhile."""
        if self.note in ("", note):
            self._remove(("draft-note", "txt"))
        if self.folder_id is None:
            self._remove(("draft-folder", "txt"))

    def _keep_or_remove(self, stem: str, text: str) -> None:
        if text:
            self._desk.vault.files.keep(self._name(stem, "txt"), text.encode("utf-8", "replace"))
        else:
            self._remove((stem, "txt"))

    def _remove(self, *names: tuple[str, str]) -> None:
        for stem, ending in names:
            self._desk.vault.files.remove(self._name(stem, ending))

    def _name(self, stem: str, ending: str) -> str:
        return f"{stem}.{ending}" if self._pane == 1 else f"{stem}-{self._pane}.{ending}"

    def _text(self, stem: str, ending: str) -> str:
        return (self._desk.vault.files.read(self._name(stem, ending)) or b"").decode("utf-8", "replace")

    def _unsent(self) -> Unsent:
        try:
            return msgspec.json.decode(self._desk.vault.files.read(self._name("draft", "json")) or b"", type=Unsent)
        except msgspec.MsgspecError:
            return Unsent()
