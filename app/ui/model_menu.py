"""The models that are here, under the name of the one that answers: another is one press away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.catalog.local import LocalModel
from app.core.units import format_bytes
from app.core.words import say
from app.ui.words import model_title


def open_model_menu(
    models: Sequence[LocalModel], loaded: str, load: Callable[[Path], object], more: Callable[[], object], at: QWidget
) -> QMenu:
    """`loaded` is the path of the one in memory; `more` opens the page of all models."""
    menu = QMenu(at.window())  # the button's own words run from right to left, for its arrow's sake
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(say("Models"))
    for model in models:
        size = f"\t{format_bytes(model.size_bytes)}" if model.size_bytes else ""
        act = menu.addAction(model_title(model).replace("&", "&&") + size)
        act.setCheckable(True)
        act.setChecked(bool(loaded) and Path(loaded) == model.path)
        act.setToolTip(str(model.path))
        if not act.isChecked():
            act.triggered.connect(lambda _=False, path=model.path: load(path))
    menu.addSeparator()
    menu.addAction(say("All models…"), more)
    menu.popup(at.mapToGlobal(QPoint(0, at.height() + 4)))
    return menu
