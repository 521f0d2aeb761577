"""What the pictures show: a question, an answer and documents, in both languages. Invented, and said to be so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Talk:
    title: str
    titles: tuple[str, ...]
    question: str
    thinking: str
    answer: str
    file_question: str


ENGLISH = Talk(
    title="Quantization and speed",
    titles=(
        "Which clause sets the notice period?",
        "Summarise the field report",
        "Ring buffer in C++",
        "Compare both offers",
        "Translate the abstract",
    ),
    question="How does quantization change speed? Give me a table and a small function.",
    thinking="The user asks about speed. Decoding reads all weights once a token, so bytes decide.",
    answer="""Decoding reads every weight once a token: **fewer bits, more tokens a second**, almost in proportion.

| Quantization | Bits per weight | File | Share of Q8_0's time |
|---|---:|---:|---:|
| Q8_0 | 8.5 | 34.8 GB | 100 % |
| Q6_K | 6.6 | 26.9 GB | 77 % |
| Q4_K_M | 4.9 | 19.8 GB | 57 % |

The bound is the memory's bandwidth divided by the bytes read:

```python
def most_tokens_per_second(bandwidth_gb_s: float, weights_gb: float) -> float:
    \"\"\"The upper bound of decoding: one pass over the weights a token.\"\"\"
    if weights_gb <= 0:
        raise ValueError("weights_gb must be positive")
    return bandwidth_gb_s / weights_gb

print(most_tokens_per_second(1008, 19.8))  # about 51
```

1. Take the finest quantization that leaves room for your context.
2. Below 4 bits, check answers on your own text first.
""",
    file_question="How much is the monthly rent, and when is it due?",
)

CHINESE = Talk(
    title="量化与速度",
    titles=("合同的通知期是哪一条？", "总结现场报告", "C++ 环形缓冲区", "比较两份报价", "翻译摘要"),
    question="量化怎样影响速度？请给一个表格和一个小函数。",
    thinking="用户问速度。解码每个词元都要读一遍权重，所以字节数决定速度。",
    answer="""解码时，每生成一个词元都要把全部权重读一遍，所以**位数越少，速度越快**，几乎成正比。

| 量化 | 每权重位数 | 文件 | 相对 Q8_0 的时间 |
|---|---:|---:|---:|
| Q8_0 | 8.5 | 34.8 GB | 100 % |
| Q6_K | 6.6 | 26.9 GB | 77 % |
| Q4_K_M | 4.9 | 19.8 GB | 57 % |

上限等于显存带宽除以要读的字节数：

```python
def most_tokens_per_second(bandwidth_gb_s: float, weights_gb: float) -> float:
    \"\"\"解码速度的上限：每个词元读一遍权重。\"\"\"
    if weights_gb <= 0:
        raise ValueError("weights_gb must be positive")
    return bandwidth_gb_s / weights_gb

print(most_tokens_per_second(1008, 19.8))  # 约 51
```

1. 先选还能留出上下文空间的最精细的量化。
2. 低于 4 位时，先用自己的文本检查答案。
""",
    file_question="每月租金是多少？什么时候支付？",
)
