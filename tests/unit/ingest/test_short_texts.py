"""Short texts without a mark or a declaration, which only their letters give away."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ingest.decoding import decode
from app.ingest.plausible import common_share, is_east_asian, written_share

TEXTS = {
    "simplified": "甲乙双方同意下列条款，承租方应于每月五日前支付租金，逾期未付的，"
    "出租方可以解除合同并要求赔偿损失。本合同未尽事宜由双方协商决定。",
    "traditional": "本合約由甲乙雙方於臺北市簽訂，雙方同意下列條款：甲方應於每月五日前支付租金，"
    "逾期未付者，乙方得終止合約並請求損害賠償。",
    "japanese": "この契約は、甲と乙の合意により成立する。賃料は毎月五日までに支払うものとし、"
    "遅延した場合は損害金を支払う。",
    "korean": "임차인은 매월 오일까지 임대료를 지급하여야 한다. 본 계약은 서명일로부터 효력이 발생한다.",
    "russian": "Арендатор обязуется вносить арендную плату не позднее пятого числа каждого месяца.",
    "thai": "ผู้เช่าตกลงชำระค่าเช่าภายในวันที่ห้าของทุกเดือน สัญญามีผลตั้งแต่วันที่ลงนาม",
    "french": "Le bailleur pourra résilier le contrat après une mise en demeure restée infructueuse à l'échéance.",
}


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *((name, wide) for name in TEXTS for wide in ("utf-16-le", "utf-16-be")),
        ("simplified", "gb18030"),
        ("traditional", "big5"),
        ("traditional", "gb18030"),
        ("japanese", "cp932"),
        ("japanese", "euc_jp"),
        ("korean", "cp949"),
        ("russian", "cp1251"),
        ("russian", "koi8-r"),
        ("thai", "cp874"),
        ("french", "cp1252"),
    ],
)
def test_a_line_without_a_mark_is_read(name: str, encoding: str) -> None:
    text = TEXTS[name]
    chance = random.Random(1)
    for length in (len(text), 40, 20):
        for _ in range(6):
            start = chance.randrange(max(1, len(text) - length + 1))
            part = text[start : start + length]
            assert decode(part.encode(encoding)).text == part


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_judged(data: bytes) -> None:
    text = decode(data).text
    assert 0 <= written_share(text) <= 1
    assert 0 <= common_share(text, japanese=True) <= 1
    assert is_east_asian(text) in (True, False)


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_utf8_without_control_characters_is_never_taken_for_another(text: str) -> None:
    assert decode(text.encode()).text == text.removeprefix("\ufeff")
