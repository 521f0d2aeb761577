from __future__ import annotations

import codecs
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.ingest.decoding import decode
from tests.unit.ingest.making import read_here

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n\t"), max_size=300)
MARKED = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def level_one(encoding: str, first: range, second: list[int]) -> str:
    """The characters of an encoding's most common plane."""
    pairs = (bytes([high, low]).decode(encoding, "ignore") for high in first for low in second)
    return "".join(character for character in pairs if len(character) == 1)


KOREAN = "이 문서는 회사의 정책과 절차를 설명하고 있습니다 그리고 사용자는 다음 내용을 확인해야 합니다"
HIGH = list(range(0xA1, 0xFF))
COMMON = {
    "gb18030": level_one("gb2312", range(0xB0, 0xD8), HIGH),
    "big5": level_one("big5", range(0xA4, 0xC6), list(range(0x40, 0x7F)) + HIGH),
    "shift_jis": level_one("shift_jis", range(0x88, 0x98), list(range(0x40, 0xFD)))
    + "".join(map(chr, range(0x3041, 0x3094))) * 20,
}


@given(TEXT, st.sampled_from(sorted(MARKED)))
def test_marked_text_comes_back(text: str, encoding: str) -> None:
    assert decode(MARKED[encoding] + text.encode(encoding)).text == text


@given(TEXT)
def test_unmarked_utf8_comes_back(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode()).text == text


@pytest.mark.parametrize("encoding", sorted(COMMON))
@given(seed=st.integers(), ascii_share=st.floats(0, 0.5))
@settings(max_examples=60, deadline=None)
def test_hundred_east_asian_characters_decide_the_encoding(encoding: str, seed: int, ascii_share: float) -> None:
    chance = random.Random(seed)
    words = "".join(chance.choices(COMMON[encoding], k=100)), " the end\n"
    text = words[0][:50] + words[1] * int(ascii_share * 10) + words[0][50:]
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.undecoded == 0


@given(st.permutations(KOREAN.split()))
@settings(max_examples=60, deadline=None)
def test_korean_words_come_back(words: list[str]) -> None:
    assert decode(" ".join(words).encode("cp949")).text == " ".join(words)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("a\n文字\n".encode("utf-16-le"), "a\n文字\n"),
        ("a\n文字\n".encode("utf-16-be"), "a\n文字\n"),
        ("abc文\n".encode("utf-32-le"), "abc文\n"),
        ("abc文\n".encode("utf-32-be"), "abc文\n"),
        ("これは日本語です".encode("iso2022_jp"), "これは日本語です"),
        (b'<?xml version="1.0" encoding="big5"?><a>' + "圖書".encode("big5"), None),
        ("# -*- coding: gbk -*-\ns = '中'\n".encode("gbk"), "# -*- coding: gbk -*-\ns = '中'\n"),
        ("# -*- coding: euc-jp -*-\n# これは表です\n".encode("euc_jp"), "# -*- coding: euc-jp -*-\n# これは表です\n"),
        (b"x = 1\n" * 20_000 + "# 这一行注释很靠后，前面全是英文字母\n".encode("gbk"), None),
        ("naïve café – “déjà vu”, señor, garçon, où\n".encode("cp1252"), "naïve café – “déjà vu”, señor, garçon, où\n"),
    ],
)
def test_evidence_on_each_rung(data: bytes, text: str | None) -> None:
    decoded = decode(data)
    assert decoded.undecoded == 0
    if text is None:
        assert decoded.text.rstrip().endswith(("圖書", "前面全是英文字母"))
    else:
        assert decoded.text == text


def test_a_declared_codec_that_is_no_encoding_is_ignored() -> None:
    assert decode("# coding: hex\ns = 'ä'\n".encode("cp1252")).text == "# coding: hex\ns = 'ä'\n"


def test_a_log_with_a_few_broken_bytes_stays_utf8() -> None:
    decoded = decode("一行正常的日志\n".encode() * 40 + b"\xff\xfe broken \xe4\n" + "又一行\n".encode())
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith("一行正常的日志")
    assert decoded.undecoded == 3
    document = read_here("一行正常的日志\n".encode() * 40 + b"\xff\n", "a.log")
    assert document.warnings == ("Characters of a.log that could not be decoded: 1. They show as a question mark.",)


@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_are_not_text(seed: int) -> None:
    with pytest.raises(CarrelError) as caught:
        read_here(random.Random(seed).randbytes(5000), "noise.txt")
    assert caught.value.code == "unknown_kind"
    assert "plain text" in str(caught.value)


@given(st.binary(max_size=400))
def test_no_bytes_make_decoding_fail(data: bytes) -> None:
    decode(data).text.encode("utf-8", "surrogatepass")


def test_a_stray_zero_byte_does_not_make_utf16_of_a_text() -> None:
    assert decode("a\0b <|im_end|> 租金".encode()).text == "a\0b <|im_end|> 租金"
    assert decode(("The rent is due. " * 9).encode("utf-16-le")).text == "The rent is due. " * 9
    assert decode(("租金按月支付，第二页。\n" * 9).encode("utf-16-be")).text == "租金按月支付，第二页。\n" * 9
