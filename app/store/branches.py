"""The branches of a chat: which one is shown, which versions a message has, and what was shown beneath each."""

from __future__ import annotations

from collections import defaultdict

from app.store.part import Part, no_chat, no_message

# Both give (id, parent_id) from a leaf up to the first message; a parent is older than its child.
_UP = "UNION ALL SELECT m.id, m.parent_id FROM branch b JOIN messages m ON m.id = b.parent_id AND m.id < b.id)"
SHOWN = f"""WITH RECURSIVE branch (id, parent_id) AS (
    SELECT m.id, m.parent_id FROM chats c JOIN messages m ON m.id = c.leaf_id WHERE c.id = ? {_UP}"""
UP_FROM = f"WITH RECURSIVE branch (id, parent_id) AS (SELECT id, parent_id FROM messages WHERE id = ? {_UP}"

# Down from a message: the reply that was shown last, else the newest one.
_DOWN = """WITH RECURSIVE down (id) AS (
    SELECT ?
    UNION ALL
    SELECT coalesce(
        (SELECT c.id FROM messages p JOIN messages c ON c.id = p.shown_id AND c.parent_id = p.id WHERE p.id = down.id),
        (SELECT max(c.id) FROM messages c WHERE c.chat_id = ? AND c.parent_id = down.id)
    ) FROM down WHERE down.id IS NOT NULL
) SELECT max(id) FROM down"""


class Branches(Part):
    """Along the branch that is shown, every message remembers the reply in it, so that a version comes back with
    what was said after it.
    """

    def set_leaf(self, chat_id: int, message_id: int | None) -> None:
        """Show the branch that ends in this message of the chat; None shows an empty chat."""
        with self._db.transaction():
            if message_id is not None:
                self._require_message(chat_id, message_id)
            self._show_leaf(chat_id, message_id, None)

    def switch_version(self, message_id: int) -> int:
        """Show this version of a message with the branch that was last shown beneath it; the id of its leaf."""
        with self._db.transaction():
            chat_id = self._chat_of(message_id)
            leaf_id = self.leaf_beneath(message_id)
            self._show_leaf(chat_id, leaf_id, None)
            return leaf_id

    def leaf_beneath(self, message_id: int) -> int:
        """The leaf that was last shown beneath a message: itself when nothing follows it."""
        chat_id = self._chat_of(message_id)
        return int(self._db.rows(_DOWN, message_id, chat_id)[0][0])

    def versions(self, chat_id: int) -> dict[int, tuple[int, ...]]:
        """For each message of the branch shown that has more than one version: the ids of all, oldest first."""
        sql = f"""{SHOWN} SELECT b.id, s.id FROM branch b
            JOIN messages s ON s.chat_id = ? AND s.parent_id IS b.parent_id ORDER BY b.id, s.id"""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for message_id, version_id in self._db.rows(sql, chat_id, chat_id):
            found[message_id].append(version_id)
        return {message_id: tuple(ids) for message_id, ids in found.items() if len(ids) > 1}

    def _show_leaf(self, chat_id: int, message_id: int | None, parent_id: int | None) -> None:
        """Make it the leaf. Under the leaf so far (`parent_id`) the branch above is noted already: one row changes."""
        rows = self._db.rows("SELECT leaf_id FROM chats WHERE id = ?", chat_id)
        if not rows:
            raise no_chat()
        self._db.execute("UPDATE chats SET leaf_id = ? WHERE id = ?", message_id, chat_id)
        if parent_id is not None and rows[0][0] == parent_id:
            self._db.execute("UPDATE messages SET shown_id = ? WHERE id = ?", message_id, parent_id)
        elif message_id is not None:
            sql = f"""{UP_FROM} UPDATE messages SET shown_id = branch.id FROM branch
                WHERE messages.id = branch.parent_id AND messages.shown_id IS NOT branch.id"""
            self._db.execute(sql, message_id)

    def _chat_of(self, message_id: int) -> int:
        rows = self._db.rows("SELECT chat_id FROM messages WHERE id = ?", message_id)
        if not rows:
            raise no_message()
        return int(rows[0][0])

    def _require_message(self, chat_id: int, message_id: int) -> None:
        if self._chat_of(message_id) != chat_id:
            raise no_message()
