"""Sizes, counts and times as a person reads them. Decimal GB as disks and downloads state them; MiB/GiB only inside."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.words import language

MIB, GIB = 1 << 20, 1 << 30


def format_bytes(size_bytes: float) -> str:
    """`19762149024` → "19.8 GB"; under a GB whole MB, under a MB whole KB."""
    for limit, unit, digits in ((1e9, "GB", 1), (1e6, "MB", 0), (1e3, "KB", 0)):
        if size_bytes >= limit * 0.9995:  # what would round up to 1,000 of the smaller unit
            return f"{size_bytes / limit:,.{digits}f} {unit}"
    return f"{size_bytes:.0f} B"


def format_gib(size_bytes: float) -> str:
    """Memory as graphics cards are sold: binary GiB written "GB" with one decimal, `25769803776` → "24.0 GB"."""
    return f"{size_bytes / GIB:,.1f} GB"


def format_tokens(tokens: int) -> str:
    """`35840` → "35K" (K = 1,024, as context sizes are); small counts exactly."""
    return f"{tokens // 1024}K" if tokens >= 10240 else f"{tokens:,}"


def format_pages(numbers: Sequence[int]) -> str:
    """`(1, 2, 3, 7)` → "1-3, 7", in the order given."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def format_duration(seconds: float) -> str:
    """`130` → "2 min 10 s"; under ten seconds with one decimal."""
    chinese = language() == "zh_CN"
    hour, minute, second = ("小时", "分", "秒") if chinese else ("h", "min", "s")
    if seconds < 9.95:
        return f"{seconds:.1f} {second}"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} {second}"
    if whole < 3600:
        return f"{whole // 60} {minute} {whole % 60} {second}" if whole % 60 else f"{whole // 60} {minute}"
    return f"{whole // 3600} {hour} {whole % 3600 // 60} {minute}"
