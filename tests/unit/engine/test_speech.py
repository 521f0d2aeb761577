"""Whole characters only, on the right channel, nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.engine.worker.speech import FLUSH_S, Speech

THINK, END_THINK = 1000, 1001


class Bytes:
    """A vocabulary of single bytes."""

    think_id, end_think_id = THINK, END_THINK

    def piece(self, token: int) -> bytes:
        return bytes([token])


def hear(tokens: list[int], *, thinking: bool = False, step_s: float = 1.0) -> tuple[dict[str, str], int, list[str]]:
    said: dict[str, str] = {"answer": "", "thinking": ""}
    counted, texts = [0], []

    def say(channel: str, text: str, count: int) -> None:
        said[channel] += text
        counted[0] += count
        texts.append(text)

    speech = Speech(Bytes(), say, thinking=thinking)  # type: ignore[arg-type]
    for index, token in enumerate(tokens):
        speech.hear(token, index * step_s)
    speech.finish(len(tokens) * step_s)
    return said, counted[0], texts


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_text_comes_out_as_it_went_in_and_no_character_is_ever_cut(text: str) -> None:
    said, counted, texts = hear(list(text.encode()))
    assert said["answer"] == text.lstrip("\n")
    assert counted == len(text.encode())
    assert "�" in text or not any("�" in piece for piece in texts)


def test_the_think_tags_switch_the_channel_and_are_no_text() -> None:
    said, counted, _ = hear([THINK, *b"\nhm\n", END_THINK, *b"\n\nYes."])
    assert said == {"thinking": "hm\n", "answer": "Yes."}
    assert counted == 12


def test_a_thought_the_template_opened_is_heard_as_thinking() -> None:
    said, _, _ = hear([*b"hm", END_THINK, *b"Yes"], thinking=True)
    assert said == {"thinking": "hm", "answer": "Yes"}


def test_an_unfinished_character_at_the_end_is_marked_not_dropped() -> None:
    said, _, _ = hear(list("好".encode()[:2]))
    assert said["answer"] == "�"


def test_tokens_of_a_fast_model_travel_together() -> None:
    _, _, texts = hear([65] * 100, step_s=FLUSH_S / 10)
    assert len(texts) < 20


def test_a_paragraph_that_begins_where_an_answer_is_gone_on_with_is_kept() -> None:
    said: list[str] = []
    for begun in (False, True):
        speech = Speech(Bytes(), lambda _, text, __: said.append(text), thinking=False, begun=begun)  # type: ignore[arg-type]
        for token in b"\n\nNext":
            speech.hear(token, 0.0)
        speech.finish(0.0)
    assert said == ["Next", "\n\nNext"]
