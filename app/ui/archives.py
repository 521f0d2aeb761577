"""What the window does about chats as files: exports, imports and backups go on under any page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.units import format_bytes
from app.core.words import mark, say, sentences
from app.session.desk import Desk
from app.ui.chat.drags import OutgoingFiles, name_of
from app.ui.commands import CHAT, PROGRAM, Command

if TYPE_CHECKING:
    from app.session.backup.manifest import Manifest
    from app.session.backup.restoring import Restored
    from app.session.export.writing import Export, Order
    from app.session.importing.wishes import Imported
    from app.ui.window import Window

ENDING = ".carrel-backup"
MAY_HOLD_CHATS = (".json", ".jsonl", ".zip", ".sqlite")
LARGEST_LOOK_BYTES = 64 << 20


class Archives:
    """Lives as long as the window and holds no widget. `changed()` says that something went on.

    `chosen` are the chats to export, None for all; `share` how far an export is, None while none runs; `busy` what
    else runs: "import", "backup", "restore" or "".
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self.changed: Emitter[[]] = Emitter()
        self.chosen: tuple[int, ...] | None = None
        self.share: float | None = None
        self.busy = ""
        self._export: Export | None = None
        self._add_commands()

    def _add_commands(self) -> None:
        window = self._window

        def in_chat() -> bool:
            return window.conversation.chat_id is not None and window.conversation.here is window.desk

        window.commands.add(
            Command(
                "chat.export",
                mark("Export this chat…"),
                self.export_shown,
                CHAT,
                ("Ctrl+Shift+S",),
                "download",
                enabled=in_chat,
            ),
            Command("page.archives", mark("Export, import and backup"), self.open_page, PROGRAM, icon="hard-drive"),
        )

    @property
    def desk(self) -> Desk:
        """Where the user's chats are."""
        return self._window.desk

    def attach(self) -> None:
        """Hear the sidebar, which another language makes anew."""
        self._window.sidebar.export_wanted.connect(self.export)
        self._window.sidebar.list.chats.make_drag = self._dragged

    def open_page(self) -> None:
        self._window.show_page("archives")

    # ---- export

    def export(self, chats: Sequence[int] | None = None) -> None:
        """Show what can be exported, with these chats chosen."""
        self.chosen = None if chats is None else tuple(chats)
        self.open_page()
        self.changed.emit()

    def export_shown(self) -> None:
        if self._window.conversation.chat_id is not None:
            self.export([self._window.conversation.chat_id])

    def write(self, order: Order) -> None:
        """Write the files; the line at the bottom says where they are."""
        from app.session.export.writing import Export

        if self.share is not None:
            return
        self.share = 0.0
        self._export = Export(self.desk, order, self._on_exported, self._on_export_failed)
        self._export.progressed.connect(self._on_progress)
        self._export.start()
        self.changed.emit()

    def stop_export(self) -> None:
        if self._export is not None:
            self._export.stop()

    def _on_progress(self, done: int, total: int) -> None:
        self.share = done / max(1, total + 1)
        self.changed.emit()

    def _on_exported(self, files: tuple[Path, ...]) -> None:
        self.share = self._export = None
        if len(files) == 1:
            words = say("{name} is saved.", name=files[0].name)
        else:
            words = say("{count} files are saved.", count=len(files))
        folder = files[0].parent
        self._window.notices.tell(words, say("Show in folder"), lambda: show_folder(folder))
        self.changed.emit()

    def _on_export_failed(self, error: CarrelError) -> None:
        self.share = self._export = None
        self._tell(error)

    def _dragged(self, ids: Sequence[int]) -> QMimeData:
        """Chats for other programs: a Markdown file each, made when somebody takes them."""

        def make() -> Iterator[tuple[str, bytes]]:
            from app.session.export.markdown import chat_as_markdown

            titles = {chat.id: chat.title for chat in self._window.conversation.chats}
            for number in ids:
                yield f"{name_of(titles.get(number, ''))}.md", chat_as_markdown(self.desk, number).encode()

        return OutgoingFiles(make)

    # ---- import

    def bring_in(self, files: Sequence[Path]) -> None:
        """Import chats; the sidebar shows them."""
        from app.session.importing.wishes import import_chats, imported_words

        def done(outcomes: tuple[Imported, ...]) -> None:
            self.busy = ""
            self._window.conversation.refresh_list()
            words = "\n".join(imported_words(one) for one in outcomes)
            bad = any(one.error is not None for one in outcomes)
            (self._window.notices.tell_error if bad else self._window.notices.tell)(words)
            self.changed.emit()

        if self._begin("import"):
            import_chats(self.desk, files, done)

    def sift(self, files: Sequence[Path]) -> list[Path]:
        """Of what was dropped, what is to be read. A backup is offered for restoring; a file that holds chats is
        read like any other, and the line at the bottom offers to import it.
        """
        backups = [file for file in files if file.name.endswith(ENDING)]
        if backups:
            self.open_page()
            self._window.pages["archives"].restore.offer(backups[0])  # type: ignore[attr-defined]
        for file in files:
            if file.suffix.lower() in MAY_HOLD_CHATS:
                self._offer_import(file)
        return [file for file in files if file not in backups]

    def _offer_import(self, file: Path) -> None:
        from app.session.importing.reading import read_chats

        def look() -> int:
            return len(read_chats(file).chats) if file.stat().st_size < LARGEST_LOOK_BYTES else 0

        def found(count: int) -> None:
            if count:
                words = say("{name} holds chats of another program.", name=file.name)
                self._window.notices.tell(words, say("Import chats"), lambda: self.bring_in([file]))

        self.desk.jobs.run(look, found, lambda _: None)

    # ---- backup and restore

    def back_up(self, file: Path, passphrase: str, *, plain: bool) -> None:
        from app.session.backup.words import backup_words
        from app.session.backup.writing import Backup

        def done(path: Path, manifest: Manifest) -> None:
            self.busy = ""
            words = backup_words(manifest, format_bytes(path.stat().st_size), locked=bool(passphrase))
            folder = path.parent
            self._window.notices.tell(
                sentences(say("{name} is saved.", name=path.name), words),
                say("Show in folder"),
                lambda: show_folder(folder),
            )
            self.changed.emit()

        if self._begin("backup"):
            Backup(self.desk, file, done, self._on_failed, passphrase=passphrase, plain=plain).start()

    def begin(self) -> None:
        """Once after the start: today's backup, when it is wanted. Nothing is said unless it fails."""
        if self.desk.settings.daily_backup:
            from app.session.backup.daily import tend_backups

            tend_backups(self.desk, lambda _: self.changed.emit(), self._tell)

    def restore(self, file: Path, passphrase: str, *, replace: bool) -> None:
        from app.session.backup.restoring import restore
        from app.session.backup.words import restored_words

        def done(restored: Restored) -> None:
            self.busy = ""
            window = self._window
            if restored.aside is not None:  # what is open anywhere is no longer here
                for pane in window.panes.all:
                    pane.conversation.new_chat()
            window.conversation.refresh_list()
            window.sets.refresh()
            window.desk.presets.refresh()
            words, aside = restored_words(restored), restored.aside
            if aside is not None:
                window.notices.keep(words, say("Show in folder"), lambda: show_folder(aside))
            else:
                window.notices.tell(words)
            self.changed.emit()

        if self._begin("restore"):
            restore(self.desk, file, done, self._on_failed, passphrase=passphrase, replace=replace)

    # ---- shared

    def _begin(self, what: str) -> bool:
        if self.busy:
            return False
        self.busy = what
        self.changed.emit()
        return True

    def _on_failed(self, error: CarrelError) -> None:
        self.busy = ""
        self._tell(error)

    def _tell(self, error: CarrelError) -> None:
        if error.code == "cancelled":
            self._window.notices.tell(say("Stopped."))
        else:
            self._window.notices.tell_error(str(error))
        self.changed.emit()


def show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
