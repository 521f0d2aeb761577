"""Scenes of the pictures: the preview, files that ask for something, document sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.chat import Document
from app.core.words import language
from app.ingest.refusal import damaged, locked
from app.session.sets import FileCheck, FileState
from app.ui.sample_documents import sample_documents

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("4b-preview", lambda: _show_preview(studio, _documents(), 4)),
        ("4c-preview-too-long", lambda: _show_preview(studio, _documents(190), 5)),
        ("4d-locked-and-folder", lambda: locked_and_folder(studio)),
        ("4e-sets", lambda: sets(studio)),
    ]


def locked_and_folder(studio: Studio) -> None:
    """A file that asks for its password, one that is damaged, and a folder in one chip."""
    conversation, folder = studio.window.conversation, Path("/files/reports")
    inside = tuple(
        msgspec.structs.replace(one, path=str(folder / f"{number}-{one.name}"))
        for number in range(4)
        for one in _documents(6)
    )
    conversation.drop_files()
    studio.window.new_chat()
    conversation.folders[folder] = (folder, *(Path(one.path) for one in inside), folder / "draft.pdf")
    conversation.refusals[Path("/files/Annex B.pdf")] = locked("Annex B.pdf", "")
    conversation.refusals[folder / "draft.pdf"] = damaged("draft.pdf")
    conversation.refusals[Path("/files/Annex C.pdf")] = damaged("Annex C.pdf")
    conversation.attach(inside)
    studio.settle(600)


def sets(studio: Studio) -> None:
    """One with a file that changed, one whose reading is saved."""
    window, documents = studio.window, _documents()
    names = ("海港街 14 号", "年报") if language() == "zh_CN" else ("14 Harbour Street", "Annual reports")
    window.conversation.drop_files()
    for name, some in zip(names, (documents, documents[:1]), strict=True):
        window.sets.save(name, some, lambda: None)
    window.show_page("sets")
    studio.wait(lambda: len(window.sets.checks) == len(names))
    studio.settle(100)
    states: tuple[FileState, ...] = ("same", "changed", "same")
    for one in window.sets.all:  # the files are not here, so what became of them is said by hand
        checks = zip(one.documents, states if len(one.documents) > 1 else ("same",), strict=True)
        window.sets.checks[one.name] = tuple(FileCheck(*check) for check in checks)
    window.sets.readings[names[1]] = 1.2
    window.sets.changed.emit()


def _show_preview(studio: Studio, documents: Sequence[Document], page: int) -> None:
    leafing = studio.window.leafing
    studio.window.conversation.rearrange(documents)
    leafing.show_attached()
    leafing.turn_to(0, page)
    studio.settle(600)
    studio.wait(lambda: leafing.weight is not None and leafing.weight.exact)


def _documents(lines_a_page: int = 40) -> tuple[Document, ...]:
    return sample_documents(chinese=language() == "zh_CN", lines_a_page=lines_a_page)
