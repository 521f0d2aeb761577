"""Runs the linters, the type checker, the direction contracts and then the tests; the tests speak last."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = {
    "ruff": ("-m", "ruff", "check", "."),
    "mypy": ("-m", "mypy"),
    "import-linter": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
}


def main(pytest_arguments: list[str]) -> int:
    """Non-zero when anything failed. All of them run, so that one look shows everything."""
    failed = [name for name, arguments in CHECKS.items() if not _passes(name, arguments)]
    if failed:
        print(f"Failed: {', '.join(failed)}. The tests run all the same.", flush=True)
    tests = subprocess.run([sys.executable, "-m", "pytest", *pytest_arguments], cwd=ROOT, check=False).returncode
    return tests or int(bool(failed))


def _passes(name: str, arguments: tuple[str, ...]) -> bool:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode
    print(f"   {name}: {'passed' if code == 0 else f'failed ({code})'} in {time.monotonic() - began:.1f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
