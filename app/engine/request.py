"""The wishes sent to the engine child, and what can be heard about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.errors import CarrelError
from app.engine import causes
from app.engine import messages as m

Event = m.Up | CarrelError
OnEvent = Callable[[Event], object]
Command = m.Load | m.Unload | m.Generate | m.Tokenize | m.SaveSession | m.RestoreSession


class Request:
    """One wish sent to the child. `on_event` hears everything about it; `ended` tells whether the last word came."""

    def __init__(self, number: int, command: Command, on_event: OnEvent) -> None:
        self.id, self.command, self.on_event = number, command, on_event
        self.ended = False
        self.error: CarrelError | None = None

    def end(self, event: Event) -> None:
        """Its last word."""
        self.ended = True
        self.error = event if isinstance(event, CarrelError) else None
        self.on_event(event)

    @property
    def is_answer(self) -> bool:
        """Whether somebody reads along as it is written; a title is asked for on the side."""
        return isinstance(self.command, m.Generate) and not self.command.side


class OpenRequests:
    """The requests whose last word has not come. Numbers are never used twice."""

    def __init__(self) -> None:
        self._open: dict[int, Request] = {}
        self._next_id = 1

    def __iter__(self) -> Iterator[Request]:
        return iter(tuple(self._open.values()))

    @property
    def commands(self) -> list[Command]:
        return [request.command for request in self]

    @property
    def answering(self) -> bool:
        return any(request.is_answer for request in self)

    def get(self, number: int) -> Request | None:
        return self._open.get(number)

    def open(self, make: Callable[[int], Command], on_event: OnEvent) -> tuple[Request, bytes]:
        """A new request and its line. Raises CarrelError for what is no text."""
        command = make(self._next_id)
        try:
            line = m.encode(command)
        except UnicodeEncodeError as error:  # half characters, as a file name of another encoding has
            raise causes.of_refusal("not_text", str(error)) from error
        request = self._open[self._next_id] = Request(self._next_id, command, on_event)
        self._next_id += 1
        return request, line

    def tell(self, number: int, event: Event) -> None:
        request = self._open.get(number)
        if request:
            request.on_event(event)

    def close(self, number: int) -> Request | None:
        """Take it out; `Request.end` is to follow."""
        return self._open.pop(number, None)
