"""What a chat is made of. Pure values, equal when their content is equal; ids belong to the store."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
Channel = Literal["answer", "thinking"]
AnswerState = Literal["streaming", "complete", "length", "stopped", "failed"]
PageFlag = Literal["", "empty", "scanned", "garbled", "damaged"]


class Page(msgspec.Struct, frozen=True):
    """One page of a document as the model will read it. `number` counts from 1; `tokens` is 0 until counted.

    `label` is what the document itself calls the page when that is not its number: "iv", "Sheet1 r1-200". `flag`
    says what is wrong with the page: nothing on it, only pictures, letters that mean nothing, not readable at all.
    """

    number: int
    text: str
    tokens: int = 0
    label: str = ""
    flag: PageFlag = ""


class Document(msgspec.Struct, frozen=True):
    """A file or a folder turned into pages. `kind` is the reader's name for it: "text", "pdf", "zip", "folder" ...;
    `sha256` is of the file's bytes, or of a folder's text files and their names.

    `tokenizer` names the vocabulary that counted the pages' tokens, "" while they are not counted. `chosen` are the
    numbers of the pages that go to the model, in that order; None is all of them.
    """

    path: str
    name: str
    kind: str
    sha256: str
    pages: tuple[Page, ...]
    warnings: tuple[str, ...] = ()
    tokenizer: str = ""
    chosen: tuple[int, ...] | None = None

    @property
    def tokens(self) -> int:
        return sum(page.tokens for page in self.pages)

    @property
    def sent(self) -> tuple[Page, ...]:
        """The pages that go to the model, in their order."""
        if self.chosen is None:
            return self.pages
        pages = {page.number: page for page in self.pages}
        return tuple(pages[number] for number in self.chosen if number in pages)

    @property
    def sent_tokens(self) -> int:
        return sum(page.tokens for page in self.sent)


class FileReading(msgspec.Struct, frozen=True):
    """One line of a reading receipt: what of a file was sent to the model.

    `pages` and `tokens` were sent; `page_list` says which ("1-3, 7", "" for all) of `total_pages`;
    `dropped_tokens` are those of the pages that the user ticked off.
    """

    path: str
    pages: int
    tokens: int
    dropped_tokens: int = 0
    page_list: str = ""
    total_pages: int = 0


class Receipt(msgspec.Struct, frozen=True):
    """What the model was given for one answer. Sizes in tokens.

    `turns_left_out` are earlier questions that went without an answer, or that a long reading went without; `passes`
    is how many such a reading took, 0 when everything was read at once. Of the prompt `cached_tokens` were in the
    engine's memory from before, `restored_tokens` of them from a saved session; the others were read anew.
    """

    files: tuple[FileReading, ...] = ()
    context_used: int = 0
    context_size: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    restored_tokens: int = 0
    turns_left_out: int = 0
    passes: int = 0


class Usage(msgspec.Struct, frozen=True):
    """Token counts of one answer; `cached_tokens` of the prompt were already in the KV cache.

    `drafted_tokens` were proposed by speculation and `accepted_tokens` of them were what the model would have said.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    cached_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0


class Timing(msgspec.Struct, frozen=True):
    """How fast one answer was. `ttft_s` is from the request to the first token.

    `speculation_gain` compares the decode speed with what one token at a time would have given; 1.0 without drafts.
    """

    load_s: float = 0.0
    ttft_s: float = 0.0
    prefill_tok_s: float = 0.0
    decode_tok_s: float = 0.0
    speculation_gain: float = 1.0
