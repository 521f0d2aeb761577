"""Scenes of the pictures: chats in folders, the search in everything, a hit in its chat, the recycle bin. Invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel

from app.core.chat import Document, Page
from app.store.store import Store

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio

_TITLES = {
    False: (
        *("Deposit and repairs in the lease", "What the tender asks of us", "Moving firms compared"),
        *("Which clauses of the supplier agreement changed between March and June?", "Board minutes, shortened"),
    ),
    True: (
        *("租房合同里押金和维修的约定", "招标文件对我们的要求", "搬家公司报价对比"),
        *("供应商协议在三月到六月之间改动了哪些条款以及这些改动的影响", "董事会纪要摘要"),
    ),
}
_FOLDERS = {False: ("Contracts", "Moving house"), True: ("合同", "搬家")}
_SAID = {
    False: ("When do I get the deposit back?", "Within thirty days after the lease ends: see the **deposit** clause."),
    True: ("押金什么时候能退？", "合同终止后三十日内退还，见**押金**条款。"),
}
_PAGE = {
    False: "§ 4 Deposit. The tenant leaves a deposit of two monthly rents. It is returned within thirty days.",
    True: "第四条 押金。承租人应支付相当于两个月租金的押金，合同终止后三十日内退还。",
}
_WORDS = {False: "deposit", True: "押金"}


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("70-folders", lambda: folders(studio)),
        ("71-search", lambda: search(studio)),
        ("71b-search-narrowed", lambda: narrowed(studio)),
        ("72-found-in-chat", lambda: found_in_chat(studio)),
        ("73-recycle-bin", lambda: recycle_bin(studio)),
    ]


def folders(studio: Studio) -> None:
    """Pinned chats, two folders, several chats chosen."""
    window, chinese = studio.window, studio.chinese
    studio.desk.store.call(lambda store: _fill(store, chinese=chinese))
    before = len(window.conversation.chats)
    window.conversation.refresh_list()
    studio.wait(lambda: len(window.conversation.chats) >= before + len(_TITLES[chinese]))
    window.show_page("chat")
    studio.settle(100)
    view = window.sidebar.list
    view.clearSelection()
    chats = [number for number, row in enumerate(view.chats.rows) if row.kind == "chat" and row.place is None]
    for number in chats[2:4]:
        view.selectionModel().select(view.chats.index(number), QItemSelectionModel.SelectionFlag.Select)


def search(studio: Studio) -> None:
    """A word typed into the search in everything."""
    window = studio.window
    studio.desk.store.call(lambda store: store.index_all())
    window.sidebar.list.clearSelection()
    window.seeking.open_palette(_WORDS[studio.chinese])
    palette = window.seeking.palette
    assert palette is not None
    studio.wait(lambda: any(entry.spans for entry in palette.results.entries.all))


def narrowed(studio: Studio) -> None:
    """The same words in chats of one folder, with files, of this year."""
    palette = studio.window.seeking.palette
    assert palette is not None
    palette.edit.setText(f"in:{_FOLDERS[studio.chinese][0]} has:file after:2026 {_WORDS[studio.chinese]}")
    studio.wait(lambda: bool(palette.results.entries.all))
    studio.settle(200)


def found_in_chat(studio: Studio) -> None:
    """The chat of a hit, the word lit."""
    palette = studio.window.seeking.palette
    assert palette is not None
    results = palette.results
    hits = [number for number, entry in enumerate(results.entries.all) if entry.hit and entry.hit.kind == "message"]
    results.choose(results.entries.index(hits[0]))
    palette.edit.entered.emit(False)
    studio.wait(lambda: studio.window.seeking.palette is None and bool(studio.window.conversation.messages))
    studio.settle(300)


def recycle_bin(studio: Studio) -> None:
    """Deleted chats; one of them asks whether it shall go for ever."""
    window = studio.window
    window.show_page("bin")
    page = window.pages["bin"]
    studio.wait(lambda: bool(page.rows))  # type: ignore[attr-defined]
    page.rows[0].erase.button.click()  # type: ignore[attr-defined]


def _fill(store: Store, *, chinese: bool) -> None:
    """Chats in folders and pinned, two of them deleted."""
    question, answer = _SAID[chinese]
    name = "租赁合同.pdf" if chinese else "Lease.pdf"
    document = Document(f"/files/{name}", name, "pdf", "lease", (Page(1, _PAGE[chinese]),), tokenizer="t")
    with store.transaction():
        made = [store.create_folder(folder) for folder in _FOLDERS[chinese]]
        chats = [store.create_chat(title) for title in _TITLES[chinese]]
        for chat in chats:
            kept = [store.save_document(document)] if chat is chats[0] else []
            asked = store.add_message(chat.id, None, "user", question, kept)
            store.add_message(chat.id, asked.id, "assistant", answer)
        places = zip(chats, (made[0].id, None, made[1].id, made[0].id), strict=False)
        store.move_chats([(chat.id, folder_id) for chat, folder_id in places])
        store.pin_chats([chats[1].id], pinned=True)
        gone = [store.create_chat(title) for title in _TITLES[chinese][:2]]
        for chat in gone:
            store.add_message(chat.id, None, "user", question)
        store.delete_chats([chat.id for chat in gone])
