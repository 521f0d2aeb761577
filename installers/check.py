"""Runs the linters, the direction contracts, the types and the tests; what failed is said again at the very end."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
CHECKS: Mapping[str, Sequence[str]] = {
    "ruff": ("-m", "ruff", "check", "."),
    "import-linter": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
}
BESIDE: Mapping[str, Sequence[str]] = {"mypy": ("-m", "mypy")}
TESTS = ("-m", "pytest")
LAST = getattr(psutil, "IDLE_PRIORITY_CLASS", 19)  # of the processor it takes only what the tests leave


class Check:
    """A check under way. Its output is kept until it is asked for."""

    def __init__(self, name: str, arguments: Sequence[str], *, gives_way: bool = False) -> None:
        self.name = name
        self._began = time.monotonic()
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
        command = [sys.executable, *arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=self._output, stderr=subprocess.STDOUT)
        if gives_way:
            psutil.Process(self._process.pid).nice(LAST)

    def passes(self) -> bool:
        """Wait for its end."""
        return self._process.wait() == 0

    def tell(self) -> None:
        """What it said, when it failed, and one line in any case."""
        passed, seconds = self.passes(), time.monotonic() - self._began
        if not passed:
            self._output.seek(0)
            print(f"== {self.name}\n{self._output.read().decode('utf-8', 'replace').rstrip()}")
        code = self._process.returncode
        print(f"   {self.name}: {'passed' if passed else f'failed ({code})'} in {seconds:.1f} s", flush=True)

    def stop(self) -> None:
        """Also in the middle of it."""
        self._process.kill()
        self._process.wait()
        self._output.close()


def main(pytest_arguments: list[str]) -> int:
    """Non-zero when anything failed. All of them run, so that one look shows everything.

    When all is well the tests' closing line is the last one; else what failed is, so that it cannot scroll away.
    """
    checks = [Check(name, arguments, gives_way=True) for name, arguments in BESIDE.items()]
    try:
        for name, arguments in CHECKS.items():
            checks.append(Check(name, arguments))
            checks[-1].tell()
        print(f"   {', '.join(BESIDE)}: beside the tests; what fails is told after them", flush=True)
        tests = subprocess.run([sys.executable, *TESTS, *pytest_arguments], cwd=ROOT, check=False).returncode
        failed = [check for check in checks if not check.passes()]
        for check in failed:
            print()
            check.tell()
        if names := [check.name for check in failed] + (["tests"] if tests else []):
            print(f"\nFAILED: {', '.join(names)}", flush=True)
        return tests or int(bool(failed))
    finally:
        for check in checks:
            check.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
