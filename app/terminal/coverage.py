"""`cover`, `compare` and `table`: questions over many pages and many documents, with the progress of every pass."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.config.paths import expanded
from app.core.counts import pages_words
from app.core.errors import Cancelled, CarrelError
from app.core.files import write_durably
from app.core.loop import Loop
from app.core.run import PassResult
from app.core.words import say
from app.session.course import Progress
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.loading import last_used_model
from app.session.receipt import receipt_line
from app.session.table import as_csv, as_tsv, tables_in
from app.session.tasks import build_table, compare_documents
from app.session.turn import Outcome, Wish
from app.store.rows import Run
from app.terminal.chat import done_line, fixed_of, load_for_terminal
from app.terminal.citations import note_citations
from app.terminal.output import StatusLine, note, print_line, to_plain
from app.terminal.reading import documents_of


def run_cover(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Read every page in passes, then answer; `--resume` goes on with a reading that has no end yet."""
    run = _run_to_resume(desk, args.resume) if args.resume is not None else None
    _load(desk, loop, args)
    wish = run or Wish(args.question, documents_of(desk, loop, args), thinking=not args.no_thinking)
    return _finish(stream_run(desk, loop, Coverage(desk, wish), as_json=args.json))


def run_compare(desk: Desk, loop: Loop, args: Namespace) -> int:
    """A table with a row for each point."""
    _load(desk, loop, args)
    documents = documents_of(desk, loop, args)
    coverage = compare_documents(desk, documents, args.points, thinking=not args.no_thinking)
    outcome = stream_run(desk, loop, coverage, as_json=args.json)
    _write_table(outcome, args)
    return _finish(outcome)


def run_table(desk: Desk, loop: Loop, args: Namespace) -> int:
    """A table with a row for each document."""
    _load(desk, loop, args)
    coverage = build_table(desk, documents_of(desk, loop, args), args.columns, args.note)
    outcome = stream_run(desk, loop, coverage, as_json=args.json)
    _write_table(outcome, args)
    return _finish(outcome)


def stream_run(desk: Desk, loop: Loop, coverage: Coverage, *, as_json: bool) -> Outcome:
    """Print a run as it goes. Ctrl+C stops it, keeps every finished pass, and says how to go on."""
    ended: list[Outcome] = []
    checked: list[object] = []
    coverage.ended.connect(ended.append)
    coverage.checked.connect(checked.append)
    (_print_as_json if as_json else _print_as_text)(coverage)
    coverage.start()
    try:
        loop.run_until(lambda: bool(ended) and (ended[0].error is not None or bool(checked)))
    except KeyboardInterrupt:
        coverage.stop()
        loop.run_until(lambda: bool(ended), 10.0)
        note(_how_to_go_on(coverage))
        raise Cancelled from None
    if ended[0].error is not None:
        if coverage.run_id:
            note(_how_to_go_on(coverage))
        raise ended[0].error
    if as_json:
        print_line({**done_line(ended[0]), "run": coverage.run_id, "tables": _tables(ended[0])})
    return ended[0]


def _how_to_go_on(coverage: Coverage) -> str:
    return say("What was read is kept: carrel cover --resume {number} goes on with it.", number=coverage.run_id)


def _load(desk: Desk, loop: Loop, args: Namespace) -> None:
    load_for_terminal(desk, loop, Path(args.model) if args.model else last_used_model(desk), fixed_of(args))


def _run_to_resume(desk: Desk, number: int) -> Run:
    runs = desk.store.call(lambda store: store.unfinished_runs())
    found = next((run for run in runs if number in (0, run.id)), None)
    if found is None:
        raise CarrelError("no_open_run", "There is no unfinished reading to go on with.", "Ask the question anew.")
    return found


def _print_as_json(coverage: Coverage) -> None:
    def progressed(progress: Progress) -> None:
        print_line({"kind": "coverage", **to_plain(progress)})

    def noted(result: PassResult) -> None:
        print_line({"kind": "pass", **to_plain(result)})

    def spoke(channel: str, text: str, _tokens: int) -> None:
        print_line({"kind": "delta", "channel": channel, "text": text})

    coverage.progressed.connect(progressed)
    coverage.noted.connect(noted)
    coverage.spoke.connect(spoke)
    coverage.prefilled.connect(
        lambda done, total, _cached: print_line({"kind": "prefill", "done": done, "total": total})
    )


def _print_as_text(coverage: Coverage) -> None:
    status = StatusLine()
    now: list[Progress] = []

    def progressed(progress: Progress) -> None:
        now[:] = [progress]
        status.show(progress_words(progress))

    def prefilled(done: int, total: int, _cached: int) -> None:
        counted = say("{done} of {total} tokens", done=f"{done:,}", total=f"{total:,}")
        status.show(" · ".join([*(progress_words(one) for one in now), counted]))

    def noted(result: PassResult) -> None:
        status.clear()
        note(say("Pass {number}: {pages} read.", number=result.number, pages=pages_words(result.pages)))

    def spoke(channel: str, text: str, _tokens: int) -> None:
        status.clear()
        if channel == "answer":
            print(text, end="", flush=True)

    def ended(outcome: Outcome) -> None:
        status.clear()
        if outcome.error is None:
            print()
            note("\n" + receipt_line(outcome.receipt, outcome.usage, outcome.timing))

    coverage.progressed.connect(progressed)
    coverage.prefilled.connect(prefilled)
    coverage.noted.connect(noted)
    coverage.spoke.connect(spoke)
    coverage.ended.connect(ended)
    coverage.checked.connect(note_citations)


def progress_words(progress: Progress) -> str:
    """How far a run is, in one line."""
    if progress.is_answering:
        one = say("The page is read; answering")
        return (
            one if progress.pages_total == 1 else say("All {pages} pages read; answering", pages=progress.pages_total)
        )
    return say(
        "{done} of {total} pages read, pass {current} of {passes}",
        done=progress.pages_done,
        total=progress.pages_total,
        current=progress.current,
        passes=progress.passes,
    )


def _tables(outcome: Outcome) -> list[object]:
    return [to_plain(table) for table in tables_in(outcome.text, outcome.citations)]


def _write_table(outcome: Outcome, args: Namespace) -> None:
    """The first table of the answer as a file."""
    wanted = args.csv or args.tsv
    tables = tables_in(outcome.text, outcome.citations)
    if not wanted:
        return
    if not tables:
        note(say("The answer holds no table, so none was written."))
        return
    content = as_csv(tables[0], pages=True) if args.csv else as_tsv(tables[0], pages=True)
    write_durably(expanded(wanted).absolute(), content.encode())
    note(say("The table is in {file}.", file=wanted))


def _finish(outcome: Outcome) -> int:
    return 130 if outcome.state == "stopped" else 0
