"""How long from the start of the process to the first painted frame of the window: `python tests/bench/startup.py`.

The program is run as it is started by hand (`python -m app`), in an empty home and then again in the same; what is
added is a look at the first paint event. CPU seconds beside wall-clock: on a shared machine only they can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOMES = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA")

TAP = """
import json, os, sys, time
sys.path.insert(0, {root!r})
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Tap(QObject):
    seen = False
    def eventFilter(self, thing, event):
        if not self.seen and event.type() == QEvent.Type.Paint and isinstance(thing, QWidget):
            self.seen = True
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        QApplication.instance().removeEventFilter(self)
        print(json.dumps({{"wall_s": time.monotonic() - {began}, "cpu_s": time.process_time()}}), flush=True)
        QTimer.singleShot(0, QApplication.instance().quit)

run = QApplication.exec
def tapped(*_):
    tap = Tap(QApplication.instance())
    QApplication.instance().installEventFilter(tap)
    return run()
QApplication.exec = tapped
sys.argv = ["carrel"]
from app.__main__ import main
sys.exit(main([]))
"""


def measure_start(home: Path) -> dict[str, float]:
    """Seconds until the first frame, by the clock and of processor time."""
    env = os.environ | {name: str(home / name.lower()) for name in HOMES}
    # As on a user's computer, the second start finds what the first has compiled.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    code = TAP.format(root=str(ROOT), began=time.monotonic())
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, float] = json.loads(lines[-1])
    return found


def main() -> None:
    """Print the first start and the median of those that follow."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=5)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first = measure_start(Path(folder))
        others = [measure_start(Path(folder)) for _ in range(wanted.times)]
    print(f"platform: {os.environ.get('QT_QPA_PLATFORM', 'offscreen')}, load: {os.getloadavg()[0]:.1f}")
    print("first start in an empty home: {wall_s:.2f} s, {cpu_s:.2f} s of CPU".format(**first))
    for name in ("wall_s", "cpu_s"):
        print(f"later starts, {name}: median {statistics.median(one[name] for one in others):.2f}", end="; ")
        print(", ".join(f"{one[name]:.2f}" for one in others))


if __name__ == "__main__":
    main()
