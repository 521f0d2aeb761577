"""Reads one file as Carrel does and prints what that cost; a process of its own, so that its children are one file's.

python -m tests.unit.ingest.measure FILE [MEMORY_MB]
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from app.core.errors import CarrelError
from app.ingest.messages import Limits
from app.ingest.reading import read_file_blocking
from tests.unit.ingest.making import CHILD


def main(path: Path, memory_mb: int) -> None:
    limits = Limits(memory_bytes=memory_mb << 20, cpu_s=60, silence_s=30)
    before = time.monotonic()
    try:
        document = read_file_blocking(path, CHILD, limits)
        ending = {
            "code": "read",
            "kind": document.kind,
            "pages": len(document.pages),
            "characters": sum(len(page.text) for page in document.pages),
            "text": "\n".join(page.text for page in document.pages[:6])[:4000],
            "labels": [page.label for page in document.pages[:50]],
            "warnings": list(document.warnings),
        }
    except CarrelError as error:
        ending = {"code": error.code, "warnings": [str(error)]}
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {
        "seconds": round(time.monotonic() - before, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": usage.ru_maxrss >> 10,
    }
    print(json.dumps(ending | cost))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2048)
