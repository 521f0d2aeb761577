"""How the open chat is answered: what it chose of its own, kept with it, or in a file while it has not begun."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.emitter import Emitter
from app.core.files import write_durably
from app.core.params import Choices, Sampling
from app.session.desk import Desk
from app.session.sampling import save_choices, usual_sampling


class Manner:
    """Event: `changed()`. `choices` are those of the chat shown. Holds no widgets."""

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        self._desk, self._pane = desk, pane
        self._chat_id: int | None = None
        self._kept: dict[int, Choices] = {}  # newer than the rows the list of chats was read from
        self._new = self._read_new()
        self.choices = self._new
        self.changed: Emitter[[]] = Emitter()

    @property
    def thinks(self) -> bool:
        """Whether the next answer is thought about first."""
        state = self._desk.engine.state
        return self._desk.settings.thinking and (state.can_think or not state.has_model)

    @property
    def usual(self) -> Sampling:
        """The preset in force."""
        return usual_sampling(self._desk, thinking=self.thinks)

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs from the preset and from a free answer, by the names of `Choices`."""
        mine = self.choices
        extra = tuple(name for name in ("json_schema", "grammar", "instructions") if getattr(mine, name).strip())
        return (*mine.changed(self.usual), *extra)

    def show(self, chat_id: int | None, choices: Choices) -> None:
        """Another chat is open, with `choices` as its row had them; None is the chat not begun."""
        self._chat_id = chat_id
        self.choices = self._new if chat_id is None else self._kept.get(chat_id, choices)
        self.changed.emit()

    def settle(self, chat_id: int) -> None:
        """The chat not begun has begun as `chat_id`; the next new one starts from the presets."""
        if self._chat_id is None:
            self._chat_id = chat_id
            self._keep()
            self._new = Choices()
            self._new_file.unlink(missing_ok=True)

    def choose(self, **values: object) -> None:
        """Change values by their names in `Choices`; None goes back to the preset."""
        changed = msgspec.structs.replace(self.choices, **values)
        if changed != self.choices:
            self.choices = changed
            self._keep()
            self.changed.emit()

    def reset(self) -> None:
        """Back to the model card's preset; instructions and form stay."""
        self.choose(**dict.fromkeys(Sampling.__struct_fields__))

    def _keep(self) -> None:
        if self._chat_id is None:
            self._new = self.choices
            write_durably(self._new_file, msgspec.json.encode(self.choices))
        else:
            self._kept[self._chat_id] = self.choices
            save_choices(self._desk, self._chat_id, self.choices)

    @property
    def _new_file(self) -> Path:
        return self._desk.home.root / ("new-chat.json" if self._pane == 1 else f"new-chat-{self._pane}.json")

    def _read_new(self) -> Choices:
        try:
            return msgspec.json.decode(self._new_file.read_bytes(), type=Choices)
        except (OSError, msgspec.MsgspecError):
            return Choices()
