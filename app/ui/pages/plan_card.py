"""One plan in words and as a bar: which file, how much context, what it takes, why."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.units import format_bytes, format_gib, format_tokens
from app.core.words import say
from app.fit.plan import Plan
from app.ui.pages.page import label
from app.ui.widgets.vram import VramBar, VramParts
from app.ui.words import model_name, quant_words


def plan_title(plan: Plan) -> str:
    """ "Qwen3-32B, 4-bit, 35K tokens"."""
    name = plan.model.name or model_name(plan.model.file)
    context = say("{count} tokens", count=format_tokens(plan.n_ctx))
    return say(", ").join(word for word in (name, quant_words(plan.model.quant), context) if word)


def plan_details(plan: Plan) -> str:
    """The settings of the plan in one line, for those who want to know."""
    size = format_bytes(plan.model.size_bytes)
    parts = [plan.model.quant, size if plan.model.path else say("download {size}", size=size)]
    parts += [say("context in {kind}", kind=plan.kv_type), layer_words(plan)]
    return " · ".join(parts)


def layer_words(plan: Plan) -> str:
    """How much of the model is on the graphics card."""
    if plan.mode == "ram":
        return say("on the processor")
    everything = plan.model.n_layers + 1
    if plan.n_gpu_layers < 0 or plan.n_gpu_layers >= everything:
        return say("all {count} layers on the graphics card", count=everything)
    return say("{count} of {all} layers on the graphics card", count=plan.n_gpu_layers, all=everything)


def memory_needed(plan: Plan) -> str:
    """What it will take."""
    if plan.mode == "ram":
        return say("takes {size} of memory", size=format_gib(plan.ram_bytes))
    if plan.mode == "partial":
        return say(
            "takes {size} of graphics memory and {more} of memory",
            size=format_gib(plan.vram.total_bytes),
            more=format_gib(plan.ram_bytes),
        )
    return say("takes {size} of graphics memory", size=format_gib(plan.vram.total_bytes))


def plan_parts(plan: Plan, total_bytes: int) -> VramParts:
    """The plan on cards of `total_bytes`, beside what other programs hold there now."""
    vram = plan.vram
    return VramParts(
        weights_bytes=vram.weights_bytes,
        kv_bytes=vram.kv_bytes,
        compute_bytes=vram.compute_bytes + vram.overhead_bytes,
        other_bytes=max(0, total_bytes - plan.free_bytes),
        total_bytes=total_bytes,
    )


class PlanView(QWidget):
    """A plan: title, why, what it takes as a bar in parts. `brief` leaves the bar out, `inside` the heading."""

    def __init__(
        self, plan: Plan, total_bytes: int, parent: QWidget | None = None, *, brief: bool = False, inside: bool = False
    ) -> None:
        super().__init__(parent)
        self.plan = plan
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(plan_title(plan), "" if inside else "strong"))
        column.addWidget(label(plan.reason, "quiet" if brief else ""))
        if brief:
            return
        column.addWidget(label(f"{plan_details(plan)} · {memory_needed(plan)}", "quiet"))
        if total_bytes and plan.mode != "ram":
            bar = VramBar()
            bar.set_parts(plan_parts(plan, total_bytes))
            column.addSpacing(4)
            column.addWidget(bar)
