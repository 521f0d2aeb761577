"""What one can wish for in the window: the list that its keys, its page of keys and its search are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import mark, say
from app.engine.state import Phase
from app.ui.commands import ANSWER, CHAT, MESSAGE, PROGRAM, VIEW, Command, Commands
from app.ui.look_wishes import look_commands
from app.ui.preset_wishes import offer_presets
from app.ui.tree_wishes import tree_commands

if TYPE_CHECKING:
    from app.ui.window import Window


def make_commands(window: Window) -> Commands:
    """The wishes of `window`. Its widgets are looked up at every wish: another language makes them again."""
    commands, wishes = Commands(), Wishes(window)
    commands.add(*_chats(window), *_message(window, wishes), *_answer(window, wishes))
    commands.add(*tree_commands(window), *_view(window), *look_commands(window), *_program(window))
    offer_presets(commands, window)
    return commands


class Wishes:
    """Those that take more than one step."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def go_to_message(self) -> None:
        self._window.show_page("chat")
        self._window.chat.focus_message()

    def escape(self) -> None:
        """Close the preview one is in, go back to the chat, or stop what runs there: never what is out of sight."""
        window = self._window
        if window.leafing.is_open and (window.frame.beside.holds_keyboard or not window.conversation.is_running):
            window.leafing.close()
        elif window.page != "chat":
            window.show_page("chat")
        elif window.conversation.is_running:
            window.conversation.stop()
        elif window.conversation.editing is not None:
            window.chat.acts.give_up_edit()
        else:
            window.chat.focus_message()

    def add_files(self) -> None:
        self._window.show_page("chat")
        self._window.chat.choose_files()

    def copy_answer(self) -> None:
        if self._window.chat.view.copy_last_answer():
            self._window.notices.tell(say("The answer is copied."))


def _chats(window: Window) -> tuple[Command, ...]:
    return (
        Command("chat.new", mark("New chat"), window.new_chat, CHAT, ("Ctrl+N",), "plus"),
        Command("chat.rename", mark("Rename the selected chat"), None, CHAT, ("F2",)),
        Command("chat.delete", mark("Delete the selected chats"), None, CHAT, ("Del",)),
        Command("chat.all", mark("Choose all chats of the list"), None, CHAT, ("Ctrl+A",)),
        Command("chat.undo", mark("Take back the last change of the list of chats"), None, CHAT, ("Ctrl+Z",)),
    )


def _message(window: Window, wishes: Wishes) -> tuple[Command, ...]:
    return (
        Command("message.go", mark("Go to the message"), wishes.go_to_message, MESSAGE, ("Ctrl+L",), "pencil"),
        Command("message.send", mark("Send"), None, MESSAGE, ("Return",)),
        Command("message.line", mark("New line"), None, MESSAGE, ("Shift+Return",)),
        Command("message.recall", mark("Edit the last question, from the empty message"), None, MESSAGE, ("Up",)),
        Command("message.files", mark("Add files to the message"), wishes.add_files, MESSAGE, ("Ctrl+O",), "paperclip"),
        Command(
            "message.preview",
            mark("Show or close the pages of the attached files"),
            window.toggle_preview,
            MESSAGE,
            ("Ctrl+Shift+P",),
            "eye",
        ),
    )


def _answer(window: Window, wishes: Wishes) -> tuple[Command, ...]:
    return (
        Command(
            "answer.stop",
            mark("Stop the answer"),
            lambda: window.conversation.stop(),
            ANSWER,
            icon="square",
            enabled=lambda: window.conversation.is_running,
        ),
        Command("answer.copy", mark("Copy the last answer"), wishes.copy_answer, ANSWER, ("Ctrl+Shift+C",), "copy"),
        Command(
            "window.escape",
            mark("Stop the answer, or back to the chat"),
            wishes.escape,
            ANSWER,
            ("Esc",),
            is_listed=False,
        ),
    )


def _view(window: Window) -> tuple[Command, ...]:
    return (
        Command(
            "pane.beside",
            mark("Open or close a second chat beside"),
            window.toggle_beside,
            VIEW,
            ("Ctrl+\\",),
            "columns-2",
        ),
        Command(
            "pane.other",
            mark("Go to the chat beside"),
            lambda: window.panes.activate(window.panes.beside or window.panes.active),
            VIEW,
            ("F6",),
            "arrow-right",
            lambda: window.panes.is_split,
        ),
        Command(
            "pane.close",
            mark("Close this pane"),
            lambda: window.panes.close(window.panes.active),
            VIEW,
            ("Ctrl+W",),
            "x",
            lambda: window.panes.is_split,
        ),
        Command(
            "view.chats",
            mark("Show or hide the chats"),
            lambda: window.modelbar.sidebar.toggle(),
            VIEW,
            ("Ctrl+B",),
            "panel-left",
        ),
        Command(
            "view.inspector",
            mark("Show or hide performance and parameters"),
            lambda: window.modelbar.inspector.toggle(),
            VIEW,
            ("Ctrl+I",),
            "activity",
        ),
        Command(
            "view.parameters",
            mark("Parameters of this chat"),
            lambda: window.frame.toggle_parameters(),
            VIEW,
            ("Ctrl+P",),
            "sliders-horizontal",
        ),
    )


def _program(window: Window) -> tuple[Command, ...]:
    return (
        Command("page.library", mark("Models"), lambda: window.show_page("library"), PROGRAM, icon="library"),
        Command("model.loading", mark("How the model is loaded"), window.show_loading, PROGRAM, ("Ctrl+M",), "gpu"),
        Command(
            "model.unload",
            mark("Take the model out of memory"),
            window.desk.rest.let_go,
            PROGRAM,
            icon="memory-stick",
            enabled=lambda: window.desk.engine.state.phase is Phase.LOADED,
        ),
        Command("model.open", mark("Open a GGUF file"), window.choose_model, PROGRAM, icon="folder-open"),
        Command("page.computer", mark("This computer"), lambda: window.show_page("computer"), PROGRAM, icon="monitor"),
        Command(
            "page.presets", mark("Presets"), lambda: window.show_page("presets"), PROGRAM, icon="sliders-horizontal"
        ),
        Command("page.sets", mark("Document sets"), lambda: window.show_page("sets"), PROGRAM, icon="folder"),
        Command(
            "page.settings", mark("Settings"), lambda: window.show_page("settings"), PROGRAM, ("Ctrl+,",), "settings"
        ),
        Command("page.vault", mark("Vault"), lambda: window.show_page("vault"), PROGRAM, icon="lock"),
        Command(
            "vault.lock",
            mark("Lock the vault now"),
            window.desk.vault.lock,
            PROGRAM,
            ("Ctrl+Alt+L",),
            "lock",
            enabled=lambda: window.desk.vault.is_on,
        ),
        Command("page.keys", mark("Keys"), lambda: window.show_page("keys"), PROGRAM, ("F1",), "keyboard"),
        Command("page.about", mark("About Carrel"), lambda: window.show_page("about"), PROGRAM, icon="info"),
        Command(
            "support.bundle",
            mark("Save support bundle…"),
            window.save_support_bundle,
            PROGRAM,
            icon="circle-question-mark",
        ),
        Command("window.quit", mark("Quit"), window.quit, PROGRAM, ("Ctrl+Q",), "x"),
    )
