"""In the terminal: a document read in one run is brought back in the next, listed, removed, and a bundle is packed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.terminal.arguments import read_arguments
from app.terminal.commands import run_command
from tests.helpers.desk import desk_in
from tests.helpers.models import tiny_qwen3

SENTENCE = "The tenant pays {n} euros on day {n} of the month, and keeps the receipt of it. "


def run(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[Any]:
    """One run of the program; the JSON it printed, line by line or whole."""
    with desk_in(folder) as (desk, loop):
        assert run_command(desk, loop, read_arguments([*arguments, "--json"])) == 0
    out = capsys.readouterr().out
    return [json.loads(out)] if out.startswith("{\n") else [json.loads(line) for line in out.splitlines()]


def test_what_one_run_has_read_the_next_one_brings_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, document, home = tmp_path / "m.gguf", tmp_path / "lease.txt", tmp_path / "home"
    tiny_qwen3(model)
    document.write_text("".join(SENTENCE.format(n=number) for number in range(40)))
    asked = ("chat", "When?", "--model", str(model), "--file", str(document), "--n-ctx", "6144", "--no-thinking")
    sampled = ("--max-tokens", "8", "--temperature", "0")
    first = run(home, capsys, *asked, *sampled)
    assert first[-1]["receipt"]["restored_tokens"] == 0
    [listing] = run(home, capsys, "sessions")
    assert [one["documents"] for one in listing["sessions"]] == [["lease.txt"]]
    second = run(home, capsys, *asked, *sampled)
    assert [line["kind"] for line in second].count("resume") == 1
    assert second[-1]["receipt"]["restored_tokens"] > 2000
    assert second[-1]["text"] == first[-1]["text"]
    assert run(home, capsys, "sessions", "prune") == [{"freed_bytes": 0}]
    assert run(home, capsys, "sessions", "clear") == [{"freed_bytes": listing["size_bytes"]}]
    assert run(home, capsys, "sessions", "list")[0]["sessions"] == []
    [packed] = run(home, capsys, "bundle", str(tmp_path / "b.zip"))
    with zipfile.ZipFile(packed["file"]) as bundle:
        assert "engine child ended" in bundle.read("logs/engine.log").decode()
        assert "tenant" not in "".join(bundle.read(name).decode() for name in bundle.namelist())
