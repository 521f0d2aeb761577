"""The program's own log: small files, the oldest of which goes."""

from __future__ import annotations

import contextlib
from logging.handlers import RotatingFileHandler


class RollingLog(RotatingFileHandler):
    """Windows renames no file that another Carrel has open: this one grows until it can be renamed."""

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        with contextlib.suppress(OSError):
            super().doRollover()
