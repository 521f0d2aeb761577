"""Carries out the parent's commands, one after another, in the thread that owns llama.cpp.

`submit` and `cancel` are called by the thread that reads stdin; everything else happens in `run`. Counting tokens
does not wait for an answer to end: the decode loop lets it through between two steps.
"""

from __future__ import annotations

import ctypes
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import msgspec
import psutil
from llama_cpp import llama_cpp as C

from app.core.chat import Channel
from app.engine import messages as m
from app.engine.worker import library
from app.engine.worker.abort import AbortFlag
from app.engine.worker.context import EngineFault, open_model
from app.engine.worker.outbox import Outbox
from app.engine.worker.runner import Runner, summarize
from app.engine.worker.speech import Speech
from app.engine.worker.template import TemplateFault
from app.engine.worker.vocab import Ids

_PROGRESS_EVERY_S = 0.05


class Service:
    """The engine as the parent sees it."""

    def __init__(self, outbox: Outbox) -> None:
        self._send = outbox.send
        self._queue: queue.SimpleQueue[m.Down] = queue.SimpleQueue()
        self._counting: queue.SimpleQueue[m.Tokenize] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._current = 0
        self._lock = threading.Lock()
        self._abort = AbortFlag()
        self._runner: Runner | None = None

    def submit(self, command: m.Down) -> None:
        if isinstance(command, m.Tokenize):
            self._counting.put(command)
        self._queue.put(command)

    def cancel(self, request: int) -> None:
        """Called by the thread that reads stdin, while the worker may be ending that very request."""
        with self._lock:
            self._cancelled.add(request)
            if request == self._current:
                self._abort.set()

    def run(self) -> None:
        """Serve commands for ever; an unexpected error ends the process, and the parent says so."""
        try:
            library.open_library()
            self._send(m.Ready(m.PROTOCOL, library.build_name(), library.device_names(), library.has_gpu()))
            while True:
                self._serve(self._queue.get())
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(70)

    def _serve(self, command: m.Down) -> None:
        match command:
            case m.Load():
                self._guard(command.id, lambda: self._load(command))
            case m.Unload():
                self._unload()
                self._send(m.Unloaded(command.id))
            case m.Generate():
                self._guard(command.id, lambda: self._generate(command))
            case m.Tokenize():
                self._count()

    def _guard(self, request: int, work: Callable[[], None]) -> None:
        """Every request ends exactly once: what `work` does not end itself ends as Failed."""
        with self._lock:
            self._current = request
            self._abort.clear()
        try:
            work()
        except EngineFault as fault:
            self._send(m.Failed(request, fault.code, fault.detail or "\n".join(library.recent_errors)))
        except TemplateFault as fault:
            self._send(m.Failed(request, "template_failed", str(fault)))
        except Exception:
            self._send(m.Failed(request, "engine_fault", traceback.format_exc()))
        finally:
            with self._lock:
                self._current = 0
                self._cancelled.discard(request)
                self._abort.clear()

    def _load(self, spec: m.Load) -> None:
        self._unload()
        library.recent_errors.clear()
        started_s = time.monotonic()
        try:
            self._runner = self._open(spec)
        except EngineFault:
            if spec.id in self._cancelled:
                raise EngineFault("cancelled") from None
            if _speaks_of_memory("\n".join(library.recent_errors)):
                raise EngineFault("out_of_memory") from None
            raise
        model = self._runner.model
        loaded = m.Loaded(
            id=spec.id,
            n_ctx=0 if spec.vocab_only else self._runner.context.n_ctx,
            n_vocab=self._runner.vocab.size,
            n_layers=C.llama_model_n_layer(model),
            description=_description(model),
            load_s=time.monotonic() - started_s,
            can_think=self._runner.can_think,
            n_gpu_layers=spec.n_gpu_layers,
        )
        self._send(loaded)

    def _open(self, spec: m.Load) -> Runner:
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
            return Runner(model, spec, self._abort)
        except BaseException:
            C.llama_model_free(model)
            raise

    def _unload(self) -> None:
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _generate(self, command: m.Generate) -> None:
        runner = self._need_runner()
        started_s = time.monotonic()
        prompt = runner.template.encode(command.turns, command.thinking)
        if len(prompt) >= runner.context.n_ctx:
            raise EngineFault("context_full", f"{len(prompt)} tokens for a context of {runner.context.n_ctx}")
        cancelled = self._watch(command.id)
        cached = self._prefill(runner, prompt, command.id, cancelled)
        read_s, read_tokens = time.monotonic(), runner.cached_tokens - cached
        times: list[float] = []
        reason: m.Reason = "cancelled"
        if runner.cached_tokens == len(prompt) and not cancelled():
            speech = Speech(runner.vocab, self._say(command.id), thinking=runner.opens_thinking(prompt))
            reason, times = runner.decode(command.sampling, speech, cancelled)
        usage, timing = summarize(len(prompt), cached, read_tokens, (started_s, read_s), times)
        self._send(m.Done(command.id, reason, usage, timing))

    def _prefill(self, runner: Runner, prompt: Ids, request: int, cancelled: Callable[[], bool]) -> int:
        cached = -1
        for done in runner.prefill(prompt, cancelled):
            cached = done if cached < 0 else cached
            self._send(m.PrefillProgress(request, done, len(prompt), cached))
        return cached

    def _say(self, request: int) -> Callable[[Channel, str, int], None]:
        def say(channel: Channel, text: str, tokens: int) -> None:
            self._send(m.Delta(request, channel, text, tokens))

        return say

    def _watch(self, request: int) -> Callable[[], bool]:
        """Asked between steps: lets token counting through, and says whether the request was cancelled."""

        def cancelled() -> bool:
            if not self._counting.empty():
                self._count()
            return request in self._cancelled

        return cancelled

    def _count(self) -> None:
        """Answer every waiting Tokenize."""
        while not self._counting.empty():
            command = self._counting.get()
            if self._runner is None:
                self._send(m.Failed(command.id, "no_model"))
                continue
            try:
                counts = tuple(len(self._runner.vocab.encode(text)) for text in command.texts)
                total = len(self._runner.template.encode(command.turns, command.thinking)) if command.turns else 0
                self._send(m.Tokens(command.id, counts, total))
            except TemplateFault as fault:
                self._send(m.Failed(command.id, "template_failed", str(fault)))
            except Exception:
                self._send(m.Failed(command.id, "engine_fault", traceback.format_exc()))

    def _need_runner(self) -> Runner:
        if self._runner is None:
            raise EngineFault("no_model")
        return self._runner


def _speaks_of_memory(log: str) -> bool:
    """Whether the engine's log says that memory ran out, in the words its backends use."""
    words = ("out of memory", "failed to allocate", "cudamalloc failed", "unable to allocate", "bad_alloc")
    return any(word in log.lower() for word in words)


def _description(model: Any) -> str:
    buffer = ctypes.create_string_buffer(256)
    C.llama_model_desc(model, buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace")
