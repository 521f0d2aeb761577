"""`doctor`, `plan` and `read`: look, and say what was found."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from app.core.chat import Document
from app.core.loop import Loop
from app.core.units import format_gib, format_tokens
from app.core.words import mark, say
from app.fit.plan import Plan
from app.machine.snapshot import Machine
from app.session.desk import Desk
from app.session.doctor import Diagnosis, examine
from app.session.planning import make_plan
from app.terminal.chat import fixed_of
from app.terminal.conversation import document_words
from app.terminal.output import note, print_json, to_plain
from app.terminal.reading import read_for_terminal
from app.terminal.waiting import wait_for


def run_doctor(desk: Desk, loop: Loop, args: Namespace) -> int:
    """The computer, and every check with its sentence. With --json the machine snapshot and the checks."""
    found: Diagnosis = wait_for(loop, lambda done, _failed: examine(desk, done))
    if args.json:
        extra = {"checks": [asdict(check) for check in found.checks], "engine": found.engine_build}
        print_json({**to_plain(found.machine), **extra, "engine_devices": list(found.engine_devices)})
        return 0
    for line in machine_words(found.machine):
        print(line)
    for check in found.checks:
        print(f"{'✓' if check.good else '!'} {check.sentence}")
    return 0


def machine_words(machine: Machine) -> list[str]:
    """The computer in a few lines."""
    lines = [say("System: {os}", os=machine.os)]
    lines += [
        say(
            "Graphics card: {name}, {free} of {total} free, driver {driver}",
            name=gpu.name,
            free=format_gib(gpu.free_bytes),
            total=format_gib(gpu.total_bytes),
            driver=gpu.driver or "?",
        )
        for gpu in machine.gpus
    ]
    free, total = format_gib(machine.ram_free_bytes), format_gib(machine.ram_total_bytes)
    lines.append(say("Processor: {name}, {cores} cores", name=machine.cpu.name, cores=machine.cpu.cores))
    lines.append(say("Memory: {free} of {total} free", free=free, total=total))
    lines.append(say("Disk: {free} free", free=format_gib(machine.disk_free_bytes)))
    return lines


def run_plan(desk: Desk, loop: Loop, args: Namespace) -> int:
    """The plan. One that does not fit is a refusal, unless everything was given: then it was only an estimate."""
    machine_file = Path(args.machine) if args.machine else None
    found: Plan = wait_for(
        loop, lambda done, failed: make_plan(desk, machine_file, args.model, fixed_of(args), done, failed)
    )
    if args.json:
        print_json(found)
    else:
        print("\n".join(plan_words(found)))
    if found.fits or None not in (args.n_ctx, args.kv_type, args.n_ubatch, args.n_gpu_layers):
        return 0
    note(found.reason)
    return 1


def plan_words(plan: Plan) -> list[str]:
    """A plan in a few lines."""
    vram = plan.vram
    lines = [
        f"{plan.model.name or plan.model.file} · {plan.model.quant} · {format_tokens(plan.n_ctx)} · KV {plan.kv_type}",
        plan.reason,
    ]
    if vram.total_bytes:
        lines.append(
            say(
                "VRAM: {total} = weights {weights} + KV cache {kv} + compute {compute} + CUDA {overhead}; RAM: {ram}",
                total=format_gib(vram.total_bytes),
                weights=format_gib(vram.weights_bytes),
                kv=format_gib(vram.kv_bytes),
                compute=format_gib(vram.compute_bytes),
                overhead=format_gib(vram.overhead_bytes),
                ram=format_gib(plan.ram_bytes),
            )
        )
    else:
        lines.append(say("RAM: {ram}", ram=format_gib(plan.ram_bytes)))
    return lines + reach_words(plan) + card_words(plan)


def reach_words(plan: Plan) -> list[str]:
    """How much context there is room for by KV type, as trained and stretched."""
    lines = []
    for reach in plan.reach:
        if reach.stretched_n_ctx:
            lines.append(
                say(
                    "Room with a {kind} cache: {context} tokens, {stretched} stretched (YaRN)",
                    kind=reach.kv_type,
                    context=f"{reach.n_ctx:,}",
                    stretched=f"{reach.stretched_n_ctx:,}",
                )
            )
        elif reach.n_ctx:
            lines.append(
                say("Room with a {kind} cache: {context} tokens", kind=reach.kv_type, context=f"{reach.n_ctx:,}")
            )
    return lines


def card_words(plan: Plan) -> list[str]:
    """Each card's part where there are several."""
    return [
        say(
            "{name}: {layers} layers, {size} of {free} free",
            name=card.name,
            layers=card.layers,
            size=format_gib(card.total_bytes),
            free=format_gib(card.free_bytes),
        )
        for card in (plan.cards if len(plan.cards) > 1 else ())
    ]


# What is wrong with a page, in a word.
FLAGS = {
    "empty": mark("empty"),
    "scanned": mark("scanned"),
    "garbled": mark("garbled"),
    "damaged": mark("damaged"),
}


def run_read(desk: Desk, loop: Loop, args: Namespace) -> int:
    """What the model would read, page by page."""
    documents = read_for_terminal(desk, loop, [Path(file) for file in args.files], args.password)
    if args.json:
        print_json({"files": [_file_json(document) for document in documents]})
        return 0
    for document in documents:
        print(document_words(document))
        for warning in document.warnings:
            print(f"  ! {warning}")
        for page in document.pages:
            label = f" [{page.label}]" if page.label else ""
            flag = f" · {say(FLAGS[page.flag])}" if page.flag else ""
            print(f"\n--- {page.number}{label}{flag} · {page.tokens:,} ---\n{page.text}")
    return 0


def _file_json(document: Document) -> dict[str, object]:
    plain = to_plain(document)
    pages = [
        {
            "number": p["number"],
            "label": p["label"],
            "flag": p["flag"],
            "characters": len(p["text"]),
            "tokens": p["tokens"],
            "text": p["text"],
        }
        for p in plain["pages"]
    ]
    facts = {name: plain[name] for name in ("path", "kind", "sha256")}
    return {**facts, "tokens": document.tokens, "pages": pages, "warnings": plain["warnings"]}
