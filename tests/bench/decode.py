"""Streaming speed in one run: Carrel at its own end of the engine's pipe, llama-bench, llama-cpp-python's stream.

    python tests/bench/decode.py MODEL [--llama-bench PATH] [--n 256] [--prompt 512] [--n-gpu-layers N] [--json]

All three use the same engine settings (f16 KV, flash attention, ubatch 512, the same threads) and the same depth:
`--n` tokens decoded after a prompt of `--prompt` tokens. Each shows its best run, because whatever else the machine
does can only slow a run down. How to build llama-bench is written in RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
import psutil

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.process import connect_process
from app.engine.supervisor import Event, OnEvent, Request, Supervisor

TEXT = "The quick brown fox jumps over the lazy dog. 数据分析报告需要准确的引用。 "
PATIENCE_S = 1800.0


class Speed(msgspec.Struct, frozen=True):
    """What one way of running reached. `tokens` is what was decoded after `prompt_tokens`."""

    way: str
    decode_tok_s: float
    prefill_tok_s: float
    tokens: int
    prompt_tokens: int
    runs: int


class Run(msgspec.Struct):
    """The moments of one answer as the parent sees them."""

    asked_s: float = 0.0
    read_s: float = 0.0
    done_s: float = 0.0
    done: m.Done | None = None


def main() -> int:
    options = _options()
    if options.only == "high-level":
        print(msgspec.json.encode(high_level(options)).decode())
        return 0
    speeds = [carrel(options)]
    if options.llama_bench:
        speeds.append(llama_bench(options))
    if not options.no_high_level:
        speeds.append(_high_level_apart())
    report = _report(options, speeds)
    print(json.dumps(report) if options.json else _table(report))
    return 0


def carrel(options: argparse.Namespace) -> Speed:
    """Through the supervisor and the real child: what the window gets."""
    loop = Loop()
    engine = Supervisor(connect_process, loop.post)
    spec = m.Load(
        id=0,
        path=str(Path(options.model).resolve()),
        n_ctx=_context_size(options),
        n_gpu_layers=options.n_gpu_layers,
        n_threads=options.threads,
    )
    try:
        _await(loop, lambda hear: engine.load(spec, hear))
        question = _question(loop, engine, options.prompt)
        runs = [_one_answer(loop, engine, question, number, options) for number in range(options.runs + 1)]
    finally:
        engine.stop()
    return _summary(runs[1:])  # the first run warms up


def _one_answer(loop: Loop, engine: Supervisor, question: str, number: int, options: argparse.Namespace) -> Run:
    """Ask once. The number comes first, so that nothing of the prompt is in the cache."""
    run = Run(asked_s=time.monotonic())

    def hear(event: Event) -> None:
        if isinstance(event, m.PrefillProgress) and event.done == event.total:
            run.read_s = time.monotonic()
        elif isinstance(event, m.Done):
            run.done_s, run.done = time.monotonic(), event

    turns = (m.Turn("system", str(number % 10)), m.Turn("user", question))
    sampling = Sampling(seed=7 + number, max_tokens=options.n)
    _await(loop, lambda tell: engine.generate(turns, sampling, tell, thinking=True), hear)
    return run


def _question(loop: Loop, engine: Supervisor, wanted: int) -> str:
    """A question that makes the rendered prompt as long as wanted, give or take a few tokens."""

    def tokens(text: str) -> int:
        counted: list[int] = []
        turns = (m.Turn("system", "0"), m.Turn("user", text))
        _await(
            loop,
            lambda tell: engine.tokenize((), tell, turns=turns),
            lambda event: counted.append(event.turns_total) if isinstance(event, m.Tokens) else None,
        )
        return counted[0]

    low, high = 0, wanted * 8  # characters
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tokens((TEXT * wanted)[:middle]) <= wanted else (low, middle - 1)
    return (TEXT * wanted)[:low]


def _await(loop: Loop, ask: Callable[[OnEvent], Request], hear: Callable[[Event], object] = lambda _: None) -> None:
    """Ask and run the loop until the request's last word. Raises what it failed with."""
    request = ask(hear)
    if not loop.run_until(lambda: request.ended, PATIENCE_S):
        raise TimeoutError("the engine did not answer")
    if request.error is not None:
        raise request.error


def _summary(runs: list[Run]) -> Speed:
    """Decode is counted from "prompt read" to "done": one sampling more than steps, the honest side."""
    answers = [run.done.usage for run in runs if run.done is not None]
    pairs = list(zip(runs, answers, strict=True))
    return Speed(
        "carrel",
        max((usage.answer_tokens - 1) / (run.done_s - run.read_s) for run, usage in pairs),
        max((usage.prompt_tokens - usage.cached_tokens) / (run.read_s - run.asked_s) for run, usage in pairs),
        min(usage.answer_tokens for usage in answers),
        answers[0].prompt_tokens,
        len(runs),
    )


def llama_bench(options: argparse.Namespace) -> Speed:
    """llama.cpp's own measure: prefill of `--prompt` tokens, then decoding at that depth."""
    prefill = _llama_bench_row(options, ["-p", str(options.prompt), "-n", "0"])
    decode = _llama_bench_row(options, ["-p", "0", "-n", str(options.n), "-d", str(options.prompt)])
    best_decode, best_prefill = max(decode["samples_ts"]), max(prefill["samples_ts"])
    return Speed("llama-bench", best_decode, best_prefill, options.n, options.prompt, options.runs)


def _llama_bench_row(options: argparse.Namespace, test: list[str]) -> dict[str, Any]:
    layers = "999" if options.n_gpu_layers < 0 else str(options.n_gpu_layers)
    command = [options.llama_bench, "-m", options.model, "-ngl", layers, "-t", str(options.threads)]
    command += ["-fa", "1", "-ub", "512", "-b", "512", "-r", str(options.runs), "-o", "json", *test]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"llama-bench ended with {done.returncode}: {done.stderr[-2000:]}")
    row: dict[str, Any] = json.loads(done.stdout)[0]
    return row


def _high_level_apart() -> Speed:
    """In a process of its own, so that its memory is free again afterwards."""
    command = [sys.executable, __file__, *sys.argv[1:], "--only", "high-level"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Speed)


def high_level(options: argparse.Namespace) -> Speed:
    """`Llama.create_completion(stream=True)` with the same sampling."""
    from llama_cpp import Llama

    model = Llama(
        options.model,
        n_ctx=_context_size(options),
        n_gpu_layers=options.n_gpu_layers,
        n_threads=options.threads,
        n_threads_batch=options.threads,
        flash_attn=True,
        verbose=False,
    )
    prompt = model.tokenize((TEXT * options.prompt).encode())[: options.prompt]
    decode, prefill, tokens = [], [], options.n
    for number in range(options.runs + 1):
        model.n_tokens = 0  # nothing of the prompt is taken as read
        asked_s = time.monotonic()
        answer = model.create_completion(
            prompt, max_tokens=options.n, stream=True, temperature=0.6, top_k=20, top_p=0.95, min_p=0.0, seed=7
        )
        moments = [time.monotonic() for _ in answer]
        steps = model.n_tokens - len(prompt)  # the last sampled token is not computed
        if number and len(moments) > 1:
            tokens = min(tokens, steps + 1)
            decode.append(steps / (moments[-1] - moments[0]))
            prefill.append(len(prompt) / (moments[0] - asked_s))
    return Speed("llama-cpp-python", max(decode), max(prefill), tokens, len(prompt), options.runs)


def _report(options: argparse.Namespace, speeds: list[Speed]) -> dict[str, Any]:
    """Everything measured, with Carrel's ratios to the others."""
    own = speeds[0]
    return {
        "model": Path(options.model).name,
        "date": time.strftime("%Y-%m-%d"),
        "n_gpu_layers": options.n_gpu_layers,
        "threads": options.threads,
        "speeds": [msgspec.to_builtins(speed) for speed in speeds],
        "ratio": {other.way: round(own.decode_tok_s / other.decode_tok_s, 3) for other in speeds[1:]},
        "prefill_ratio": {other.way: round(own.prefill_tok_s / other.prefill_tok_s, 3) for other in speeds[1:]},
    }


def _table(report: dict[str, Any]) -> str:
    lines = [f"{report['model']}, {report['threads']} threads, {report['n_gpu_layers']} GPU layers (-1 is all)"]
    lines.append(
        f"{'':18}{'decode tok/s':>14}{'Carrel is':>11}{'prefill tok/s':>15}{'Carrel is':>11}{'tokens':>8}{'after':>7}"
    )
    for speed in report["speeds"]:
        ratio, prefill = (report[key].get(speed["way"]) for key in ("ratio", "prefill_ratio"))
        lines.append(
            f"{speed['way']:18}{speed['decode_tok_s']:14.2f}{_times(ratio):>11}{speed['prefill_tok_s']:15.1f}"
            f"{_times(prefill):>11}{speed['tokens']:8}{speed['prompt_tokens']:7}"
        )
    return "\n".join(lines)


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3f} ×"


def _context_size(options: argparse.Namespace) -> int:
    needed: int = options.prompt + options.n + 64
    return -(-needed // 256) * 256


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--llama-bench", help="path of llama.cpp's llama-bench; left out, it is not compared")
    parser.add_argument("--n", type=int, default=256, help="tokens to decode")
    parser.add_argument("--prompt", type=int, default=512, help="tokens in front of them")
    parser.add_argument("--n-gpu-layers", type=int, default=-1)
    parser.add_argument("--threads", type=int, default=psutil.cpu_count(logical=False) or 1)
    parser.add_argument("--runs", type=int, default=3, help="measured runs after one to warm up")
    parser.add_argument("--no-high-level", action="store_true", help="leave llama-cpp-python's own stream out")
    parser.add_argument("--only", choices=("high-level",), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CarrelError as error:
        sys.exit(str(error))
