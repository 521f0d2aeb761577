"""A support bundle holds what helps and nothing that is the user's own."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.session.support import without_names, write_bundle
from tests.helpers.desk import desk_in

SECRET_WORDS = "the contract with Ms Doe"


def bundle(folder: Path, target: Path) -> dict[str, str]:
    with desk_in(folder) as (desk, loop):
        desk.change_settings(
            proxy="http://doe:hunter2@proxy.example:8080",
            hub_endpoint="https://doe:hunter2@mirror.example/x",
            system_prompt=SECRET_WORDS,
            last_model=str(Path.home() / "models" / "a.gguf"),
        )
        desk.store.call(lambda store: store.set_draft(store.create_chat(SECRET_WORDS).id, SECRET_WORDS))
        desk.home.engine_log_file.write_text(f"ggml: {Path.home()}/models/a.gguf: out of memory\n")
        (desk.home.logs / "carrel.log").write_bytes(b"a warning\n")
        done: list[Path] = []
        failed: list[CarrelError] = []
        write_bundle(desk, target, done.append, failed.append)
        assert loop.run_until(lambda: bool(done or failed), 20)
        if failed:
            raise failed[0]
    with zipfile.ZipFile(done[0]) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_it_holds_versions_computer_settings_and_logs(tmp_path: Path) -> None:
    found = bundle(tmp_path / "home", tmp_path / "for-support")
    assert (tmp_path / "for-support.zip").exists()
    assert json.loads(found["about.json"])["packages"]["llama-cpp-python"]
    assert json.loads(found["computer.json"])["cpu"]["name"]
    assert json.loads(found["settings.json"])["vram_margin_mib"] == 512
    assert "out of memory" in found["logs/engine.log"]
    assert found["logs/carrel.log"] == "a warning\n"


def test_it_holds_no_words_passwords_or_names(tmp_path: Path) -> None:
    found = bundle(tmp_path / "home", tmp_path / "s.zip")
    everything = "\n".join(found.values())
    assert SECRET_WORDS not in everything
    assert "hunter2" not in everything
    assert str(Path.home()) not in everything
    assert json.loads(found["settings.json"])["proxy"] == "proxy.example"
    assert json.loads(found["settings.json"])["last_model"].startswith("~")
    assert found["logs/engine.log"].startswith("ggml: ~/models")


def test_the_users_name_is_left_out_of_paths_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "jane")
    assert without_names("/media/jane/models and janet and C:\\\\Users\\\\jane\\\\x") == (
        "/media/user/models and janet and C:\\\\Users\\\\user\\\\x"
    )


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CarrelError, match="could not be written"):
        bundle(tmp_path / "home", tmp_path / "nowhere" / "s.zip")
