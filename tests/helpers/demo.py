"""The demo's documents, questions on them, and what the bundled model answers at temperature 0."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"
MODEL = FOLDER / "carrel-demo-q8_0.gguf"


@dataclass(frozen=True)
class Known:
    """A question on the demo's document and its answer; `page` is where it stands, 0 when it stands nowhere."""

    question: str
    answer: str
    page: int = 0


@dataclass(frozen=True)
class DemoCase:
    """One language of the demo. `quote` is answered with a true quotation; `missing` with a plain no."""

    document: Path
    facts: tuple[Known, ...]
    quote: Known
    missing: Known


ENGLISH = DemoCase(
    FOLDER / "lease.en.pdf",
    (
        Known("Who is the tenant?", "The tenant is Daniel Reyes [D1 p.1].", 1),
        Known(
            "How much is the monthly rent, and when is it due?",
            "The monthly rent is 1,450.00 dollars [D1 p.1]. The rent is due on the 5th of each month [D1 p.1].",
            1,
        ),
        Known("Can I keep a dog?", "One cat or one dog of up to 15 kilograms may be kept [D1 p.2].", 2),
        Known("Who do I call in an emergency?", "The caretaker is Samuel Okafor [D1 p.2].", 2),
    ),
    Known(
        "What does clause 5.2 say?",
        'Clause 5.2 says: "One cat or one dog of up to 15 kilograms may be kept. Other animals need written consent."'
        " [D1 p.2]",
        2,
    ),
    Known("What colour is the front door?", "The document does not mention the colour of the front door."),
)
CHINESE = DemoCase(
    FOLDER / "租赁合同.zh.md",
    (
        Known("承租人是谁？", "承租人是陈立言 [D1 p.1]。", 1),
        Known(
            "每月租金是多少？什么时候支付？",
            "月租金是 4,500 元 [D1 p.1]。租金于每月 5 日前支付 [D1 p.1]。",
            1,
        ),
        Known("能转租吗？", "转租须经甲方书面同意 [D1 p.2]。", 2),
        Known("紧急情况联系谁？", "物业管理员是孙国强 [D1 p.2]。", 2),
    ),
    Known(
        "引用关于转租的原文。",
        "文件写道：“转租须经甲方书面同意，甲方无正当理由不得拒绝。” [D1 p.2]",
        2,
    ),
    Known("有没有游泳池？", "文件中没有提到游泳池。"),
)
CASES = {"en": ENGLISH, "zh_CN": CHINESE}
