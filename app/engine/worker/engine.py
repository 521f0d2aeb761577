"""One model in memory, with everything that answers need of it."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_cpp import llama_cpp as C

from app.engine import messages as m
from app.engine.saved import Identity, identify, read_sidecar
from app.engine.worker import library, sealed, snapshot
from app.engine.worker.abort import AbortFlag
from app.engine.worker.context import MAX_DRAFT, Context
from app.engine.worker.faults import EngineFault
from app.engine.worker.grammar import Grammar, grammar_of
from app.engine.worker.job import Job
from app.engine.worker.model import open_adapters
from app.engine.worker.picker import Picker
from app.engine.worker.rehearsal import rehearse
from app.engine.worker.scheduler import Scheduler
from app.engine.worker.speculation.calibration import is_enough
from app.engine.worker.speculation.choice import Speculator
from app.engine.worker.speculation.costs import CostCurve
from app.engine.worker.speech import Say, Speech
from app.engine.worker.template import ChatTemplate
from app.engine.worker.tokens import TokenLine
from app.engine.worker.vocab import Ids, Vocab

Send = Callable[[m.Up], None]

_FEWEST_SAVED = 16  # tokens; less is not worth a file


if TYPE_CHECKING:
    from app.engine.worker.speculation.draft import DraftModel


class Engine:
    """A loaded model. `close` frees it; use from one thread. A model loaded for its vocabulary has no context, and what
    needs one raises EngineFault("no_model"). What cannot be opened leaves the model to the caller and nothing else.
    """

    def __init__(self, model: Any, spec: m.Load, abort: AbortFlag, done: Callable[[Job], None], send: Send) -> None:
        self.model, self.spec = model, spec
        self.vocab = Vocab(model)
        source = C.llama_model_chat_template(model, None)
        self.template = ChatTemplate((source or b"").decode("utf-8", "replace"), self.vocab)
        self._context: Context | None = None
        self.curve: CostCurve | None = None
        self._drafter: DraftModel | None = None
        self._scheduler: Scheduler | None = None
        if not spec.vocab_only:
            try:
                self._open_context(spec, abort, done, send)
            except BaseException:
                self._close_contexts()
                raise

    def _open_context(self, spec: m.Load, abort: AbortFlag, done: Callable[[Job], None], send: Send) -> None:
        adapters = open_adapters(self.model, spec.adapters)
        self._context = Context(self.model, spec, abort)
        self._context.adapt(adapters, [adapter.scale for adapter in spec.adapters])
        self._identity: Identity = identify(spec, library.build_name(), self.n_layers)
        self._scheduler = Scheduler(self._context, self.vocab.eog_ids.__contains__, send, done)
        if spec.n_draft > 0 and self._context.can_forget:
            self._open_speculation(spec)

    def _open_speculation(self, spec: m.Load) -> None:
        self.curve = CostCurve(spec.costs if is_enough(spec.costs) else rehearse(self.context))
        if spec.draft_path:
            self._drafter = self._open_drafter(spec)

    def _open_drafter(self, spec: m.Load) -> DraftModel | None:
        """None when the file will not do: the answers are the same without it, and the log says why."""
        from app.engine.worker.speculation.draft import DraftModel

        try:
            return DraftModel(spec.draft_path, self.vocab, spec)
        except EngineFault as fault:
            print(f"no draft model: {spec.draft_path}: {fault.detail}", file=sys.stderr, flush=True)
            return None

    @property
    def context(self) -> Context:
        if self._context is None:
            raise EngineFault("no_model")
        return self._context

    @property
    def scheduler(self) -> Scheduler:
        if self._scheduler is None:
            raise EngineFault("no_model")
        return self._scheduler

    @property
    def n_layers(self) -> int:
        return int(C.llama_model_n_layer(self.model))

    @property
    def can_think(self) -> bool:
        return self.vocab.think_id >= 0 and self.vocab.end_think_id >= 0

    @property
    def description(self) -> str:
        buffer = ctypes.create_string_buffer(256)
        C.llama_model_desc(self.model, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    @property
    def costs(self) -> tuple[m.Cost, ...]:
        return self.curve.costs() if self.curve is not None else ()

    def close(self) -> None:
        self._close_contexts()
        C.llama_model_free(self.model)

    def _close_contexts(self) -> None:
        if self._drafter is not None:
            self._drafter.close()
        if self._context is not None:
            self._context.close()

    def add(self, command: m.Generate, say: Say, started_s: float) -> None:
        """Make a wish ready to run and let it wait for the next step. Raises EngineFault and TemplateFault."""
        self.scheduler.add(self._job(command, say, started_s))

    def _job(self, command: m.Generate, say: Say, started_s: float) -> Job:
        context = self.context
        prompt = self._prompt(command)
        if not len(prompt):
            raise EngineFault("template_failed", "the template wrote nothing")
        if len(prompt) >= context.n_ctx:
            raise EngineFault("context_full", f"{len(prompt)} tokens for a context of {context.n_ctx}")
        thinks = self._opens_thinking(prompt)
        picker = Picker(command.sampling, self.vocab.size, self._grammar(command, thinks=thinks))
        picker.look_back(prompt)
        return Job(
            command.id,
            TokenLine(prompt),
            picker,
            Speech(self.vocab, say, thinking=thinks, begun=bool(command.thought or command.spoken)),
            command.sampling,
            speculator=self._speculator(command),
            side=command.side,
            started_s=started_s,
            prompt_tokens=len(prompt),
        )

    def save_session(self, command: m.SaveSession) -> Callable[[], m.Saved]:
        """Write what is in the cache of these turns; what is returned seals it, in any thread, and says so.

        Raises EngineFault("nothing_to_save") when nothing of them is there, or nothing that can be had by itself.
        """
        started_s = time.monotonic()
        prompt = self.template.encode(command.turns, command.thinking)
        slots = self.scheduler.slots
        slot, shared = slots.longest(prompt)
        is_part = slot is not None and shared < len(slot.tokens)
        if slot is None or shared < _FEWEST_SAVED or (is_part and not self.context.can_forget):
            raise EngineFault("nothing_to_save", f"{shared} tokens")
        spare, identity, model = slots.spare_seq, self._identity, self.spec.path
        self.context.fork(slot.seq, spare, shared)
        try:
            where = (self.context.handle, spare, prompt[:shared], Path(command.path))
            written = sealed.write(*where, bytes.fromhex(command.key)) if command.key else snapshot.write(*where)
        finally:
            self.context.forget(spare, 0)

        def seal() -> m.Saved:
            return m.Saved(command.id, shared, written.seal(identity, model), time.monotonic() - started_s)

        return seal

    def restore_session(self, command: m.RestoreSession) -> m.Restored:
        started_s = time.monotonic()
        slots = self.scheduler.slots
        path, key = Path(command.path), bytes.fromhex(command.key)
        sidecar = read_sidecar(path, key)
        if sidecar is not None and slots.any_holds(lambda ids: snapshot.holds(sidecar, ids)):
            return m.Restored(command.id, sidecar.tokens, 0, 0.0)
        slot = slots.adopt(sidecar.tokens if sidecar is not None else 0)
        where = (self.context.handle, slot.seq, path, self._identity)
        ids = sealed.restore(*where, key) if key else snapshot.restore(*where)
        slot.tokens = TokenLine(ids)
        size = path.stat().st_size
        return m.Restored(command.id, len(ids), size, time.monotonic() - started_s)

    def _prompt(self, command: m.Generate) -> Ids:
        """The tokens of the conversation, and of the answer as far as it was thought and spoken before."""
        spoken, encode = command.spoken, self.vocab.encode
        if not command.thought or not self.can_think:
            prompt = self.template.encode(command.turns, command.thinking and not spoken)
            return np.concatenate([prompt, encode(spoken)]) if spoken else prompt
        prompt = self.template.encode(command.turns, True)
        opening = [] if self._opens_thinking(prompt) else [self.vocab.think_id, *encode("\n")]
        closing = [self.vocab.end_think_id, *encode("\n\n" + spoken)] if spoken else []
        return np.concatenate(
            [prompt, np.array(opening, np.int32), encode(command.thought), np.array(closing, np.int32)]
        )

    def _opens_thinking(self, prompt: Ids) -> bool:
        """Whether the template itself opened a thought that the model is to continue."""
        opened, closed = (np.flatnonzero(prompt == i) for i in (self.vocab.think_id, self.vocab.end_think_id))
        return len(opened) > 0 and (len(closed) == 0 or int(opened[-1]) > int(closed[-1]))

    def _grammar(self, command: m.Generate, *, thinks: bool) -> Grammar | None:
        source = grammar_of(command.json_schema, command.grammar)
        if not source:
            return None
        grammar = Grammar(self.vocab, source, may_think=command.thinking and not command.spoken, thinks=thinks)
        try:
            grammar.follow(self.vocab.encode(command.spoken))
        except EngineFault:
            grammar.close()
            raise
        return grammar

    def _speculator(self, command: m.Generate) -> Speculator | None:
        if self.curve is None or command.side:
            return None
        return Speculator(self.curve, min(self.spec.n_draft, MAX_DRAFT), self._drafter)
