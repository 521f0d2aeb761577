"""Starts a built program folder as a new user would; anything unexpected fails, a stray line on stderr included."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 180
OFFSCREEN_NOISE = "This plugin does not support propagateSizeHints()"  # said for every window with a smallest size


CHATS = "chats.json"  # lies where the program is started
SAID = [
    {"role": "user", "content": "What is the mean? 平均数是什么？"},
    {
        "role": "assistant",
        "content": "It is $$\\frac{1}{n}\\sum_i x_i$$, as in `numpy`.\n\n| a |\n|--|\n| 1 |",
    },
]


@dataclass(frozen=True)
class Trial:
    """A start of the program and the look at what it printed, which raises when it is wrong. `before` are run first."""

    arguments: tuple[str, ...]
    judge: Callable[[str], None]
    before: tuple[tuple[str, ...], ...] = ()


def main(arguments: list[str]) -> int:
    """Run every trial; the number of those that failed decides."""
    if len(arguments) != 1:
        print("usage: smoke.py FOLDER", file=sys.stderr)
        return 2
    program = Path(arguments[0]).resolve() / ("carrel.exe" if os.name == "nt" else "carrel")
    trials = (
        Trial(("--version",), _judge_version),
        Trial(("doctor", "--json"), _judge_doctor),
        Trial(("demo", "--json"), _judge_demo),
        *(Trial(_export(kind), _judge_paper, before=(("import-chats", CHATS),)) for kind in ("html", "pdf", "docx")),
        Trial(("--smoke",), lambda _: None),
    )
    with _screen():
        failures = [trial for trial in trials if not _passes(program, trial)]
    print(f"{len(trials) - len(failures)} passed, {len(failures)} failed")
    return int(bool(failures))


@contextlib.contextmanager
def _screen() -> Iterator[None]:
    """A real X server for the window where none is shown and Xvfb is there; otherwise Qt draws off the screen."""
    has_one = os.name == "nt" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    server = None if has_one else shutil.which("Xvfb")
    if not server:
        yield
        return
    command = [server, "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        os.environ["DISPLAY"] = f":{running.stdout.readline().strip()}"
        try:
            yield
        finally:
            del os.environ["DISPLAY"]
            running.terminate()


def _passes(program: Path, trial: Trial) -> bool:
    name, began = " ".join(trial.arguments), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="carrel-smoke-") as home:
        Path(home, CHATS).write_text(json.dumps(SAID), "utf-8")
        env = _env(Path(home))
        try:
            for arguments in (*trial.before, trial.arguments):
                ran = _run([str(program), *arguments], home, env)
                _judge(ran)
            trial.judge(ran.stdout)
        except (AssertionError, KeyError, ValueError, IndexError, OSError, subprocess.TimeoutExpired) as error:
            print(f"FAILED  carrel {name}: {type(error).__name__}: {error}", flush=True)
            return False
    print(f"ok      carrel {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def _run(command: list[str], home: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        env=env,
        cwd=home,
        check=False,
    )


def _export(kind: str) -> tuple[str, ...]:
    return ("export", "--all", "--format", kind, "--to", ".", "--json")


def _judge(ran: subprocess.CompletedProcess[str]) -> None:
    lines = [line for line in ran.stderr.splitlines() if line.strip() not in ("", OFFSCREEN_NOISE)]
    said = "stderr: " + " | ".join(lines)[-2000:]
    _expect(ran.returncode == 0, f"exit code {ran.returncode}, {said}")
    _expect(not lines, said)


def _judge_version(text: str) -> None:
    _expect(any(character.isdigit() for character in text), f"no version in {text!r}")


def _judge_doctor(text: str) -> None:
    machine = json.loads(text)
    _expect(machine["ram_total_bytes"] > 0 and machine["cpu"]["cores"] > 0, f"an odd machine: {text[:500]}")
    _expect(isinstance(machine["gpus"], list), "no list of GPUs")


def _judge_demo(text: str) -> None:
    events = [json.loads(line) for line in text.splitlines() if line.strip()]
    last = events[-1]
    _expect(last["kind"] == "done", f"the last line is {last}")
    _expect(last["usage"]["answer_tokens"] > 0, "no answer")
    _expect(any(event["kind"] == "delta" for event in events), "nothing was streamed")
    _expect(bool(last["receipt"]["files"]), "no document was read")
    _expect(all(file["dropped_tokens"] == 0 for file in last["receipt"]["files"]), "a part of the document was dropped")


def _judge_paper(text: str) -> None:
    """The chat is in its file; where one can look for it, its formula is a drawing."""
    file = Path(json.loads(text)["files"][0])
    content = file.read_bytes()
    _expect(len(content) > 1000, f"{file.name} is nearly empty")
    _expect(file.suffix != ".html" or b"<svg" in content, "the formula is not drawn")


def _expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise AssertionError(otherwise)


def _env(home: Path) -> dict[str, str]:
    """A bare environment with an empty home: nothing of the build computer's Python or profile reaches the program."""
    kept = ("PATH", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    env |= {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home), "APPDATA": str(home)}
    env |= {"WIN_PD_OVERRIDE_LOCAL_APPDATA": str(home)}  # platformdirs asks Windows, not the environment
    env |= {"XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
    if os.name != "nt" and not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        env["QT_QPA_PLATFORM"] = "offscreen"
    return env


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
