"""The wishes about folders of chats, pins and moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from app.core.errors import CarrelError
from app.session.desk import Desk
from app.store.rows import Chat, Folder
from app.store.store import Store

LONGEST_NAME = 80

Done = Callable[[object], object]
Failed = Callable[[Exception], object]


def _nothing(_: object) -> None:
    """What nobody waits for."""


def list_folders(desk: Desk, done: Callable[[list[Folder]], object]) -> None:
    """All folders by name."""
    desk.store.ask(lambda store: store.list_folders(), done)


def list_library(desk: Desk, done: Callable[[tuple[list[Chat], list[Folder]]], object]) -> None:
    """The chats that are not deleted, newest first, and the folders, as they are at one moment."""
    desk.store.ask(lambda store: (store.list_chats(), store.list_folders()), done)


def create_folder(
    desk: Desk, name: str, chat_ids: Sequence[int] = (), done: Callable[[Folder], object] = _nothing
) -> None:
    """A new folder with these chats in it; one that has the name already is used."""
    wanted = folder_name(name)

    def create(store: Store) -> Folder:
        with store.transaction():
            folder = store.create_folder(wanted)
            store.move_chats([(chat_id, folder.id) for chat_id in chat_ids])
            return folder

    desk.store.ask(create, done)


def rename_folder(desk: Desk, folder_id: int, name: str, done: Done = _nothing, failed: Failed | None = None) -> None:
    wanted = folder_name(name)
    desk.store.ask(lambda store: store.rename_folder(folder_id, wanted), done, failed)


def delete_folder(
    desk: Desk,
    folder_id: int,
    done: Callable[[tuple[int, ...]], object] = _nothing,
    failed: Failed | None = None,
) -> None:
    """Forget the folder; its chats stay. `done(chat ids)` for `restore_folder`."""
    desk.store.ask(lambda store: store.delete_folder(folder_id), done, failed)


def restore_folder(desk: Desk, folder: Folder, chat_ids: Iterable[int], done: Done = _nothing) -> None:
    desk.store.ask(lambda store: store.restore_folder(folder, chat_ids), done)


def move_chats(
    desk: Desk, places: Sequence[tuple[int, int | None]], done: Done = _nothing, failed: Failed | None = None
) -> None:
    """Put each chat into its folder, None is out of all."""
    desk.store.ask(lambda store: store.move_chats(places), done, failed)


def pin_chats(desk: Desk, chat_ids: Sequence[int], *, pinned: bool, done: Done = _nothing) -> None:
    """Keep chats on top of the list, or no longer."""
    desk.store.ask(lambda store: store.pin_chats(chat_ids, pinned=pinned), done)


def folder_named(desk: Desk, name: str) -> Folder:
    """The folder with this name, capitals apart. Raises CarrelError when there is none."""
    wanted = " ".join(name.split()).casefold()
    for folder in desk.store.call(lambda store: store.list_folders()):
        if folder.name.casefold() == wanted:
            return folder
    raise CarrelError("no_such_folder", "There is no folder called {name}.", "Choose one that is there.", name=name)


def refuse_taken(desk: Desk, name: str, folder: Folder | None = None) -> None:
    """Raise when another folder than this one has the name."""
    wanted = folder_name(name).casefold()
    for other in desk.store.call(lambda store: store.list_folders()):
        if other.name.casefold() == wanted and other != folder:
            raise name_taken(other.name)


def name_taken(name: str) -> CarrelError:
    return CarrelError("folder_exists", "There is a folder called {name} already.", "Take another name.", name=name)


def folder_name(text: str) -> str:
    """A name as it is kept: one line without spaces around it. Raises CarrelError when nothing is left."""
    name = " ".join(text.split())[:LONGEST_NAME]
    if not name:
        raise CarrelError("folder_without_name", "The folder has no name.", "Give it one.")
    return name
