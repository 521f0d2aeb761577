"""Sets of documents are kept, used again, and compared with their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Choices
from app.engine import messages as m
from app.engine import saved
from app.session import readings
from app.session.desk import Desk
from app.session.prompt import Said
from app.session.sampling import instructions_of
from app.session.sets import FileCheck, check_set, find_reading, key_of, reread_set, save_set
from app.store.rows import DocumentSet
from tests.helpers.desk import desk_in
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Desk, Loop, Path]]:
    folder = tmp_path / "files"
    folder.mkdir()
    with desk_in(tmp_path / "home") as (desk, loop):
        yield desk, loop, folder


def read(desk: Desk, loop: Loop, *paths: Path) -> tuple[Document, ...]:
    from app.terminal.reading import read_for_terminal

    return read_for_terminal(desk, loop, list(paths))


def checked(desk: Desk, loop: Loop, name: str) -> tuple[FileCheck, ...]:
    found: list[tuple[FileCheck, ...]] = []
    check_set(desk, desk.store.call(lambda store: store.document_set(name)), found.append)
    assert loop.run_until(lambda: bool(found), 10)
    return found[0]


def test_a_changed_file_is_noticed_and_read_again(place: tuple[Desk, Loop, Path]) -> None:
    desk, loop, folder = place
    lease, gone = folder / "lease.txt", folder / "gone.txt"
    lease.write_text("The rent is 5,000.", "utf-8")
    gone.write_text("Soon away.", "utf-8")
    documents = read(desk, loop, lease, gone)
    save_set(desk, " Leases ", documents)
    assert [check.state for check in checked(desk, loop, "Leases")] == ["same", "same"]
    lease.write_text("The rent is 9,000.", "utf-8")
    gone.unlink()
    checks = checked(desk, loop, "Leases")
    assert [check.state for check in checks] == ["changed", "gone"]
    renewed: list[DocumentSet] = []
    reread_set(desk, "Leases", checks, renewed.append, lambda _path, error: pytest.fail(str(error)))
    assert loop.run_until(lambda: bool(renewed), 30)
    kept = desk.store.call(lambda store: store.set_documents("Leases"))
    assert [page.text.strip() for document in kept for page in document.pages] == ["The rent is 9,000.", "Soon away."]
    assert key_of(kept) != key_of(documents)


def test_a_folder_is_compared_by_what_was_read_of_it(place: tuple[Desk, Loop, Path]) -> None:
    desk, loop, folder = place
    (folder / "a.py").write_text("x = 1\n", "utf-8")
    save_set(desk, "Code", read(desk, loop, folder))
    assert [check.state for check in checked(desk, loop, "Code")] == ["same"]
    (folder / "a.py").write_text("x = 2\n", "utf-8")
    assert [check.state for check in checked(desk, loop, "Code")] == ["changed"]


def test_a_set_needs_a_name(place: tuple[Desk, Loop, Path]) -> None:
    with pytest.raises(CarrelError) as caught:
        save_set(place[0], "  ", ())
    assert caught.value.code == "set_without_name"


def test_the_key_is_that_of_the_content() -> None:
    document = Document("/a", "a", "text", "h", (Page(1, "one", 1), Page(2, "two", 1)))
    counted = msgspec.structs.replace(document, tokenizer="t", path="/elsewhere/a")
    part = msgspec.structs.replace(document, chosen=(2,))
    assert key_of([document]) == key_of([counted])
    assert len({key_of([document]), key_of([part]), key_of([document, part]), key_of([part, document])}) == 4


def test_a_saved_reading_of_a_set_is_found_for_the_model_in_memory(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF" * 100)
    loop = Loop()
    desk = make_desk(tmp_path / "home", loop.post, ScriptedEngine(Script(n_ctx=8192)))
    document = Document("/f/a.txt", "a.txt", "text", "a", (Page(1, "word " * 3_000, 3_000),))
    desk.store.call(lambda store: store.save_set("Leases", [document]))

    def seconds() -> float | None:
        found: list[float | None] = []
        find_reading(desk, "Leases", found.append)
        assert loop.run_until(lambda: bool(found), 30)
        return found[0]

    assert seconds() is None, "no model, no reading"
    loaded = desk.engine.load(m.Load(0, str(model)), lambda _: None)
    assert loop.run_until(lambda: loaded.ended, 30)
    spec = desk.engine.spec
    assert spec is not None
    assert seconds() is None, "nothing was saved"
    (reading,) = readings.readings_of([Said("user", "", (document,))], instructions_of(desk, Choices()))
    identity = saved.identify(spec, desk.engine.state.build, 0)
    state = desk.home.sessions_folder / (readings.key_of(reading, identity) + ".kv")
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_bytes(bytes(100))
    sidecar = saved.Sidecar(saved.FORMAT, identity, spec.path, 3_000, "", 2_000_000_000, 100, 0, 100, (0,))
    saved.write_sidecar(state, sidecar)
    assert seconds() == pytest.approx(2.0), "two GB at the gigabyte a second that is assumed"
    desk.close()
