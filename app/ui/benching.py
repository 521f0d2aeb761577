"""The benchmark that runs, and those that ran before. Holds no widgets, so that it goes on under another language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.session.benchbook import BenchBook, BenchPoint, BenchResult
from app.session.benchmark import Benchmark
from app.session.desk import Desk


class Benching:
    """Used on the main thread. Events: `changed()` the run, its points or the list are others; `failed(error)`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._book = BenchBook(desk.home.benchmarks_file)
        self.results: tuple[BenchResult, ...] = ()
        self.points: tuple[BenchPoint, ...] = ()  # of the run
        self.fraction = 0.0
        self.chosen: float | None = None  # the moment of the run that is drawn; None is the newest
        self._run: Benchmark | None = None
        self.changed: Emitter[[]] = Emitter()
        self.failed: Emitter[[CarrelError]] = Emitter()

    @property
    def is_running(self) -> bool:
        return self._run is not None

    @property
    def shown(self) -> BenchResult | None:
        """The run that is drawn."""
        newest = self.results[0] if self.results else None
        return next((one for one in self.results if one.at_s == self.chosen), newest)

    def read(self) -> None:
        """The runs of before."""
        self.desk.jobs.run(self._book.list, self._on_list)

    def start(self, depths: Sequence[int]) -> None:
        """With the model that is loaded. Does nothing while one runs."""
        if self._run is not None:
            return
        run = self._run = Benchmark(self.desk, depths)
        self.points, self.fraction = (), 0.0
        run.progressed.connect(self._on_progressed)
        run.measured.connect(self._on_measured)
        run.ended.connect(self._on_ended)
        run.failed.connect(self._on_failed)
        self.changed.emit()
        run.start()

    def stop(self) -> None:
        """What was measured is kept."""
        if self._run is not None:
            self._run.stop()

    def choose(self, at_s: float) -> None:
        self.chosen = at_s
        self.changed.emit()

    def remove(self, result: BenchResult) -> None:
        self._write(lambda: self._book.remove(result.at_s))

    def restore(self, result: BenchResult) -> None:
        self._write(lambda: self._book.keep(result))

    def _on_progressed(self, fraction: float) -> None:
        self.fraction = fraction
        self.changed.emit()

    def _on_measured(self, point: BenchPoint) -> None:
        self.points = (*self.points, point)
        self.changed.emit()

    def _on_ended(self, result: BenchResult | None) -> None:
        self._run = None
        if result is not None:
            self.chosen = result.at_s
            self._write(lambda: self._book.keep(result))
        self.changed.emit()

    def _on_failed(self, error: CarrelError) -> None:
        self._run = None
        self.changed.emit()
        self.failed.emit(error)

    def _write(self, write: Callable[[], object]) -> None:
        def done(_: object) -> None:
            self.read()

        def failed(error: Exception) -> None:
            if isinstance(error, CarrelError):
                self.failed.emit(error)
            else:
                raise error

        self.desk.jobs.run(write, done, failed)

    def _on_list(self, results: tuple[BenchResult, ...]) -> None:
        self.results = results
        self.changed.emit()
