"""Makes app/core/variants.py: signs of Chinese that are written otherwise elsewhere, and the form they are folded to.

    python resources/unihan/make.py Unihan_Variants.txt TSCharacters.txt

The first is part of the Unihan database (https://www.unicode.org/Public/UCD/latest/ucd/Unihan.zip); Debian carries it
in the package `unicode-data`. The second is OpenCC's list of traditional signs, as the PyPI package
`opencc-python-reimplemented` has it in opencc/dictionary. A sign goes to its simplified form (OpenCC's first, else
the first kSimplifiedVariant that is another sign). One that has none goes where the only sign of the same meaning goes
(kZVariant, kSemanticVariant), if that is a sign of everyday simplified writing, which is GB 2312, and it is none
itself: 説 goes as 說 does, to 说. Signs beyond the first plane are left out.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "app" / "core" / "variants.py"
PAIRS_A_LINE = 28
HEAD = '''"""Signs of Chinese that are written otherwise elsewhere, each with the simplified sign a search takes it for.

Made by resources/unihan/make.py from the Unihan database of Unicode (version {version}; its licence is
resources/unihan/LICENSE) and OpenCC's list of traditional signs (Apache-2.0). The data was modified: it is a choice.
"""

from __future__ import annotations

_PAIRS = (
'''
TAIL = """)
VARIANTS = {ord(_PAIRS[at]): _PAIRS[at + 1] for at in range(0, len(_PAIRS), 2)}
"""

Table = dict[str, list[str]]


def read(path: Path) -> tuple[str, dict[str, Table]]:
    """The version, and the other signs of each sign by the name of the field; only of the first plane."""
    version, fields = "", defaultdict[str, Table](dict)
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# Unicode version:"):
            version = line.rpartition(" ")[2]
        if line.startswith("U+"):
            code, field, others = line.split("\t")
            signs = [chr(int(one.partition("<")[0][2:], 16)) for one in others.split()]
            fields[field][chr(int(code[2:], 16))] = [one for one in signs if one <= "\uffff"]
    return version, fields


def read_opencc(path: Path) -> Table:
    """A traditional sign and its simplified ones, the commonest first."""
    pairs = (line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line)
    return {sign: [one for one in others.split() if len(one) == 1 and one <= "\uffff"] for sign, others in pairs}


def is_everyday(sign: str) -> bool:
    try:
        return bool(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def fold(fields: dict[str, Table], opencc: Table) -> dict[str, str]:
    """Every sign that goes to another, and where it ends."""
    steps = {}
    for table in (fields["kSimplifiedVariant"], opencc):
        for sign, others in table.items():
            if len(sign) == 1 and sign <= "\uffff" and (simple := [other for other in others if other != sign]):
                steps[sign] = simple[0]
    alike = defaultdict[str, set[str]](set)
    for field in ("kZVariant", "kSemanticVariant"):
        for sign, others in fields[field].items():
            for other in others:
                alike[sign].add(other)
                alike[other].add(sign)
    for sign, others_of in sorted(alike.items()):
        ends = {steps.get(other, other) for other in others_of if is_everyday(steps.get(other, other))}
        if sign <= "\uffff" and sign not in steps and not is_everyday(sign) and len(ends) == 1:
            steps[sign] = ends.pop()
    return {sign: end for sign in steps if (end := last(sign, steps)) != sign}


def last(sign: str, steps: dict[str, str]) -> str:
    seen = {sign}
    while (after := steps.get(sign)) is not None and after not in seen:
        seen.add(after)
        sign = after
    return sign


def main() -> None:
    version, fields = read(Path(sys.argv[1]))
    opencc = read_opencc(Path(sys.argv[2]))
    pairs = [sign + end for sign, end in sorted(fold(fields, opencc).items())]
    lines = [pairs[at : at + PAIRS_A_LINE] for at in range(0, len(pairs), PAIRS_A_LINE)]
    body = "".join(f'    "{"".join(line)}"\n' for line in lines)
    TARGET.write_text(HEAD.format(version=version) + body + TAIL, "utf-8")
    print(f"{len(pairs)} signs")


if __name__ == "__main__":
    main()
