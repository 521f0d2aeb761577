"""How the worker says that a request cannot be done."""

from __future__ import annotations


class EngineFault(Exception):
    """The request cannot be done; `code` is stable, the text is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code, self.detail = code, detail
