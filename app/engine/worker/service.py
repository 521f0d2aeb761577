"""Carries out the parent's commands in the thread that owns llama.cpp.

`submit` and `cancel` are called by the thread that reads stdin; everything else happens in `run`. Between two steps of
the answers under way every waiting command is served: counting tokens, another answer, a session to save.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable

import msgspec
import psutil
from llama_cpp import llama_cpp as C

from app.core.chat import Channel
from app.engine import messages as m
from app.engine.worker import library
from app.engine.worker.abort import AbortFlag
from app.engine.worker.engine import Engine
from app.engine.worker.faults import EngineFault
from app.engine.worker.job import Job
from app.engine.worker.model import open_model
from app.engine.worker.outbox import Outbox
from app.engine.worker.speech import Say
from app.engine.worker.template import TemplateFault

_PROGRESS_EVERY_S = 0.05


class Service:
    """The engine as the parent sees it."""

    def __init__(self, outbox: Outbox) -> None:
        self._send = outbox.send
        self._queue: queue.SimpleQueue[m.Down] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled: set[int] = set()
        self._running: set[int] = set()
        self._abort = AbortFlag()
        self._engine: Engine | None = None

    def submit(self, command: m.Down) -> None:
        self._queue.put(command)

    def cancel(self, request: int) -> None:
        """Called by the thread that reads stdin, while the worker may be ending that very request."""
        with self._lock:
            self._cancelled.add(request)
            if request in self._running:
                self._abort.set()

    def run(self) -> None:
        """Serve commands for ever; an unexpected error ends the process, and the parent says so."""
        try:
            library.open_library()
            told = library.build_name(), library.device_names(), library.has_gpu()
            self._send(m.Ready(m.PROTOCOL, *told, library.commit_name(), library.library_files()))
            while True:
                self._serve_waiting()
                self._step()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(70)

    def _jobs(self) -> list[Job]:
        return self._engine.scheduler.jobs if self._engine is not None and not self._engine.spec.vocab_only else []

    def _serve_waiting(self) -> None:
        """Serve every command that waits; without an answer under way, wait for one."""
        if self._queue.empty() and not self._jobs():
            self._serve(self._queue.get())
        while not self._queue.empty():
            self._serve(self._queue.get())

    def _serve(self, command: m.Down) -> None:
        match command:
            case m.Load():
                self._guard(command.id, lambda: self._load(command))
            case m.Unload():
                self._unload()
                self._send(m.Unloaded(command.id))
            case m.Generate():
                self._guard(command.id, lambda: self._generate(command), is_whole=False)
            case m.Tokenize():
                self._guard(command.id, lambda: self._count(command))
            case m.SaveSession():
                self._guard(command.id, lambda: self._save(command), is_whole=False)
            case m.RestoreSession():
                self._guard(command.id, lambda: self._send(self._need_engine().restore_session(command)))

    def _guard(self, request: int, work: Callable[[], None], *, is_whole: bool = True) -> None:
        """Every request ends exactly once: what `work` does not end itself ends as Failed.

        A request that goes on after `work` (an answer) is not whole: it stays cancellable.
        """
        with self._lock:
            self._running.add(request)
        try:
            work()
        except EngineFault as fault:
            self._fail(request, fault)
        except TemplateFault as fault:
            self._fail(request, EngineFault("template_failed", str(fault)))
        except Exception:
            self._fail(request, EngineFault("engine_fault", traceback.format_exc()))
        else:
            if is_whole:
                self._forget(request)

    def _fail(self, request: int, fault: EngineFault) -> None:
        self._forget(request)
        self._send(m.Failed(request, fault.code, fault.detail or "\n".join(library.recent_errors)))

    def _forget(self, request: int) -> None:
        with self._lock:
            self._running.discard(request)
            self._cancelled.discard(request)
            if not self._cancelled & self._running:
                self._abort.clear()

    # Answers.

    def _generate(self, command: m.Generate) -> None:
        started_s = time.monotonic()
        self._need_engine().add(command, self._say(command.id), started_s)

    def _step(self) -> None:
        """One step of all answers; those cancelled meanwhile end first."""
        jobs = self._jobs()
        if self._engine is None or not jobs:
            return
        scheduler = self._engine.scheduler
        if self._cancelled:
            for job in jobs:
                if job.id in self._cancelled:
                    scheduler.end(job)
        try:
            scheduler.step()
        except EngineFault as fault:
            scheduler.fail_all(fault)
        except Exception:
            scheduler.fail_all(EngineFault("engine_fault", traceback.format_exc()))

    def _on_done(self, job: Job) -> None:
        if job.fault is not None:
            self._fail(job.id, job.fault)
            return
        self._forget(job.id)
        self._send(m.Done(job.id, job.reason or "stop", *job.summarize()))

    def _say(self, request: int) -> Say:
        def say(channel: Channel, text: str, tokens: int) -> None:
            self._send(m.Delta(request, channel, text, tokens))

        return say

    def _save(self, command: m.SaveSession) -> None:
        """Answers go on while the disk makes sure of what was written; a cancel would stop them, not it."""
        seal = self._need_engine().save_session(command)
        self._forget(command.id)

        def finish() -> None:
            try:
                saved = seal()
            except EngineFault as fault:
                self._fail(command.id, fault)
            except Exception:
                self._fail(command.id, EngineFault("engine_fault", traceback.format_exc()))
            else:
                self._forget(command.id)
                self._send(saved)

        threading.Thread(target=finish, name="seal", daemon=True).start()

    # The model.

    def _load(self, spec: m.Load) -> None:
        self._unload()
        library.recent_errors.clear()
        started_s = time.monotonic()
        try:
            self._engine = engine = self._open(spec)
        except EngineFault:
            if spec.id in self._cancelled:
                raise EngineFault("cancelled") from None
            if _speaks_of_memory("\n".join(library.recent_errors)):
                raise EngineFault("out_of_memory") from None
            raise
        loaded = m.Loaded(
            id=spec.id,
            n_ctx=0 if spec.vocab_only else engine.context.n_ctx,
            n_vocab=engine.vocab.size,
            n_layers=engine.n_layers,
            description=engine.description,
            load_s=time.monotonic() - started_s,
            can_think=engine.can_think,
            n_gpu_layers=spec.n_gpu_layers,
            costs=engine.costs,
        )
        self._send(loaded)

    def _open(self, spec: m.Load) -> Engine:
        last_s = 0.0

        def progress(fraction: float) -> bool:
            nonlocal last_s
            now_s = time.monotonic()
            if now_s - last_s >= _PROGRESS_EVERY_S or fraction >= 1.0:
                last_s = now_s
                self._send(m.LoadProgress(spec.id, round(fraction, 4)))
            return spec.id not in self._cancelled

        threads = spec.n_threads or psutil.cpu_count(logical=False) or os.cpu_count() or 1
        spec = msgspec.structs.replace(spec, n_threads=threads)
        model = open_model(spec, progress)
        try:
            return Engine(model, spec, self._abort, self._on_done, self._send)
        except BaseException:
            C.llama_model_free(model)
            raise

    def _unload(self) -> None:
        """Free the model. What was under way ends as cancelled."""
        for job in self._jobs():
            self._need_engine().scheduler.end(job)
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _count(self, command: m.Tokenize) -> None:
        engine = self._need_engine()
        counts = tuple(len(engine.vocab.encode(text)) for text in command.texts)
        total = len(engine.template.encode(command.turns, command.thinking)) if command.turns else 0
        self._send(m.Tokens(command.id, counts, total))

    def _need_engine(self) -> Engine:
        if self._engine is None:
            raise EngineFault("no_model")
        return self._engine


def _speaks_of_memory(log: str) -> bool:
    """Whether the engine's log says that memory ran out, in the words its backends use."""
    words = ("out of memory", "failed to allocate", "cudamalloc failed", "unable to allocate", "bad_alloc")
    return any(word in log.lower() for word in words)
