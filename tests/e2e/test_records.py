"""The real engine says the same again; the real program prints what was said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from app.core.errors import CarrelError
from app.core.params import Sampling
from app.session.record.comparing import Comparison
from app.session.record.rerun import Rerun
from app.session.turn import Wish
from tests.helpers.demo import MODEL
from tests.helpers.desk import ask, desk_in, load

DRAWN = Sampling(temperature=0.9, top_k=50, top_p=1.0, seed=4711, max_tokens=24)


def test_the_same_seed_gives_the_same_text_and_a_pdf_holds_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with desk_in(home) as (desk, loop):
        load(desk, loop, MODEL, n_ctx=1024)
        first, outcome = ask(desk, loop, Wish("Tell me about rain.", thinking=False, sampling=DRAWN))
        second, _ = ask(desk, loop, Wish("And about snow?", chat_id=first.chat_id, thinking=False, sampling=DRAWN))
        answers = desk.store.call(lambda store: [one.id for one in store.thread(first.chat_id or 0)][1::2])
        for answer_id in answers:
            done: list[Comparison] = []
            errors: list[CarrelError] = []
            Rerun(desk, answer_id, done.append, errors.append).start()
            assert loop.run_until(lambda done=done, errors=errors: bool(done or errors), 60)  # type: ignore[misc]
            assert not errors
            assert done[0].is_same, done[0].parting
            assert done[0].differences == ()
        assert second.outcome.text
        assert len(desk.store.call(lambda store: store.all_messages(first.chat_id or 0))) == 4
    command = [sys.executable, "-m", "app", "--home", str(home), "export", "--format", "pdf", "--to", str(tmp_path)]
    made = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    pdf = pypdfium2.PdfDocument(made.stdout.strip())
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    assert outcome.text.split()[0] in text
    assert "Tell me about rain." in text
