"""Makes a page when it is first wanted: a window that imports less shows sooner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.words import say
from app.ui.bridge import listen

if TYPE_CHECKING:
    from app.ui.pages.page import Page
    from app.ui.window import Window


def make_page(name: str, window: Window) -> Page:
    """The page `name`, its wishes connected to the window."""
    if name == "settings":
        from app.ui.pages.settings import SettingsPage

        settings = SettingsPage(window.desk)
        settings.page_wanted.connect(window.show_page)
        return settings
    if name == "about":
        from app.ui.pages.about import AboutPage

        about = AboutPage()
        about.support_wanted.connect(window.save_support_bundle)
        about.keys_wanted.connect(lambda: window.show_page("keys"))
        return about
    if name == "crash":
        return _make_crash(window)
    if name == "keys":
        from app.ui.pages.keys import KeysPage

        return KeysPage(window.commands)
    if name == "computer":
        from app.ui.pages.computer import ComputerPage

        page = ComputerPage(window.desk, window.guide)
        page.load_wanted.connect(lambda path: window.load(Path(path)))
        return page
    if name == "sets":
        from app.ui.pages.sets import SetsPage

        sets = SetsPage(window.conversation, window.sets)
        sets.opened.connect(window.open_set)
        return sets
    if name == "presets":
        return _make_presets(window)
    if name in ("performance", "benchmark"):
        return _make_figures(name, window)
    if name == "archives":
        from app.ui.pages.archives import ArchivesPage

        return ArchivesPage(window.archives)
    if name == "record":
        from app.ui.pages.record import RecordPage

        return RecordPage(window.recordings)
    if name == "vault":
        from app.ui.pages.vault import VaultPage

        return VaultPage(window.desk)
    if name == "bin":
        from app.ui.pages.bin import BinPage

        bin_page = BinPage(window.desk)
        bin_page.changed.connect(window.conversation.refresh_list)
        bin_page.told.connect(lambda words, undo: window.notices.tell(words, say("Undo") if undo else "", undo))
        bin_page.refused.connect(window.notices.tell_error)
        listen(bin_page, lambda: window.conversation.listed.connect(lambda _: bin_page.refresh()))
        return bin_page
    return _make_library(window) if name == "library" else _make_start(window)


def _make_figures(name: str, window: Window) -> Page:
    from app.ui.pages.benchmark import BenchmarkPage
    from app.ui.pages.performance import PerformancePage

    if name == "performance":
        page = PerformancePage(window.desk)
        page.answer_wanted.connect(window.figuring.open_answer)
        page.page_wanted.connect(window.show_page)
        return page
    bench = BenchmarkPage(window.figuring.benching)
    bench.library_wanted.connect(lambda: window.show_page("library"))
    bench.removed.connect(
        lambda run: window.notices.tell(
            say("The run is deleted."), say("Undo"), lambda: window.figuring.benching.restore(run)
        )
    )
    return bench


def _make_presets(window: Window) -> Page:
    from app.ui.pages.presets import PresetsPage

    def use(key: str) -> None:
        window.new_chat()
        window.conversation.manner.use(window.desk.presets.find(key))

    page = PresetsPage(window.desk)
    page.used.connect(use)
    page.told.connect(window.notices.tell)
    page.refused.connect(window.notices.tell_error)
    return page


def _make_crash(window: Window) -> Page:
    from app.ui.pages.crash import CrashPage

    page = CrashPage()
    page.support_wanted.connect(window.save_support_bundle)
    page.done.connect(lambda: window.show_page("chat"))
    page.copied.connect(lambda: window.notices.tell(say("The details are copied.")))
    return page


def _make_library(window: Window) -> Page:
    from app.ui.pages.library import LibraryPage

    page = LibraryPage(window.desk, window.guide, window.downloads)
    page.choose_wanted.connect(window.choose_model)
    page.demo_wanted.connect(window.try_demo)
    page.load_wanted.connect(lambda path: window.load(Path(path)))
    return page


def _make_start(window: Window) -> Page:
    from app.ui.pages.start import StartPage

    page = StartPage(window.guide, window.downloads)
    page.choose_wanted.connect(window.choose_model)
    page.file_chosen.connect(lambda path: window.open_model(Path(path)))
    page.demo_wanted.connect(window.try_demo)
    page.load_wanted.connect(lambda path: window.load(Path(path)))
    page.library_wanted.connect(lambda: window.show_page("library"))
    return page
