"""Brings a finished evaluation up to facts that hold more events, at a cost that goes with what is new.

The rules and views are not said again: their SQL runs once more, in a schema in which the tables that it reads hold
only what may be otherwise (`changed` steps, those `downstream` of them, the gaps of both). What comes out takes the
place of the same rows in the evaluation. Events are the one table that grows every day; where anything else was
loaded, the case is evaluated from nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from graphkit.gaps.advance.parts import OF_GAPS
from graphkit.gaps.rules import rules
from graphkit.gaps.statements import making, statements

if TYPE_CHECKING:
    from graphkit.facts import Facts
    from graphkit.gaps.evaluate import Computation
    from graphkit.model.rule import Rule

_GROWING = {"events", "documents"}
"""The tables that a load may have added to: of documents rules read only the names, on events only the steps depend."""

_STEPS = {"steps", "step_states", "step_events", "step_after", "measure_steps", "found_gaps"}
"""What the steps are told by: rules of other things that read one of these are run again over the whole case."""

_TOLD = {**OF_GAPS, "gap_groups": "gap"}
"""The tables that are worked out for each gap, with the column that says which."""

_SCHEMA = "advance"


def advance(computation: Computation, facts: Facts) -> bool:
    """Bring a computation up to newer facts of the same workspace; False, and nothing done, where that needs more.

    It needs more when anything but events (and documents) was added to the case since, the case has rules of its own,
    or only some kinds were looked for. Raises InputError as an evaluation from nothing does; the computation is of no
    more use then.
    """
    since = [one for one in facts.commits() if one.number > computation.commit and one.case == computation.case.id]
    before = computation.files["events"]
    new = [file for file in facts.files("events", computation.case.id) if file not in before]
    if (
        computation.region is not None
        or not computation.is_local
        or computation.looked_for.keys() != rules().keys()
        or facts.version < computation.commit
        or any(set(one.rows) - _GROWING for one in since)
        or facts.rules(computation.case.id)
        or not before <= set(facts.files("events", computation.case.id))
        or _renames_sources(computation, facts)
    ):
        return False
    computation.read_facts(facts, sorted({table for one in since for table in one.rows}))
    if since:
        computation.kept.begin(since[-1].number)
    if new:
        _Advance(computation).run(new)
    return True


def _renames_sources(computation: Computation, facts: Facts) -> bool:
    """Whether a new document is one that events have named before: what they say may come from one source now."""
    before = computation.files["documents"]
    new = [file for file in facts.files("documents", computation.case.id) if file not in before]
    if not new:
        return False
    run = computation.connection.execute
    run(f"CREATE SCHEMA {_SCHEMA}; SET search_path = '{_SCHEMA},main'")
    run(f"CREATE VIEW documents AS {computation.counted('documents', new)}")
    run(making("views/documents", "document_names"))
    known = run("SELECT 1 FROM completions SEMI JOIN document_names ON name = source LIMIT 1").fetchone()
    run(f"SET search_path = 'main'; DROP SCHEMA {_SCHEMA} CASCADE")
    return known is not None


class _Advance:
    def __init__(self, computation: Computation) -> None:
        self._computation = computation
        self._run = computation.connection.execute

    def run(self, files: list[str]) -> None:
        self._run(f"CREATE SCHEMA {_SCHEMA}")
        self._look_here()
        new_events = self._computation.counted("events", files)
        self._run(f"CREATE TABLE new_events AS {new_events}")
        self._observe()
        self._find(measures_moved=self._state())
        self._reach()
        self._lead()
        self._measure()
        self._look_everywhere()
        self._run(f"DROP SCHEMA {_SCHEMA} CASCADE")

    def _observe(self) -> None:
        """Put the events of the touched steps together again."""
        self._run(statements("advance/events"))
        self._make("steps", "step_events")
        self._make("evidence", "completions")
        for table in ("step_events", "completions"):
            self._replace(table, "step IN (SELECT step FROM touched)")

    def _state(self) -> bool:
        """Work out the states of the changed steps; return whether a measure has other steps with them."""
        self._run(statements("advance/states"))
        self._make("steps", "step_states", "steps")
        ((moved,),) = self._run(statements("advance/moved")).fetchall()
        self._run("DELETE FROM step_states WHERE step NOT IN (SELECT step FROM changed)")
        self._computation.kept.keep_steps("SELECT step FROM changed")
        self._replace("step_states", "step IN (SELECT step FROM changed)")
        self._run(
            "INSERT INTO step_states SELECT * FROM main.step_states WHERE step IN (SELECT step FROM near) "
            "AND step NOT IN (SELECT step FROM changed)"
        )
        self._computation.check_days()
        self._make("evidence", "unsourced_steps", "steps_past_due")
        self._replace("steps_past_due", "step IN (SELECT step FROM changed)")
        return bool(moved)

    def _find(self, *, measures_moved: bool) -> None:
        """Find the gaps of the changed steps, and those of other things that a change of steps makes otherwise."""
        self._make("found", "found_gaps", "found_amounts")
        self._computation.collect(_of_changed(rule) for rule in rules().values() if rule.about == "step")
        self._replace("found_gaps", "step IN (SELECT step FROM changed)")
        self._look_everywhere()
        if measures_moved:
            self._make("measure_steps", "measure_steps")
        again = ", ".join(f"'{rule}'" for rule in _about_steps())
        self._run(f"DELETE FROM found_gaps WHERE kind IN ({again}); DELETE FROM found_amounts WHERE kind IN ({again})")
        self._computation.collect(rules()[kind] for kind in _about_steps())
        self._look_here()
        self._run("CREATE TABLE changed_gaps (id VARCHAR)")
        self._run("DROP TABLE found_gaps; DROP TABLE found_amounts")
        chosen = ("step IN (SELECT step FROM changed)", f"kind IN ({again})")
        self._run(
            "CREATE TABLE found_gaps AS "
            + " UNION ALL ".join(f"SELECT * FROM main.found_gaps WHERE {one}" for one in chosen)
        )
        self._make("gap_ids", "gap_rows", "gap_amounts")
        for one in chosen:
            self._run(f"INSERT INTO changed_gaps SELECT id FROM main.gap_rows WHERE {one}")
            self._replace("gap_rows", one)

    def _reach(self) -> None:
        """Walk again from the fronts to the steps that wait for them, where a step that changed is on the way."""
        self._make("reach", "waiting", "fronts")
        for table in ("waiting", "fronts"):
            self._replace(table, "step IN (SELECT step FROM changed)")
        self._run("DROP TABLE fronts")
        self._run(statements("advance/reach"))
        self._computation.walk_reach()

    def _lead(self) -> None:
        """Find the leads again of the steps that have none of their own and come behind a changed one."""
        self._run("CREATE VIEW lead_steps AS SELECT * FROM main.lead_steps WHERE distance = 0")
        self._make("leads", "led_before")
        self._run(statements("advance/leads"))
        self._computation.walk_leads()

    def _measure(self) -> None:
        """Work out causes, impact and agencies of the gaps at the ends of those walks; most come out as they were."""
        self._run(statements("advance/impact"))
        self._make("impact", "gap_causes", "gap_groups", "gap_amounts", "gaps")
        self._make("agencies", "gap_agencies", "gap_findings")
        self._run("CREATE TABLE worked_out AS SELECT DISTINCT id FROM changed_gaps")
        self._run("CREATE OR REPLACE TABLE changed_gaps AS SELECT id FROM gap_rows SEMI JOIN changed USING (step)")
        for table, key in _TOLD.items():
            self._run(statements("advance/otherwise").format(table=table, key=key))
        self._computation.kept.keep_gaps("SELECT id FROM changed_gaps")
        for table, key in _TOLD.items():
            self._replace(table, f"{key} IN (SELECT id FROM changed_gaps)")

    def _make(self, file: str, *tables: str) -> None:
        for table in tables:
            self._run(making(f"views/{file}", table))

    def _replace(self, table: str, chosen: str) -> None:
        """Put the rows made here in the place of the chosen ones of the evaluation."""
        self._run(f"DELETE FROM main.{table} WHERE {chosen}")
        self._run(f"INSERT INTO main.{table} SELECT * FROM {table} WHERE {chosen}")

    def _look_here(self) -> None:
        """Let statements read, and make, the tables at hand first; where there is none, the evaluation's."""
        self._run(f"SET search_path = '{_SCHEMA},main'")

    def _look_everywhere(self) -> None:
        self._run("SET search_path = 'main'")


def _of_changed(rule: Rule) -> Rule:
    """Return a rule about steps that finds only what it finds of the changed ones."""
    return rule.model_copy(update={"sql": f"SELECT * FROM ({rule.sql}) AS found SEMI JOIN changed USING (step)"})


@cache
def _about_steps() -> tuple[str, ...]:
    """The kinds of gap that are about something else and depend on steps."""
    from graphkit.engine.select import tables_read  # noqa: PLC0415 - its parser takes a while to import

    return tuple(rule.id for rule in rules().values() if rule.about != "step" and tables_read(rule.sql) & _STEPS)
