"""What is said on the command line about how to answer becomes the chat's choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.core.params import Choices
from app.terminal.arguments import read_arguments
from app.terminal.chat import choices_of


def test_every_value_has_its_option() -> None:
    words = (
        "chat hello --temperature 0 --top-k 0 --top-p 0.9 --min-p 0.05 --presence-penalty 1.5 "
        "--frequency-penalty -0.5 --repeat-penalty 1.1 --seed 0 --max-tokens 50 --instructions Briefly"
    )
    assert choices_of(read_arguments(words.split())) == Choices(
        temperature=0.0,
        top_k=0,
        top_p=0.9,
        min_p=0.05,
        presence_penalty=1.5,
        frequency_penalty=-0.5,
        repeat_penalty=1.1,
        seed=0,
        max_tokens=50,
        instructions="Briefly",
    )
    assert choices_of(read_arguments(["chat", "hello"])) == Choices()


@pytest.mark.parametrize("wrong", ["--top-p 1.1", "--min-p -1", "--top-k x", "--repeat-penalty 0", "--top-p nan"])
def test_values_that_mean_nothing_are_wrong_usage(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        read_arguments(["chat", "hello", *wrong.split()])
    assert caught.value.code == 2
    assert wrong.split()[0] in capsys.readouterr().err


def test_form_is_read_from_a_file_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "语法.gbnf"
    file.write_text('root ::= "yes" | "no"', "utf-8-sig")
    assert choices_of(read_arguments(["chat", "q", "--grammar", str(file)])).grammar == 'root ::= "yes" | "no"'
    with pytest.raises(CarrelError, match="JSON"):
        choices_of(read_arguments(["chat", "q", "--json-schema", str(file)]))
    with pytest.raises(CarrelError, match="could not be read"):
        choices_of(read_arguments(["chat", "q", "--json-schema", str(tmp_path / "none")]))
