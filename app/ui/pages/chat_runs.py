"""Readings in passes in the conversation: their notes come back from the store, and an unfinished one can go on."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.chat import Document
from app.core.words import say
from app.session.coverage import Coverage
from app.session.tasks import build_table, compare_documents
from app.store.rows import Message, Run
from app.store.store import Store
from app.ui.bridge import listen
from app.ui.chat.message import CoverageNote, FailureNote
from app.ui.conversation import Conversation
from app.ui.covering import covered_pages, kept_note
from app.ui.pages.chat_transcript import Transcript

GO_ON = "go_on"


class LongRuns(QObject):
    """Begins readings in passes, shows how far they are, and offers to go on with what a stop or a crash left."""

    def __init__(self, conversation: Conversation, transcript: Transcript, parent: QObject) -> None:
        super().__init__(parent)
        self._conversation, self._transcript = conversation, transcript
        self._open: dict[str, Run] = {}
        transcript.action_wanted.connect(self._on_action)
        listen(self, lambda: conversation.opened.connect(self.look))
        listen(self, lambda: conversation.reread.connect(self.look))
        listen(self, lambda: conversation.covered.connect(self._on_covered))
        self.look()

    # ---- beginning

    def cover(self, text: str, *, thinking: bool) -> None:
        """The question over all pages, in as many passes as it takes."""
        conversation = self._conversation
        conversation.cover(Coverage(conversation.here, conversation.wish(text, thinking=thinking)), text)

    def compare(self, points: tuple[str, ...], *, thinking: bool) -> None:
        """Raises CarrelError for fewer than two documents."""
        documents, chat_id = self._documents(), self._conversation.chat_id
        desk = self._conversation.here
        self._conversation.cover(compare_documents(desk, documents, points, chat_id=chat_id, thinking=thinking))

    def tabulate(self, columns: tuple[str, ...]) -> None:
        """Raises CarrelError for no columns, or too many."""
        documents, chat_id = self._documents(), self._conversation.chat_id
        self._conversation.cover(build_table(self._conversation.here, documents, columns, chat_id=chat_id))

    def _documents(self) -> tuple[Document, ...]:
        return tuple(self._conversation.documents)

    # ---- what was kept

    def look(self) -> None:
        """Which answers shown came of passes, and which reading has no end yet."""
        rows = list(self._conversation.messages)
        answers = {row.parent_id: row for row in rows if row.role == "assistant" and row.parent_id is not None}
        if not answers:
            return

        def read(store: Store) -> list[Run]:
            return [runs[0] for question in answers if (runs := store.runs_of(question))]

        def done(runs: list[Run]) -> None:
            if self._conversation.messages and self._conversation.messages[0].id == rows[0].id:
                self._transcript.items.of_passes |= {answers[run.question_id].id for run in runs if run.plan.passes}
                self._transcript.show_standings()
                for run in runs:
                    self._show(run, answers[run.question_id], last=answers[run.question_id].id == rows[-1].id)

        self._conversation.here.store.ask(read, done)

    def _show(self, run: Run, answer: Message, *, last: bool) -> None:
        conversation = self._conversation
        asked = conversation.asked_rows if conversation.runs_here else None
        if asked is not None and asked[1].id == answer.id:
            return
        note = kept_note(run)
        if note is not None:
            self._transcript.show_coverage(answer.id, note)
        if run.state == "running" and last and not conversation.is_running and answer.state != "complete":
            self._open[str(answer.id)] = run
            self._transcript.offer(answer.id, _offer(run))

    def _on_covered(self, answer_id: int, note: CoverageNote) -> None:
        self._transcript.show_coverage(answer_id, note)

    def _on_action(self, key: str, action: str) -> None:
        run = self._open.get(key)
        if action == GO_ON and run is not None:
            self._conversation.cover(Coverage(self._conversation.here, run))


def _offer(run: Run) -> FailureNote:
    """What there is of a reading without an end, and the button that goes on with it."""
    done, total = covered_pages(run.plan, run.results)
    if not run.plan.passes or (done == total and total):
        cause = say("All pages are read; only the answer is missing.")
    else:
        cause = say("This reading stopped after {done} of {total} pages.", done=done, total=total)
    return FailureNote(cause, say("What was read is kept."), say("Go on reading"), GO_ON, alarm=False)
