"""The straight horizontal and vertical strokes drawn on a PDF page: what tables are ruled with."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

MAX_SEGMENTS = 20_000
MAX_OBJECTS = 100_000
MAX_PATH_SEGMENTS = 400  # a longer path is a drawing
TELLING_SEGMENTS = 8  # a path whose first so many hold no straight stroke has none
MAX_FORM_DEPTH = 2
SMALLEST_BOX = 6.0  # points: what is smaller both ways is a sign, not a cell
THIN = 4.0  # points: a filled box this thin is a stroke
STRAIGHT = 1.0
SHORTEST = 3.0

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
Turn = Callable[[float, float, float, float], Box]


class Stroke(NamedTuple):
    """A stroke at height (or, vertical, at abscissa) `at`, from `start` to `end`, in points."""

    at: float
    start: float
    end: float


def page_turn(page: pypdfium2.PdfPage) -> Turn:
    """Maps a box of the page's own coordinates to what a reader sees, with y growing upwards."""
    turns: dict[int, Turn] = {
        90: lambda left, bottom, right, top: (bottom, -right, top, -left),
        180: lambda left, bottom, right, top: (-right, -top, -left, -bottom),
        270: lambda left, bottom, right, top: (-top, left, -bottom, right),
    }
    return turns.get(page.get_rotation() % 360, lambda *box: box)


class Ruling:
    """Collects a page's strokes as `horizontal` and `vertical`, turned as the page is shown."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.horizontal: list[Stroke] = []
        self.vertical: list[Stroke] = []
        self._turn = page_turn(page)
        self._segments = self._objects = 0
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._x_place, self._y_place = ctypes.byref(self._x), ctypes.byref(self._y)
        raw = page.raw
        count = pdfium.FPDFPage_CountObjects(raw)
        self._walk(count, lambda index: pdfium.FPDFPage_GetObject(raw, index), None, 0)

    def _walk(self, count: int, get: Callable[[int], Any], parent: Matrix | None, depth: int) -> None:
        for index in range(count):
            self._objects += 1
            if self._segments > MAX_SEGMENTS or self._objects > MAX_OBJECTS:
                return
            thing = get(index)
            kind = pdfium.FPDFPageObj_GetType(thing)
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._add_path(thing, parent)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
                self._walk_form(thing, parent, depth)

    def _walk_form(self, form: Any, parent: Matrix | None, depth: int) -> None:
        matrix = _matrix_of(form)
        self._walk(
            pdfium.FPDFFormObj_CountObjects(form),
            lambda index: pdfium.FPDFFormObj_GetObject(form, index),
            _combined(matrix, parent) if parent else matrix,
            depth + 1,
        )

    def _add_path(self, path: Any, parent: Matrix | None) -> None:
        fill, stroked = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(path, fill, stroked)
        if not fill.value and not stroked.value:
            return
        if parent is None and self._add_thin_box(path):
            return
        if pdfium.FPDFPath_CountSegments(path) <= MAX_PATH_SEGMENTS:
            self._add_segments(path, _combined(_matrix_of(path), parent) if parent else _matrix_of(path))

    def _add_thin_box(self, path: Any) -> bool:
        """A single line, or a filled box so thin that it is meant as one."""
        edges = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(path, *edges):
            return True
        left, bottom, right, top = (edge.value for edge in edges)
        if top - bottom > THIN and right - left > THIN:
            return top - bottom < SMALLEST_BOX and right - left < SMALLEST_BOX
        self._segments += 1
        self._add(left, (bottom + top) / 2, right, (bottom + top) / 2) if right - left > top - bottom else self._add(
            (left + right) / 2, bottom, (left + right) / 2, top
        )
        return True

    def _add_segments(self, path: Any, matrix: Matrix) -> None:
        x, y = self._x, self._y
        here = start = None
        found = len(self.horizontal) + len(self.vertical)
        for index in range(pdfium.FPDFPath_CountSegments(path)):
            segment = pdfium.FPDFPath_GetPathSegment(path, index)
            if not pdfium.FPDFPathSegment_GetPoint(segment, self._x_place, self._y_place):
                continue
            self._segments += 1
            if index == TELLING_SEGMENTS and found == len(self.horizontal) + len(self.vertical):
                return  # a curve or a drawing
            point = _mapped(matrix, x.value, y.value)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO and here:
                self._add(*here, *point)
            if pdfium.FPDFPathSegment_GetClose(segment) and start:
                self._add(*point, *start)
            here = point

    def _add(self, x0: float, y0: float, x1: float, y1: float) -> None:
        left, bottom, right, top = self._turn(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if top - bottom <= STRAIGHT and right - left > SHORTEST:
            self.horizontal.append(Stroke((bottom + top) / 2, left, right))
        elif right - left <= STRAIGHT and top - bottom > SHORTEST:
            self.vertical.append(Stroke((left + right) / 2, bottom, top))


def _matrix_of(thing: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(thing, matrix)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _mapped(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _combined(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (p * a + r * b, q * a + s * b, p * c + r * d, q * c + s * d, p * e + r * f + t, q * e + s * f + u)
