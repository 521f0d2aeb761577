"""`bench` and `figures`: how fast a model is here, and how fast the last answers were."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.units import format_duration
from app.core.words import say
from app.session.bench import Speed, measure
from app.session.benchbook import BenchBook, BenchPoint, BenchResult, bench_csv
from app.session.benchmark import Benchmark, usual_depths
from app.session.desk import Desk
from app.session.figures import answers_csv, list_answers, save_figures, summarize
from app.session.loading import last_used_model
from app.store.figures import AnswerFigures
from app.terminal.chat import fixed_of, load_for_terminal
from app.terminal.output import note, print_json, to_plain
from app.terminal.waiting import wait_for


def run_bench(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Prefill and decode speed of a model here, at one depth or at several."""
    path = Path(args.model) if args.model else last_used_model(desk)
    load_for_terminal(desk, loop, path, fixed_of(args))
    if args.depths is not None:
        return _run_depths(desk, loop, args)
    speed: Speed = wait_for(loop, lambda done, failed: measure(desk, args.prompt, args.tokens, done, failed))
    if args.json:
        print_json({"model": str(path), **asdict(speed), "devices": list(desk.engine.state.devices)})
        return 0
    print(say("Reading: {speed} tokens/s", speed=f"{speed.prefill_tok_s:,.1f}"))
    print(say("Writing: {speed} tokens/s", speed=f"{speed.decode_tok_s:,.1f}"))
    print(say("First token after {time}", time=format_duration(speed.ttft_s)))
    return 0


def _run_depths(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Each depth is printed as soon as it is measured; the run is kept beside those before it."""
    run = Benchmark(desk, args.depths or usual_depths(desk.engine.state.n_ctx), args.tokens)
    if not args.json:
        print(_HEAD)
        run.measured.connect(lambda point: print(_line(point), flush=True))

    def begin(done: object, failed: object) -> None:
        run.ended.connect(done)  # type: ignore[arg-type]
        run.failed.connect(failed)  # type: ignore[arg-type]
        run.start()

    result: BenchResult | None = wait_for(loop, begin)
    if result is None:
        return 1
    BenchBook(desk.home.benchmarks_file).keep(result)
    if args.csv:
        save_figures(Path(args.csv), bench_csv([result]))
    if args.json:
        print_json(to_plain(result))
    return 0


_HEAD = f"{'depth':>8} {'read tok/s':>11} {'write tok/s':>12} {'expected':>9} {'first token s':>14}"


def _line(point: BenchPoint) -> str:
    expected = "" if point.expected_tok_s is None else f"{point.expected_tok_s:.1f}"
    speeds = f"{point.prefill_tok_s:>11,.1f} {point.decode_tok_s:>12,.1f} {expected:>9}"
    return f"{point.depth_tokens:>8,} {speeds} {point.ttft_s:>14.2f}"


def run_figures(desk: Desk, loop: Loop, args: Namespace) -> int:
    """The last answers, newest first, and what they come to."""
    answers: list[AnswerFigures] = wait_for(loop, lambda done, failed: list_answers(desk, done, failed))
    if args.csv:
        save_figures(Path(args.csv), answers_csv(answers))
    shown = answers[: args.most]
    summary = summarize(answers)
    if args.json:
        print_json({"answers": [to_plain(one) for one in shown], "summary": asdict(summary)})
        return 0
    if not answers:
        raise CarrelError("no_answers", "No answer has been timed yet.", "Ask something first.")
    print(f"{'ttft s':>8} {'read tok/s':>11} {'write tok/s':>12} {'depth':>8} {'drafts':>11}")
    for one in shown:
        drafts = f"{one.accepted_tokens}/{one.drafted_tokens}" if one.drafted_tokens else ""
        speeds = f"{one.ttft_s:>8.2f} {one.prefill_tok_s:>11,.1f} {one.decode_tok_s:>12,.1f}"
        print(f"{speeds} {one.depth_tokens:>8,} {drafts:>11}  {one.title[:60]}")
    if summary.ttft_p50_s is not None and summary.ttft_p99_s is not None:
        note(
            say(
                "First token: half of the answers within {middle}, 99 of 100 within {slow}.",
                middle=format_duration(summary.ttft_p50_s),
                slow=format_duration(summary.ttft_p99_s),
            )
        )
    return 0
