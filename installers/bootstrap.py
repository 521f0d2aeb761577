"""Sets Carrel up once; called by the start scripts when their stamp is not current. Standard library only."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from installers.firstrun import packages, system
from installers.firstrun.builds import Builds
from installers.firstrun.console import Console, SetupError
from installers.firstrun.engine import Engine, choose_engine, cpu_engine, stable_include, user_cache
from installers.firstrun.guard import Stamp, only_one
from installers.firstrun.packages import Places
from installers.firstrun.wheel import FORGET, given_wheel

NEEDED_BYTES = 1_500_000_000
INTERRUPTED = 130


def main() -> int:
    """Run set-up; every way it can fail is a sentence with the place of the log."""
    asked = _arguments()
    places = Places(Path(__file__).resolve().parents[1])
    try:
        places.setup.mkdir(exist_ok=True)
        console = Console(places.setup / "setup.log")
        console.note(f"--- Python {sys.version.split()[0]}, {' '.join(sys.argv[1:])}")
    except OSError as error:
        print(f"Carrel cannot write into {places.root}: {error}.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with only_one(console, places.setup / "lock"):
            _set_up(console, places, asked)
    except SetupError as error:
        console.say(f"{error}\nThe log: {console.log_file}")
        return 1
    except OSError as error:
        console.say(f"Set-up stopped: {error}.\nThe log: {console.log_file}")
        return 1
    except KeyboardInterrupt:
        console.say("Set-up was interrupted. Run the same command again: it goes on where it stopped.")
        return INTERRUPTED
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="carrel setup", description="Sets Carrel up, or repairs and renews a set-up.")
    parser.add_argument("--engine-wheel", metavar="FILE|URL", default=os.environ.get("CARREL_ENGINE_WHEEL", ""))
    parser.add_argument("--dev", action="store_true", help="with the tests' packages")
    parser.add_argument("--key", default="by-hand", help=argparse.SUPPRESS)
    parser.add_argument("--if-stale", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _set_up(console: Console, places: Places, asked: argparse.Namespace) -> None:
    stamp = Stamp(places.setup / "stamp")
    key, had_dev = stamp.read()
    if asked.if_stale and key == asked.key and (had_dev or not asked.dev):
        return  # the one we waited for did it
    dev = asked.dev or had_dev
    console.say(_greeting(key, console.log_file))
    wheel = given_wheel(console, places, asked.engine_wheel)
    engine = choose_engine(console, stable_include(places.root / "installers" / "engine.cmake", user_cache()), wheel)
    _bring_system(console, engine, dev=asked.dev)
    _check_disk(places)
    stamp.clear()
    packages.bring_uv(console, places)
    packages.make_venv(console, places)
    wheel_asked = asked.engine_wheel not in ("", FORGET)
    _bring_packages(console, places, engine, dev=dev, wheel_asked=wheel_asked)
    packages.compile_program(console, places)
    stamp.write(asked.key, dev=dev)
    console.say("Carrel is set up.")


def _greeting(key: str, log_file: Path) -> str:
    if key:
        return f"Carrel brings its set-up up to date (log: {log_file})."
    return f"Carrel sets itself up. This happens once: some minutes, 0.8 GB of disk (log: {log_file})."


def _bring_system(console: Console, engine: Engine, *, dev: bool) -> None:
    if os.name == "nt":
        return
    needed = system.missing_for_setup(compiles=engine.compiles)
    extra = system.missing_for_tests() if dev else []
    system.bring_packages(console, needed, system.missing_libraries(), extra, strict=dev)


def _check_disk(places: Places) -> None:
    free_bytes = shutil.disk_usage(places.root).free
    if not places.python.exists() and free_bytes < NEEDED_BYTES:
        raise SetupError(
            f"Set-up needs {NEEDED_BYTES / 1e9:.1f} GB of disk, {free_bytes / 1e9:.1f} GB are free at {places.root}."
        )


def _bring_packages(console: Console, places: Places, engine: Engine, *, dev: bool, wheel_asked: bool) -> None:
    """Sync, then load the engine once.

    A GPU engine that does not compile, or a kept wheel that no longer loads, leaves the CPU's engine in its place;
    a wheel that was asked for just now and does not load is an error, and is not kept.
    """
    trouble = _sync(console, places, engine, dev=dev)
    if trouble and wheel_asked:
        given_wheel(console, places, FORGET)
        raise SetupError(f"{trouble}\nThe wheel was not kept: the next start compiles an engine for this computer.")
    if trouble and (engine.wheel or engine.name.startswith("cuda")):
        console.say(f"  {trouble}\n  An engine for the CPU takes its place.")
        include = stable_include(places.root / "installers" / "engine.cmake", user_cache())
        trouble = _sync(console, places, cpu_engine(console, include), dev=dev)
    if trouble:
        raise SetupError(trouble)


def _sync(console: Console, places: Places, engine: Engine, *, dev: bool) -> str:
    """Install the packages with this engine, from a kept build when there is one; returns what went wrong."""
    record = places.setup / "engine"
    if not record.exists() or record.read_text("utf-8") != engine.name:
        packages.drop_engine(console, places)
    builds = Builds(user_cache(), places)
    wheel = engine.wheel or builds.find(engine)
    trouble = _install(console, places, engine, wheel, dev=dev)
    if trouble and wheel and engine.compiles:  # a kept build that does not serve here
        builds.drop(engine)
        packages.drop_engine(console, places)
        wheel = None
        trouble = _install(console, places, engine, wheel, dev=dev)
    if not trouble:
        record.write_text(engine.name, "utf-8")
        if not wheel and not builds.find(engine):
            builds.keep(engine)
    return trouble


def _install(console: Console, places: Places, engine: Engine, wheel: Path | None, *, dev: bool) -> str:
    title = "Installing the locked packages (140 MB from PyPI, less what is cached)"
    if not wheel and not packages.has_engine(places):
        title += "; compiling llama.cpp, once: 3 to 5 minutes on two cores"
    with console.step(title):
        if not packages.sync(console, places, engine, wheel, dev=dev):
            return f"The packages could not be installed. {console.last_words()}"
    last_words = packages.engine_loads(places)
    return f"The engine does not load here: {last_words}." if last_words else ""


if __name__ == "__main__":
    sys.exit(main())
