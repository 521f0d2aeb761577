"""Prints exports: rich text laid out on numbered A4 pages, drawings as PNG. Works without a screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEventLoop, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer

from app.config.paths import resource
from app.core.files import write_durably
from app.ui.fonts import CHINESE, load_fonts

DPI = 1200  # of the page; text and lines stay vectors
MARGIN_MM = 18.0
FOOT_MM = 10.0
FAMILIES = ["Inter", *CHINESE, "DejaVu Sans"]


def make_printer() -> QtPrinter:
    """On the main thread. Where no window is, Qt starts without a screen."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _kept.append(QGuiApplication(sys.argv[:1]))
    load_fonts()  # whoever made the application: figures in the Chinese face could not be copied from the paper
    return QtPrinter()


_kept: list[QGuiApplication] = []  # Qt's one application lives as long as the program


class QtPrinter:
    """Each call makes its own document and painter, so several threads may print."""

    def print_pdf(self, html: str, title: str, file: Path) -> None:
        """Written whole or not at all: a crash leaves no half PDF."""
        write_durably(file, _print(html, title))

    def picture(self, svg: str) -> bytes:
        """PNG on a clear ground."""
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        size = renderer.defaultSize()
        if not renderer.isValid() or size.isEmpty():
            return b""
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        made = QByteArray()
        sink = QBuffer(made)
        sink.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(sink, "PNG")  # type: ignore[call-overload]
        return bytes(made.data())


def _print(html: str, title: str) -> bytes:
    content = QByteArray()
    sink = QBuffer(content)
    sink.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(sink)
    writer.setTitle(title)
    writer.setCreator("Carrel")
    writer.setResolution(DPI)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
        )
    )
    timers = QEventLoop()  # gives this thread what the timers of a long document need; nothing runs in it
    painter = QPainter(writer)
    try:
        _draw(painter, writer, _lay_out(html, writer))
    finally:
        painter.end()
        del timers
    sink.close()
    return bytes(content.data())


def _lay_out(html: str, writer: QPdfWriter) -> QTextDocument:
    """The document in points of the page; its last strip is left to the page's number."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPointSizeF(10)
    font.setFeature(QFont.Tag("calt"), 0)  # its other hyphens have no letter behind them: they could not be copied
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(resource("templates", "paper.css").read_text("utf-8"))
    document.documentLayout().setPaintDevice(writer)
    document.setHtml(html)
    page = writer.pageLayout().paintRectPixels(DPI)
    document.setPageSize(QSizeF(page.width(), page.height() - FOOT_MM / 25.4 * DPI))
    return document


def _draw(painter: QPainter, writer: QPdfWriter, document: QTextDocument) -> None:
    width, height = document.pageSize().width(), document.pageSize().height()
    foot = QFont(document.defaultFont())
    foot.setPointSizeF(8)
    count = document.pageCount()
    for page in range(count):
        if page:
            writer.newPage()
        painter.save()
        painter.translate(0, -page * height)
        document.drawContents(painter, QRectF(0, page * height, width, height))
        painter.restore()
        painter.setFont(foot)
        painter.setPen(QColor("#5C6673"))
        strip = QRectF(0, height, width, FOOT_MM / 25.4 * DPI)
        painter.drawText(strip, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, f"{page + 1} / {count}")
