from __future__ import annotations

import os
import subprocess
import sys

from tests.unit.ingest.making import ROOT


def test_two_hundred_damaged_files_end_in_text_or_in_words() -> None:
    """In a process of its own: were one to abort, the status would say so."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.ingest.mutate", "7", "200"],
        cwd=ROOT,
        capture_output=True,
        timeout=100,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    report = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert sum(int(line.split()[0]) for line in report.splitlines()) == 200
    for bad in ("surprise", "recursion", "slow"):
        assert bad not in report
    for kind in ("pdf ok", "pdf damaged", "docx ok", "docx damaged", "txt ok"):
        assert kind in report
