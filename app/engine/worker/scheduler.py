"""Several answers over one context: each step is one `llama_decode` over rows of all of them.

A step computes one new token (and the draft after it) for every answer that is speaking and a piece of prompt for
every one that is reading. `llama_decode` returns before a GPU is done: the text of the tokens drawn last is prepared
while the next ones are computed. Only the worker thread touches it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from app.engine import messages as m
from app.engine.worker.context import Context, Ran
from app.engine.worker.faults import EngineFault
from app.engine.worker.job import Job
from app.engine.worker.share import Share
from app.engine.worker.slots import Slots
from app.engine.worker.vocab import Ids

_SHARED_STEP = 128  # prompt tokens a step while others speak: their words go on coming at a readable pace
_REPORT_EVERY_S = 0.5
_NOTHING: Ids = np.empty(0, np.int32)


class Scheduler:
    """Runs jobs step by step. `done(job)` ends each exactly once; `job.fault` says when it went wrong."""

    def __init__(
        self,
        context: Context,
        is_end: Callable[[int], bool],
        send: Callable[[m.Up], None],
        done: Callable[[Job], None],
    ) -> None:
        self._context, self._is_end, self._send, self._done = context, is_end, send, done
        self.slots = Slots(context)
        self._waiting: list[Job] = []
        self._active: list[Job] = []
        self._unreported: list[tuple[Job, int, int]] = []  # pieces of text the device may still be reading
        self._reported_s = 0.0
        self._is_crowded = False  # the cache ran full: nobody new, and no drafts, until an answer ends

    @property
    def jobs(self) -> list[Job]:
        return [*self._active, *self._waiting]

    def add(self, job: Job) -> None:
        self._waiting.append(job)

    def end(self, job: Job, fault: EngineFault | None = None) -> None:
        """End a job early: cancelled, or failed. What it said counts."""
        job.fault = fault
        job.reason = job.reason or "cancelled"
        self._finish(job)

    def fail_all(self, fault: EngineFault) -> None:
        """The context cannot be trusted any more: end every job and forget everything."""
        for job in self.jobs:
            self.end(job, fault)
        self._context.clear()
        self.slots = Slots(self._context)

    def step(self) -> None:
        """Admit, compute one batch, draw from it. Raises EngineFault when the engine refuses the batch."""
        self._admit()
        shares = self._compose()
        if not shares:
            return
        started_s = time.perf_counter()
        ran = self._context.run()
        for job in self._active:
            job.speak()
        if ran is Ran.OK:
            self._collect(shares, started_s)
        elif ran is Ran.ABORTED:
            self._take_back(shares)
        else:
            self._take_back(shares)
            self._find_room()

    # Who takes part.

    def _admit(self) -> None:
        while self._waiting and not (self._is_crowded and self._active):
            job = self._waiting[0]
            if not job.side:
                self.slots.make_room(job.text.ids)
            slot = self.slots.take(job.text.ids, side=job.side)
            if slot is None:
                return
            self._waiting.pop(0)
            self._active.append(job)
            job.slot = slot
            if job.cached < 0:
                job.admitted_s = time.monotonic()
                job.cached = len(slot.tokens)
                self._send(m.PrefillProgress(job.id, job.cached, job.prompt_tokens, job.cached))

    def _compose(self) -> list[Share]:
        """Fill the batch: first those who speak, then those who read, in equal parts."""
        self._context.begin()
        speaking = [job for job in self._active if not job.is_reading]
        reading = [job for job in self._active if job.is_reading]
        rows = (self._context.max_outputs - len(reading)) // max(1, len(speaking))
        shares = [self._speaking_share(job, rows, others=len(speaking) - 1) for job in speaking]
        used = sum(len(share.ids) for share in shares)
        room = min(self._context.step_tokens, self._context.n_batch - used)
        room = min(room, _SHARED_STEP) if speaking else room
        for index, job in enumerate(reading):
            part = room // (len(reading) - index)
            if part > 0:
                shares.append(self._reading_share(job, part))
                room -= len(shares[-1].ids)
        return shares

    def _speaking_share(self, job: Job, rows: int, others: int) -> Share:
        ids = job.text.ids[-1:]
        draft = self._draft(job, rows, others)
        if len(draft):
            ids = np.concatenate([ids, draft])
        assert job.slot is not None
        first = self._context.add(job.slot.seq, ids, job.held, len(ids))
        return Share(job, first, ids, len(ids), draft.tolist())

    def _draft(self, job: Job, rows: int, others: int) -> Ids:
        if job.speculator is None or self._is_crowded:
            return _NOTHING
        return job.speculator.propose(job.held, min(rows, job.room(self._context.n_ctx)), others)

    def _reading_share(self, job: Job, room: int) -> Share:
        assert job.slot is not None
        ids = job.text.ids[job.held : job.held + room]
        outputs = int(job.held + len(ids) == len(job.text))
        return Share(job, self._context.add(job.slot.seq, ids, job.held, outputs), ids, outputs, [], reads=True)

    # What came of it.

    def _collect(self, shares: list[Share], started_s: float) -> None:
        """Draw the next tokens in the order of the rows; the first look at logits waits for the device.

        A piece of prompt without logits is not waited for: the next step is prepared while the device reads it, so
        its progress is told a step later.
        """
        self._tell_progress()
        for share in shares:
            job = share.job
            assert job.slot is not None
            share.depth = job.held
            job.slot.tokens.extend(share.ids[: len(share.ids) - len(share.draft)])
            if share.reads:
                self._unreported.append((job, job.held, len(job.text)))
            if not share.outputs:
                continue
            share.drawn = self._draw(share)
            job.read_s = job.read_s or job.times[0]
            if share.reads:
                self._tell_progress()
        self._learn(shares, (time.perf_counter() - started_s) * 1000)
        for job in [share.job for share in shares if share.job.reason is not None]:
            self._finish(job)
        self._report()

    def _learn(self, shares: list[Share], step_ms: float) -> None:
        """Let drafts know what was drawn, and what a step of nothing but speaking cost."""
        rows = sum(len(share.ids) for share in shares)
        is_speech = all(share.outputs == len(share.ids) for share in shares)
        for share in shares:
            speculator = share.job.speculator
            if speculator is None or not share.drawn:
                continue
            speculator.heard(np.array(share.drawn, np.int32))
            if is_speech and len(share.job.times) > len(share.drawn):
                speculator.learn(len(share.draft), len(share.drawn) - 1, rows, share.depth, step_ms)

    def _draw(self, share: Share) -> list[int]:
        """Draw from row after row as long as what is drawn is what was drafted; the rest of the draft is undone.

        Each token is drawn from the model's own distribution given everything before it, so a draft changes nothing
        but the speed. Returns what was drawn.
        """
        job, drawn, taken = share.job, [], 0
        assert job.slot is not None
        for index in range(share.outputs):
            token = job.picker.pick(self._context.logits(share.row + index))
            drawn.append(token)
            job.hear(token, time.monotonic(), self._is_end, self._context.n_ctx)
            if job.reason is not None or index >= len(share.draft) or token != share.draft[index]:
                break
            job.slot.tokens.append(token)
            taken += 1
        if taken < len(share.draft):
            self._context.forget(job.slot.seq, len(job.slot.tokens))
        return drawn

    def _take_back(self, shares: list[Share]) -> None:
        """Nothing of the batch counts: every sequence is where it was."""
        for share in shares:
            slot = share.job.slot
            assert slot is not None
            if not self._context.forget(slot.seq, len(slot.tokens)):
                slot.tokens.cut(0)

    def _find_room(self) -> None:
        """The KV cache is full: forget what is idle, else let the latest answer wait, else say so."""
        if self.slots.evict():
            return
        self._is_crowded = True
        latest = self._active[-1]
        assert latest.slot is not None
        if len(self._active) == 1:
            self.end(latest, EngineFault("context_full", f"no room after {latest.held} tokens"))
            return
        self._active.pop()
        self.slots.release(latest.slot, keep=False)
        latest.slot = None
        self._waiting.insert(0, latest)

    def _finish(self, job: Job) -> None:
        if job.slot is not None:
            self._active.remove(job)
        else:
            self._waiting.remove(job)
        job.speak()
        job.speech.finish(time.monotonic())
        job.picker.close()
        self._done(job)
        if job.slot is not None:
            self.slots.release(job.slot, keep=not job.side)
        self._is_crowded = False

    # What is told.

    def _tell_progress(self) -> None:
        for job, held, total in self._unreported:
            if job in self._active:
                self._send(m.PrefillProgress(job.id, held, total, job.cached))
        self._unreported.clear()

    def _report(self) -> None:
        now_s = time.monotonic()
        if now_s - self._reported_s < _REPORT_EVERY_S:
            return
        self._reported_s = now_s
        for job in self._active:
            drafts = job.speculator
            if drafts is not None and drafts.drafted:
                self._send(m.Speculation(job.id, drafts.drafted, drafts.accepted, drafts.gain))
