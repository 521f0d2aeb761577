"""Office formulas (OMML) in one line of text: `(a)/(b)`, `x^(2)`, `√(n)`."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from app.ingest.readers.xml import children, local, value


def linear(element: Element) -> str:
    """The formula as a line; elements without a rule give the text of their parts."""
    name = local(element.tag)
    if name == "t":
        return element.text or ""
    if write := _RULES.get(name):
        return write(element)
    return "".join(linear(part) for part in element if not local(part.tag).endswith("Pr"))


def _part(element: Element, name: str) -> str:
    return "".join(linear(part) for part in children(element, name))


def _power(base: str, sub: str, sup: str) -> str:
    return base + (f"_({sub})" if sub else "") + (f"^({sup})" if sup else "")


def _scripts(element: Element) -> str:
    return _power(_part(element, "e"), _part(element, "sub"), _part(element, "sup"))


def _root(element: Element) -> str:
    degree = _part(element, "deg")
    return (f"root({degree})" if degree else "√") + f"({_part(element, 'e')})"


def _big_operator(element: Element) -> str:
    sign = value(element, "naryPr", "chr") or "∫"
    return _power(sign, _part(element, "sub"), _part(element, "sup")) + f"({_part(element, 'e')})"


def _matrix(element: Element) -> str:
    rows = (", ".join(linear(part) for part in children(row, "e")) for row in children(element, "mr"))
    return f"[{'; '.join(rows)}]"


def _bracketed(element: Element) -> str:
    left, right = value(element, "dPr", "begChr"), value(element, "dPr", "endChr")
    inner = ", ".join(linear(part) for part in children(element, "e"))
    return ("(" if left is None else left) + inner + (")" if right is None else right)


_RULES: dict[str, Callable[[Element], str]] = {
    "f": lambda element: f"({_part(element, 'num')})/({_part(element, 'den')})",
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "rad": _root,
    "nary": _big_operator,
    "m": _matrix,
    "d": _bracketed,
}
