"""Runs over more than one context holds: the plan of a run, and the result of every pass as soon as it is there."""

from __future__ import annotations

from typing import Any

import msgspec

from app.core.errors import CarrelError
from app.core.run import PassResult, RunPlan, RunState
from app.store.part import Part
from app.store.rows import Run, to_json

_plan = msgspec.json.Decoder(RunPlan)
_result = msgspec.json.Decoder(PassResult)
_COLUMNS = "id, question_id, kind, plan, state, created_at, updated_at"


class Runs(Part):
    """Begun with a question of a chat; what was done is never done twice, whatever happens in between."""

    def begin_run(self, question_id: int, plan: RunPlan) -> Run:
        with self._db.transaction():
            now = self._now()
            sql = "INSERT INTO runs (question_id, kind, plan, state, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)"
            run_id = self._db.execute(sql, question_id, plan.kind, to_json(plan), "running", now, now).lastrowid
            assert run_id is not None
            return self.run(run_id)

    def run(self, run_id: int) -> Run:
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", run_id)
        if not rows:
            raise CarrelError("no_run", "This reading is no longer here.", "Ask the question again.")
        return self._run_of(rows[0])

    def unfinished_runs(self) -> list[Run]:
        """Runs that were begun and not brought to their end, the last one first."""
        sql = f"SELECT {_COLUMNS} FROM runs WHERE state = 'running' AND EXISTS "
        sql += "(SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat_id "
        sql += "WHERE m.id = question_id AND c.deleted_at IS NULL) ORDER BY id DESC"
        return [self._run_of(row) for row in self._db.rows(sql)]

    def runs_of(self, question_id: int) -> list[Run]:
        """The runs of one question, the last one first."""
        sql = f"SELECT {_COLUMNS} FROM runs WHERE question_id = ? ORDER BY id DESC"
        return [self._run_of(row) for row in self._db.rows(sql, question_id)]

    def change_plan(self, run_id: int, plan: RunPlan) -> None:
        """Passes that are still to come may be cut anew, for another context; those that were done stay."""
        with self._db.transaction():
            self._db.execute("UPDATE runs SET plan = ? WHERE id = ?", to_json(plan), run_id)

    def keep_pass(self, run_id: int, result: PassResult) -> None:
        """Keep what a pass gave. On the disk when this returns."""
        with self._db.transaction():
            sql = "INSERT OR REPLACE INTO run_passes (run_id, number, result) VALUES (?, ?, ?)"
            self._db.execute(sql, run_id, result.number, to_json(result))
            self._db.execute("UPDATE runs SET updated_at = ? WHERE id = ?", self._now(), run_id)

    def end_run(self, run_id: int, state: RunState) -> None:
        with self._db.transaction():
            self._db.execute("UPDATE runs SET state = ?, updated_at = ? WHERE id = ?", state, self._now(), run_id)

    def _run_of(self, row: tuple[Any, ...]) -> Run:
        run_id, question_id, _, plan, state, created_at, updated_at = row
        sql = "SELECT result FROM run_passes WHERE run_id = ? ORDER BY number"
        results = tuple(_result.decode(text) for (text,) in self._db.rows(sql, run_id))
        return Run(run_id, question_id, _plan.decode(plan), state, created_at, updated_at, results)
