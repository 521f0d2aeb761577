"""`chat` and `demo`: load, read the files, ask, stream; once or in a conversation."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.core.errors import Cancelled
from app.core.loop import Loop
from app.core.params import Choices, Sampling
from app.core.units import format_duration
from app.core.words import say
from app.engine.state import EngineState, Phase
from app.fit.option import Adapter
from app.fit.search import Fixed
from app.session.demo import demo_document_path, demo_model_path, demo_question, is_demo
from app.session.desk import Desk
from app.session.form import check_form
from app.session.loading import last_used_model, load_model
from app.session.receipt import receipt_line
from app.session.sampling import new_chat_choices, usual_sampling
from app.session.temporary import TemporaryDesk
from app.session.turn import Outcome, Turn, Wish
from app.terminal.citations import note_citations
from app.terminal.conversation import Talk
from app.terminal.failing import Told
from app.terminal.output import StatusLine, note, print_line
from app.terminal.reading import documents_of, read_for_terminal
from app.terminal.text_file import text_of
from app.terminal.tree import placed, run_tree
from app.terminal.tree_arguments import asks_nothing
from app.terminal.waiting import wait_for

DEMO_SEED = 7
LONGEST_SAVE_S = 120.0  # what was read is kept before the program ends


def run_chat(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Answer one question, or talk until the end of input."""
    if asks_nothing(args):
        return run_tree(desk, loop, args)
    if args.temporary:
        desk = TemporaryDesk(desk)
    model = Path(args.model) if args.model else last_used_model(desk)
    fixed, choices = fixed_of(args), with_preset(desk, args)
    thinking = not args.no_thinking and choices.thinking is not False

    def load() -> None:
        load_for_terminal(desk, loop, model, None if fixed == Fixed() else fixed)

    load()
    documents = documents_of(desk, loop, args)
    wish = Wish(
        args.question or "",
        documents,
        args.chat,
        thinking,
        choices,
    )
    if args.question is not None or args.regenerate is not None or args.go_on is not None:
        outcome = stream(desk, loop, placed(desk, args, wish), as_json=args.json)
        desk.resume.go_on()
        loop.run_until(lambda: desk.resume.is_settled, LONGEST_SAVE_S)
        return _exit_code(outcome)
    talk = Talk(
        desk,
        loop,
        wish,
        load=load,
        read=lambda paths: read_for_terminal(desk, loop, paths),
        stream=lambda wished, on_chat: stream(desk, loop, wished, as_json=False, on_chat=on_chat),
    )
    return talk.run()


def run_demo(desk: Desk, loop: Loop, args: Namespace) -> int:
    """The main job once: the bundled toy model, a document, a question."""
    document, question = demo_document_path(), demo_question()
    if not args.json:
        note(say("This is a toy model standing in for Qwen3-32B: it shows the program, not the quality of answers."))
        note(say("Document: {name}. Question: {question}", name=document.name, question=question) + "\n")
    load_for_terminal(desk, loop, demo_model_path(), Fixed())
    documents = read_for_terminal(desk, loop, [document])
    sampling = msgspec.structs.replace(usual_sampling(desk, thinking=False), seed=DEMO_SEED)
    wish = Wish(question, documents, thinking=False, sampling=sampling)
    return _exit_code(stream(desk, loop, wish, as_json=args.json))


def fixed_of(args: Namespace) -> Fixed:
    """What the user fixed of the plan."""
    return Fixed(
        n_ctx=args.n_ctx,
        kv_type=args.kv_type,
        n_ubatch=args.n_ubatch,
        n_gpu_layers=args.n_gpu_layers,
        n_cpu_moe=args.n_cpu_moe,
        n_cards=args.cards,
        n_threads=args.threads or 0,
        adapters=tuple(Adapter(path, scale) for path, scale in args.lora),
    )


def load_for_terminal(desk: Desk, loop: Loop, path: Path, fixed: Fixed | None) -> None:
    """Load with progress on stderr; None loads as was decided for this file in the window. Raises CarrelError."""
    status = StatusLine()

    def show(state: EngineState) -> None:
        if state.phase is Phase.LOADING:
            status.show(say("Loading {name}: {percent} %", name=path.name, percent=round(state.load_fraction * 100)))

    disconnect = desk.engine.changed.connect(show)
    try:
        wait_for(loop, lambda done, failed: load_model(desk, path, done, failed, fixed=fixed))
    finally:
        disconnect()
        status.clear()
    if desk.plan is not None and not is_demo(str(path)):  # why a toy was loaded as it was tells nobody anything
        note(desk.plan.reason)


def stream(
    desk: Desk, loop: Loop, wish: Wish, *, as_json: bool, on_chat: Callable[[int], object] = lambda _: None
) -> Outcome:
    """Run a turn and print it as it comes. Ctrl+C stops the answer, keeps it, and raises Cancelled."""
    turn = Turn(desk, wish)
    ended: list[Outcome] = []
    checked: list[object] = []
    turn.ended.connect(ended.append)
    turn.checked.connect(checked.append)
    turn.asked.connect(lambda question, _answer: on_chat(question.chat_id))
    (_print_as_json if as_json else _print_as_text)(turn)
    turn.start()
    try:
        loop.run_until(lambda: bool(ended) and (ended[0].error is not None or bool(checked)))
    except KeyboardInterrupt:
        turn.stop()
        loop.run_until(lambda: bool(ended) and (ended[0].error is not None or bool(checked)), 10.0)
        raise (Told if checked else Cancelled) from None
    if ended[0].error is not None:
        _drop_unbegun_chat(desk, turn, wish)
        raise ended[0].error
    return ended[0]


def _drop_unbegun_chat(desk: Desk, turn: Turn, wish: Wish) -> None:
    """A refused question left a chat that holds only its draft; in the terminal nobody would find it there."""
    if wish.chat_id is None and turn.chat_id is not None and turn.outcome.usage.prompt_tokens == 0:
        number = turn.chat_id
        if not desk.store.call(lambda store: store.thread(number)):
            desk.store.call(lambda store: store.delete_chat(number))


def _print_as_json(turn: Turn) -> None:
    turn.resuming.connect(lambda seconds: print_line({"kind": "resume", "estimate_s": round(seconds, 2)}))
    turn.prefilled.connect(lambda done, total, _: print_line({"kind": "prefill", "done": done, "total": total}))
    turn.spoke.connect(
        lambda channel, text, _: print_line({"kind": "delta", "channel": channel, "text": text}) if text else None
    )

    turn.checked.connect(lambda _: None if turn.outcome.error else print_line(done_line(turn.outcome)))


def done_line(outcome: Outcome) -> dict[str, object]:
    """The last line of a JSON stream."""
    reason = {"complete": "stop", "length": "length", "stopped": "cancelled"}[outcome.state]
    values = msgspec.to_builtins((outcome.usage, outcome.timing, outcome.receipt, outcome.citations))
    return {
        "kind": "done",
        "reason": reason,
        "text": outcome.text,
        "thinking": outcome.thinking,
        "usage": values[0],
        "timing": values[1],
        "receipt": values[2],
        "citations": values[3],
    }


def _print_as_text(turn: Turn) -> None:
    status = StatusLine()
    channel_now = [""]

    def resuming(seconds: float) -> None:
        status.show(say("Bringing back what was read before, {time} …", time=format_duration(seconds)))

    def prefilled(done: int, total: int, _cached: int) -> None:
        status.show(say("Reading {done} of {total} tokens", done=f"{done:,}", total=f"{total:,}"))

    def spoke(channel: str, text: str, _tokens: int) -> None:
        status.clear()
        if channel != channel_now[0]:
            sys.stdout.write({"thinking": f"[{say('thinking')}]\n"}.get(channel, "\n\n" if channel_now[0] else ""))
            channel_now[0] = channel
        sys.stdout.write(text)
        sys.stdout.flush()

    def ended(outcome: Outcome) -> None:
        status.clear()
        if channel_now[0]:
            print()
        if outcome.error is None:
            note("\n" + receipt_line(outcome.receipt, outcome.usage, outcome.timing))

    turn.resuming.connect(resuming)
    turn.prefilled.connect(prefilled)
    turn.spoke.connect(spoke)
    turn.ended.connect(ended)
    turn.checked.connect(note_citations)


def with_preset(desk: Desk, args: Namespace) -> Choices:
    """What was chosen on the command line, over what the preset says."""
    chosen = choices_of(args)
    if args.preset:
        return desk.presets.get(args.preset).applied.joined(chosen)
    return new_chat_choices(desk).joined(chosen) if args.chat is None else chosen


def choices_of(args: Namespace) -> Choices:
    """What the user chose of how to answer. Raises CarrelError for a file that cannot be read or used."""
    numbers = {name: getattr(args, name) for name in Sampling.__struct_fields__ if hasattr(args, name)}
    choices = Choices(
        **numbers,
        json_schema=text_of(args.json_schema),
        grammar=text_of(args.grammar),
        instructions=args.instructions or "",
    )
    check_form(choices)
    return choices


def _exit_code(outcome: Outcome) -> int:
    return 130 if outcome.state == "stopped" else 0
