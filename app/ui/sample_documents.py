"""Documents for the pictures of the preview: a lease and an annex, with what goes wrong in real files. Invented."""

from __future__ import annotations

from app.core.chat import Document, Page, PageFlag
from app.ui.sample import count_tokens

_CLAUSES = (
    ("Parties", "This lease is made between Maple Court Holdings Ltd (the Landlord) and Dr A. Winter (the Tenant)."),
    ("Premises", "The Landlord lets the flat on the second floor of 14 Harbour Street, with the use of the garden."),
    ("Term", "The term begins on 1 March 2027 and runs for three years. It does not renew itself."),
    ("Rent", "The rent is 1,450 a month, due on the third working day, in advance and without deduction."),
    ("Deposit", "The deposit is two months' rent. It is held in a separate account and bears interest."),
    ("Notice", "Either party may end this lease with four months' notice in writing, at the end of a quarter."),
    ("Repairs", "The Landlord keeps the structure in repair. Damage is to be told without delay."),
)
_CHINESE = (
    ("当事人", "本租约由枫庭置业有限公司（出租人）与温特博士（承租人）订立。"),
    ("房屋", "出租人将海港街 14 号二层的住房连同花园的使用权出租给承租人。"),
    ("租期", "租期自 2027 年 3 月 1 日起，为期三年，期满不自动续约。"),
    ("租金", "每月租金为 1,450 元，于每月第三个工作日预付，不得扣减。"),
    ("押金", "押金为两个月租金，存入单独账户并计息。"),
    ("通知期", "任何一方可提前四个月以书面形式通知，于季度末终止本租约。"),
    ("维修", "出租人负责结构的维修。如有损坏，应立即告知。"),
)
_FLAGS: dict[int, PageFlag] = {5: "scanned", 8: "garbled", 11: "empty"}


def sample_documents(*, chinese: bool, lines_a_page: int = 40) -> tuple[Document, ...]:
    """A lease of twelve pages, an inventory and a statement, counted; three pages of the lease are left out."""
    lease = _lease(_CHINESE if chinese else _CLAUSES, lines_a_page, chinese=chinese)
    names = ("清单.xlsx", "说明.md") if chinese else ("Inventory.xlsx", "Statement.md")
    table = "| Item | Count |\n|---|---:|\n| Chairs | 6 |\n| Lamps | 4 |\n"
    sheet = Page(1, table, count_tokens(table), label="Sheet1 r1-3")
    words = "# Statement\n\nThe flat was handed over in good order.\n"
    note = Page(1, words, count_tokens(words))
    warning = "含有宏；宏从不运行。" if chinese else "Contains macros. They are never run."
    return (
        lease,
        Document(f"/files/{names[0]}", names[0], "xlsx", "b" * 64, (sheet,), (warning,)),
        Document(f"/files/{names[1]}", names[1], "markdown", "c" * 64, (note,)),
    )


def _lease(clauses: tuple[tuple[str, str], ...], parts: int, *, chinese: bool) -> Document:
    pages = []
    for number in range(1, 13):
        flag = _FLAGS.get(number, "")
        head, words = clauses[(number - 1) % len(clauses)]
        lines = [f"{number}. {head}", ""]
        for part in range(1, parts):
            other = clauses[(number + part) % len(clauses)]
            lines += [f"{number}.{part}. {words if part == 1 else other[1]}", ""]
        text = "" if flag in ("empty", "scanned") else "\n".join(lines)
        garbled = text.translate(dict.fromkeys(range(97, 123), 9633)) if flag == "garbled" else text
        label = ("i", "ii")[number - 1] if number < 3 else ""
        pages.append(Page(number, garbled, count_tokens(garbled), label, flag))
    name = "租约.pdf" if chinese else "Lease Harbour Street.pdf"
    warning = (
        "第 5 页是扫描件，第 8 页乱码，第 11 页没有文字。"
        if chinese
        else "Page 5 is scanned, page 8 is garbled, page 11 holds no text."
    )
    chosen = tuple(number for number in range(1, 13) if number not in (5, 8, 11))
    return Document(f"/files/{name}", name, "pdf", "a" * 64, tuple(pages), (warning,), chosen=chosen)
