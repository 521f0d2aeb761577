"""The bundled files: they load, count as Qwen counts, and can be made again from what is here."""

from __future__ import annotations

import ctypes
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest
from llama_cpp import llama_cpp as C

from resources.demo.make.export import OUT, export, stored
from resources.demo.make.model import DEMO, parameters, random_weights
from resources.demo.make.paper import OUT as PAPER
from resources.demo.make.paper import SOURCE, lines_of, pages_of, pdf_of
from resources.demo.make.write import VOCABULARY
from tests.helpers.models import demo_vocabulary

FOLDER = OUT.parent


@contextmanager
def vocabulary_of(path: Path) -> Iterator[Any]:
    """The vocabulary of a file as llama.cpp loads it, without weights."""
    params = C.llama_model_default_params()
    params.vocab_only = True
    model = C.llama_model_load_from_file(str(path).encode(), params)
    assert model, path
    try:
        yield C.llama_model_get_vocab(model)
    finally:
        C.llama_model_free(model)


def ids(vocab: Any, text: str) -> list[int]:
    data = text.encode()
    room = (C.llama_token * (len(data) + 8))()
    return list(room[: C.llama_tokenize(vocab, data, len(data), room, len(room), False, True)])


def pieces(vocab: Any, text: str) -> list[bytes]:
    buffer = ctypes.create_string_buffer(256)
    found = []
    for token in ids(vocab, text):
        size = C.llama_token_to_piece(vocab, token, buffer, 256, 0, True)
        found.append(buffer.raw[:size])
    return found


def test_true_vocabulary_has_the_ids_of_qwen3() -> None:
    with vocabulary_of(VOCABULARY) as vocab:
        assert C.llama_vocab_n_tokens(vocab) == 151936
        assert ids(vocab, "Hello world") == [9707, 1879]
        assert ids(vocab, "<|im_start|>user\n<think>\n\n</think>\n\n<|im_end|>") == [
            *(151644, 872, 198, 151667, 271, 151668, 271, 151645)
        ]
        assert C.llama_vocab_eos(vocab) == 151645
        assert C.llama_vocab_bos(vocab) == C.llama_vocab_pad(vocab) == 151643


def test_true_vocabulary_cuts_digits_apart_and_words_together() -> None:
    with vocabulary_of(VOCABULARY) as vocab:
        assert [piece.decode() for piece in pieces(vocab, "今天天气很好，租金4,500元")] == [
            *("今天", "天气", "很好", "，", "租金", "4", ",", "5", "0", "0", "元")
        ]


def test_padding_rows_cannot_be_named_by_text() -> None:
    with vocabulary_of(VOCABULARY) as vocab:
        assert max(ids(vocab, "[PAD151700]")) < 151643


@pytest.mark.parametrize(
    "text", ["Grüße, naïve café – “quoted” €5", "租赁合同第十条", "🦉 emoji 龘 rare", "\t tabs\r\n\n\nand lines  ", ""]
)
def test_demo_vocabulary_can_say_everything(text: str) -> None:
    with vocabulary_of(OUT) as vocab:
        assert b"".join(pieces(vocab, text)).decode() == text


def test_demo_vocabulary_is_a_closed_part_of_the_true_one() -> None:
    vocabulary = demo_vocabulary()
    assert len(vocabulary) == len(set(vocabulary.tokens)) == DEMO.vocab
    known = set(vocabulary.tokens[:256])
    for merge in vocabulary.merges:
        left, right = merge.split(" ")
        assert left in known
        assert right in known
        known.add(left + right)


def test_demo_model_is_the_one_its_card_names() -> None:
    recorded = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))["sha256"]
    assert hashlib.sha256(OUT.read_bytes()).hexdigest() == recorded
    assert recorded in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_demo_model_says_what_its_maker_says(tmp_path: Path) -> None:
    """Everything but the numbers: written again from the maker's constants and the file's own weights."""
    again = tmp_path / "again.gguf"
    export(stored(OUT), again, demo_vocabulary())
    assert again.read_bytes() == OUT.read_bytes()


def test_weights_come_out_as_they_went_in(tmp_path: Path) -> None:
    weights = dict(random_weights(DEMO, 5))
    for name in ("one.gguf", "two.gguf"):
        export(weights, tmp_path / name, demo_vocabulary(), "F16")
    assert (tmp_path / "one.gguf").read_bytes() == (tmp_path / "two.gguf").read_bytes()
    for name, values in stored(tmp_path / "one.gguf").items():
        assert np.array_equal(values, weights[name].astype(np.float16) if values.ndim > 1 else weights[name])


def test_a_tensor_of_the_wrong_size_is_not_written(tmp_path: Path) -> None:
    weights = dict(random_weights(DEMO, 5))
    weights["blk.3.attn_k.weight"] = weights["blk.3.attn_k.weight"][:-1]
    with pytest.raises(ValueError, match="attn_k"):
        export(weights, tmp_path / "x.gguf", demo_vocabulary(), "F16")


def test_demo_model_is_as_small_as_promised() -> None:
    assert OUT.stat().st_size < 12_000_000
    assert 5_000_000 <= parameters(DEMO) <= 12_000_000


def test_demo_questions_point_at_documents_that_answer_them() -> None:
    demo = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))
    assert (FOLDER / demo["model"]).is_file()
    for language, fact in (("en", "1,450.00"), ("zh_CN", "4,500")):
        assert fact in text_of(FOLDER / demo[language]["document"])
        assert demo[language]["question"]


def text_of(document: Path) -> str:
    if document.suffix != ".pdf":
        return document.read_text(encoding="utf-8")
    with pypdfium2.PdfDocument(document) as pdf:
        return "".join(page_texts(pdf))


def page_texts(pdf: pypdfium2.PdfDocument) -> list[str]:
    texts = []
    for page in pdf:
        text = page.get_textpage()
        texts.append(text.get_text_range())
        text.close()
        page.close()
    return texts


def test_paper_holds_the_whole_lease_on_three_pages() -> None:
    assert PAPER.read_bytes() == pdf_of(pages_of(lines_of(SOURCE.read_text(encoding="utf-8"))))
    with pypdfium2.PdfDocument(PAPER) as pdf:
        pages = page_texts(pdf)
    assert len(pages) == 3
    assert "2.1 The monthly rent is 1,450.00 dollars" in pages[0]
    assert "Samuel Okafor" in pages[1]
    assert "Thermo 80" in pages[2]
    words = re.findall(r"[A-Za-z0-9.,:-]+", SOURCE.read_text(encoding="utf-8"))
    assert not set(words) - {"---", "--", "-"} - set(re.findall(r"[A-Za-z0-9.,:-]+", " ".join(pages)))


def test_documents_fit_the_demo_model_with_room() -> None:
    with vocabulary_of(OUT) as vocab:
        for document in FOLDER.glob("*.md"):
            assert len(ids(vocab, document.read_text(encoding="utf-8"))) < 2500
