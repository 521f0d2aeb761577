from __future__ import annotations

import os
import subprocess
import sys

from tests.unit.ingest.making import ROOT


def test_three_hundred_damaged_files_end_in_text_or_in_words() -> None:
    """In a process of its own: were one to abort, the status would say so."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.ingest.mutate", "7", "300"],
        cwd=ROOT,
        capture_output=True,
        timeout=100,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    report = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert sum(int(line.split()[0]) for line in report.splitlines()) == 300
    for bad in ("surprise", "recursion", "slow"):
        assert bad not in report
    for kind in ("pdf", "docx", "xlsx", "pptx", "odt", "html", "epub", "eml", "msg", "rtf", "zip", "7z", "gz"):
        assert f" {kind} " in report
