"""Vocabularies of small models: cut from the true Qwen one, read back from a GGUF, or bytes alone.

Texts are in the byte alphabet of GPT-2, as GGUF stores them: each byte is one printable letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gguf import GGUFReader, TokenType

SPECIAL = {  # what the Qwen3 chat template can name; True marks control tokens
    "<|endoftext|>": True,
    "<|im_start|>": True,
    "<|im_end|>": True,
    "<tool_call>": False,
    "</tool_call>": False,
    "<tool_response>": False,
    "</tool_response>": False,
    "<think>": False,
    "</think>": False,
}
CJK_RANGES = ((0x4E00, 0x9FFF), (0x3000, 0x303F), (0xFF00, 0xFFEF))  # hanzi, CJK marks, full-width forms


@dataclass(frozen=True)
class Vocabulary:
    """Pieces by id, their kinds and the merges that build them; the special ones come last."""

    tokens: tuple[str, ...]
    types: tuple[int, ...]
    merges: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.tokens)

    def id_of(self, text: str) -> int:
        return self.tokens.index(text)


def _letters() -> dict[int, str]:
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) for byte in plain} | {byte: chr(256 + place) for place, byte in enumerate(rest)}


LETTER_OF = _letters()
BYTE_OF = {letter: byte for byte, letter in LETTER_OF.items()}


def spelled(piece: bytes) -> str:
    """Bytes in the byte alphabet: `b" a"` → "Ġa"."""
    return "".join(LETTER_OF[byte] for byte in piece)


def unspelled(text: str) -> bytes:
    """The bytes a stored piece stands for."""
    return bytes(BYTE_OF[letter] for letter in text)


def assembled(merges: Iterable[str]) -> Vocabulary:
    """The vocabulary of these merges: all 256 bytes, what the merges build in their order, the special tokens."""
    merges = tuple(merges)
    plain = (*LETTER_OF.values(), *(merge.replace(" ", "") for merge in merges))
    types = [int(TokenType.CONTROL if special else TokenType.USER_DEFINED) for special in SPECIAL.values()]
    return Vocabulary((*plain, *SPECIAL), (*([int(TokenType.NORMAL)] * len(plain)), *types), merges)


def read_back(path: Path) -> Vocabulary:
    """The vocabulary stored in a GGUF."""
    fields = GGUFReader(path).fields
    parts = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges"))
    return Vocabulary(*(tuple(part) for part in parts))


def reduced(full: Vocabulary, size: int) -> Vocabulary:
    """A vocabulary of `size` pieces: half of it for the commonest Chinese, the earliest merges for the rest.

    Every merge comes with the merges that build its two sides, so each kept piece can be reached, and the order is
    the true one, so text is cut as Qwen cuts it wherever the pieces are here.
    """
    room = size - len(LETTER_OF) - len(SPECIAL)
    recipe = {merge.replace(" ", ""): place for place, merge in enumerate(full.merges)}
    texts = [_text(piece) for piece in recipe]
    kept: set[int] = set()
    wanted = (
        [place for place, text in enumerate(texts) if text and len(text) == 1 and _is_common(text)],
        [place for place, text in enumerate(texts) if text and len(text) > 1 and all(map(_is_common, text))],
        [place for place, text in enumerate(texts) if text and _is_english(text)],
    )
    for places, share in zip(wanted, (room, room * 6 // 10, room), strict=True):
        _keep(full.merges, recipe, places, kept, share)
    return assembled(full.merges[place] for place in sorted(kept))


def _keep(merges: tuple[str, ...], recipe: dict[str, int], places: list[int], kept: set[int], limit: int) -> None:
    for place in places:
        new = _with_parts(merges, recipe, place) - kept
        if len(kept) + len(new) <= limit:
            kept |= new


def _with_parts(merges: tuple[str, ...], recipe: dict[str, int], place: int) -> set[int]:
    parts = (recipe[side] for side in merges[place].split(" ") if side in recipe)
    return {place}.union(*(_with_parts(merges, recipe, part) for part in parts))


def _text(piece: str) -> str:
    try:
        return unspelled(piece).decode()
    except UnicodeDecodeError:
        return ""


def _is_common(character: str) -> bool:
    """A Chinese mark, or one of the 3,755 commonest hanzi: level 1 of GB 2312, rows 16 to 55."""
    if not any(low <= ord(character) <= high for low, high in CJK_RANGES):
        return False
    if ord(character) >= 0xFF00 and character.isalnum():  # full-width Latin
        return False
    try:
        return character.encode("gb2312")[0] < 0xB0 + 40
    except UnicodeEncodeError:
        return False


def _is_english(text: str) -> bool:
    """Printable ASCII that prose uses: words and marks, no camelCase and no long rows of blanks or rules."""
    if not text.isascii() or len(text.strip()) == 0:
        return text in ("  ", "\n\n", "    ")
    word = text.strip()
    return (word.isalpha() and word in (word.lower(), word.capitalize(), word.upper())) or len(word) == 1
