"""Documents of made-up things: notes on them, lists and tables. Any word of the vocabulary may name one."""

from __future__ import annotations

from random import Random

from resources.demo.make.corpus import names as n
from resources.demo.make.corpus.facts import Block, Fact, upper
from resources.demo.make.corpus.values import ENGLISH, MAKERS, coined, word, word_zh

KIND_OF = {
    "price cost fee rent deposit salary bonus budget debt loan payment": "money",
    "date start end deadline departure arrival birthday opening closing delivery inspection": "date",
    "owner author editor director manager supplier inspector driver guide teacher sponsor founder leader": "person",
    "deputy secretary contact": "person",
    "code password key invoice order model": "code",
    "telephone": "phone",
    "address": "street",
    "origin city region": "city",
    "discount tax share rate": "percent",
    "version": "version",
    "customer": "firm",
    "价格 成本 费用 工资 奖金 租金 押金 贷款 债务 预算 余额 总额 税额 货币": "money",
    "开始日期 结束日期 截止日期 日期 付款日 交货日 到达日 出发日 生日 开业日 检查日": "date",
    "所有人 作者 编辑 主任 经理 联系人 检查员 司机 向导 教师 赞助人 创始人 领队 副手 秘书": "person",
    "代码 密码 编号 发票号 订单号 型号": "code",
    "电话": "phone",
    "地址": "street",
    "产地 城市 地区": "city",
    "折扣 份额 比率": "percent",
    "版本": "version",
    "客户 供应商": "firm",
}
KIND = {label: kind for labels, kind in KIND_OF.items() for label in labels.split()}
LOOSE = ("int", "big", "word", "person", "code", "date", "city", "project", "percent", "year")
OWN_ASKS = {
    "money": (("How much is {t}?", "What does {t} come to?"), ("{t}是多少钱？", "{t}多少钱？")),
    "date": (("When is {t}?", "On what date is {t}?", "Which day is {t}?"), ("{t}是哪天？", "{t}是什么时候？")),
    "person": (("Who is {t}?", "What is the name of {t}?", "Name {t}."), ("{t}是谁？", "谁是{t}？", "{t}叫什么？")),
    "city": (("Where is {t}?",), ("{t}在哪里？",)),
    "street": (("Where is {t}?",), ("{t}在哪里？",)),
    "int": (("What number is {t}?",), ("{t}是多少？",)),
    "big": (("What number is {t}?", "How much is {t}?"), ("{t}是多少？",)),
}
FORMS_EN = (
    "{T} is {v}.",
    "{T} is {v}.",
    "{T}: {v}",
    "- {T}: {v}",
    "{E} has the {l} {v}.",
    "For {e} the {l} is {v}.",
    "{v} is {t}.",
)
FORMS_ZH = ("{t}是{v}。", "{t}为{v}。", "{t}：{v}", "- {t}：{v}", "{e}，{l}：{v}。", "对于{e}，{l}是{v}。")


def label(r: Random, language: str) -> str:
    if language == "zh":
        return r.choice(n.LABELS_ZH) if r.random() < 0.7 else word_zh(r) + r.choice(n.LABELS_ZH)
    plain = r.choice(n.LABELS)
    return plain if r.random() < 0.6 else f"{word(r)} {plain}"


def thing(r: Random, language: str) -> str:
    """What a fact is about: "the Copper Fenham project", "Mira Brenton", "北辰大桥"."""
    if language == "zh":
        return MAKERS["zh"]["person"](r) if r.random() < 0.25 else word_zh(r) + r.choice(n.KINDS_ZH)
    if r.random() < 0.25:
        return ENGLISH["person"](r)
    name = coined(r) if r.random() < 0.5 else f"{word(r).capitalize()} {coined(r)}"
    return f"the {name} {r.choice(n.KINDS)}" if r.random() < 0.8 else f"the {r.choice(n.KINDS)} {name}"


def drawn(r: Random, language: str, name: str) -> tuple[str, str]:
    """A value that suits a label, and its kind."""
    kind = KIND.get(name.split(" ")[-1]) or r.choice(LOOSE)
    return MAKERS[language][kind](r).strip(), kind


def topic_of(language: str, name: str, about: str, r: Random) -> str:
    if language == "zh":
        return f"{about}的{name}"
    if not about.startswith("the ") and r.random() < 0.6:
        return f"{about}'s {name}"
    return f"the {name} of {about}"


def stated(r: Random, language: str, name: str, about: str) -> Block:
    """One sentence about one thing."""
    value, kind = drawn(r, language, name)
    topic = topic_of(language, name, about, r)
    forms = FORMS_ZH if language == "zh" else FORMS_EN
    text = r.choice(forms).format(t=topic, T=upper(topic), e=about, E=upper(about), l=name, v=value)
    glue = "\n" if text.startswith("- ") or r.random() < 0.3 else "\n\n"
    return Block(text, [fact_of(language, topic, value, kind, text.removeprefix("- "))], glue)


def fact_of(language: str, topic: str, value: str, kind: str, sentence: str) -> Fact:
    asks = tuple(ask.replace("{t}", topic) for ask in OWN_ASKS.get(kind, ((), ()))[language == "zh"])
    gap = " " if value[:1].isascii() else ""
    answer = f"{topic}是{gap}{value}" if language == "zh" else f"{upper(topic)} is {value}"
    return Fact(topic, answer, asks, sentence)


def card_blocks(r: Random, language: str, count: int) -> tuple[list[Block], list[Fact]]:
    """Notes on several things, each with the same kinds of facts, so that only the whole name tells them apart."""
    things = list(dict.fromkeys(thing(r, language) for _ in range(max(2, count // r.randint(2, 8)))))
    labels = [label(r, language) for _ in range(r.randint(3, 10))]
    pairs = list(dict.fromkeys((name, about) for about in things for name in labels))
    r.shuffle(pairs) if r.random() < 0.5 else pairs.sort(key=lambda pair: pair[1])
    blocks = [stated(r, language, *pair) for pair in pairs[:count]]
    missing = [Fact(topic_of(language, *pair, r)) for pair in pairs[count : count + 20]]
    missing += [Fact(topic_of(language, label(r, language), r.choice(things), r)) for _ in range(3)]
    missing += [Fact(topic_of(language, r.choice(labels), thing(r, language), r)) for _ in range(3)]
    return blocks, missing


def plain_blocks(r: Random, language: str, count: int) -> tuple[list[Block], list[Fact]]:
    """A sheet about one thing: its name once, then labels and values."""
    labels = list(dict.fromkeys(label(r, language) for _ in range(count + 6)))
    blocks = [Block(upper(thing(r, language)))]
    mark = r.choice(("", "- ", "**"))
    for name in labels[:count]:
        value, kind = drawn(r, language, name)
        colon = "：" if language == "zh" else ": "
        text = f"**{upper(name)}{colon.strip()}** {value}" if mark == "**" else f"{mark}{upper(name)}{colon}{value}"
        topic = name if language == "zh" else f"the {name}"
        blocks.append(Block(text, [fact_of(language, topic, value, kind, text.removeprefix("- "))], "\n"))
    return blocks, [Fact(name if language == "zh" else f"the {name}") for name in labels[count:]]


def table_blocks(r: Random, language: str, rows: int) -> tuple[list[Block], list[Fact]]:
    """A table: a cell is asked for by its row and its column."""
    zh = language == "zh"
    heads = list(dict.fromkeys(label(r, language) for _ in range(r.randint(2, 4))))
    first = (word_zh(r) + r.choice(n.ITEMS_ZH) if zh else f"{word(r)} {r.choice(n.THINGS)}" for _ in range(rows * 3))
    things = list(dict.fromkeys(thing(r, language) if r.random() < 0.2 else name for name in first))
    corner = r.choice(("项目", "名称", "品名")) if zh else r.choice(("Item", "Name", "Article"))
    head = f"| {corner} | " + " | ".join(upper(h) for h in heads) + " |"
    blocks = [Block(head + "\n|" + "---|" * (len(heads) + 1), glue="\n")]
    for about in things[:rows]:
        cells = [drawn(r, language, name) for name in heads]
        row = f"| {upper(about)} | " + " | ".join(cell for cell, _ in cells) + " |"
        facts = []
        for name, (cell, kind) in zip(heads, cells, strict=True):
            topic = f"{about}的{name}" if zh else f"the {name} of {about}"
            facts.append(fact_of(language, topic, cell, kind, ""))
        blocks.append(Block(row, facts, "\n"))
    blocks[-1].glue = "\n\n"
    missing = [Fact(f"{t}的{h}" if zh else f"the {h} of {t}") for t in things[rows : rows + 4] for h in heads]
    return blocks, missing
