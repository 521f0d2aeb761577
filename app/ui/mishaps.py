"""Failures that nobody foresaw: a notice where one works, and a page for who wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import say, sentences
from app.session.mishap import Mishap, mishap_of
from app.ui.pages.crash import CrashPage, mishap_words, saved_words

if TYPE_CHECKING:
    from app.ui.window import Window


class Mishaps:
    """Over a window; its widgets are looked up every time."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def tell_error(self, error: BaseException) -> None:
        """Something failed, and the window lives on."""
        self._tell(say("Something unforeseen went wrong. Your text is saved."), mishap_of(error))

    def tell_last_run(self, mishap: Mishap) -> None:
        """Once, after a run that did not end well."""
        self._tell(sentences(mishap_words(mishap), saved_words()), mishap)

    def show(self, mishap: Mishap) -> None:
        """The page that says what went wrong."""
        self._window.show_page("crash")
        page = self._window.pages["crash"]
        assert isinstance(page, CrashPage)
        page.show_mishap(mishap)

    def _tell(self, words: str, mishap: Mishap) -> None:
        self._window.notices.keep(words, say("Details…"), lambda: self.show(mishap))
