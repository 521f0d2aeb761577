"""Everything the engine promises, in one run and as ratios: speed, speculation, saved sessions, several answers.

    python tests/bench/engine.py MODEL [--llama-bench PATH] [--batched-bench PATH] [--parts speed,drafts,...]

Each part measures at the parent's end of the pipe and compares within the run: with llama.cpp's own tools, or with the
same thing done without. Weights may be synthetic: speed does not depend on them, and what they cannot do (quote) is
scripted (`scripted_child.py`).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
import psutil

from app.core.errors import CarrelError
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.supervisor import Event
from tests.bench.driving import TOP, Driver, Run, connect_script, driver, prose

DOCUMENT = ("README.md", "CHANGELOG.md", "tests/bench/RESULTS.md")
ANSWER = TOP / "ARCHITECTURE.md"
SCRIPTED = Path(__file__).with_name("scripted_child.py")


class Row(msgspec.Struct, frozen=True):
    """One line of the table. `ratio` is Carrel's figure against the one it is compared with, above 1 is better."""

    part: str
    what: str
    carrel: float
    other: float
    unit: str
    ratio: float
    against: str


def main() -> int:
    options = _options()
    parts = {"speed": speed, "drafts": drafts, "sessions": sessions, "parallel": parallel, "cancel": cancel}
    rows: list[Row] = []
    print(f"{Path(options.model).name}, {options.n_gpu_layers} GPU layers (-1 is all), {options.threads} threads")
    print(f"{'part':10}{'what':44}{'Carrel':>10}{'other':>10} {'unit':8}{'ratio':>8}  against")
    for name in options.parts.split(","):
        for row in parts[name](options):
            rows.append(row)
            print(_line(row), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps([msgspec.to_builtins(row) for row in rows], indent=1))
    return 0


def speed(options: argparse.Namespace) -> Iterator[Row]:
    """Decode and prefill beside llama-bench, at the same depth, ubatch and threads."""
    with driver() as engine:
        engine.load(_spec(options, max(options.prompt + options.n, options.read) + 64))
        short, long = (engine.text_of(prose(*DOCUMENT), count) for count in (options.prompt, options.read))
        runs = [_ask(engine, f"a{number}", short, options.n) for number in range(options.runs + 1)][1:]
        decode = max(run.decode_tok_s for run in runs)
        runs = [_ask(engine, f"b{number}", long, 2) for number in range(options.runs + 1)][1:]
        prefill = max(run.prefill_tok_s for run in runs)
    for what, found, test in (
        (f"decode after {options.prompt}", decode, ("-p", "0", "-n", str(options.n), "-d", str(options.prompt))),
        (f"prefill of {options.read}, ubatch {options.n_ubatch}", prefill, ("-p", str(options.read), "-n", "0")),
    ):
        best = _llama_bench(options, *test) if options.llama_bench else 0.0
        yield Row("speed", what, found, best, "tok/s", found / best if best else 0.0, "llama-bench" if best else "-")


def drafts(options: argparse.Namespace) -> Iterator[Row]:
    """The same scripted answer with and without speculation; the costs are measured by the load, as on any machine."""
    for depth in options.depths:
        for kind in ("verbatim", "half", "prose"):
            plain, drafted = (_scripted(options, kind, depth, n_draft) for n_draft in (0, 63))
            what = f"{kind}, {options.n_drafted} tokens after {depth}"
            yield Row("drafts", what, drafted, plain, "tok/s", drafted / plain, "one token at a time")
            if options.draft and kind != "verbatim":
                drafted = _scripted(options, kind, depth, 63, draft_path=options.draft)
                what = f"{kind}, with a draft model"
                yield Row("drafts", what, drafted, plain, "tok/s", drafted / plain, "one token at a time")


def _scripted(options: argparse.Namespace, kind: str, depth: int, n_draft: int, draft_path: str = "") -> float:
    with driver(connect_script(SCRIPTED, kind, str(ANSWER))) as engine:
        loaded = engine.load(
            _spec(options, max(depth + options.n_drafted + 64, 16384), n_draft=n_draft, draft_path=draft_path)
        )
        if n_draft and kind == "verbatim":
            costs = "  ".join(f"{cost.rows}@{cost.depth}: {cost.ms:.1f}" for cost in loaded.costs)
            print(f"          costs in ms, rows@depth: {costs}; load {loaded.load_s:.1f} s")
        text = engine.text_of(prose(*DOCUMENT), depth)
        _ask(engine, "0", text, 16)  # reads the document, and warms up
        run = _ask(engine, "0", text, options.n_drafted)
        done = run.done
        assert done is not None
        if n_draft:
            usage, gain = done.usage, done.timing.speculation_gain
            print(f"          {kind}: {usage.accepted_tokens} of {usage.drafted_tokens} drafts taken, gain {gain:.2f}")
        return run.decode_tok_s


def sessions(options: argparse.Namespace) -> Iterator[Row]:
    """A document read, asked about again, saved, forgotten, brought back."""
    with driver() as engine, tempfile.TemporaryDirectory(dir=options.folder) as folder:
        engine.load(_spec(options, options.document + 2048))
        text = engine.text_of(prose(*DOCUMENT), options.document)
        document = (m.Turn("system", "0"), m.Turn("user", text))
        first = _ask(engine, "0", text + "\n\nWhat is it about?", 8)
        second = _ask(engine, "0", text + "\n\nWho wrote it?", 8)
        read_s = first.read_s - first.asked_s
        again_s = second.deltas[0][0] - second.asked_s
        yield Row(
            "sessions", f"second question over {options.document}", again_s, read_s, "s", read_s / again_s, "reading"
        )
        saved: list[m.Saved] = []

        def keep(event: Event) -> None:
            if isinstance(event, m.Saved):
                saved.append(event)

        path = str(Path(folder) / "session")
        engine.wait(lambda tell: engine.engine.save_session(document, path, tell), keep)
        _ask(engine, "1", text[::-1][: len(text) // 2], 4)  # something else: the document's state is forgotten
        asked_s = time.monotonic()
        engine.wait(lambda tell: engine.engine.restore_session(path, tell))
        third = _ask(engine, "0", text + "\n\nWho wrote it?", 8)
        restored_s = third.deltas[0][0] - asked_s
        assert third.done is not None
        assert second.done is not None
        assert third.done.usage.cached_tokens >= options.document * 0.95, third.done.usage
        size_gb = saved[0].size_bytes / 1e9
        what = f"resume {saved[0].tokens} tokens ({size_gb:.2f} GB, saved in {saved[0].save_s:.2f} s)"
        yield Row("sessions", what, restored_s, read_s, "s", read_s / restored_s, "reading")


def parallel(options: argparse.Namespace) -> Iterator[Row]:
    """Eight answers at once, while all of them speak."""
    count, prompt, answer = 8, 128, 128
    with driver() as engine:
        engine.load(_spec(options, count * (prompt + answer + 64) * 2))
        text = engine.text_of(prose(*DOCUMENT), prompt - 8)
        alone = _ask(engine, "9", text, answer)
        best = 0.0
        for attempt in range(2):
            begun = [
                engine.begin((m.Turn("system", f"{attempt}{number}"), m.Turn("user", text)), _sampling(answer))
                for number in range(count)
            ]
            engine.finish([request for _, request in begun])
            runs = [run for run, _ in begun]
            start_s, end_s = max(run.read_s for run in runs) + 0.05, min(run.deltas[-1][0] for run in runs)
            spoken = sum(tokens for run in runs for at_s, tokens in run.deltas if start_s < at_s <= end_s)
            best = max(best, spoken / (end_s - start_s))
    yield Row(
        "parallel",
        f"{count} answers at once, all tokens",
        best,
        alone.decode_tok_s,
        "tok/s",
        best / alone.decode_tok_s,
        "one answer",
    )
    if options.batched_bench:
        other = _batched_bench(options, count, prompt, answer)
        yield Row(
            "parallel",
            f"{count} answers at once, all tokens",
            best,
            other,
            "tok/s",
            best / other,
            "llama-batched-bench",
        )


def cancel(options: argparse.Namespace) -> Iterator[Row]:
    """How long a stop takes in the middle of reading."""
    with driver() as engine:
        engine.load(_spec(options, options.document + 2048))
        text = engine.text_of(prose(*DOCUMENT), options.document)
        run, request = engine.begin((m.Turn("user", text),), _sampling(8))
        engine.loop.run_until(lambda: run.read_s > 0 or time.monotonic() - run.asked_s > options.cancel_after, 60)
        asked_s = time.monotonic()
        engine.engine.cancel(request)
        engine.finish([request])
        yield Row("cancel", "stop while reading", run.done_s - asked_s, 0, "s", 0, "-")


def _ask(engine: Driver, system: str, text: str, tokens: int) -> Run:
    """The system text comes first, so another one means that nothing of the prompt is in the cache."""
    return engine.ask((m.Turn("system", system), m.Turn("user", text)), _sampling(tokens))


def _sampling(tokens: int) -> Sampling:
    return Sampling(seed=7, max_tokens=tokens)


def _spec(options: argparse.Namespace, n_ctx: int, **more: object) -> m.Load:
    return m.Load(
        0,
        str(Path(options.model).resolve()),
        n_ctx=-(-n_ctx // 256) * 256,
        n_ubatch=options.n_ubatch,
        n_gpu_layers=options.n_gpu_layers,
        n_threads=options.threads,
        kv_type=options.kv_type,
        **more,  # type: ignore[arg-type]
    )


def _llama_bench(options: argparse.Namespace, *test: str) -> float:
    """The best of its samples, tokens a second."""
    ubatch = str(options.n_ubatch)
    command = [
        options.llama_bench,
        *_common(options),
        "-ub",
        ubatch,
        "-b",
        ubatch,
        "-r",
        str(options.runs),
        "-o",
        "json",
    ]
    command += ["-ctk", options.kv_type, "-ctv", options.kv_type]
    return float(max(json.loads(_output([*command, *test]))[0]["samples_ts"]))


def _batched_bench(options: argparse.Namespace, count: int, prompt: int, answer: int) -> float:
    """Its column S_TG: tokens a second of all sequences while they decode."""
    context = str(count * (prompt + answer + 64) * 2)
    command = [options.batched_bench, *_common(options), "-c", context, "-b", "512", "-ub", "512", "-kvu"]
    command += ["-npp", str(prompt), "-ntg", str(answer), "-npl", str(count)]
    rows = [line.split("|") for line in _output(command).splitlines() if re.match(r"\|\s*\d+", line)]
    return float(rows[-1][8])


def _common(options: argparse.Namespace) -> list[str]:
    layers = "999" if options.n_gpu_layers < 0 else str(options.n_gpu_layers)
    return ["-m", options.model, "-ngl", layers, "-t", str(options.threads), "-fa", "1"]


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _line(row: Row) -> str:
    ratio = f"{row.ratio:.3f}" if row.ratio else ""
    other = f"{row.other:.3g}" if row.other else ""
    return f"{row.part:10}{row.what:44}{row.carrel:10.4g}{other:>10} {row.unit:8}{ratio:>8}  {row.against}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--llama-bench", help="path of llama.cpp's llama-bench; left out, it is not compared")
    parser.add_argument("--batched-bench", help="path of llama.cpp's llama-batched-bench, likewise")
    parser.add_argument("--parts", default="speed,drafts,sessions,parallel,cancel")
    parser.add_argument("--n", type=int, default=256, help="tokens to decode")
    parser.add_argument("--prompt", type=int, default=512, help="tokens in front of them")
    parser.add_argument("--read", type=int, default=4096, help="tokens of the prompt that reading is timed on")
    parser.add_argument("--n-drafted", type=int, default=600, help="tokens of a scripted answer")
    parser.add_argument("--draft", help="a small model of the same vocabulary; its luck is scripted")
    parser.add_argument("--depths", type=lambda text: [int(part) for part in text.split(",")], default=[2048])
    parser.add_argument("--document", type=int, default=16384, help="tokens of the document that is saved")
    parser.add_argument("--folder", help="where sessions are written; default: the system's temporary folder")
    parser.add_argument("--n-ubatch", type=int, default=512)
    parser.add_argument("--kv-type", default="f16", choices=("f16", "q8_0", "q4_0"))
    parser.add_argument("--n-gpu-layers", type=int, default=-1)
    parser.add_argument("--threads", type=int, default=psutil.cpu_count(logical=False) or 1)
    parser.add_argument("--runs", type=int, default=3, help="measured runs after one to warm up")
    parser.add_argument("--cancel-after", type=float, default=1.0, help="seconds of reading before the stop")
    parser.add_argument("--json", help="write the rows into this file too")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CarrelError as error:
        sys.exit(f"{error}\n{error.params.get('log', '')}")
