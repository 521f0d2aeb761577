"""What the window does about finding and keeping chats: its search in everything, its recycle bin, its folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import mark, say
from app.session.bin import NOTICE_DAYS, BinNews, tend_bin
from app.ui.commands import CHAT, Command

if TYPE_CHECKING:
    from app.ui.window import Window


class Seeking:
    """Lives as long as the window; `attach` is called again when another language has made new widgets."""

    def __init__(self, window: Window) -> None:
        self._window = window
        window.commands.add(
            Command("folder.new", mark("New folder"), self.make_folder, CHAT, icon="folder-plus"),
            Command("page.bin", mark("Recycle bin"), lambda: window.show_page("bin"), CHAT, icon="trash-2"),
        )

    def attach(self) -> None:
        """Hear the sidebar."""
        sidebar = self._window.sidebar
        sidebar.open_beside_wanted.connect(self._window.open_beside)

    def begin(self) -> None:
        """Once after the start: the bin lets go of what has been in it long enough, and says so."""
        tend_bin(self._window.desk, self._tell_bin)

    def make_folder(self) -> None:
        self._window.modelbar.sidebar.setChecked(True)
        self._window.sidebar.folder_button.click()

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
