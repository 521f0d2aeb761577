"""The start script `carrel`, in a checkout whose Python only notes how it was called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COPIED = (
    "carrel",
    "requirements.lock",
    "requirements-dev.lock",
    "installers/bootstrap.py",
    "installers/engine.cmake",
    "installers/uv.lock",
    "installers/build.lock",
)
# Stands for the system's Python: passes the version test, and as the set-up writes the stamp as it was asked.
SYSTEM_PYTHON = """#!/bin/bash
if [[ $1 == -c ]]; then exit ${TOO_OLD:-0}; fi
echo "setup ${*:3}" >>"$NOTES"
key= ; packages=run
while (($#)); do
    [[ $1 == --key ]] && key=$2
    [[ $1 == --dev ]] && packages=dev
    shift
done
[[ ${SETUP_FAILS-} ]] && exit "$SETUP_FAILS"
mkdir -p "$CHECKOUT/.setup" "$CHECKOUT/.venv/bin"
printf '%s\\n%s\\n' "$key" "$packages" >"$CHECKOUT/.setup/stamp"
cat >"$CHECKOUT/.venv/bin/python" <<'END'
#!/bin/bash
echo "program $*" >>"$NOTES"
pwd >>"$NOTES.pwd"
exit ${PROGRAM_EXITS:-0}
END
chmod +x "$CHECKOUT/.venv/bin/python"
"""


@dataclass
class Checkout:
    """A checkout with its own notes of what was called."""

    root: Path
    env: dict[str, str]

    def start(self, *arguments: str, script: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        command = [str(script or self.root / "carrel"), *arguments]
        return subprocess.run(command, env=self.env | env, capture_output=True, text=True, cwd="/", check=False)

    def calls(self) -> list[str]:
        """What was called since the last look, without the key."""
        notes = Path(self.env["NOTES"])
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return [re.sub(r" [0-9a-f]{64}\b", "", line) for line in lines]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "my 书房"
    for name in COPIED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python3").write_text(SYSTEM_PYTHON)
    (tools / "python3").chmod(0o755)
    for name in ("bash", "env", "cat", "sha256sum", "cut", "readlink", "mkdir", "chmod"):
        (tools / name).symlink_to(str(shutil.which(name)))
    return Checkout(root, {"PATH": str(tools), "NOTES": str(tmp_path / "notes"), "CHECKOUT": str(root)})


def program(checkout: Checkout, arguments: str = "") -> str:
    return f"program -P {checkout.root}/app/__main__.py {arguments}".strip()


def test_the_first_start_sets_up_and_the_second_does_not(checkout: Checkout) -> None:
    assert checkout.start("demo", "--json").returncode == 0
    assert checkout.calls() == ["setup --key --if-stale", program(checkout, "demo --json")]
    assert checkout.start("plan", "--n-ctx", "4096").returncode == 0
    assert checkout.calls() == [program(checkout, "plan --n-ctx 4096")]


def test_a_start_without_words_opens_the_window(checkout: Checkout) -> None:
    checkout.start()
    assert checkout.calls() == ["setup --key --if-stale", program(checkout)]


@pytest.mark.parametrize("changed", [name for name in COPIED if name != "carrel"])
def test_a_changed_recipe_sets_up_again(checkout: Checkout, changed: str) -> None:
    checkout.start()
    checkout.calls()
    with (checkout.root / changed).open("a") as file:
        file.write("# changed\n")
    checkout.start()
    assert checkout.calls() == ["setup --key --if-stale", program(checkout)]


@pytest.mark.parametrize("name", ["CARREL_ENGINE_WHEEL", "CARREL_PYTHON"])
def test_another_wish_sets_up_again(checkout: Checkout, name: str) -> None:
    checkout.start()
    checkout.calls()
    checkout.env[name] = f"{checkout.env['PATH']}/python3"
    checkout.start()
    assert len(checkout.calls()) == 2


def test_a_vanished_python_sets_up_again(checkout: Checkout) -> None:
    checkout.start()
    checkout.calls()
    (checkout.root / ".venv/bin/python").unlink()
    checkout.start()
    assert len(checkout.calls()) == 2


def test_the_tests_add_their_packages_once_and_take_nothing_from_the_program(checkout: Checkout) -> None:
    checkout.start()
    checkout.calls()
    checkout.start("test", "-k", "one thing")
    assert checkout.calls() == ["setup --key --if-stale --dev", "program -m pytest -k one thing"]
    checkout.start("test")
    checkout.start("check")
    checkout.start()
    assert checkout.calls() == ["program -m pytest", "program -P installers/check.py", program(checkout)]


def test_the_tests_run_in_the_checkout_and_the_program_where_the_user_stands(checkout: Checkout) -> None:
    checkout.start("test")
    checkout.start("read", "notes.md")
    assert Path(checkout.env["NOTES"] + ".pwd").read_text().splitlines() == [str(checkout.root), "/"]


def test_setup_always_runs_and_passes_its_wishes_on(checkout: Checkout) -> None:
    checkout.start()
    checkout.calls()
    checkout.start("setup", "--engine-wheel", "none")
    assert checkout.calls() == ["setup --key --engine-wheel none"]


def test_exit_codes_come_through(checkout: Checkout) -> None:
    assert checkout.start(PROGRAM_EXITS="2").returncode == 2
    assert checkout.start("setup", SETUP_FAILS="130").returncode == 130


def test_a_failed_set_up_starts_nothing(checkout: Checkout) -> None:
    assert checkout.start(SETUP_FAILS="1").returncode == 1
    assert [call.split()[0] for call in checkout.calls()] == ["setup"]


def test_no_python_or_an_old_one_is_a_sentence(checkout: Checkout) -> None:
    ran = checkout.start(TOO_OLD="1")
    assert ran.returncode == 1
    assert "Carrel needs Python 3.11 or newer" in ran.stderr
    ran = checkout.start(CARREL_PYTHON="/no/such/python")
    assert ran.returncode == 1
    assert "CARREL_PYTHON=/no/such/python" in ran.stderr


def test_a_link_from_elsewhere_finds_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "bin-carrel"
    link.symlink_to(checkout.root / "carrel")
    checkout.start("doctor", script=link)
    assert checkout.calls()[-1] == program(checkout, "doctor")


def test_a_start_costs_under_a_tenth_of_a_second(checkout: Checkout) -> None:
    checkout.start()
    costs = []
    for _ in range(5):
        began = time.perf_counter()
        checkout.start()
        costs.append(time.perf_counter() - began)
    assert min(costs) < 0.1


def test_the_script_is_executable_in_the_checkout() -> None:
    assert os.access(ROOT / "carrel", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
