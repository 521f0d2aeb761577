"""One model file that exists somewhere, and how far its hash is known."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.core.words import say

Proof = Literal["pinned", "frozen", "unknown"]


class Entry(msgspec.Struct, frozen=True):
    """One file of the catalog at one revision. `model` is the size by name; `sha256` None is unknown.

    `size_exact` False marks a size only known rounded to ten MB, from its publisher's list.
    """

    repo: str
    revision: str
    file: str
    quant: str
    model: str
    parameters: int
    size_bytes: int
    size_exact: bool = True
    sha256: str | None = None
    licence: str = "Apache-2.0"
    proof: Proof = "unknown"

    @property
    def reference(self) -> str:
        """As the user writes it: `org/repo/file`."""
        return f"{self.repo}/{self.file}"

    @property
    def title(self) -> str:
        return f"Qwen3-{self.model} {self.quant}"


def explain_proof(entry: Entry) -> str:
    """Whose word the file's hash is, for the screen."""
    if entry.proof == "pinned":
        return say("Its SHA-256 is pinned in Carrel.")
    if entry.proof == "frozen":
        return say("Its SHA-256 was learned from the hub and has been fixed on this computer since.")
    return say("Its SHA-256 is not known yet: the hub's is taken and fixed when the download begins.")
