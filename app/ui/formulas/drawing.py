"""Draws formulas in a QTextDocument, where each is one letter of an object type of its own."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, QTimer, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPyTextObject,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextList,
)

from app.ui.fonts import mono_font, ui_font
from app.ui.formulas.maker import Formula, Wish, formulas
from app.ui.formulas.picture import formula_pixmap

FORMULA_OBJECT = int(QTextFormat.ObjectTypes.UserObject) + 1
PROPERTY_FORMULA = int(QTextFormat.Property.UserProperty) + 6
"""On a formula's letter: its TeX."""
PROPERTY_DISPLAY = int(QTextFormat.Property.UserProperty) + 7
PROPERTY_EM = int(QTextFormat.Property.UserProperty) + 8
"""The size of one em of it, in pixels."""
OBJECT_SIGN = "\ufffc"
ENLARGED = 1.14
"""The formula's face looks smaller than the text's at one size."""
WIDEST_PX = 1500
"""What would have to shrink to less than half of the column is better read as TeX."""
NARROW_PX = 60.0
GATHER_MS = 16
TOGETHER = 3
NEAR = 120
"""So many are put in at a time, and within so many letters: all between them is painted again, and all below moves."""
TAG_GAP_EM = 1.0


def is_too_wide(formula: Formula, px: int) -> bool:
    """Whether nobody could read it in the column."""
    return formula.width * px * ENLARGED > WIDEST_PX


def formula_format(wish: Wish, formula: Formula, base: QTextCharFormat, px: int) -> QTextCharFormat:
    """The format of the letter that stands for a formula within text of `px`, coloured as `base`."""
    made = QTextCharFormat(base)
    made.setObjectType(FORMULA_OBJECT)
    made.setProperty(PROPERTY_FORMULA, wish.tex)
    made.setProperty(PROPERTY_DISPLAY, wish.display)
    made.setProperty(PROPERTY_EM, px * ENLARGED)
    # Qt takes the room below the line from the format's font, so a font is chosen that hangs as deep as the formula.
    made.setFont(ui_font(_size_hanging(math.ceil(formula.depth * px * ENLARGED))))
    made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    return made


def wish_of(look: QTextCharFormat) -> Wish | None:
    """The formula a letter stands for."""
    if look.objectType() != FORMULA_OBJECT:
        return None
    return Wish(look.stringProperty(PROPERTY_FORMULA), bool(look.property(PROPERTY_DISPLAY)))


def is_tall(formula: Formula) -> bool:
    """Whether it needs more room than an ordinary line has."""
    return formula.ascent * ENLARGED > 1.2 or formula.depth * ENLARGED > 0.42


def insert_formula(cursor: QTextCursor, base: QTextCharFormat, wish: Wish, px: int) -> bool:
    """Put `wish` at `cursor` in text of `px` formatted as `base`; false when it is better read as TeX."""
    formula = formulas().look_up(wish)
    if formula.state == "source" or is_too_wide(formula, px):
        return False
    cursor.insertText(OBJECT_SIGN, formula_format(wish, formula, base, px))
    if is_tall(formula):
        _make_room(cursor)
    return True


def _make_room(cursor: QTextCursor) -> None:
    """Let the lines of a paragraph be higher than usual where they must."""
    look = cursor.blockFormat()
    if look.lineHeightType() == QTextBlockFormat.LineHeightTypes.FixedHeight.value:
        look.setLineHeight(look.lineHeight(), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor.setBlockFormat(look)


class FormulaPainter(QPyTextObject):
    """Measures and paints the formulas of one document. `changed(top, bottom, moved)` when some came that were
    waited for: what has to be painted again, and by how many pixels all below has moved.

    `lost` when one of them cannot be typeset: the document must be written anew.
    """

    changed = Signal(int, int, float)

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._document = document
        self._waiting: dict[Wish, set[int]] = {}
        self._arrived: dict[Wish, None] = {}
        self.lost = False
        formulas().made.connect(self._on_made)

    def _on_made(self, wish: Wish) -> None:
        """Several that come together are put in together."""
        if wish in self._waiting:
            if not self._arrived:
                QTimer.singleShot(GATHER_MS, self, self._put_in)
            self._arrived[wish] = None

    def _take_arrived(self) -> list[tuple[int, Wish]]:
        """The places of some that came; the others have their turn soon."""
        first = min(self._waiting[next(iter(self._arrived))], default=0)
        near = [one for one in self._arrived if all(abs(place - first) < NEAR for place in self._waiting[one])]
        now = near[:TOGETHER] or list(self._arrived)[:1]
        for wish in now:
            del self._arrived[wish]
        if self._arrived:
            QTimer.singleShot(GATHER_MS, self, self._put_in)
        return [(place, wish) for wish in now for place in self._waiting.pop(wish, ())]

    def _put_in(self) -> None:
        """The layout would have all below its last check point painted again; it is known what changed."""
        places = self._take_arrived()
        if not places:
            return
        layout, cursor = self._document.documentLayout(), QTextCursor(self._document)
        before = self._document.size().height()
        layout.blockSignals(True)
        cursor.beginEditBlock()
        for place, wish in places:
            self._replace(cursor, wish, place)
        cursor.endEditBlock()
        moved = self._document.size().height() - before
        first, last = (self._box_at(find(places)[0]) for find in (min, max))
        layout.blockSignals(False)
        self.changed.emit(max(0, int(first.top()) - 4), math.ceil(last.bottom()) + 4, moved)

    def _box_at(self, place: int) -> QRectF:
        block = self._document.findBlock(min(place, self._document.characterCount() - 1))
        return self._document.documentLayout().blockBoundingRect(block)

    def _replace(self, cursor: QTextCursor, wish: Wish, place: int) -> None:
        """The text may have changed since the place was noted."""
        if place >= self._document.characterCount() - 1:
            return
        cursor.setPosition(place)
        cursor.setPosition(place + 1, QTextCursor.MoveMode.KeepAnchor)
        look = cursor.charFormat()
        if wish_of(look) != wish:
            return
        formula, px = formulas().look_up(wish), round(float(look.property(PROPERTY_EM)) / ENLARGED)
        self.lost |= formula.state == "source" or is_too_wide(formula, px)
        cursor.setCharFormat(formula_format(wish, formula, look, px))
        if is_tall(formula):
            _make_room(cursor)

    def intrinsicSize(self, document: QTextDocument, place: int, look: QTextFormat) -> QSizeF:
        chars = look.toCharFormat()
        wish = wish_of(chars)
        if wish is None:
            return QSizeF(1, 1)
        formula = formulas().look_up(wish)
        if formula.state == "waiting":
            self._waiting.setdefault(wish, set()).add(place)
        em = float(chars.property(PROPERTY_EM))
        descent = QFontMetrics(chars.font()).descent()
        if (
            formula.width * em < NARROW_PX and formula.state != "source" and not formula.tags
        ):  # asked for often, and seldom in doubt
            return QSizeF(formula.width * em, math.ceil(formula.ascent * em) + descent)
        room = _room(document, place)
        if formula.state == "source":
            words = QFontMetrics(mono_font(round(em / ENLARGED) - 1)).horizontalAdvance(wish.tex)
            return QSizeF(min(room, words + 4), em + descent)
        scale = min(1.0, room / max(1.0, _whole_width(formula) * em))
        width = room if formula.tags else formula.width * em * scale
        return QSizeF(width, math.ceil(formula.ascent * em * scale) + descent)

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, document: QTextDocument, place: int, look: QTextFormat
    ) -> None:
        box = QRectF(rect)
        chars = look.toCharFormat()
        wish = wish_of(chars)
        formula = formulas().look_up(wish) if wish is not None else None
        if wish is None or formula is None or formula.state == "waiting":
            return
        em = float(chars.property(PROPERTY_EM))
        colour = chars.foreground().color()
        baseline = box.bottom() - QFontMetrics(chars.font()).descent()
        if formula.state == "source":
            painter.setFont(mono_font(round(em / ENLARGED) - 1))
            painter.setPen(colour)
            painter.drawText(QPointF(box.left(), baseline), wish.tex)
            return
        scaled = em * min(1.0, box.width() / max(1.0, _whole_width(formula) * em))
        ratio = painter.device().devicePixelRatioF()
        picture = formula_pixmap(formula, colour, scaled, ratio)
        painter.drawPixmap(QPointF(_left(formula, box, scaled), baseline - formula.ascent * scaled), picture)
        for tag in formula.tags:  # at the right margin, each on its line
            corner = QPointF(box.right() - tag.width * scaled, baseline + (tag.line - tag.ascent) * scaled)
            painter.drawPixmap(corner, formula_pixmap(tag, colour, scaled, ratio))


def _whole_width(formula: Formula) -> float:
    """With the numbers at its side, em."""
    return formula.width + (TAG_GAP_EM + formula.tags_width if formula.tags else 0.0)


def _left(formula: Formula, box: QRectF, em: float) -> float:
    """In the middle of the column, but never under the numbers at its side."""
    if not formula.tags:
        return box.left()
    free = box.width() - formula.width * em
    return box.left() + max(0.0, min(free / 2, free - (TAG_GAP_EM + formula.tags_width) * em))


def _room(document: QTextDocument, place: int) -> float:
    """How wide a formula may be where it stands."""
    block: QTextBlock = document.findBlock(place)
    look = block.blockFormat()
    held: QTextList | None = block.textList()
    indent = look.indent() + (held.format().indent() if held is not None else 0)
    whole = document.textWidth() if document.textWidth() > 0 else 760.0
    return max(NARROW_PX, whole - look.leftMargin() - indent * document.indentWidth() - 2)


@lru_cache(maxsize=256)
def _size_hanging(depth_px: int) -> int:
    """The size at which the text's face hangs at least `depth_px` below the line."""
    px = max(2, round(depth_px * 1000 / max(1, QFontMetrics(ui_font(1000)).descent())))
    while px < 2000 and QFontMetrics(ui_font(px)).descent() < depth_px:
        px += 1
    while px > 2 and QFontMetrics(ui_font(px - 1)).descent() >= depth_px:
        px -= 1
    return px
