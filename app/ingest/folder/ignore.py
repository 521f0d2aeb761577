"""The patterns of .gitignore files: which names below a folder its author counts as made, not written."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_RULES = 2_000
MAX_STARS = 4  # of those that would be tried in every combination


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a .gitignore: which paths it means, seen from the top folder, and whether it takes them back."""

    pattern: re.Pattern[str]
    only_folders: bool
    takes_back: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force in one folder; the last that matches decides."""

    rules: tuple[Rule, ...] = ()

    def below(self, folder: str, text: str) -> Rules:
        """These and the rules of the .gitignore in `folder` ("" is the top, else "a/b")."""
        parsed = (_parse(line, folder) for line in text.splitlines())
        return Rules((self.rules + tuple(rule for rule in parsed if rule))[:MAX_RULES])

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        for rule in reversed(self.rules):
            if (is_folder or not rule.only_folders) and rule.pattern.fullmatch(path):
                return not rule.takes_back
        return False


def _parse(line: str, folder: str) -> Rule | None:
    line = re.sub(r"(?<!\\)[ \t\r]+$", "", line)
    if not line or line.startswith("#") or len(line) > 1000:
        return None
    takes_back = line.startswith("!")
    line = line[takes_back:]
    only_folders = line.endswith("/")
    line = line.rstrip("/")
    is_anchored = "/" in line
    line = line.lstrip("/")
    if not line or _is_costly(line):
        return None
    above = re.escape(folder + "/") if folder else ""
    try:
        pattern = re.compile(above + ("" if is_anchored else "(?:[^/]+/)*+") + _regex(line), re.DOTALL)
    except re.error:
        return None
    return Rule(pattern, only_folders, takes_back)


def _is_costly(glob: str) -> bool:
    """Patterns that nobody writes and that would take forever."""
    return glob.count("**") > MAX_STARS or any("[" in part and part.count("*") > MAX_STARS for part in glob.split("/"))


def _regex(glob: str) -> str:
    """The glob as a regular expression; `**` between slashes stands for any number of folders."""
    out, place = list[str](), 0
    while place < len(glob):
        rest = glob[place:]
        if rest.startswith("**/") and (place == 0 or glob[place - 1] == "/"):
            out.append("(?:[^/]+/)*")
            place += 3
        elif rest == "**" and (place == 0 or glob[place - 1] == "/"):
            out.append(".+")
            place += 2
        elif rest[0] == "*":
            place += len(rest) - len(rest.lstrip("*"))
            fixed = re.match(r"[^*/\[]*(?=\*)", glob[place:])
            if fixed:  # what stands before the next star is best found first, and not looked for again
                out.append(f"(?>[^/]*?{_regex(fixed.group())})")
                place += fixed.end()
            else:
                out.append("[^/]*")
        elif rest[0] == "[" and (closed := re.match(r"\[[!^]?\]?[^\]/]*\]", rest)):
            inner = closed.group()[1:-1].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[^/{inner[1:]}]" if inner[0] in "!^" else f"[{inner}]")
            place += closed.end()
        else:
            if rest[0] == "\\" and len(rest) > 1:
                place += 1
                rest = rest[1:]
            out.append("[^/]" if rest[0] == "?" else re.escape(rest[0]))
            place += 1
    return "".join(out)
