"""What the window does about finding and keeping chats: its search in everything, its recycle bin, its folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import mark, say
from app.session.bin import NOTICE_DAYS, BinNews, tend_bin
from app.store.query import Query
from app.store.search import Hit
from app.ui.commands import CHAT, Command

if TYPE_CHECKING:
    from app.ui.palette.palette import Palette
    from app.ui.window import Window


class Seeking:
    """Lives as long as the window; `attach` is called again when another language has made new widgets."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.palette: Palette | None = None
        window.commands.add(
            Command(
                "chat.find",
                mark("Search in everything, and commands"),
                self.open_palette,
                CHAT,
                ("Ctrl+K",),
                "search",
                is_listed=False,
            ),
            Command("chat.find_here", mark("Find in this chat"), self.find_here, CHAT, ("Ctrl+F",), "search"),
            Command("folder.new", mark("New folder"), self.make_folder, CHAT, icon="folder-plus"),
            Command("page.bin", mark("Recycle bin"), lambda: window.show_page("bin"), CHAT, icon="trash-2"),
        )

    def attach(self) -> None:
        """Hear the sidebar."""
        sidebar = self._window.sidebar
        sidebar.open_beside_wanted.connect(self._window.open_beside)
        sidebar.search_wanted.connect(self.open_palette)
        self._drop_palette()

    def begin(self) -> None:
        """Once after the start: the bin lets go of what has been in it long enough, and says so."""
        tend_bin(self._window.desk, self._tell_bin)

    def open_palette(self, text: str = "") -> None:
        """The field over the window; again closes it."""
        from app.ui.palette.palette import Palette  # the first picture has none

        if self.palette is not None:
            self.palette.end()
            return
        window = self._window
        palette = self.palette = Palette(window, window.sidebar.front, window.commands)
        palette.opened.connect(lambda hit, query, beside: self._jump(palette, hit, query, beside=beside))
        palette.wished.connect(window.commands.run)
        palette.closed.connect(self._on_closed)
        palette.begin(text)

    def find_here(self) -> None:
        """The line over the open chat in which one looks for words in it."""
        window = self._window
        window.show_page("chat")
        if window.conversation.messages:
            from app.ui.chat.find_bar import find_bar_of  # with the chat's view, whose Markdown takes a while

            find_bar_of(window.chat.view, window.conversation).begin()

    def make_folder(self) -> None:
        self._window.modelbar.sidebar.setChecked(True)
        self._window.sidebar.folder_button.click()

    def _jump(self, palette: Palette, hit: Hit, query: Query, *, beside: bool) -> None:
        from app.ui.jumping import Jump  # with the chat's view, whose Markdown takes a while

        Jump(self._window, hit, query, palette.words).start(beside=beside)

    def _on_closed(self) -> None:
        self.palette = None

    def _drop_palette(self) -> None:
        if self.palette is not None:
            self.palette.end()

    def _tell_bin(self, news: BinNews) -> None:
        window, days = self._window, self._window.desk.settings.bin_days
        if news.is_done:
            words = say("{count} chats were in the recycle bin for {days} days and are gone.", **_counts(news, days))
        else:
            words = say(
                "{count} chats have been in the recycle bin for {days} days. In {notice} days they will be deleted for "
                "ever, and later ones after {days} days. You can keep them or change this in the bin.",
                notice=NOTICE_DAYS,
                **_counts(news, days),
            )
        window.notices.keep(words, say("Recycle bin"), lambda: window.show_page("bin"))


def _counts(news: BinNews, days: int) -> dict[str, int]:
    return {"count": news.chats, "days": days}
