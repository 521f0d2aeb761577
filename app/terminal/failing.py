"""A JSON stream that fails says so as its last line: a program that reads it need not read stderr."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import Cancelled, CarrelError
from app.core.words import say
from app.terminal.output import print_line

STREAMS = frozenset({"chat", "demo", "cover", "compare", "table", "pull"})


class Told(Cancelled):
    """Stopped by the user, after the stream had its last line: what was kept until then."""


@contextmanager
def failures_told(args: Namespace) -> Iterator[None]:
    """Within, an error of a command that streams JSON is printed as a line before it is raised on."""
    if args.command not in STREAMS or not getattr(args, "json", False):
        yield
        return
    try:
        yield
    except Told:
        raise
    except KeyboardInterrupt:
        print_line(failure_line(Cancelled()))
        raise
    except CarrelError as error:
        print_line(failure_line(error))
        raise


def failure_line(error: CarrelError) -> dict[str, str]:
    """`code` is stable; the sentences are in the language spoken."""
    remedy = say(error.remedy, **error.params) if error.remedy else ""
    return {"kind": "failed", "code": error.code, "error": say(error.template, **error.params), "remedy": remedy}
