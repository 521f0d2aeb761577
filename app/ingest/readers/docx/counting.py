"""How Word prints the number of a list item: 3 as "3", "iii", "c", "三", "叁", "③" ...

The names are those of ECMA-376 part 1, 17.18.59 (ST_NumberFormat). A number beyond a format's range is printed
in plain digits, as Word does.
"""

from __future__ import annotations

from collections.abc import Callable

DIGITS = "零一二三四五六七八九"
LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
UNITS = ("", "十", "百", "千")
LEGAL_UNITS = ("", "拾", "佰", "仟")
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def printed(number: int, style: str) -> str:
    """The number as `style` prints it."""
    write = _STYLES.get(style)
    return (write(number) if write and number > 0 else "") or str(number)


def chinese(number: int, digits: str = DIGITS, units: tuple[str, ...] = UNITS) -> str:
    """`21` → "二十一", `105` → "一百零五"; empty above 9999."""
    if number > 9999:
        return ""
    out, zero = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            out += (digits[0] if zero and out else "") + digits[digit] + units[power]
        zero = not digit
    return out


def _counted(number: int) -> str:
    """With "十" for ten to nineteen instead of "一十"."""
    return chinese(number).removeprefix("一") if 10 <= number < 20 else chinese(number)


def _japanese(number: int) -> str:
    return _counted(number).replace("零", "").replace("一百", "百").replace("一千", "千").replace("一十", "十")


def _digit_by_digit(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _roman(number: int) -> str:
    out = ""
    if number < 4000:
        for value, letters in ROMAN:
            while number >= value:
                out, number = out + letters, number - value
    return out


def _letters(number: int) -> str:
    """a … z, aa, bb … as Word repeats the letter."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number <= 780 else ""


def _ordinal(number: int) -> str:
    teen = 10 < number % 100 < 20
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _series(characters: str) -> Callable[[int], str]:
    return lambda number: characters[number - 1] if number <= len(characters) else ""


def _run(first: str, count: int) -> Callable[[int], str]:
    return _series("".join(chr(ord(first) + index) for index in range(count)))


_STYLES: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "ordinal": _ordinal,
    "chineseCounting": _counted,
    "chineseCountingThousand": _counted,
    "taiwaneseCounting": _counted,
    "taiwaneseCountingThousand": _counted,
    "japaneseCounting": _japanese,
    "ideographDigital": _digit_by_digit,
    "japaneseDigitalTenThousand": _digit_by_digit,
    "taiwaneseDigital": _digit_by_digit,
    "chineseLegalSimplified": lambda number: chinese(number, LEGAL_SIMPLIFIED, LEGAL_UNITS),
    "ideographLegalTraditional": lambda number: chinese(number, LEGAL_TRADITIONAL, LEGAL_UNITS),
    "ideographTraditional": _series(STEMS),
    "ideographZodiac": _series(BRANCHES),
    "decimalEnclosedCircle": _run("①", 20),
    "decimalEnclosedCircleChinese": _run("①", 20),
    "decimalEnclosedParen": _run("⑴", 20),
    "decimalEnclosedFullstop": _run("⒈", 20),
    "ideographEnclosedCircle": _run("㊀", 10),
    "decimalFullWidth": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
    "decimalFullWidth2": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
    "aiueoFullWidth": _series(KANA),
    "ganada": _series("가나다라마바사아자차카타파하"),
    "chosung": _series("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
}
