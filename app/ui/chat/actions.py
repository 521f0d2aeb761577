"""What can be done with a message: a quiet line of icons under it, its versions, and the rest in a menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from app.core.words import say
from app.ui.chat.message import (
    AGAIN,
    AGAIN_PLAIN,
    AGAIN_THINKING,
    BRANCH,
    CONTINUE,
    COPY,
    COPY_PLAIN,
    EARLIER,
    EDIT,
    LATER,
    RECORD,
    Standing,
)
from app.ui.chat.parts import LINE_PX
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.markdown.code_buttons import COPIED_MS
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import make_label
from app.ui.words import with_keys

SIDE_PX = 28
PAGER_PX = 22


class ActionBar(QWidget):
    """As high as a line whether its icons show or not, so nothing moves when they appear. `wanted(action)`.

    Versions and "Continue" always show where there are any; the icons while the message is under the mouse or holds
    the keyboard, and under the last answer. They are made when they are first needed: rows must cost little.
    """

    wanted = Signal(str)
    made = Signal()

    def __init__(self, parent: QWidget, *, is_answer: bool) -> None:
        super().__init__(parent)
        self._is_answer, self._awake, self._menu_open = is_answer, False, False
        self._standing = Standing()
        self.icons: list[IconButton] = []
        self.earlier: IconButton | None = None
        self.place: QLabel | None = None
        self.later: IconButton | None = None
        self.go_on: IconButton | None = None

    def set_standing(self, standing: Standing) -> None:
        """Its versions, and whether it can be gone on with."""
        self._standing = standing
        if standing.versions > 1:
            self._show_versions(standing)
        for part in (self.earlier, self.place, self.later):
            if part is not None:
                part.setVisible(standing.versions > 1)
        if standing.can_go_on and self.go_on is None:
            self.go_on = IconButton("play", say("Continue this answer"), self, kind="text", px=14)
            self.go_on.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.go_on.setText(" " + say("Continue"))
            self.go_on.clicked.connect(lambda: self.wanted.emit(CONTINUE))
        if self.go_on is not None:
            self.go_on.setVisible(standing.can_go_on)
        self._show_icons()

    def set_awake(self, awake: bool) -> None:
        """Whether the message is under the mouse or holds the keyboard."""
        if awake != self._awake:
            self._awake = awake
            self._show_icons()

    def fit(self, width: int) -> int:
        """What always shows first, so that it keeps its place; a question's line ends at the right."""
        self.resize(width, LINE_PX)
        places = [(part, _width(part)) for part in self._fixed() if not part.isHidden()]
        icons: list[tuple[QWidget, int]] = [(icon, SIDE_PX) for icon in self.icons]
        if self._is_answer:
            x = -6
            for part, wide in [*places, *icons]:
                part.setGeometry(x, 0, wide, LINE_PX)
                x += wide
        else:
            x = width + 6
            for part, wide in [*reversed(places), *reversed(icons)]:
                x -= wide
                part.setGeometry(x, 0, wide, LINE_PX)
        return LINE_PX

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        fixed = [part for part in self._fixed() if not isinstance(part, QLabel)]
        return [*fixed, *self.icons] if self._is_answer else [*self.icons, *fixed]

    def show_copied(self) -> None:
        """The copy button says that it worked."""
        if self.icons:
            copy = self.icons[0]
            copy.set_picture("check", "good")
            QTimer.singleShot(COPIED_MS, copy, lambda: copy.set_picture("copy", "quiet"))

    def open_menu(self, at: QPoint | None = None) -> QMenu:
        """Everything that can be done with the message, each with its key."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, key, action in self._offers():
            if not words:
                menu.addSeparator()
                continue
            made = menu.addAction(f"{words}\t{key}" if key else words)
            made.triggered.connect(lambda _=False, action=action: self.wanted.emit(action))
        self._menu_open = True
        menu.aboutToHide.connect(self._on_menu_hidden)
        last = self.icons[-1] if self.icons else self
        menu.popup(at or last.mapToGlobal(QPoint(0, LINE_PX)))
        return menu

    def _offers(self) -> list[tuple[str, str, str]]:
        none = ("", "", "")
        copies = [(say("Copy as Markdown"), "Alt+C", COPY), (say("Copy as plain text"), "Alt+Shift+C", COPY_PLAIN)]
        branch = [none, (say("New chat from here"), "", BRANCH)]
        if not self._is_answer:
            edit = [(say("Edit"), "Alt+E", EDIT), (say("Answer again"), "Alt+R", AGAIN)]
            return [*copies, none, *edit, *branch]
        again = [
            (say("Answer again, same settings"), "Alt+R", AGAIN),
            (say("Answer again, thinking first"), "", AGAIN_THINKING),
            (say("Answer again, without thinking"), "", AGAIN_PLAIN),
        ]
        go_on = [(say("Continue this answer"), "", CONTINUE)] if self._standing.can_go_on else []
        return [*copies, none, *go_on, *again, *branch, (say("Record and comparison…"), "", RECORD)]

    def _fixed(self) -> list[QWidget]:
        pager: list[QWidget | None] = [self.earlier, self.place, self.later]
        parts = [*pager, self.go_on]
        return [part for part in parts if part is not None]

    def _show_versions(self, standing: Standing) -> None:
        if self.earlier is None or self.later is None or self.place is None:
            self.earlier = IconButton("chevron-left", with_keys(say("Earlier version"), "Alt+Left"), self, px=14)
            self.place = make_label("", "quiet", self, wrap=False)
            self.place.setFont(figure_font(SMALL_PX))
            self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.later = IconButton("chevron-right", with_keys(say("Later version"), "Alt+Right"), self, px=14)
            self.earlier.clicked.connect(lambda: self.wanted.emit(EARLIER))
            self.later.clicked.connect(lambda: self.wanted.emit(LATER))
        self.place.setText(f"{standing.version}/{standing.versions}")
        name = say("Version {version} of {versions}", version=standing.version, versions=standing.versions)
        self.place.setAccessibleName(name)
        self.earlier.setEnabled(standing.version > 1)
        self.later.setEnabled(standing.version < standing.versions)

    def _show_icons(self) -> None:
        awake = self._awake or self._menu_open or (self._standing.is_last and self._is_answer)
        if awake and not self.icons:
            self._make_icons()
        for icon in self.icons:
            icon.setVisible(awake)

    def _make_icons(self) -> None:
        second = ("rotate-cw", say("Answer again"), AGAIN) if self._is_answer else ("pencil", say("Edit"), EDIT)
        for picture, name, action in (("copy", say("Copy as Markdown"), COPY), second):
            icon = IconButton(picture, name, self, px=15)
            icon.clicked.connect(lambda _=False, action=action: self.wanted.emit(action))
            self.icons.append(icon)
        more = IconButton("ellipsis", say("More"), self, px=15)
        more.clicked.connect(lambda: self.open_menu())
        self.icons.append(more)
        self.fit(self.width())
        self.made.emit()

    def _on_menu_hidden(self) -> None:
        self._menu_open = False
        QTimer.singleShot(0, self, self._show_icons)


def _width(part: QWidget) -> int:
    """As wide as it wants to be; the arrows stand close to their number."""
    if isinstance(part, IconButton) and not part.text():
        return PAGER_PX
    return part.sizeHint().width() + (4 if isinstance(part, QLabel) else 8)
