"""How long from the start of the process to the first painted frame of the window: `python tests/bench/startup.py`.

The program is run as it is started by hand, in an empty home and then again in the same; what is added is a look at
what it does after its first picture. CPU seconds beside wall-clock: on a shared machine only they can be compared.
`--against FOLDER` measures another checkout by turns and tells the ratio of each pair.
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

# A filter on the whole application would cost 50 ms of what it measures: PySide makes every class that it could be
# handed. So the program's own beginning after the first picture is what tells.
TAP = """
import json, sys, time
sys.path.insert(0, {root!r})
sys.argv = ["carrel"]
from app import boot
from app.__main__ import main

def tell(*_):
    print(json.dumps({{"wall_s": time.monotonic() - {began}, "cpu_s": time.process_time()}}), flush=True)
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    QTimer.singleShot(0, QApplication.quit)

def tapped(*arguments):
    from app.ui.sources import read_no_sources
    read_no_sources()
    import app.ui.app
    app.ui.app._begin = tell
    return run(*arguments)

run, boot._open_window = boot._open_window, tapped
sys.exit(main([]))
"""


def measure_start(home: Path, root: Path = ROOT) -> dict[str, float]:
    """Seconds until the first frame, by the clock and of processor time."""
    env = os.environ | {name: str(home / name.lower()) for name in HOMES}
    # As on a user's computer, the second start finds what the first has compiled.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    code = TAP.format(root=str(root), began=time.monotonic())
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
    arguments.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout, measured by turns")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        first = measure_start(Path(ours))
        if wanted.against:
            measure_start(Path(theirs), wanted.against.resolve())
        starts, others = [], []
        for _ in range(wanted.times):
            starts.append(measure_start(Path(ours)))
            if wanted.against:
                others.append(measure_start(Path(theirs), wanted.against.resolve()))
    print(f"platform: {os.environ.get('QT_QPA_PLATFORM', 'offscreen')}, load: {os.getloadavg()[0]:.1f}")
    print("first start in an empty home: {wall_s:.2f} s, {cpu_s:.2f} s of CPU".format(**first))
    _tell("later starts", starts)
    if others:
        _tell(str(wanted.against), others)
        ratios = [ours["cpu_s"] / theirs["cpu_s"] for ours, theirs in zip(starts, others, strict=True)]
        print(f"CPU, this by that: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


def _tell(name: str, starts: list[dict[str, float]]) -> None:
    for unit in ("wall_s", "cpu_s"):
        print(f"{name}, {unit}: median {statistics.median(one[unit] for one in starts):.2f}", end="; ")
        print(", ".join(f"{one[unit]:.2f}" for one in starts))


if __name__ == "__main__":
    main()
