"""The signs of mhchem for arrows and bonds, and what they are in TeX."""

from __future__ import annotations

import re

ARROW = re.compile(r"<=>>|<<=>|<=>|<-->|<->|->|<-|→|⟶|⇌|⇄")
PLAIN_ARROWS = {
    "->": r"\longrightarrow",
    "→": r"\longrightarrow",
    "⟶": r"\longrightarrow",
    "<-": r"\longleftarrow",
    "<->": r"\longleftrightarrow",
    "<=>": r"\rightleftharpoons",
    "⇌": r"\rightleftharpoons",
    "<-->": r"\rightleftarrows",
    "⇄": r"\rightleftarrows",
}
LABELLED_ARROWS = {
    "->": r"\xrightarrow",
    "→": r"\xrightarrow",
    "⟶": r"\xrightarrow",
    "<-": r"\xleftarrow",
    "<->": r"\xleftrightarrow",
    "<=>": r"\xrightleftharpoons",
    "⇌": r"\xrightleftharpoons",
}
BONDS = {"-": r"\text{–}", "=": "{=}", "#": r"{\equiv}", "1": r"\text{–}", "2": "{=}", "3": r"{\equiv}"}
BONDS |= {"...": r"{\cdots}", "....": r"{\cdots}", "->": r"{\rightarrow}", "<-": r"{\leftarrow}"}
