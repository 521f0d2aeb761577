"""Turns a conversation into token ids through the chat template inside the GGUF.

The template comes from a downloaded file, so it runs in a sandbox. What people and documents say is never taken for
a special token: its special-looking words are masked while the template renders, and become plain text again
segment by segment. Text between special tokens is tokenized on its own, as llama.cpp does itself, so the ids of
ordinary text are the same as from one call over the whole prompt.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.engine.messages import Turn
from app.engine.worker.vocab import Ids, Vocab

# For a GGUF that carries none: the plain ChatML frame that Qwen models share.
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
Rewrite = Callable[[str], str]

_CACHED_CHARACTERS = 2000
_CACHED_SEGMENTS = 64


class TemplateFault(Exception):
    """The template of this model cannot render this conversation."""


class ChatTemplate:
    """One model's template, compiled once."""

    def __init__(self, source: str, vocab: Vocab) -> None:
        self._vocab = vocab
        self._segments: OrderedDict[str, Ids] = OrderedDict()
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.globals["raise_exception"] = _raise
        environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
        try:
            self._template = environment.from_string(source or CHATML)
        except TemplateError as error:
            raise TemplateFault(str(error)) from error

    def encode(self, turns: Sequence[Turn], thinking: bool) -> Ids:
        """Token ids of the whole prompt, ending where the assistant begins to speak."""
        mask, unmask = self._masks()
        messages = [{"role": turn.role, "content": mask(turn.content)} for turn in turns]
        rendered = self._render(messages, thinking)
        parts: list[Ids] = []
        end = 0
        for found in self._vocab.special_pattern.finditer(rendered):
            parts.append(self._encode_plain(unmask(rendered[end : found.start()])))
            parts.append(np.array([self._vocab.special_ids[found.group()]], np.int32))
            end = found.end()
        parts.append(self._encode_plain(unmask(rendered[end:])))
        return np.concatenate(parts)

    def _render(self, messages: list[dict[str, str]], thinking: bool) -> str:
        try:
            return self._template.render(
                messages=messages,
                add_generation_prompt=True,
                enable_thinking=thinking,
                tools=None,
                bos_token=self._vocab.text("bos"),
                eos_token=self._vocab.text("eos"),
            )
        except Exception as error:  # the template is a stranger's program: whatever it raises is its fault
            raise TemplateFault(repr(error)) from error

    def _masks(self) -> tuple[Rewrite, Rewrite]:
        """Two functions: hide special-looking words behind a nonce nobody can have written, and bring them back."""
        nonce = secrets.token_hex(8)
        words = list(self._vocab.special_ids)
        number = {word: index for index, word in enumerate(words)}
        hidden = re.compile(f"\ue000{nonce}:(\\d+)\ue001")

        def mask(text: str) -> str:
            return self._vocab.special_pattern.sub(lambda m: f"\ue000{nonce}:{number[m.group()]}\ue001", text)

        def unmask(text: str) -> str:
            return hidden.sub(lambda m: words[int(m.group(1))], text) if nonce in text else text

        return mask, unmask

    def _encode_plain(self, text: str) -> Ids:
        """Long segments (a document) are remembered: the next question carries them again."""
        if len(text) < _CACHED_CHARACTERS:
            return self._vocab.encode(text)
        if text in self._segments:
            self._segments.move_to_end(text)
        else:
            self._segments[text] = self._vocab.encode(text)
            if len(self._segments) > _CACHED_SEGMENTS:
                self._segments.popitem(last=False)
        return self._segments[text]


def _raise(message: str) -> None:
    raise TemplateError(message)
