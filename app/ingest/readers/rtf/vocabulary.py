"""The control words of Rich Text Format and what Carrel makes of them."""

from __future__ import annotations

import codecs
import re

SIGNS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "softline": "\n", "zwnj": "\u200c",
    "zwj": "\u200d", "chdate": "", "lbr": "\n",
}  # fmt: skip
ESCAPES = {"~": " ", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\", "\n": "\r", "\r": "\r"}
# Groups that are not part of the text. A group marked `\*` that is not known here is left out as well.
SILENT = frozenset({
    "fonttbl", "colortbl", "info", "pict", "objdata", "themedata", "colorschememapping", "datastore",
    "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "latentstyles", "fldinst",
    "bkmkstart", "bkmkend", "sp", "sn", "sv", "nonshppict", "shppict", "atnid", "atnauthor", "atndate",
    "atnref", "atnparent", "atrfstart", "atrfend", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "pgdsctbl",
    "panose", "falt", "revtbl", "userprops", "protusertbl", "filetbl", "do", "background", "htmltag", "mmathPr",
    "template", "xe", "tc", "tcn", "rxe", "txe", "ud", "levelnumbers", "leveltext",
})  # fmt: skip
HEARD = frozenset({"shpinst", "shptxt", "annotation", "footnote", "shp", "listtext", "pntext", "upr"})
LABELS = ("listtext", "pntext")
ASIDE = {
    "footnote": "note", "annotation": "comment", "header": "header", "headerf": "header", "headerl": "header",
    "headerr": "header", "footer": "footer", "footerf": "footer", "footerl": "footer", "footerr": "footer",
}  # fmt: skip
# Windows' numbers for the scripts of fonts.
CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
PAGES = {"936": "gb18030", "950": "big5hkscs", "10000": "mac_roman", "65001": "utf-8"}
HEADING = re.compile(r"(?:heading|标题|標題|見出し|제목)\s?([1-9])\s*;?$", re.IGNORECASE)
SETTERS = frozenset({
    "pard", "plain", "intbl", "itap", "outlinelevel", "s", "trowd", "clvmrg", "clmrg", "cellx", "ansicpg",
    "mac", "pc", "pca", "deff",
})  # fmt: skip


def known_codec(name: str, otherwise: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise


def decoded(data: bytes, codec: str) -> str:
    """By the font's code page; Western letters where that makes no sense, as some writers mix the two."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace") if len(data) == 1 else data.decode(codec, "replace")
