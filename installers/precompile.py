"""Compiles the program and what it imports, so that the first start is as quick as those after it.

Run by the set-up with the program's own Python. What fails here is compiled when it is needed.
"""

from __future__ import annotations

import compileall
import contextlib
import importlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST = (
    "app.boot",
    "app.engine.worker.main",
    "llama_cpp.llama_cpp",
    "app.ingest.child",
    "app.ui.window",
    "app.ui.gate",
    "app.ui.inspectors",
    "app.ui.pages.start",
    "app.ui.markdown.content",
)
"""What a user's first question imports, child processes included: the packages behind them are compiled with them."""


def main() -> int:
    """Once after every change of the packages."""
    sys.dont_write_bytecode = False
    sys.path.insert(0, str(ROOT))
    unpack_pyside()
    compileall.compile_dir(ROOT / "app", quiet=2)
    for name in FIRST:
        with contextlib.suppress(ImportError):  # a system library is missing: the terminal works without
            importlib.import_module(name)
    return 0


def unpack_pyside() -> None:
    """PySide packs its Python part into a library and compiles it at each start: a twentieth of it. This is its own
    switch to unpack it, once, at the next import; what another version had unpacked goes first.
    """
    found = importlib.util.find_spec("shiboken6")
    for place in (found.submodule_search_locations or []) if found else []:
        shutil.rmtree(Path(place) / "files.dir", ignore_errors=True)
    os.environ["SBK_EMBED"] = "0"


if __name__ == "__main__":
    sys.exit(main())
