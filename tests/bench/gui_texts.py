"""The texts that the window is measured with: an ordinary answer, and those that are hard to lay out."""

from __future__ import annotations

import random
import re

from app.ui.chat.message import MessageItem

_TOKEN = re.compile(r"[一-鿿]{1,2}|\n+| ?[A-Za-z]{1,6}| ?\d{1,3}| +|[^\sA-Za-z0-9一-鿿]{1,2}")
_ENGLISH = (
    "The scheduler hands the GPU one batch at a time. When the **key-value cache** grows past its limit, the oldest "
    "sequences are *evicted* and computed again later, which costs `prefill` time but never correctness. "
)
_CHINESE = "本地模型的速度主要受显存带宽限制，而不是算力。每生成一个 token，都要把权重从显存读一遍。**量化** 可以提速。"
_CODE = """```python
def scale(x: float, *, eps: float = 1e-5) -> float:
    # keep it finite
    return x / (x + eps)
```"""
_TABLE = """| Quantization | GB | tok/s |
|:--|--:|--:|
| Q8_0 | 34.8 | 41.2 |
| Q4_K_M | 19.8 | 62.0 |
| Q3_K_M | 16.0 | 70.1 |"""
_LIST = """1. Load the weights
2. Allocate the cache:
   - one slab a layer
   - see [the paper](https://example.org)
3. 预热一次"""
_QUOTE = "> Figures from a shared machine are only good for ratios.\n> 共享机器只能看比例。"


def write_answer(count: int, seed: int = 1) -> list[str]:
    """An answer of `count` tokens with every kind of block, always the same for a seed."""
    rng = random.Random(seed)
    pieces: list[str] = []
    section = 0
    while len(pieces) < count:
        kinds = (_CODE, _TABLE, _LIST, _QUOTE, "$$\nE = mc^2\n$$")
        prose = rng.choice((_ENGLISH, _CHINESE)) * rng.randint(1, 3)
        text = f"## {section}. Memory and speed\n\n{prose}\n\n{kinds[section % len(kinds)]}\n\n{_ENGLISH}\n\n"
        pieces += _TOKEN.findall(text)
        section += 1
    return pieces[:count]


def cut_tokens(text: str) -> list[str]:
    """`text` in pieces about as long as tokens; no sign is lost."""
    pieces, place = [], 0
    for found in _TOKEN.finditer(text):
        if found.start() > place:
            pieces.append(text[place : found.start()])
        pieces.append(found[0])
        place = found.end()
    return pieces


def write_chat(count: int) -> list[MessageItem]:
    """A conversation of `count` messages."""
    rng = random.Random(2)
    answers = ["".join(write_answer(rng.randint(80, 400), seed)) for seed in range(12)]
    return [
        MessageItem("assistant", rng.choice(answers)) if i % 2 else MessageItem("user", "请解释一下量化的影响。")
        for i in range(count)
    ]


def write_hard_cases() -> dict[str, str]:
    """One kind of block each, longer than a model should write it."""
    sentence = _ENGLISH.replace("**", "").replace("*", "").replace("`", "")
    row = "| Q{n}_K_M | {n}.{n} | 量化 {n} | a cell with some more words in it |\n"
    return {
        "one paragraph of 12,000 characters": (sentence * 60)[:12_000],
        "one Chinese paragraph of 6,000 characters": (_CHINESE.replace("**", "") * 90)[:6_000],
        "a table of 120 rows": "| name | GB | 中文 | notes |\n|:--|--:|--|--|\n"
        + "".join(row.format(n=n) for n in range(120)),
        "a quote of 80 lines": "".join(
            f"> Line {n} of a long quotation, with `code` and **bold** in it.\n" for n in range(80)
        ),
        "a list of 300 items": "".join(f"{n}. Item {n} with a few words and *emphasis*\n" for n in range(1, 301)),
        "code of 500 lines": "```python\n"
        + "".join(f"def step_{n}(x: int) -> int:  # 第 {n} 步\n    return x + {n}\n" for n in range(250))
        + "```\n",
        "a line of code of 8,000 characters": "```json\n{" + '"key": [1, 2, 3], ' * 450 + "}\n```\n",
        "300 formulas": "".join(
            f"Then $x_{{{n}}} = \\frac{{{n}}}{{\\sqrt{{{n + 1}}}}}$ and\n\n$$\n\\sum_{{i=1}}^{{{n}}} i^2\n$$\n\n"
            for n in range(150)
        ),
        "a word of 20,000 characters": "x" * 20_000,
    }
