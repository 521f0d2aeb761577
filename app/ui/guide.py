"""What is known of this computer and of the models for it, asked once and shared by the pages. Holds no widgets."""

from __future__ import annotations

from app.catalog.entry import explain_proof
from app.catalog.local import LocalModel
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.fit.plan import Advice, Plan
from app.machine.snapshot import Machine
from app.session.desk import Desk
from app.session.library import advise, catalog_of, list_models
from app.session.machine import look


class Guide:
    """Events: `changed()` when the machine, the advice or the list of models is known anew."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.machine: Machine | None = None
        self.advice: Advice | None = None
        self.advice_error: CarrelError | None = None
        self.models: list[LocalModel] = []
        self.changed: Emitter[[]] = Emitter()

    @property
    def vram_total_bytes(self) -> int:
        """Of the cards the engine can use; 0 without one."""
        return sum(gpu.total_bytes for gpu in self.machine.usable_gpus) if self.machine else 0

    def look(self) -> None:
        """What this computer is."""
        look(self.desk, self._on_machine)

    def ask(self) -> None:
        """Which model to run; the sentences come in the language spoken now."""
        advise(self.desk, self._on_advice, self._on_no_advice)

    def list_models(self) -> None:
        """Which models are here."""
        list_models(self.desk, self._on_models)

    def refresh(self) -> None:
        self.look()
        self.ask()
        self.list_models()

    def proof_words(self, plan: Plan) -> str:
        """Whose word the hash of the plan's file is; empty for a file that is not in the catalog."""
        try:
            entry = catalog_of(self.desk).find(f"{plan.model.repo}/{plan.model.file}")
        except CarrelError:
            return ""
        return explain_proof(entry)

    def _on_machine(self, machine: Machine) -> None:
        self.machine = machine
        self.changed.emit()

    def _on_advice(self, advice: Advice) -> None:
        self.advice, self.advice_error = advice, None
        self.changed.emit()

    def _on_no_advice(self, error: CarrelError) -> None:
        self.advice, self.advice_error = None, error
        self.changed.emit()

    def _on_models(self, models: list[LocalModel]) -> None:
        self.models = models
        self.changed.emit()
