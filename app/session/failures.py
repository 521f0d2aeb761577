"""Errors that were not foreseen, in words."""

from __future__ import annotations

import logging

from app.core.errors import CarrelError

log = logging.getLogger(__name__)


def as_carrel_error(error: Exception) -> CarrelError:
    """An error a person can read, also when it was not foreseen; that one goes into the log whole."""
    if isinstance(error, CarrelError):
        return error
    log.error("unforeseen", exc_info=error)
    return CarrelError(
        "unexpected",
        "Something unforeseen went wrong: {cause}.",
        "Your text is saved. Try again; the log says more.",
        cause=repr(error),
    )
