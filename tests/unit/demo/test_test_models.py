"""The models that other tests lean on do what they promise, in llama.cpp itself."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llama_cpp import llama_cpp as C

from tests.helpers import models

END = b"<|im_end|>"
PLAIN = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
THINKING = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


class Player:
    """A model and a context of its own, greedy; enough of an engine to hear what a file says."""

    def __init__(self, path: Path) -> None:
        self.model = C.llama_model_load_from_file(str(path).encode(), C.llama_model_default_params())
        assert self.model, path
        params = C.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_threads = 1024, 512, 1
        self.ctx = C.llama_init_from_model(self.model, params)
        self.vocab = C.llama_model_get_vocab(self.model)

    def close(self) -> None:
        C.llama_free(self.ctx)
        C.llama_model_free(self.model)

    def logits(self) -> np.ndarray:
        size = C.llama_vocab_n_tokens(self.vocab)
        return np.ctypeslib.as_array(C.llama_get_logits_ith(self.ctx, -1), (size,)).copy()

    def read(self, tokens: list[int]) -> None:
        row = (C.llama_token * len(tokens))(*tokens)  # the batch points into it
        assert C.llama_decode(self.ctx, C.llama_batch_get_one(row, len(tokens))) == 0

    def say(self, prompt: str, limit: int = 300) -> bytes:
        data, room = prompt.encode(), (C.llama_token * 512)()
        self.read(list(room[: C.llama_tokenize(self.vocab, data, len(data), room, 512, False, True)]))
        said = b""
        for _ in range(limit):
            token = int(self.logits().argmax())
            said += self.piece(token)
            if token == C.llama_vocab_eos(self.vocab):
                break
            self.read([token])
        return said

    def piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(512)
        size = C.llama_token_to_piece(self.vocab, token, buffer, 512, 0, True)
        return buffer.raw[:size]


def heard(path: Path, prompt: str, limit: int = 300) -> bytes:
    player = Player(path)
    try:
        return player.say(prompt, limit)
    finally:
        player.close()


ANSWER = "The rent, the rent, 4,500 元。租金，租金。\n\n```python\nprint(1)\n```\nThe end. The end."


def test_script_says_its_text_and_ends(tmp_path: Path) -> None:
    path = models.script_model(tmp_path / "s.gguf", ANSWER)
    assert heard(path, PLAIN) == ANSWER.encode() + END
    assert heard(path, THINKING) == ANSWER.encode() + END


def test_script_thinks_first_unless_told_not_to(tmp_path: Path) -> None:
    path = models.script_model(tmp_path / "s.gguf", ANSWER, thinking="First, the rent. 先看租金。")
    thought = "<think>\nFirst, the rent. 先看租金。\n</think>\n\n"
    assert heard(path, THINKING) == (thought + ANSWER).encode() + END
    assert heard(path, PLAIN) == ANSWER.encode() + END


def test_script_can_cut_characters_and_go_round(tmp_path: Path) -> None:
    path = models.script_model(tmp_path / "s.gguf", [b"\xe7", b"\xa7", b"\x9f", "金 "], repeat=True)
    assert heard(path, PLAIN, limit=9).decode("utf-8", "ignore") == "租金 租金 "


def test_script_is_certain_enough_for_any_sampling(tmp_path: Path) -> None:
    player = Player(models.script_model(tmp_path / "s.gguf", " ".join(f"w{n}" for n in range(2000))))
    try:
        player.say(PLAIN, limit=50)
        best = np.sort(player.logits())
        assert best[-1] - best[-2] > 20
    finally:
        player.close()


def test_zero_layers_take_time_and_no_disk(tmp_path: Path) -> None:
    path = models.script_model(tmp_path / "s.gguf", "one two", layers=8, ffn=16384)
    assert path.stat().st_size > 200_000_000
    if sys.platform == "linux":
        assert path.stat().st_blocks * 512 < 5_000_000


def test_random_models_are_finite(tmp_path: Path) -> None:
    for quant in ("Q8_0", "F16"):
        player = Player(models.tiny_qwen3(tmp_path / f"{quant}.gguf", quant=quant))
        try:
            player.say(PLAIN, limit=20)
            assert np.isfinite(player.logits()).all()
        finally:
            player.close()


def test_a_loud_end_mark_ends_the_noise_sooner(tmp_path: Path) -> None:
    player = Player(models.tiny_qwen3(tmp_path / "t.gguf", eos_bias=5.0))
    try:
        assert player.say(PLAIN).endswith(END)
    finally:
        player.close()


def test_split_model_loads_from_its_first_part(tmp_path: Path) -> None:
    parts = models.split_model(tmp_path)
    assert [part.name for part in parts] == ["split-00001-of-00002.gguf", "split-00002-of-00002.gguf"]
    assert heard(parts[0], PLAIN, limit=5)


@pytest.mark.parametrize("broken", ["truncated", "corrupt", "foreign"])
def test_broken_files_are_refused(tmp_path: Path, broken: str) -> None:
    whole = models.tiny_qwen3(tmp_path / "whole.gguf")
    path = tmp_path / "broken.gguf"
    if broken == "truncated":
        models.truncated(whole, path)
    elif broken == "corrupt":
        models.corrupt_header(whole, path)
    else:
        models.foreign_architecture(path)
    assert not C.llama_model_load_from_file(str(path).encode(), C.llama_model_default_params())


def test_aborting_model_ends_its_process(tmp_path: Path) -> None:
    path = models.aborting_model(tmp_path / "a.gguf")
    load = "import sys; from llama_cpp import llama_cpp as C; "
    load += "C.llama_model_load_from_file(sys.argv[1].encode(), C.llama_model_default_params())"
    done = subprocess.run([sys.executable, "-c", load, str(path)], capture_output=True)
    assert done.returncode not in (0, 1)
    assert b"GGML_ASSERT" in done.stderr
