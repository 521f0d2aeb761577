"""What the planner expects against what the engine takes on the graphics card, for many settings in one run.

    python tests/bench/vram.py MODEL [--quick] [--cards N] [--json]

With `--cards` llama.cpp pretends that the first card is several (GGML_CUDA_DEVICES); CUDA's own part then counts once.
Each row loads the model in a fresh engine child, reads a prompt longer than the ubatch, writes a few tokens (so that
lazy pools are taken too), and compares the card's used memory, less what was used before, with `fit.estimate`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
import pynvml  # type: ignore[import-untyped]

from app.catalog.local import local_candidate
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Sampling
from app.core.units import MIB
from app.engine import messages as m
from app.engine.process import connect_process
from app.engine.supervisor import Event, Supervisor
from app.fit.estimate import estimate
from app.fit.stretch import yarn_factor

CONTEXTS = (4096, 8192, 16384, 32768, 40960, 65536, 131072)
KV_TYPES = ("f16", "q8_0", "q4_0")
UBATCHES = (512, 2048)
PARTIAL_LAYERS = (1, 20, 40, 64)


class Row(msgspec.Struct, frozen=True):
    """One setting. Sizes in MiB; `error_percent` is positive where more was expected than taken."""

    n_ctx: int
    kv_type: str
    n_ubatch: int
    n_gpu_layers: int
    expected_mib: float
    taken_mib: float
    error_percent: float
    error: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--quick", action="store_true", help="six rows instead of all")
    parser.add_argument("--cards", type=int, default=1, metavar="N", help="spread the layers over N pretended cards")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pynvml.nvmlInit()
    if options.cards > 1:
        os.environ["GGML_CUDA_DEVICES"] = str(options.cards)
    rows = []
    for n_ctx, kv_type, n_ubatch, layers in settings(quick=options.quick):
        rows.append(measure(options.model.resolve(), n_ctx, kv_type, n_ubatch, layers, options.cards))
        print(json.dumps(msgspec.to_builtins(rows[-1])) if options.json else line(rows[-1]), flush=True)
    good = [row for row in rows if not row.error]
    worst = max(abs(row.error_percent) for row in good)
    under = max(row.taken_mib - row.expected_mib for row in good)
    print(f"{len(good)} of {len(rows)} rows, worst {worst:.2f} %, most under-estimated by {under:.0f} MiB")
    return 0


def settings(*, quick: bool) -> list[tuple[int, str, int, int]]:
    """All combinations, then some with layers left in RAM."""
    if quick:
        return [
            (8192, "f16", 512, -1), (32768, "q8_0", 512, -1), (40960, "f16", 2048, -1), (131072, "q8_0", 512, -1),
            (131072, "q4_0", 2048, -1), (8192, "f16", 512, 20),
        ]  # fmt: skip
    full = [(n_ctx, kv, ubatch, -1) for n_ctx in CONTEXTS for kv in KV_TYPES for ubatch in UBATCHES]
    return full + [(16384, "f16", 512, layers) for layers in PARTIAL_LAYERS]


def measure(model: Path, n_ctx: int, kv_type: str, n_ubatch: int, layers: int, cards: int) -> Row:
    facts = local_candidate(model).facts
    need = estimate(facts, n_ctx, kv_type, n_ubatch, layers, cards)
    expected = need.total_bytes - (cards - 1) * need.cards[0].overhead_bytes
    factor = yarn_factor(facts, n_ctx)
    before = _settled_bytes()
    loop = Loop()
    engine = Supervisor(connect_process, loop.post)
    error = ""
    try:
        spec = m.Load(
            0,
            str(model),
            n_ctx,
            n_ubatch,
            layers,
            kv_type,  # type: ignore[arg-type]
            tensor_split=tuple(float(card.layers) for card in need.cards) if cards > 1 else (),
            yarn_factor=factor,
            yarn_orig_ctx=facts.yarn_orig_ctx if factor else 0,
        )
        _end(loop, lambda hear: engine.load(spec, hear))
        prompt = (m.Turn("user", "word " * min(n_ubatch + 100, n_ctx - 200)),)
        _end(loop, lambda hear: engine.generate(prompt, Sampling(max_tokens=4), hear))
        taken = _used_bytes() - before
    except CarrelError as refused:
        taken, error = 0, refused.code
    finally:
        engine.stop()
    percent = 100 * (expected - taken) / taken if taken else 0.0
    return Row(n_ctx, kv_type, n_ubatch, layers, expected / MIB, taken / MIB, round(percent, 3), error)


def line(row: Row) -> str:
    return (
        f"{row.n_ctx:7} {row.kv_type:5} ubatch {row.n_ubatch:4} layers {row.n_gpu_layers:3}"
        f"  expected {row.expected_mib:9.1f}  taken {row.taken_mib:9.1f} MiB  {row.error_percent:+6.2f} %  {row.error}"
    )


def _end(loop: Loop, ask: object) -> None:
    events: list[Event] = []
    request = ask(events.append)  # type: ignore[operator]
    loop.run_until(lambda: request.ended, 300)
    if request.error is not None:
        raise request.error


def _used_bytes() -> int:
    return int(pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(0)).used)


def _settled_bytes() -> int:
    """The memory used once the last child's has been given back."""
    last = _used_bytes()
    for _ in range(40):
        time.sleep(0.25)
        now = _used_bytes()
        if now == last:
            return now
        last = now
    return last


if __name__ == "__main__":
    sys.exit(main())
