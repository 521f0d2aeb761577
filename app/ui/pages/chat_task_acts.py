"""What the cards over the composer ask of all pages: the same question part by part, a comparison, a table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.core.errors import CarrelError
from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.conversation import Conversation
from app.ui.pages.chat_cards import RefusalCard
from app.ui.pages.chat_runs import LongRuns
from app.ui.pages.chat_tasks import TaskCard


class TaskActs(QObject):
    """Begins them, and says why one cannot be begun."""

    def __init__(
        self,
        conversation: Conversation,
        runs: LongRuns,
        composer: Composer,
        card: TaskCard,
        refusal: RefusalCard,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversation, self._runs, self._composer = conversation, runs, composer
        self._card, self._refusal = card, refusal
        refusal.passes_wanted.connect(self._on_passes_wanted)
        card.compare_wanted.connect(self._on_compare_wanted)
        card.table_wanted.connect(self._on_table_wanted)
        listen(self, lambda: conversation.running_changed.connect(self.show_card))

    def show_card(self) -> None:
        """Where there are documents, and nothing runs."""
        conversation = self._conversation
        self._card.show_for(len(conversation.documents), running=conversation.is_running or bool(conversation.reading))

    def _on_passes_wanted(self) -> None:
        """The same question over all pages, part by part."""
        self._refusal.hide()
        self._runs.cover(self._composer.text.strip(), thinking=self._thinks)

    def _on_compare_wanted(self, points: tuple[str, ...]) -> None:
        self._begin(lambda: self._runs.compare(points, thinking=self._thinks))

    def _on_table_wanted(self, columns: tuple[str, ...]) -> None:
        self._begin(lambda: self._runs.tabulate(columns))

    @property
    def _thinks(self) -> bool:
        return self._composer.thinking.isChecked()

    def _begin(self, begin: Callable[[], object]) -> None:
        self._refusal.hide()
        try:
            begin()
        except CarrelError as error:
            self._refusal.tell(str(error))
