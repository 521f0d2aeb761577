"""How the open chat is answered: what it chose of its own, kept with it, or in a file while it has not begun."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.emitter import Emitter
from app.core.params import Choices, Sampling
from app.core.preset import Preset
from app.session.desk import Desk
from app.session.sampling import new_chat_choices, save_choices, usual_sampling

OWN_VALUES = frozenset(("seed", "max_tokens"))  # of which a model card says nothing
EXTRAS = ("json_schema", "grammar", "instructions", "thinking")


class Manner:
    """Holds no widgets. `choices` are those of the chat shown.

    Events: `changed()`; `replaced(preset or None, is_other, undo)` when changes of one's own gave way, to another
    preset or to the values that the same one, or the model card, has;
    `kept(chat_id, choices)` those of a chat that has begun are others now.
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        self._desk, self._pane = desk, pane
        self._chat_id: int | None = None
        self._keeper = desk
        self._kept: dict[int, Choices] = {}  # newer than the rows the list of chats was read from
        self._fresh = new_chat_choices(desk)
        self._new = self._read_new()
        self.choices = self._new
        self.changed: Emitter[[]] = Emitter()
        self.replaced: Emitter[[Preset | None, bool, Callable[[], None]]] = Emitter()
        self.kept: Emitter[[int, Choices]] = Emitter()
        desk.settings_changed.connect(lambda _: self._on_default())
        desk.presets.changed.connect(self._on_presets)

    @property
    def thinks(self) -> bool:
        """Whether the next answer is thought about first: as this chat chose, else as the settings say."""
        state = self._desk.engine.state
        return self.wants_thinking and (state.can_think or not state.has_model)

    @property
    def wants_thinking(self) -> bool:
        """The same, whether the model can think or not."""
        wished = self.choices.thinking
        return self._desk.settings.thinking if wished is None else wished

    @property
    def preset(self) -> Preset | None:
        """The preset of the chat shown, while there is one of that name."""
        return self._desk.presets.find(self.choices.preset) if self.choices.preset else None

    @property
    def base(self) -> Choices:
        """What the chat took over from its preset; nothing of its own without one."""
        return self._desk.presets.base_of(self.choices)

    @property
    def card(self) -> Sampling:
        """The model card's values in force."""
        return usual_sampling(self._desk, thinking=self.thinks)

    @property
    def usual(self) -> Sampling:
        """What a value goes back to: the preset's, else the model card's."""
        return self.base.over(self.card)

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs from the preset, or from the model card and a free answer, by the names of `Choices`."""
        mine, base = self.choices, self.base
        return (*mine.changed(self.usual), *(name for name in EXTRAS if _said(mine, name) != _said(base, name)))

    def show(self, chat_id: int | None, choices: Choices, desk: Desk | None = None) -> None:
        """Another chat is open, with `choices` as its row had them; None is the chat not begun. `desk` keeps what is
        chosen, where that is not the usual one.
        """
        self._chat_id, self._keeper = chat_id, desk or self._desk
        self.choices = self._new if chat_id is None else self._kept.get(chat_id, choices)
        self.changed.emit()

    def settle(self, chat_id: int) -> None:
        """The chat not begun has begun as `chat_id`; the next new one starts from the presets."""
        if self._chat_id is None:
            self._chat_id = chat_id
            self._keep()
            self._new = self._fresh
            self._desk.vault.files.remove(self._new_file)

    def choose(self, **values: object) -> None:
        """Change values by their names in `Choices`; None goes back to the preset."""
        changed = msgspec.structs.replace(self.choices, **values)
        if changed != self.choices:
            self.choices = changed
            self._keep()
            self.changed.emit()

    def go_back(self, *names: str) -> None:
        """These values are the preset's again; words of one's own that this takes away can be brought back."""
        before, base = self.choices, self.base
        words = [name for name in names if name in EXTRAS and isinstance(_said(before, name), str)]
        lost = any(_said(before, name) not in ("", _said(base, name)) for name in words)
        self.choose(**{name: getattr(base, name) for name in names})
        if lost:
            self._tell_replaced(before)

    def reset(self) -> None:
        """All values are the preset's again, or the model card's; instructions and form stay."""
        self.go_back(*Sampling.__struct_fields__, "thinking")

    def use_card(self, *, thinking: bool) -> None:
        """The model card's values, for thinking first or for plain answers; instructions, form and seed stay. Values of
        one's own that this takes away can be brought back."""
        before, lost = self.choices, self.differences
        values = dict.fromkeys(name for name in Sampling.__struct_fields__ if name not in OWN_VALUES)
        self.choose(**values, thinking=thinking)
        if lost and before != self.choices:
            self._tell_replaced(before)

    def follows_card(self, *, thinking: bool) -> bool:
        """Whether the next answer is made with just these values."""
        changed = set(self.choices.changed(usual_sampling(self._desk, thinking=thinking)))
        return self.thinks == thinking and changed <= OWN_VALUES

    def think(self, *, first: bool) -> None:
        """Think before answering: remembered by the chat; in one that has not begun, by the next ones too."""
        if self._chat_id is None and self.choices.thinking is None:
            self._desk.change_settings(thinking=first)
        else:
            self.choose(thinking=first)

    def use(self, preset: Preset | None) -> None:
        """Take over a preset, or none. Changes that it replaces can be brought back."""
        before, lost = self.choices, self.differences
        self._take(preset.applied if preset is not None else Choices())
        if lost:
            self._tell_replaced(before)

    def follow(self, preset: Preset) -> None:
        """What the chat chose has become this preset; its values stay."""
        self.choose(preset=preset.key)

    def _tell_replaced(self, before: Choices) -> None:
        chat_id = self._chat_id
        is_other = self.choices.preset != before.preset
        self.replaced.emit(self.preset, is_other, lambda: self._take(before) if self._chat_id == chat_id else None)

    def _take(self, choices: Choices) -> None:
        if choices != self.choices:
            self.choices = choices
            self._keep()
            self.changed.emit()

    def _on_default(self) -> None:
        """Another preset for new chats: the one not begun follows while nothing was chosen in it."""
        fresh, before = new_chat_choices(self._desk), self._fresh
        self._fresh = fresh
        if fresh != before and self._new == before:
            self._new = fresh
            if self._chat_id is None:
                self._take(fresh)

    def _on_presets(self) -> None:
        """A preset was edited: chats keep what they took over, the one not begun takes the new words."""
        self._on_default()
        self.changed.emit()

    def _keep(self) -> None:
        if self._chat_id is None:
            self._new = self.choices
            self._desk.vault.files.keep(self._new_file, msgspec.json.encode(self.choices))
        else:
            self._kept[self._chat_id] = self.choices
            save_choices(self._keeper, self._chat_id, self.choices)
            self.kept.emit(self._chat_id, self.choices)

    def take_kept(self, chat_id: int, choices: Choices) -> None:
        """What was chosen for a chat in another pane."""
        self._kept[chat_id] = choices
        if chat_id == self._chat_id and choices != self.choices:
            self.choices = choices
            self.changed.emit()

    @property
    def _new_file(self) -> str:
        return "new-chat.json" if self._pane == 1 else f"new-chat-{self._pane}.json"

    def _read_new(self) -> Choices:
        try:
            return msgspec.json.decode(self._desk.vault.files.read(self._new_file) or b"", type=Choices)
        except msgspec.MsgspecError:
            return self._fresh


def _said(choices: Choices, name: str) -> object:
    """A choice without the white space around it."""
    value = getattr(choices, name)
    return value.strip() if isinstance(value, str) else value
