"""Only a part of the chats: a folder, pinned ones, those with files, those a model answered in, those of some days."""

from __future__ import annotations

from typing import Any

import msgspec

from app.core.folding import folded_line
from app.store.part import Part

Condition = tuple[str, tuple[Any, ...]]
_FILES = "EXISTS (SELECT 1 FROM messages f JOIN message_documents d ON d.message_id = f.id WHERE f.chat_id = c.id)"


class Narrow(msgspec.Struct, frozen=True):
    """All of it must fit. `folders` and `models` are as somebody types them: one of each must fit.

    Times are Unix seconds: `since_s` and later, before `until_s`.
    """

    folders: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    has_file: bool = False
    is_pinned: bool = False
    since_s: float | None = None
    until_s: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything fits."""
        return self == Narrow()


class Narrowing(Part):
    """Says in SQL what fits: of chats `c` and of messages `m` of such chats."""

    def chats_within(self, narrow: Narrow) -> Condition:
        """A chat fits by days when it was alive in them."""
        parts: list[Condition] = [("c.deleted_at IS NULL", ())]
        if narrow.folders:
            parts.append((f"c.folder_id IN ({', '.join(map(str, self._folders(narrow.folders)))})", ()))
        if narrow.has_file:
            parts.append((_FILES, ()))
        if narrow.is_pinned:
            parts.append(("c.pinned_at IS NOT NULL", ()))
        if narrow.models:
            sql, values = _by_model("f", narrow)
            parts.append((f"EXISTS (SELECT 1 FROM messages f WHERE f.chat_id = c.id AND {sql})", values))
        return _all(parts + _between("c.updated_at", "c.created_at", narrow))

    def messages_within(self, narrow: Narrow) -> Condition:
        """An answer fits when it is of the model; a question when something in its chat is."""
        parts = [self.chats_within(narrow), *_between("m.created_at", "m.created_at", narrow)]
        if narrow.models:
            sql, values = _by_model("m", narrow)
            parts.append((f"(m.role = 'user' OR {sql})", values))
        return _all(parts)

    def models_used(self) -> list[str]:
        """The models that answered, the one that did last first."""
        sql = "SELECT model FROM messages WHERE model != '' GROUP BY model ORDER BY max(id) DESC"
        return [row[0] for row in self._db.rows(sql)]

    def _folders(self, names: tuple[str, ...]) -> list[int]:
        """Those that are called so, else those with a word that begins so."""
        found = set()
        folders = [(folder_id, folded_line(name)) for folder_id, name in self._all_folders()]
        for name in names:
            wanted = folded_line(name)
            same = {folder_id for folder_id, folded in folders if folded == wanted}
            found |= same or {folder_id for folder_id, folded in folders if f" {wanted}" in f" {folded}"}
        return sorted(found)

    def _all_folders(self) -> list[tuple[int, str]]:
        return [(row[0], row[1]) for row in self._db.rows("SELECT id, name FROM folders")]


def _by_model(row: str, narrow: Narrow) -> Condition:
    sql = " OR ".join([f"instr(lower({row}.model), ?)"] * len(narrow.models))
    return f"({sql})", tuple(name.lower() for name in narrow.models)


def _between(ends: str, begins: str, narrow: Narrow) -> list[Condition]:
    since, until = narrow.since_s, narrow.until_s
    found: list[Condition] = [] if since is None else [(f"{ends} >= ?", (since,))]
    return found if until is None else [*found, (f"{begins} < ?", (until,))]


def _all(parts: list[Condition]) -> Condition:
    return " AND ".join(sql for sql, _ in parts), tuple(value for _, values in parts for value in values)
