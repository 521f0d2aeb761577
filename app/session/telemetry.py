"""Live figures of the computer, once a second, for whoever shows them."""

from __future__ import annotations

from app.config.paths import models_folder
from app.core.emitter import Emitter
from app.machine.live import Sample, Sampler
from app.perf.ticker import Ticker
from app.session.desk import Desk


class Telemetry:
    """Event: `sampled(sample)` on the main thread. Costs nothing while paused; `stop` before the desk closes."""

    def __init__(self, desk: Desk, interval_s: float = 1.0) -> None:
        self.sampled: Emitter[[Sample]] = Emitter()
        folder = models_folder(desk.home, desk.settings.models_folder)
        sampler = Sampler(folder=folder if folder.exists() else desk.home.root)
        self._ticker = Ticker(
            lambda: sampler.sample(desk.engine.pid),
            lambda sample: desk.post(lambda: self.sampled.emit(sample)),
            interval_s,
        )

    def start(self) -> None:
        self._ticker.start()

    def pause(self) -> None:
        self._ticker.pause()

    def resume(self) -> None:
        self._ticker.resume()

    def stop(self) -> None:
        self._ticker.stop()
