"""What opens over the window: menus, lists to choose from, tool tips; where the keyboard is; the pages' far ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolTip

from app.core.passphrase import wrong_passphrase
from app.ui.chat_menu import ChatMenu

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("5ca-benchmark-empty", lambda: studio.window.show_page("benchmark")),
        ("8c-settings-data", lambda: section(studio, 3)),
        ("8d-settings-end", lambda: section(studio, 6)),
        ("8e-settings-searched", lambda: searched(studio)),
        ("8f-choices", lambda: choices(studio)),
        ("8g-keyboard", lambda: keyboard(studio)),
        ("42-import-failed", lambda: import_failed(studio)),
        ("43-restore", lambda: restore(studio)),
        ("61b-message-menu-open", lambda: message_menu(studio)),
        ("70b-chat-menu", lambda: chat_menu(studio)),
        ("70c-tool-tip", lambda: tool_tip(studio)),
        ("75-commands", lambda: studio.window.seeking.open_palette("")),
        ("75b-nothing-found", lambda: nothing_found(studio)),
        ("84-about", lambda: studio.window.show_page("about")),
        ("92-vault-end", lambda: vault_end(studio)),
        ("93-locked", lambda: locked(studio)),
    ]


def section(studio: Studio, number: int) -> None:
    studio.window.show_page("settings")
    page: Any = studio.window.pages["settings"]
    page.search.clear()
    page.show_section(page.sections[number])
    studio.settle(300)


def searched(studio: Studio) -> None:
    """The settings that hold a word."""
    studio.window.show_page("settings")
    page: Any = studio.window.pages["settings"]
    page.search.setText("GPU" if studio.chinese else "memory")
    page.verticalScrollBar().setValue(0)


def choices(studio: Studio) -> None:
    """A list to choose from, open."""
    page: Any = studio.window.pages["settings"]
    page.search.clear()
    studio.window.show_page("settings")
    page.verticalScrollBar().setValue(0)
    studio.settle(100)
    page.appearance.theme.showPopup()


def keyboard(studio: Studio) -> None:
    """A check box that has the keyboard."""
    page: Any = studio.window.pages["settings"]
    page.appearance.theme.hidePopup()
    studio.window.activateWindow()
    page.answers.thinking.setFocus(Qt.FocusReason.TabFocusReason)


def import_failed(studio: Studio) -> None:
    """A file that holds no chats."""
    file = Path(studio.desk.home.root) / "conversations.json"
    file.write_text('{"weather": "fine"}')
    studio.window.archives.open_page()
    studio.window.archives.bring_in([file])
    studio.wait(lambda: not studio.window.archives.busy)
    studio.settle(100)


def restore(studio: Studio) -> None:
    page: Any = studio.window.pages["archives"]
    studio.window.notices.hide()
    studio.settle(100)
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())


def message_menu(studio: Studio) -> None:
    row: Any = studio.window.chat.view._live[1]
    row.acts.open_menu(row.acts.mapToGlobal(QPoint(120, -220)))


def chat_menu(studio: Studio) -> None:
    """What can be done with a chat, the folders beside."""
    sidebar = studio.window.sidebar
    menu = ChatMenu(sidebar.shelving, sidebar)
    menu.fill_for_chats(studio.window.conversation.chats[1:2], print, print, print)
    menu.show_at(sidebar.mapToGlobal(QPoint(120, 470)))
    inner = next(act for act in menu.actions() if act.menu() is not None)
    menu.setActiveAction(inner)
    studio.settle(300)


def tool_tip(studio: Studio) -> None:
    bar = studio.window.modelbar
    QToolTip.showText(bar.inspector.mapToGlobal(QPoint(-120, 36)), bar.inspector.toolTip(), bar.inspector)
    studio.settle(200)


def nothing_found(studio: Studio) -> None:
    palette: Any = studio.window.seeking.palette
    palette.edit.setText("zzz")
    studio.settle(400)


def vault_end(studio: Studio) -> None:
    """What takes a vault down, asked once more."""
    page: Any = studio.window.pages["vault"]
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())


def locked(studio: Studio) -> None:
    """The door, and a passphrase that does not open it."""
    from app.ui.pages.unlock import UnlockPage

    page: Any = UnlockPage(studio.desk)
    page.resize(studio.window.size())
    page.field.edit.setText("heron reeds lantern")
    page._tell(str(wrong_passphrase()))
    page.show()
    studio.instead = page
