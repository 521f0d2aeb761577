"""The real program in a terminal: what it prints, what it returns, what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.core.child import APP_FOLDER
from tests.helpers.models import script_model, split_model, tiny_qwen3
from tests.helpers.toyhub import ToyHub

MACHINES = APP_FOLDER / "tests" / "helpers" / "machines"
ANSWER = "The rent is 4,800 euros [D1 p.1]. 租金四千八百元。"


def carrel(home: Path, *arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(APP_FOLDER / "app" / "__main__.py"), "--home", str(home), *map(str, arguments)]
    environment = os.environ | {"PYTHONUTF8": "1"} | (env or {})
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=110, check=False)


def lines_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return script_model(tmp_path_factory.mktemp("models") / "scripted 模型.gguf", ANSWER, thinking="Page one says it.")


def test_the_demo_does_the_main_job_with_no_network(tmp_path: Path) -> None:
    done = carrel(tmp_path, "demo", "--json", env={"HF_HUB_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr
    lines = lines_of(done)
    assert {line["kind"] for line in lines} == {"prefill", "delta", "done"}
    last = lines[-1]
    assert last["kind"] == "done"
    assert last["text"] == "".join(line["text"] for line in lines if line["kind"] == "delta")
    assert "1,450.00 dollars [D1 p.1]" in last["text"]
    assert last["receipt"]["files"][0]["tokens"] > 1000
    assert last["receipt"]["files"][0]["dropped_tokens"] == 0
    assert last["receipt"]["context_used"] == last["usage"]["prompt_tokens"] + last["usage"]["answer_tokens"]
    assert last["timing"]["ttft_s"] > 0
    assert last["timing"]["load_s"] > 0


def test_a_file_is_read_and_asked_about(tmp_path: Path, scripted: Path) -> None:
    lease = tmp_path / "the lease 租约.txt"
    lease.write_text("The rent is 4,800 euros.\n" * 20, "utf-8")
    done = carrel(tmp_path / "home", "chat", "--model", scripted, "--file", lease, "What is the rent?", "--json")
    assert done.returncode == 0, done.stderr
    last = lines_of(done)[-1]
    assert last["reason"] == "stop"
    assert last["text"].strip() == ANSWER
    assert last["thinking"].strip() == "Page one says it."
    [file] = last["receipt"]["files"]
    assert (file["path"], file["pages"], file["dropped_tokens"]) == (str(lease), 1, 0)
    assert file["tokens"] == 20 * len("The rent is 4,800 euros.\n")  # this model has one token a byte
    again = carrel(tmp_path / "home", "chat", "--no-thinking", "And again?", "--json")
    assert again.returncode == 0, again.stderr  # the model used last is used again
    assert lines_of(again)[-1]["thinking"] == ""


def test_sampling_options_reach_the_engine(tmp_path: Path) -> None:
    model = tiny_qwen3(tmp_path / "tiny.gguf")
    sampling = ("--temperature", "1.2", "--seed", "3", "--max-tokens", "12")
    options = ("--model", model, *sampling, "--n-ctx", "512", "--json")
    texts = [lines_of(carrel(tmp_path / "home", "chat", *options, "Go"))[-1] for _ in range(2)]
    assert texts[0]["text"] == texts[1]["text"]
    assert texts[0]["usage"]["answer_tokens"] <= 12
    assert texts[0]["receipt"]["context_size"] == 512


def test_too_long_is_refused_with_both_numbers_and_exit_code_one(tmp_path: Path, scripted: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("word " * 500, "utf-8")
    done = carrel(tmp_path / "home", "chat", "--model", scripted, "--n-ctx", "1024", "--file", long, "What?", "--json")
    assert done.returncode == 1
    assert "1,024" in done.stderr
    assert "carrel: This needs 2," in done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["kind"], last["code"]) == ("failed", "does_not_fit")
    assert "1,024" in last["error"]
    assert last["remedy"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("chat", "--model", "/nowhere/model.gguf", "hi"), 1, "model.gguf"),
        (("chat", "hi"), 1, "No model has been loaded yet."),
        (("plan", "--machine", "/nowhere.json"), 1, "does not describe a computer"),
        (("plan", "--n-ctx", "-5"), 2, "usage"),
        (("telepathy",), 2, "usage"),
        (("chat", "--temperature", "nan", "hi"), 2, "temperature"),
        (("chat", "--n-gpu-layers", "-5", "hi"), 2, "layers"),
        (("chat", "--json"), 2, "question"),
        (("chat", " "), 2, "empty"),
        (("chat", "--model", "~nosuchuser/x.gguf", "hi"), 1, "names a user"),
        (("import", "/etc/hostname"), 1, "hostname"),
        (("read", "/nowhere.pdf"), 1, "is not there"),
        (("pull", "Qwen/Qwen3-32B-GGUF/no-such-file.gguf"), 1, ""),
    ],
)
def test_refusals_have_a_reason_and_a_code(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = carrel(tmp_path, *arguments, env={"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "1"})
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_plan_names_the_32b_for_a_4090(tmp_path: Path) -> None:
    plan = json.loads(carrel(tmp_path, "plan", "--machine", MACHINES / "rtx4090.json", "--json").stdout)
    assert plan["model"]["repo"] == "Qwen/Qwen3-32B-GGUF"
    assert plan["model"]["quant"] == "Q4_K_M"
    assert plan["n_gpu_layers"] == 65
    assert plan["fits"] is True
    assert plan["reason"]
    assert plan["vram"]["total_bytes"] == sum(v for k, v in plan["vram"].items() if k != "total_bytes")
    model = "/".join((plan["model"]["repo"], plan["model"]["file"]))
    fixed = ("--n-ctx", plan["n_ctx"] + 256, "--kv-type", plan["kv_type"], "--model", model, "--n-gpu-layers", "65")
    more = carrel(tmp_path, "plan", "--machine", MACHINES / "rtx4090.json", *fixed, "--json")
    assert more.returncode == 1  # it was the largest context that fits
    assert json.loads(more.stdout)["fits"] is False
    assert json.loads(more.stdout)["reason"] in more.stderr
    estimate = carrel(tmp_path, "plan", "--machine", MACHINES / "rtx4090.json", *fixed, "--n-ubatch", "512", "--json")
    assert estimate.returncode == 0  # with everything given it only estimates


def test_doctor_saves_a_machine_that_plan_can_read(tmp_path: Path) -> None:
    done = carrel(tmp_path, "doctor", "--json")
    assert done.returncode == 0
    machine = json.loads(done.stdout)
    assert {"os", "gpus", "cpu", "ram_total_bytes", "ram_free_bytes", "disk_free_bytes"} <= set(machine)
    assert {check["name"]: check["good"] for check in machine["checks"]}["engine"]
    file = tmp_path / "machine.json"
    file.write_text(done.stdout, "utf-8")
    assert carrel(tmp_path, "plan", "--machine", file, "--json").stdout


def test_an_imported_file_is_listed_and_read_shows_pages(tmp_path: Path, scripted: Path) -> None:
    assert carrel(tmp_path, "import", scripted, "--json").returncode == 0
    [model] = json.loads(carrel(tmp_path, "models", "--json").stdout)["models"]
    assert model["path"] == str(scripted)
    note = tmp_path / "注.md"
    note.write_text("# 标题\n\nNumbers: 2026.\n", "gb18030")
    [file] = json.loads(carrel(tmp_path, "read", note, "--json").stdout)["files"]
    assert file["kind"] == "markdown"
    assert file["pages"][0]["text"].startswith("# 标题")
    assert file["pages"][0]["tokens"] > 6  # each digit of 2026 is one


def test_pull_brings_a_proven_file_and_goes_on_where_it_stopped(tmp_path: Path, scripted: Path) -> None:
    data = scripted.read_bytes()
    with ToyHub() as hub:
        hub.add("toy/models", "scripted.gguf", data)
        done = carrel(tmp_path, "pull", "toy/models/scripted.gguf", "--json", env={"HF_ENDPOINT": hub.endpoint})
    assert done.returncode == 0, done.stderr
    path = Path(lines_of(done)[-1]["path"])
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest()
    assert carrel(tmp_path, "models", "--json").stdout.count("scripted.gguf") >= 1


def test_a_pulled_file_that_is_no_model_is_said_to_be_none(tmp_path: Path) -> None:
    with ToyHub() as hub:
        hub.add("toy/models", "junk.gguf", b"not a model " * 100)
        done = carrel(tmp_path, "pull", "toy/models/junk.gguf", "--json", env={"HF_ENDPOINT": hub.endpoint})
    assert done.returncode == 1
    assert "junk.gguf" in done.stderr


def test_a_split_model_on_the_hub_is_planned_by_its_headers_and_pulled_whole(tmp_path: Path) -> None:
    parts = split_model(tmp_path)
    reference = f"toy/split/{parts[0].name}"
    with ToyHub() as hub:
        for part in parts:
            hub.add("toy/split", part.name, part.read_bytes())
        env = {"HF_ENDPOINT": hub.endpoint}
        planned = carrel(tmp_path / "home", "plan", "--model", reference, "--n-ctx", "512", "--json", env=env)
        read = len(hub.requests("storage"))
        pulled = carrel(tmp_path / "home", "pull", reference, "--json", env=env)
    assert planned.returncode == 0, planned.stderr
    assert json.loads(planned.stdout)["model"]["size_bytes"] == sum(part.stat().st_size for part in parts)
    assert read >= len(parts)
    assert pulled.returncode == 0, pulled.stderr
    first = Path(lines_of(pulled)[-1]["path"])
    assert sorted(path.name for path in first.parent.glob("*.gguf")) == [part.name for part in parts]
    answer = carrel(tmp_path / "home", "chat", "--model", first, "--max-tokens", "3", "Hi", "--json")
    assert answer.returncode == 0, answer.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_stops_the_answer_keeps_it_and_exits_130(tmp_path: Path) -> None:
    talker = script_model(tmp_path / "talker.gguf", "on and on it goes ", repeat=True, layers=8, ffn=4096)
    command = [sys.executable, str(APP_FOLDER / "app" / "__main__.py"), "--home", str(tmp_path), "chat"]
    command += ["--model", str(talker), "--no-thinking", "--json", "Talk"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if '"delta"' in line:
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    assert json.loads(rest.splitlines()[-1])["reason"] == "cancelled"
    assert "Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal")
def test_a_conversation_goes_on_in_one_chat_after_mistakes(tmp_path: Path, scripted: Path) -> None:
    said = "Hi?\n/file it's.txt\n/open ²\nAgain?\n/chats\n/quit\n"
    command = [sys.executable, str(APP_FOLDER / "app" / "__main__.py"), "--home", str(tmp_path), "chat"]
    command += ["--model", str(scripted), "--no-thinking"]
    done = subprocess.run(command, input=said, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(ANSWER) == 2
    assert len([line for line in done.stdout.splitlines() if line.strip("> ").startswith("1 ")]) == 1
    assert "    2  " not in done.stdout
    assert "Traceback" not in done.stderr


def test_output_is_utf8_whatever_the_console_speaks(tmp_path: Path) -> None:
    page = tmp_path / "注.txt"
    page.write_text("租金", "utf-8")
    env = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = carrel(tmp_path, "read", page, "--json", env=env)
    assert done.returncode == 0, done.stderr
    assert "租金" in done.stdout


def test_bench_measures_through_the_pipe(tmp_path: Path, scripted: Path) -> None:
    model = tiny_qwen3(tmp_path / "tiny.gguf")
    done = carrel(tmp_path, "bench", "--model", model, "--prompt", "100", "--tokens", "8", "--json")
    assert done.returncode == 0, done.stderr
    speed = json.loads(done.stdout)
    assert speed["prefill_tok_s"] > 0
    assert speed["decode_tok_s"] > 0
