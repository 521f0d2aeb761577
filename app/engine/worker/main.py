"""The engine child: reads commands from stdin so that stop works at any time; one thread owns llama.cpp."""

from __future__ import annotations

import os
import signal
import threading
import traceback

from app.core.stdin import claim_stdin
from app.engine import messages as m
from app.engine.worker.orphan import die_with_parent
from app.engine.worker.outbox import claim_stdout


def main() -> None:
    """Serve until told to shut down or until the parent's end of the pipe closes; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches the whole group; the parent decides
    die_with_parent()
    outbox, commands = claim_stdout(), claim_stdin()
    # Opening the library prints: only now is stdout safe. And it comes before numpy: a CUDA build crashed in loading a
    # model when numpy's libraries had been opened first (numpy 2.5, CUDA 13).
    import llama_cpp  # noqa: F401

    from app.engine.worker.service import Service

    service = Service(outbox)
    threading.Thread(target=service.run, name="llama", daemon=True).start()
    try:
        for line in commands:
            command = m.decode_down(line)
            if isinstance(command, m.Shutdown):
                break
            if isinstance(command, m.Cancel):
                service.cancel(command.id)
            elif command is not None:
                service.submit(command)
            elif number := m.request_of(line):
                outbox.send(m.Failed(number, "not_understood", line[:200].decode("utf-8", "replace")))
    except BaseException:  # no memory for a line, or nobody left to answer
        traceback.print_exc()
        os._exit(70)
    os._exit(0)  # no clean-up of a decode in flight: the driver frees what the process held
