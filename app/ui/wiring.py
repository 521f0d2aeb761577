"""What the widgets ask of the window, connected to what it does. Widgets come again with another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.ui.command_menu import open_command_menu
from app.ui.pane_view import PaneView
from app.ui.panes import Pane

if TYPE_CHECKING:
    from app.ui.window import Window

# What the menu in the bar on top offers for the open chat; "" parts it.
MORE = ("chat.find_here", "message.note", "", "chat.copy", "chat.export", "answer.record", "", "chat.temporary")


def wire_frame(window: Window) -> None:
    """The edges and the bar on top."""
    bar, inspectors = window.modelbar, window.frame.inspectors
    bar.library_wanted.connect(lambda: window.offer_models(bar.model))
    bar.loading_wanted.connect(window.show_loading)
    bar.beside_wanted.connect(window.toggle_beside)
    bar.more_wanted.connect(lambda: open_command_menu(window.commands, MORE, bar.more))
    bar.back_wanted.connect(lambda: window.show_page("chat"))
    window.sidebar.page_wanted.connect(window.show_page)
    inspectors.presets_wanted.connect(lambda: window.show_page("presets"))
    inspectors.page_wanted.connect(window.show_page)
    inspectors.loading_wanted.connect(window.show_loading)
    inspectors.reload_wanted.connect(window.loader.reload_with)


def wire_pane(window: Window, view: PaneView) -> None:
    """A chat and its preview."""
    view.page_wanted.connect(window.show_page)
    view.support_wanted.connect(window.save_support_bundle)
    view.parameters_wanted.connect(window.frame.toggle_parameters)
    view.loading_wanted.connect(window.show_loading)
    view.set_wanted.connect(window.save_set)
    view.told.connect(window.notices.tell)
    view.refused.connect(window.notices.tell_error)
    here = view.pane.conversation
    view.chat.acts.record_wanted.connect(lambda number: window.recordings.show_record(here.here, number))


def wire_window(window: Window) -> None:
    """What is dropped on it, and previews that open. Once: these last as long as the window."""
    window.files_dropped.connect(window.arrivals.add)
    window.text_dropped.connect(window.arrivals.add_text)
    window.dragged_over.connect(lambda over: window.chat.composer.show_dragging(dragging=over))
    for pane in window.panes.all:
        _hear(window, pane)


def _hear(window: Window, pane: Pane) -> None:
    def on_preview_opened() -> None:
        """It stands beside the chat."""
        window.panes.activate(pane)
        if window.page != "chat":
            window.show_page("chat")
            window.frame.preview.pages.setFocus(Qt.FocusReason.OtherFocusReason)

    pane.leafing.opened.connect(on_preview_opened)
