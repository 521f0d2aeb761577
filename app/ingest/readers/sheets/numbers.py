"""What a cell's value looks like: numbers with the unit, percent sign or leading zeros their format gives them.

Digits are never rounded away for looks, and thousands get no separators: the model reads figures, and each sign
costs a token.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta | None

MORE_DECIMALS = 2  # a percentage shows so many more than its format when it has them
# ECMA-376 part 1, 18.8.30: what the numbers of built-in formats mean, as far as they show more than a number.
BUILT_IN = {9: "0%", 10: "0.00%"}
_TOKEN = re.compile(r'"([^"]*)"?|\\(.)|_.|\*.|\[([^\]]*)\]?|([0#?][0#?,.]*)|([%‰])|([eE][+-])|(General)|(.)', re.DOTALL)
_UNITLESS = re.compile(r"^[\s()\[\]+\-:;,.'/–—]*$")


@dataclass(frozen=True)
class Format:
    """The part of a number format that adds to a number."""

    before: str = ""
    after: str = ""
    percent: bool = False
    decimals: int = 0
    digits: int = 0

    def show(self, value: float) -> str:
        """The number as this format shows it, without losing digits."""
        if self.percent:
            return _percentage(value, self.decimals) + "%"
        if self.digits > 1 and value == int(value) and value >= 0:
            return self.before + f"{int(value):0{self.digits}d}" + self.after
        return ("-" if value < 0 else "") + self.before + plain(abs(value)) + self.after


@lru_cache(maxsize=512)
def compiled(code: str) -> Format | None:
    """What a format code adds; None when nothing, or when it is one of dates, fractions or scaled numbers."""
    before, after, digits = "", "", ""
    percent = False
    for found in _TOKEN.finditer(_first_section(code)):
        quoted, escaped, bracket, number, sign, power, general, other = found.groups()
        if power or (other and other in "yYmMdDhHsSgGbBaA/@年月日时分秒"):
            return None
        if number or general:
            if digits:
                return None
            digits = number or "0"
        elif sign:
            percent = sign == "%"
        else:
            literal = quoted or escaped or _currency(bracket) or other or ""
            before, after = (before, after + literal) if digits else (before + literal, after)
    if not digits or digits.endswith(","):
        return None
    whole, _, fraction = digits.partition(".")
    zeros = len(whole) if not fraction and whole.strip("0") == "" else 0
    made = Format(_unit(before), _unit(after), percent, len(fraction.rstrip(",")), zeros)
    return made if percent or made.before or made.after or zeros > 1 else None


def shown(value: Value, form: Format | None = None) -> str:
    """A cell's value as text; dates as year-month-day."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return form.show(value) if form else plain(value)
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else f"{value.date()} {_clock(value.time())}"
    return _clock(value) if isinstance(value, dt.time) else value.isoformat()


def plain(value: float) -> str:
    """A number with the fifteen digits that spreadsheets keep."""
    if isinstance(value, int) or (abs(value) < 1e15 and value == int(value)):
        return str(int(value))
    return f"{value:.15g}"


def _percentage(value: float, decimals: int) -> str:
    hundredfold = value * 100
    for more in range(MORE_DECIMALS):
        text = f"{hundredfold:.{decimals + more}f}"
        if abs(float(text) - hundredfold) < 1e-9:
            return text
    return f"{hundredfold:.{decimals + MORE_DECIMALS}f}"


def _clock(time: dt.time) -> str:
    return time.isoformat("milliseconds" if time.microsecond >= 1000 else "seconds" if time.second else "minutes")


def _duration(length: dt.timedelta) -> str:
    seconds = round(abs(length).total_seconds())
    sign = "-" if length < dt.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _first_section(code: str) -> str:
    """Up to the first semicolon that stands outside quotes and brackets."""
    found = re.match(r'(?:"[^"]*"?|\\.|\[[^\]]*\]?|[^;"\\\[])*', code, re.DOTALL)
    return found.group() if found else ""


def _currency(bracket: str | None) -> str:
    """`[$¥-804]` shows ¥; colours and conditions show nothing."""
    return bracket[1:].partition("-")[0] if bracket and bracket.startswith("$") else ""


def _unit(literal: str) -> str:
    return "" if _UNITLESS.match(literal) else literal.strip("() ")
