"""Look-alike radicals folded to the characters they stand for, so that a search finds them."""

from __future__ import annotations

import unicodedata

# Some PDF producers name characters by their look-alike radicals, which no search finds. Unicode's
# EquivalentUnifiedIdeograph, for the radicals that stand for a whole character.
_SUPPLEMENT = (
    "⺁厂⺆冂⺇几⺈刀⺊卜⺒巳⺓幺⺔彑⺖忄⺘扌⺙攵⺛旡⺝月⺟母⺠民⺡氵⺣灬⺤爫⺦丬⺨犭⺩王⺪疋⺫目⺬示⺭礻⺯糹⺰纟⺱罓⺳罒⺶羊⺹耂⺻聿⺼月⺾艹⻁虎⻂衤⻃覀"
    "⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟"
    "⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)} | {
    ord(_SUPPLEMENT[index]): _SUPPLEMENT[index + 1] for index in range(0, len(_SUPPLEMENT), 2)
}


def fold_radicals(text: str) -> str:
    return text.translate(RADICALS)
