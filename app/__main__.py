"""The one door: the window by default; subcommands for the terminal and for the child processes."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main(arguments: list[str]) -> int:
    """Run what the arguments name; returns the exit code."""
    if arguments[:1] == ["engine-child"]:
        from app.engine.worker.main import main as engine_child

        engine_child()
    if arguments[:1] == ["ingest-child"]:
        from app.ingest.child import main as ingest_child

        ingest_child()
        return 0
    if arguments[:1] == ["formula-child"]:
        from app.ui.formulas.child import main as formula_child

        formula_child()
        return 0
    gc.disable()  # what is made while the program starts stays: looking through it for garbage is a tenth of a start
    try:
        from app.boot import start

        return start(arguments)
    except KeyboardInterrupt:  # before or after the part that answers it in its own way
        return 130
    finally:
        gc.enable()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
