"""Which documents and which page the preview shows, and what was ticked in it. Holds no widgets.

It shows what is attached to the message, where everything can be changed, or what an earlier message came with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.core.chat import Document, Page
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.session.preview import Memory, Preview, Weight
from app.session.prompt import page_marker
from app.session.selection import Selection
from app.store.rows import Attachment
from app.store.store import Store
from app.ui.conversation import Conversation
from app.ui.guide import Guide


class Leafing:
    """Used on the main thread.

    Events: `opened()` it should be seen; `closed()`; `changed()` documents, order or ticks; `turned()` another document
    or page; `weighed()` the weight is known anew; `failed(error)`; `rechosen()` ticks or order changed: `count` is due
    when no more changes come.
    """

    def __init__(self, conversation: Conversation, guide: Guide) -> None:
        self._conversation, self._guide = conversation, guide
        self.opened: Emitter[[]] = Emitter()
        self.closed: Emitter[[]] = Emitter()
        self.changed: Emitter[[]] = Emitter()
        self.turned: Emitter[[]] = Emitter()
        self.weighed: Emitter[[]] = Emitter()
        self.failed: Emitter[[CarrelError]] = Emitter()
        self.rechosen: Emitter[[]] = Emitter()
        self.is_open = self.is_editable = False
        self.documents: tuple[Document, ...] = ()
        self.first_number = 1  # of the documents, as the model counts them
        self.place, self.number, self.lit = 0, 1, (0, 0)
        self.memory: Memory | None = None
        self._preview: Preview | None = None
        self._question = ""
        self._writing = False
        conversation.files_changed.connect(self._on_files_changed)
        conversation.opened.connect(self.close)
        conversation.page_wanted.connect(self.show_place)
        conversation.desk.engine.changed.connect(lambda _: self._on_engine())
        self._n_ctx = conversation.desk.engine.state.n_ctx

    # ---- what is shown

    @property
    def document(self) -> Document | None:
        return self.documents[self.place] if self.place < len(self.documents) else None

    @property
    def page(self) -> Page | None:
        pages = self.document.pages if self.document else ()
        if 0 < self.number <= len(pages) and pages[self.number - 1].number == self.number:
            return pages[self.number - 1]
        return next((page for page in pages if page.number == self.number), None)

    @property
    def marker(self) -> str:
        """What stands before the page in the prompt."""
        return page_marker(self.first_number + self.place, self.page) if self.page else ""

    @property
    def weight(self) -> Weight | None:
        return self._preview.weight if self._preview else None

    @property
    def refusals(self) -> dict[str, CarrelError]:
        """Files of the message that could not be read, by name."""
        return {path.name: error for path, error in self._conversation.refusals.items()} if self.is_editable else {}

    @property
    def has_history(self) -> bool:
        """Whether something was said before the message."""
        return bool(self._conversation.messages)

    @property
    def is_planned(self) -> bool:
        """Whether the context is that of a plan: no model is loaded."""
        return not self._conversation.desk.engine.state.has_model

    @property
    def plan_name(self) -> str:
        """The file of the model that would be loaded, "" when none is known."""
        return self._guide.advice.recommended.model.file if self.is_planned and self._guide.advice else ""

    # ---- opening

    def show_attached(self, path: str = "") -> None:
        """The documents of the message, at the one from `path`."""
        self._take_attached()
        if path:
            inside = {str(one) for one in self._conversation.folders.get(Path(path), ())} | {path}
            self.place = next((at for at, one in enumerate(self.documents) if one.path in inside), 0)
            self._to_first_page()
        self._open()

    def show_page(self, document: Document | Attachment, page: int, start: int = 0, end: int = 0) -> None:
        """One document at a page, characters `start` to `end` of its text lit; an attachment comes from the store."""
        if isinstance(document, Document):
            self._show((document,), 0, page, (start, end), 1)
        else:
            self._show_stored((document,), 0, page, (start, end), 1)

    def show_place(self, document: int, page: int, start: int = 0, end: int = 0) -> None:
        """A page of this conversation as answers cite it: `document` counts from 1 as in [D1 p.2]."""
        first = 1
        for message in self._conversation.messages:
            count = len(message.documents)
            if first <= document < first + count:
                self._show_stored(message.documents, document - first, page, (start, end), first)
                return
            first += count

    def show_sent(self) -> bool:
        """The first of the documents that were sent last in this conversation; False when there are none."""
        first, place = 1, (0, 1)
        for message in self._conversation.messages:
            if message.documents:
                place = (first, (message.documents[0].chosen or (1,))[0])
            first += len(message.documents)
        if place[0]:
            self.show_place(*place)
        return place[0] > 0

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self._drop_preview()
            self.closed.emit()

    # ---- turning

    def turn_to(self, place: int, number: int | None = None) -> None:
        """Another document, at its first page that is sent, or at page `number`."""
        if 0 <= place < len(self.documents):
            self.place, self.lit = place, (0, 0)
            if number is None:
                self._to_first_page()
            else:
                self.number = number
            self.turned.emit()

    def type(self, question: str) -> None:
        """The question weighs too."""
        self._question = question
        if self._preview is not None:
            self._preview.type(question)

    def count(self) -> None:
        """Weigh exactly: once after many ticks, since it hands the whole text to the engine."""
        if self._preview is not None:
            self._preview.count()

    # ---- choosing

    def tick_pages(self, numbers: Iterable[int], *, ticked: bool) -> None:
        if self._preview and self.document:
            self._choose(self._preview.selection.with_pages(self.place, numbers, self.document, ticked=ticked))

    def tick_documents(self, places: Iterable[int], *, ticked: bool) -> None:
        if self._preview:
            selection = self._preview.selection
            for place in places:
                selection = selection.with_document(place, self.documents[place], ticked=ticked)
            self._choose(selection)

    def move_document(self, at: int, to: int) -> None:
        if self._preview and 0 <= to < len(self.documents) and at != to:
            shown = self.document
            self._choose(self._preview.selection.with_document_moved(at, to))
            self.place = next((i for i, one in enumerate(self.documents) if shown and one.path == shown.path), 0)
            self.turned.emit()

    def move_page(self, at: int, to: int) -> None:
        """Move a page by its place in the list."""
        if self._preview and self.document:
            moved = self._preview.selection.with_shown_page_moved(self.place, at, to, self.document)
            if moved != self._preview.selection:
                self._choose(moved)

    def keep_what_fits(self) -> None:
        """Tick off pages from the end until the rest fits."""
        weight = self.weight
        if self._preview and weight and weight.over_tokens:
            self._choose(self._preview.selection.without_last(weight.over_tokens, self.documents))

    # ---- inside

    def _open(self) -> None:
        self.is_open = True
        self.opened.emit()
        self.changed.emit()
        self.turned.emit()

    def _show_stored(
        self, attachments: Sequence[Attachment], place: int, page: int, lit: tuple[int, int], first: int
    ) -> None:
        def load(store: Store) -> tuple[Document, ...]:
            return tuple(store.load_document(one.id, one.chosen) for one in attachments)

        self._conversation.here.store.ask(load, lambda found: self._show(found, place, page, lit, first))

    def _show(self, documents: tuple[Document, ...], place: int, page: int, lit: tuple[int, int], first: int) -> None:
        self._drop_preview()
        self.is_editable = False
        self.documents, self.place, self.number, self.lit, self.first_number = documents, place, page, lit, first
        self._open()

    def _take_attached(self) -> None:
        conversation = self._conversation
        self._drop_preview()
        self.is_editable, self.lit = True, (0, 0)
        shown = self.document
        self.documents = tuple(conversation.documents)
        self.first_number = 1 + sum(len(message.documents) for message in conversation.messages)
        self.place = next((at for at, one in enumerate(self.documents) if shown and one.path == shown.path), 0)
        if self.page is None:
            self._to_first_page()
        if self.documents:
            plan = self._guide.advice.recommended if self.is_planned and self._guide.advice else None
            preview = Preview(conversation.here, self.documents, conversation.chat_id, plan)
            preview.weighed.connect(lambda _: self._on_weighed(preview))
            preview.failed.connect(self.failed.emit)
            self._preview = preview
            preview.type(self._question)
            preview.start()

    def _choose(self, selection: Selection) -> None:
        preview = self._preview
        assert preview is not None
        preview.choose(selection, exactly=False)
        self.documents = preview.documents
        self._writing = True
        self._conversation.rearrange(self.documents)
        self._writing = False
        self.changed.emit()
        self.rechosen.emit()

    def _to_first_page(self) -> None:
        document = self.document
        pages = (document.sent or document.pages) if document else ()
        self.number = pages[0].number if pages else 1

    def _drop_preview(self) -> None:
        if self._preview is not None:
            self._preview.close()
        self._preview, self.memory = None, None

    def _on_files_changed(self) -> None:
        """Files came or went. What was just sent stays to be read, and can no longer be changed."""
        conversation = self._conversation
        if not self.is_open or not self.is_editable or self._writing:
            return
        if not conversation.documents and conversation.turn is not None:
            self._drop_preview()
            self.is_editable = False
        elif not conversation.documents and not conversation.reading and not conversation.refusals:
            self.close()
            return
        elif tuple(conversation.documents) != self.documents:
            self._take_attached()
        self.changed.emit()
        self.turned.emit()

    def _on_weighed(self, preview: Preview) -> None:
        if preview is not self._preview:
            return
        self.weighed.emit()
        weight = preview.weight
        wanted = max(weight.needed_ctx, weight.n_ctx if weight.fits else 0)
        if weight.exact and weight.n_ctx and (self.memory is None or self.memory.n_ctx != wanted):
            preview.memory(lambda memory: self._on_memory(preview, memory), lambda _: None)

    def _on_memory(self, preview: Preview, memory: Memory) -> None:
        if preview is self._preview:
            self.memory = memory
            self.weighed.emit()

    def _on_engine(self) -> None:
        n_ctx = self._conversation.desk.engine.state.n_ctx
        if n_ctx != self._n_ctx:
            self._n_ctx = n_ctx
            if self.is_open and self.is_editable:
                self._take_attached()
                self.changed.emit()
