"""One chat in two panes, a chat not yet begun with its note and folder, and formulas with Chinese and chemistry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio

FORMULAS = r"""The loss with its penalty:

$$\mathcal{L}(\theta) = \frac{1}{N}\sum_{i=1}^{N} \lVert y_i - f_\theta(x_i) \rVert_2^2 + \lambda \lVert \theta \rVert_2^2 \tag{1}$$

In Chinese textbooks: $\text{速度} = \frac{\text{路程}}{\text{时间}}$. The synthesis of ammonia:

$$\ce{N2(g) + 3H2(g) <=>[高温、高压][催化剂] 2NH3(g)} \tag{2}$$

$$\begin{align} \ce{CaCO3} &\ce{->[\Delta] CaO + CO2 ^} \tag{3} \\ f(x) &= \begin{cases} x^2, & \text{当 } x > 0 \\ 0, & \text{否则} \end{cases} \tag{4} \end{align}$$

so that $\boxed{\text{答案：} x = 42}$ and $\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$.
"""  # noqa: E501 - as a model writes it


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("66-same-chat-beside", lambda: same_chat(studio)),
        ("67-before-it-begins", lambda: before_it_begins(studio)),
        ("68-formulas", lambda: formulas(studio)),
    ]


def same_chat(studio: Studio) -> None:
    """One answer streams in both panes, a message waits behind it."""
    window, talk = studio.window, studio.talk
    studio.engine.script.delay_s = 0.0
    window.new_chat()
    if not studio.desk.engine.state.has_model:
        studio.load()
    _ask(studio, talk.file_question, to_the_end=True)
    first = window.conversation
    window.open_beside(first.chat_id)
    second = window.conversation
    studio.wait(lambda: second.chat_id == first.chat_id and len(second.messages) == 2)
    studio.engine.script.delay_s = 0.02
    _ask(studio, talk.question, to_the_end=False)
    studio.wait(lambda: first.turn is not None and len(first.turn.outcome.text) > 320)
    window.chat.acts.enqueue(talk.titles[1])
    studio.wait(lambda: len(first.queue) == 1)


def before_it_begins(studio: Studio) -> None:
    """A draft, a note and a folder for a chat that is not begun yet."""
    window, talk = studio.window, studio.talk
    for queued in list(window.conversation.queue):
        window.conversation.drop_waiting(queued.id)
    window.panes.stop()
    studio.wait(lambda: not any(pane.conversation.is_running for pane in window.panes.all))
    window.notices.hide()
    window.panes.close(window.panes.all[1])
    folder = studio.desk.store.call(lambda store: store.create_folder(talk.titles[3]))
    window.conversation.refresh_list()
    window.new_chat()
    window.conversation.new_chat(folder.id)
    window.conversation.keep_note(talk.titles[1])
    window.chat.composer.note.setChecked(True)
    window.chat.composer.set_text(talk.titles[0])
    studio.wait(window.chat.acts.folder_line.isVisible)


def formulas(studio: Studio) -> None:
    """What an answer about mathematics and chemistry looks like."""
    from app.ui.formulas.maker import formulas as maker

    window, conversation = studio.window, studio.window.conversation
    window.chat.composer.note.setChecked(False)
    conversation.keep_note("")
    window.chat.composer.set_text("")
    window.chat.keep_draft()
    conversation.choose_folder(None)
    maker().start()
    script = studio.engine.script
    script.answer, script.thinking, script.delay_s = FORMULAS, "", 0.0
    window.new_chat()
    _ask(studio, studio.talk.titles[2], to_the_end=True)
    studio.wait(lambda: not maker().is_busy)
    studio.settle(300)


def _ask(studio: Studio, text: str, *, to_the_end: bool) -> None:
    conversation = studio.window.conversation
    studio.window.chat.composer.set_text(text)
    studio.window.chat.send()
    studio.wait(lambda: conversation.is_running)
    if to_the_end:
        studio.wait(lambda: not conversation.is_running and conversation.messages[-1].state == "complete")
