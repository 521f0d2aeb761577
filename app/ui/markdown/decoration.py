"""What is painted behind the text: code cards, quote bars and the round grounds of inline code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPainterPath,
    QPen,
    QTextBlock,
    QTextDocument,
    QTextFormat,
    QTextList,
)

from app.core.words import say
from app.ui.colours import Tokens
from app.ui.fonts import SMALL_PX, ui_font
from app.ui.markdown.blocks import QUOTE_PX
from app.ui.markdown.code import BOTTOM_PX, FOOT_PX, GAP_PX, HEAD_PX, PADDING_PX, CodeCard
from app.ui.markdown.style import PROPERTY_BULLET, PROPERTY_CODE, STATE_HAS_CODE
from app.ui.theme import RADIUS


def card_rect(layout: QAbstractTextDocumentLayout, card: CodeCard, width: float) -> QRectF:
    """The card of `card` in document coordinates, its head included."""
    frame = layout.frameBoundingRect(card.frame)
    left = card.frame.frameFormat().leftMargin()
    return QRectF(left, frame.top() + GAP_PX, width - left, frame.height() - GAP_PX - BOTTOM_PX)


def paint_cards(
    painter: QPainter, document: QTextDocument, cards: Sequence[CodeCard], clip: QRect, width: int, colours: Tokens
) -> None:
    """Paint the grounds and heads of the cards that touch `clip`; `width` is the page's."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layout = document.documentLayout()
    for card in reversed(cards):  # while an answer streams, only its end is painted
        rect = card_rect(layout, card, width)
        if rect.bottom() < clip.top():
            break
        if rect.intersects(QRectF(clip)):
            _paint_card(painter, rect, card, colours)


def paint_marks(painter: QPainter, document: QTextDocument, clip: QRect, width: int, colours: Tokens) -> None:
    """Paint what belongs behind the text itself and touches `clip`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layout = document.documentLayout()
    for block in _blocks_in(document, clip):
        if block.userState() == STATE_HAS_CODE:
            _paint_inline_code(painter, layout, block, clip, colours)
        held: QTextList | None = block.textList()
        if held and held.format().hasProperty(PROPERTY_BULLET):
            _paint_bullet(painter, layout, block, held.format().intProperty(PROPERTY_BULLET), colours)
        level = block.blockFormat().intProperty(QTextFormat.Property.BlockQuoteLevel)
        if level:
            rect = layout.blockBoundingRect(block)
            if block.next().blockFormat().intProperty(QTextFormat.Property.BlockQuoteLevel):
                rect.setBottom(layout.blockBoundingRect(block.next()).bottom())
            mirrored = width if block.blockFormat().rightMargin() else 0
            _paint_quote(painter, rect, level, mirrored, colours)


def _blocks_in(document: QTextDocument, clip: QRect) -> Iterator[QTextBlock]:
    layout = document.documentLayout()
    place = layout.hitTest(QPointF(0, max(0, clip.top())), Qt.HitTestAccuracy.FuzzyHit)
    block = document.findBlock(max(0, place))
    while block.isValid() and layout.blockBoundingRect(block).top() <= clip.bottom():
        yield block
        block = block.next()


def _paint_card(painter: QPainter, rect: QRectF, card: CodeCard, colours: Tokens) -> None:
    shape = QPainterPath()
    outline = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    shape.addRoundedRect(outline, RADIUS, RADIUS)
    painter.fillPath(shape, QColor(colours.panel))
    painter.save()
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), HEAD_PX), QColor(colours.code_head))
    painter.restore()
    painter.setPen(QPen(QColor(colours.border), 1))
    painter.drawPath(shape)
    if card.has_foot:
        top = rect.bottom() - FOOT_PX
        painter.drawLine(QPointF(rect.left() + 1, top), QPointF(rect.right() - 1, top))
    painter.setFont(ui_font(SMALL_PX))
    painter.setPen(QColor(colours.quiet))
    head = QRectF(rect.left() + PADDING_PX, rect.top(), rect.width() / 2, HEAD_PX)
    painter.drawText(head, int(Qt.AlignmentFlag.AlignVCenter), card.language or say("code"))


def _paint_bullet(
    painter: QPainter, layout: QAbstractTextDocumentLayout, block: QTextBlock, depth: int, colours: Tokens
) -> None:
    """A disc, a ring, a short dash: Qt's own bullets stand too close to the text."""
    line = block.layout().lineAt(0)
    if not line.isValid():
        return
    origin = layout.blockBoundingRect(block).topLeft()
    mirrored = block.textDirection() == Qt.LayoutDirection.RightToLeft
    x = line.naturalTextRect().right() + 12 if mirrored else line.x() - 12
    centre = origin + QPointF(x, line.y() + line.ascent() - 4.5)
    painter.setPen(QPen(QColor(colours.quiet), 1.2) if depth == 2 else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if depth == 2 else QColor(colours.quiet))
    if depth < 3:
        painter.drawEllipse(centre, 2.4, 2.4)
    else:
        painter.drawRect(QRectF(centre.x() - 3, centre.y() - 0.75, 6, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_quote(painter: QPainter, rect: QRectF, level: int, mirrored: int, colours: Tokens) -> None:
    """Bars at the left, or from `mirrored` at the right."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.border))
    for step in range(level):
        left = mirrored - QUOTE_PX * step - 4 if mirrored else QUOTE_PX * step + 1
        painter.drawRect(QRectF(left, rect.top() + 2, 3, rect.height() - 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_inline_code(
    painter: QPainter, layout: QAbstractTextDocumentLayout, block: QTextBlock, clip: QRect, colours: Tokens
) -> None:
    """Only what is seen of it: a paragraph may be much longer than what changed."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.inline_code))
    origin = layout.blockBoundingRect(block).topLeft()
    walk = block.begin()
    while not walk.atEnd():
        fragment = walk.fragment()
        if fragment.charFormat().hasProperty(PROPERTY_CODE):
            start = fragment.position() - block.position()
            line = block.layout().lineForTextPosition(start)
            if origin.y() + line.y() > clip.bottom():
                break
            if origin.y() + line.y() + 2 * line.height() < clip.top() and fragment.length() < 60:
                walk += 1
                continue
            for rect in run_rects(block, start, start + fragment.length(), fragment.charFormat().font().pixelSize()):
                painter.drawRoundedRect(rect.translated(origin), 4, 4)
        walk += 1
    painter.setBrush(Qt.BrushStyle.NoBrush)


def run_rects(block: QTextBlock, start: int, end: int, px: int) -> Iterator[QRectF]:
    """The run from `start` to `end`, one rectangle a line, in the block's coordinates."""
    text = block.layout()
    base = text.position()
    first = text.lineForTextPosition(start)
    for number in range(first.lineNumber() if first.isValid() else 0, text.lineCount()):
        line = text.lineAt(number)
        if line.textStart() >= end:
            return
        one = _x_of(line.cursorToX(max(start, line.textStart())))
        other = _x_of(line.cursorToX(min(end, line.textStart() + line.textLength())))
        left, right = min(one, other), max(one, other)
        baseline = line.y() + line.ascent()
        if right > left:
            yield QRectF(left, baseline - px * 1.08, right - left, px * 1.42).translated(text.position() - base)


def _x_of(answer: object) -> float:
    """PySide's `cursorToX` gives (x, position)."""
    return float(answer[0] if isinstance(answer, (tuple, list)) else answer)  # type: ignore[arg-type]
