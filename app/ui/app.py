"""The Qt application: made once, dressed, given its language, and run over a desk."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import __version__
from app.config.display import choose_platform
from app.core import words
from app.ui.bridge import QtPost, last_resort
from app.ui.first_picture import FirstPicture
from app.ui.fonts import can_show_chinese, install_fonts
from app.ui.icons import icon
from app.ui.input_method import find_input_method
from app.ui.roles import install_roles
from app.ui.taskbar import name_this_program
from app.ui.theme import Choice, theme

if TYPE_CHECKING:
    from app.session.desk import Desk
    from app.session.mishap import Mishap
    from app.ui.doorbell import Doorbell, Ring
    from app.ui.gate import Gate
    from app.ui.window import Window

# In English alone: its Chinese could not be read.
NO_CHINESE = (
    "This computer has no Chinese typeface, so Chinese shows as boxes. Install one (Debian, Ubuntu: fonts-noto-cjk) "
    "and start Carrel again, or choose English in the settings."
)

_translator: QTranslator | None = None


def make_application(argv: Sequence[str]) -> QApplication:
    """The one QApplication, with Carrel's name, fonts and colours. A second call returns the first one's."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        application = existing
    else:
        policy = Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(policy)
        choose_platform()
        find_input_method()
        name_this_program()
        application = QApplication(list(argv) or ["carrel"])
    application.setApplicationName("carrel")
    application.setApplicationDisplayName("Carrel")
    application.setApplicationVersion(__version__)
    QGuiApplication.setDesktopFileName("carrel")
    install_fonts()
    install_roles()
    application.setWindowIcon(icon("book-open", "accent", 64))
    return application


def dress(choice: str) -> None:
    """Light, dark or as the desktop."""
    chosen: Choice = "light" if choice == "light" else "dark" if choice == "dark" else "system"
    theme().choose(chosen)


def speak_qt() -> None:
    """Bring Qt's own sentences (menus of text fields, file dialogs) into the language spoken now."""
    global _translator
    application = QApplication.instance()
    assert application is not None
    if _translator is not None:
        application.removeTranslator(_translator)
        _translator = None
    locale = QLocale("zh_CN") if words.language() == "zh_CN" else QLocale("en_US")
    QLocale.setDefault(locale)
    if words.language() == "zh_CN":
        translator = QTranslator(application)
        if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            application.installTranslator(translator)
            _translator = translator


def run_window(desk: Desk, ring: Ring, doorbell: Doorbell | None = None, mishap: Mishap | None = None) -> int:
    """Show the window over `desk` until it is closed, with what the program was given; returns the exit code.

    `desk.post` must be a `QtPost`; `mishap` is what became of the run before.
    """
    from app.ui.gate import Gate

    application = make_application(sys.argv)
    dress(desk.settings.theme)
    speak_qt()
    last_resort.install(QtPost(application))
    _let_python_hear_signals(application)
    gate, untold = Gate(desk, doorbell, [ring]), [mishap] if mishap is not None else []
    code = 0
    if desk.vault.is_locked:
        _collect_garbage()
    while gate.pass_through():
        code = _run_one(application, desk, gate, doorbell, untold)
        if not gate.was_locked:  # the user has closed it
            break
    return code


def _run_one(application: QApplication, desk: Desk, gate: Gate, doorbell: Doorbell | None, untold: list[Mishap]) -> int:
    """One window, until it is closed or the vault is locked."""
    from app.ui.gate import Presence
    from app.ui.window import Window

    with gate.guarding():
        with theme().dressing_at_once():
            window = Window(desk, downloads=gate.downloads)
        gate.watch(window)
        application.aboutToQuit.connect(window.finish)
        window.show()
        Presence(desk, window)
        if doorbell is not None:
            window.arrivals.listen_at(doorbell)
        FirstPicture(window, lambda: _begin(window, gate.take_rings(), untold))
        code = application.exec()
        application.aboutToQuit.disconnect(window.finish)
        gate.take_down(window)
    return code


def _begin(window: Window, rings: list[Ring], untold: list[Mishap]) -> None:
    _collect_garbage()
    _set_formulas()
    window.begin(demo=any(ring.demo for ring in rings))
    window.arrivals.open([Path(name) for ring in rings for name in ring.files])
    while untold:
        window.mishaps.tell_last_run(untold.pop())
    if words.language() == "zh_CN" and not can_show_chinese():
        window.notices.tell_error(NO_CHINESE)


def _set_formulas() -> None:
    """From now on. The first picture has none."""
    from app.ui.formulas.maker import formulas

    application = QApplication.instance()
    assert application is not None
    application.aboutToQuit.connect(formulas().stop)
    formulas().start()


def _collect_garbage() -> None:
    """From now on, where the start went without. What is here already stays until the end: it is not looked at again,
    so that no later pause is longer for it.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _let_python_hear_signals(application: QApplication) -> None:
    """Ctrl+C in the terminal closes the window. Qt's loop runs no Python by itself, so a slow timer wakes it.

    A signal that comes before the loop runs is kept for it: to quit at once would quit nothing.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, application, application.quit))
    waker = QTimer(application)
    waker.start(500)
    waker.timeout.connect(lambda: None)
