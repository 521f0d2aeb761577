"""What the performance panel costs: one second of figures taken, kept and painted.

`python -m tests.bench.panel` opens the whole window under the display that is there (Xvfb counts) and takes the CPU
time of the process over a minute: with the panel open, with it hidden, and without any sampling; the difference is the
panel's. `--probe` needs neither Qt nor a display: it prints one sample with every field, then the CPU time of a minute
of sampling (`--seconds N`); `--pid N` names a process whose share of the cards is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

SETTLE_S = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probe", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pid", type=int, default=None)
    parser.add_argument("--gpus", type=int, default=0, help="paint so many made-up cards (0: what is here)")
    args = parser.parse_args()
    result = probe(args.seconds, args.pid) if args.probe else panel(args.seconds, args.gpus)
    print(json.dumps(result, indent=1))
    return 0


def probe(seconds: float, pid: int | None) -> dict[str, object]:
    """One sample with all fields, then what sampling once a second costs."""
    import msgspec

    from app.machine.live import Sampler

    sampler = Sampler()
    sampler.sample(pid)
    time.sleep(2.0)  # rates need two looks
    first = msgspec.to_builtins(sampler.sample(pid))
    beats, slowest_ms = 0, 0.0
    began_cpu, began = time.process_time(), time.monotonic()
    while time.monotonic() - began < seconds:
        at = time.monotonic()
        sampler.sample(pid)
        slowest_ms = max(slowest_ms, (time.monotonic() - at) * 1000)
        beats += 1
        time.sleep(max(0.0, began + beats - time.monotonic()))
    cpu_s, wall_s = time.process_time() - began_cpu, time.monotonic() - began
    sampler.close()
    cost = {
        "beats": beats,
        "cpu_ms_a_beat": round(1000 * cpu_s / max(1, beats), 3),
        "percent_of_a_core": round(100 * cpu_s / wall_s, 3),
        "slowest_beat_wall_ms": round(slowest_ms, 2),
    }
    return {"python": sys.version.split()[0], "sample": first, "cost": cost}


def panel(seconds: float, gpus: int) -> dict[str, object]:
    """The CPU time of the whole process, with the panel open, hidden, and at rest."""
    from PySide6.QtCore import QEventLoop, QTimer

    from app.boot import build_desk
    from app.config.paths import open_home
    from app.session.telemetry import Telemetry
    from app.ui.app import dress, make_application
    from app.ui.bridge import QtPost
    from app.ui.window import Window

    application = make_application(["panel"])
    dress("light")
    post = QtPost()

    def spend(wanted_s: float) -> float:
        loop = QEventLoop()
        QTimer.singleShot(int(wanted_s * 1000), loop.quit)
        began = time.process_time()
        loop.exec()
        return time.process_time() - began

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        desk = build_desk(open_home(Path(folder)), post.post)
        telemetry = Telemetry(desk)
        if gpus:
            _pretend(telemetry, gpus)
        window = Window(desk, telemetry)
        window.resize(1440, 1900)  # tall enough for every card
        window.show()
        window.show_page("chat")
        window.modelbar.inspector.setChecked(True)
        spend(SETTLE_S)
        idle_s = spend(seconds)
        telemetry.start()
        spend(SETTLE_S)
        open_s = spend(seconds)
        beats = len(desk.monitor.history)
        window.modelbar.inspector.setChecked(False)
        spend(SETTLE_S)
        hidden_s = spend(seconds)
        window.finish()
        window.hide()
        desk.close()
    del application
    return {
        "platform": os.environ.get("QT_QPA_PLATFORM", "xcb"),
        "cards": gpus or "as here",
        "beats": beats,
        "percent_of_a_core": {
            "panel open": round(100 * (open_s - idle_s) / seconds, 2),
            "panel hidden": round(100 * (hidden_s - idle_s) / seconds, 2),
            "window without sampling": round(100 * idle_s / seconds, 2),
        },
    }


def _pretend(telemetry: object, gpus: int) -> None:
    """Cards that are not here, on top of real samples: their figures move, so that everything is painted."""
    import math

    import msgspec

    from app.machine.live import GpuSample, Sample

    ticker = telemetry._ticker  # type: ignore[attr-defined]
    take: Callable[[], Sample] = ticker._sample
    gib = 1 << 30

    def sample() -> Sample:
        now = time.monotonic()
        wave = math.sin(now / 3)
        card = GpuSample(
            "RTX 4090",
            int((20 + wave) * gib),
            24 * gib,
            90 + 8 * wave,
            60 + 9 * wave,
            300 + 40 * wave,
            450.0,
            2500 + 90 * wave,
            10_501.0,
            18 * gib,
            2600.0,
            ("power",),
            4,
            16,
            0,
        )
        return msgspec.structs.replace(take(), gpus=(card,) * gpus)

    ticker._sample = sample


if __name__ == "__main__":
    raise SystemExit(main())
