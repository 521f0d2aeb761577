"""What the pictures show of checked quotations and of a reading in passes. Invented, and said to be so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """`answer` quotes well and badly on purpose; `notes` are what every pass says."""

    title: str
    question: str
    answer: str
    long_question: str
    notes: str


ENGLISH = Reading(
    title="Rent and notice in the lease",
    question="What do I pay, and how do I get out of the lease?",
    answer="""The rent is fixed: “The rent is 1,450 a month, due on the third working day” [D1 p.1]. On leaving:

> Either party may end this lease with four months' notice in writing, at the end of a quarter.

That clause is on [D1 p.2]. The deposit "is held in a separate account and does bear interest" [D1 p.1].

- The flat was handed over “in good order” [D3 p.1].
- “The Tenant may keep two cats and a dog in the flat” [D1 p.4] would help you, if it were there.
- The chairs are listed in [D2 p.1]; what [D1 p.40] says, nobody knows.
""",
    long_question="Which clauses bind the tenant?",
    notes="- “The rent is 1,450 a month” binds the tenant [D1 p.1].\n- “Damage is to be told without delay” [D1 p.2].",
)

CHINESE = Reading(
    title="租约中的租金与终止",
    question="我要付多少钱？怎样才能终止租约？",
    answer="""租金是固定的：“每月租金为 1,450 元，于每月第三个工作日预付” [D1 p.1]。关于终止：

> 任何一方可提前四个月以书面形式通知，于季度末终止本租约。

该条款在 [D1 p.2]。押金“存入单独账户里面，并且计息”[D1 p.1]。

- 标签页写着 [D3 p.1]。
- “承租人可以在房屋内饲养两只猫和一条狗” [D1 p.4]，要是真有这一条就好了。
- 椅子列在 [D2 p.1]；[D1 p.40] 写了什么，没有人知道。
""",
    long_question="哪些条款约束承租人？",
    notes="- “每月租金为 1,450 元”约束承租人 [D1 p.1]。\n- “如有损坏，应立即告知”[D1 p.2]。",
)
