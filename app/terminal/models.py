"""`pull`, `import` and `models`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.catalog.entry import Entry, explain_proof
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.units import format_bytes, format_duration
from app.core.words import say
from app.fetch.progress import Progress
from app.fetch.wanted import Wanted
from app.fit.plan import Plan
from app.fit.search import Fixed
from app.gguf.split import part_names
from app.session.desk import Desk
from app.session.library import LocalModel, Pull, catalog_of, import_model, list_models
from app.session.planning import make_plan
from app.terminal.output import StatusLine, note, print_json, print_line
from app.terminal.waiting import wait_for


def run_pull(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Download and prove, a split model part by part. Ctrl+C keeps what came; the same command goes on."""
    paths = [_pull_one(desk, loop, what, as_json=args.json) for what in _wanted(desk, loop, args.model)]
    print_line({"kind": "done", "path": str(paths[0])}) if args.json else print(paths[0])
    return 0


def _pull_one(desk: Desk, loop: Loop, what: Plan | Entry | Wanted, *, as_json: bool) -> Path:
    pull = Pull(desk, what)
    if pull.entry is not None:
        note(f"{pull.name}: {explain_proof(pull.entry)}")
    ended: list[Path | CarrelError] = []
    status = StatusLine()
    pull.ended.connect(ended.append)
    pull.progressed.connect(print_progress if as_json else lambda progress: status.show(progress_words(progress)))
    pull.start()
    try:
        loop.run_until(lambda: bool(ended))
    except KeyboardInterrupt:
        pull.pause()
        pull.wait(10.0)
        note("\n" + say("Paused. What came so far is kept; the same command goes on."))
        raise
    finally:
        status.clear()
    if isinstance(ended[0], CarrelError):
        raise ended[0]
    return ended[0]


def _wanted(desk: Desk, loop: Loop, reference: str | None) -> list[Plan | Entry | Wanted]:
    """What the reference names; without one the recommended file."""
    if reference is None:
        best: Plan = wait_for(loop, lambda done, failed: make_plan(desk, None, None, Fixed(), done, failed))
        return [best]
    for entry in catalog_of(desk).entries:
        if entry.reference == reference:
            return [entry]
    if reference.count("/") < 2:
        return [catalog_of(desk).find(reference)]  # raises, naming the nearest
    organisation, repository, file = reference.split("/", 2)
    return [Wanted(f"{organisation}/{repository}", "main", part) for part in part_names(file)]


def print_progress(progress: Progress) -> None:
    """One JSON line of a download."""
    print_line(
        {
            "kind": "progress",
            "state": progress.state,
            "done_bytes": progress.done_bytes,
            "total_bytes": progress.total_bytes,
            "speed_bytes_s": progress.speed_bytes_s,
            "eta_s": progress.eta_s,
        }
    )


def progress_words(progress: Progress) -> str:
    """One line of a download for the eye."""
    if progress.trouble is not None:
        return str(progress.trouble)
    total = format_bytes(progress.total_bytes) if progress.total_bytes else "?"
    parts = [say("{done} of {total}", done=format_bytes(progress.done_bytes), total=total)]
    if progress.state == "downloading":
        parts.append(f"{format_bytes(progress.speed_bytes_s)}/s")
    if progress.eta_s is not None:
        parts.append(say("{time} left", time=format_duration(progress.eta_s)))
    return " · ".join(parts)


def run_import(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Remember a file where it lies."""
    model: LocalModel = wait_for(loop, lambda done, failed: import_model(desk, Path(args.file), done, failed))
    if args.json:
        print_json(_model_json(model))
    else:
        print(say("{name} is in the library: {path}", name=model.name, path=str(model.path)))
    return 0


def run_models(desk: Desk, loop: Loop, args: Namespace) -> int:
    """What is here."""
    models: list[LocalModel] = wait_for(loop, lambda done, _failed: list_models(desk, done))
    if args.json:
        print_json({"models": [_model_json(model) for model in models]})
        return 0
    for model in models:
        size = format_bytes(model.size_bytes)
        print(f"{model.name}  {model.quant}  {size}  {model.path}" + (f"  ! {model.problem}" if model.problem else ""))
    if not models:
        note(say("No model is here yet. carrel pull downloads the one that fits; carrel import FILE uses yours."))
    return 0


def _model_json(model: LocalModel) -> dict[str, object]:
    return {
        "path": str(model.path),
        "name": model.name,
        "quant": model.quant,
        "size_bytes": model.size_bytes,
        "imported": model.imported,
        "missing": model.missing,
        "problem": model.problem,
    }
