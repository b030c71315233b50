"""Facts and gaps as nodes and relationships: Arrow frames, one a label and one a kind of relationship.

The SELECTs are in `case.sql` and `evaluation.sql`; nothing here loops over rows. Deliveries never become nodes: they
are added up by day, holder and group.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from functools import cache
from importlib import resources
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from graphkit.engine.arrow import type_name
from graphkit.engine.duckdb import connect, parquet_rows
from graphkit.facts.schema import DEFINITIONS, stored_schema
from graphkit.gaps import Evaluation
from graphkit.gaps.provisions import provisions_of
from graphkit.graph.frames import END, START, Frames, Kind, node_schema, relationship_schema
from graphkit.model.errors import UsageError
from graphkit.model.graph import LABELS, RELATIONSHIPS, case_node_id
from graphkit.model.sql import literal

FILES = ("case.sql", "evaluation.sql")
"""The projection files: each makes what its sections share, then has its sections."""

_TABLE = re.compile(r"^CREATE OR REPLACE TEMP TABLE (\w+)", re.MULTILINE)

_PROVISION = {
    "policy": "policy", "id": "id", "title_zh": "title_zh", "title_en": "title_en", "parameter": "parameter",
    "value": "value", "unit": "unit", "territory": "territory", "groups": "groups", "document": "document",
    "effective_from": "from_day", "effective_to": "to", "state": "state",
}  # fmt: skip
_CONFLICT = {
    name: name for name in ("policy", "relation", "one", "other", "groups", "falls_short", "left_out", "since", "until")
}
"""The columns that the SELECTs see, with the fields of graphkit/gaps/provisions.py that they hold."""


class Section(NamedTuple):
    """One SELECT of a projection file: `what` is nodes or relationships, `name` the label or type.

    `in_order` says that its rows already come in a fixed order, those of a relationship by its two ends.
    """

    what: str
    name: str
    in_order: bool
    query: str


def project(evaluations: Iterable[Evaluation]) -> Frames:
    """Project the cases of some evaluations; the last one given of each case is its current one.

    The current evaluation says how far the steps are and who holds what; the earlier ones of the same case are kept
    as Evaluation and Gap nodes beside it. Raises UsageError when two evaluations of a case have the same dates.
    """
    by_case: dict[str, dict[str, Evaluation]] = {}
    for evaluation in evaluations:
        kept = by_case.setdefault(evaluation.case.id, {})
        key = evaluation_key(evaluation)
        if key in kept:
            raise UsageError(f"case {evaluation.case.id} is evaluated twice as of {key}; give each evaluation once")
        kept[key] = evaluation
    return Frames(_tables([CaseTables(case, kept) for case, kept in sorted(by_case.items())]), tuple(sorted(by_case)))


_SOURCED_EVENTS = "CREATE OR REPLACE TEMP VIEW sourced_events AS SELECT source, batch FROM events;"


@cache
def projection_version() -> str:
    """Return what changes whenever the same facts are projected otherwise: a digest of the schema and the SELECTs.

    And of DuckDB, whose `hash` is in every digest.
    """
    files = [resources.files("graphkit.graph").joinpath(name).read_bytes() for name in FILES]
    made_of = repr((LABELS, RELATIONSHIPS, duckdb.__version__)).encode()
    return hashlib.sha256(b"".join([made_of, *files])).hexdigest()[:12]


def evaluation_key(evaluation: Evaluation) -> str:
    """Return what tells an evaluation from the others of its case: its day and, if bounded, its known-by time."""
    known_by = f"@{evaluation.known_by.isoformat()}" if evaluation.known_by else ""
    return f"{evaluation.as_of.isoformat()}{known_by}"


def _tables(cases: Sequence[CaseTables]) -> Iterator[tuple[str | Kind, pa.Table]]:
    """Make the tables, those of nodes first, section by section, each of all cases at once."""
    for case in cases:
        case.begin()
    for file, section in sections_in_order():
        found: dict[str | Kind, list[pa.Table]] = {}
        for case in cases:
            for name, table in case.found(file, section):
                found.setdefault(name, []).append(table)
        for name in sorted(found, key=str):
            yield name, pa.concat_tables(found[name])
    for case in cases:
        case.end()


@cache
def sections_in_order() -> list[tuple[str, Section]]:
    """Return the sections with their files: those of nodes first."""
    sections = [(file, section) for file in FILES for section in sections_of(file)[1]]
    return sorted(sections, key=lambda one: one[1].what)


class CaseTables:
    """The tables of one case; `kept` are its evaluations by key, the current one last.

    With `commit`, only what had been loaded until then counts.
    """

    def __init__(self, case: str, kept: Mapping[str, Evaluation], commit: int | None = None) -> None:
        self.case = case
        self._kept = kept
        self._current = [*kept.values()][-1]
        self._ids: dict[str, list[pa.Table]] = {}
        until = commit or self._current.commit
        newest = [one for one in self._current.facts.commits() if one.case == case and one.number <= until][-1]
        self._batch, self._loaded_at = newest.batch, newest.loaded_at.astimezone(UTC).replace(tzinfo=None)

    def begin(self, *, part: bool = False) -> None:
        """Make what the SELECTs share in the databases of the evaluations, of which a `part` may be seen."""
        for key, evaluation in self._kept.items():
            _run(evaluation, "DROP VIEW IF EXISTS temp.sourced_events;" if part else _SOURCED_EVENTS)
            self._share(key, evaluation)

    def end(self) -> None:
        """Let go of what was shared."""
        for evaluation in self._kept.values():
            for file in FILES:
                for table in _TABLE.findall(sections_of(file)[0]):
                    _run(evaluation, f"DROP TABLE IF EXISTS temp.{table};")

    def found(self, file: str, section: Section) -> Iterator[tuple[str | Kind, pa.Table]]:
        """Yield the tables of a section: of the current evaluation first, then of the earlier ones of the case."""
        yield from self._of(self._current, section)
        if file == "evaluation.sql":
            for evaluation in self._kept.values():
                if evaluation is not self._current:
                    for name, table in self._of(evaluation, section):
                        yield name, self._with_ends(table, name) if isinstance(name, Kind) else table

    def _share(self, key: str, evaluation: Evaluation) -> None:
        definitions = parquet_rows(evaluation.facts.files(DEFINITIONS, self.case), stored_schema(DEFINITIONS))
        documents = [(policy.id, policy.document.id) for policy in evaluation.policies if policy.document.id]
        titles = evaluation.case.title
        provisions = provisions_of(evaluation)
        given: dict[str, list[tuple[str | None, ...]]] = {
            "kind_titles (kind, zh, en)": [
                (kind, rule.title.zh, rule.title.en) for kind, rule in evaluation.rules.items()
            ],
            "policy_documents (policy, document)": [*documents] or [(None, None)],
            f"graph_provisions ({', '.join(_PROVISION)})": _rows(provisions.provisions, _PROVISION),
            f"graph_conflicts ({', '.join(_CONFLICT)})": _rows(provisions.conflicts, _CONFLICT),
            "case_titles (title_zh, title_en, jurisdiction, timezone)": [
                (titles.zh, titles.en, evaluation.case.jurisdiction, evaluation.case.timezone)
            ],
        }
        _run(
            evaluation,
            f"CREATE OR REPLACE TEMP MACRO graph_case() AS {literal(self.case)}; "
            f"CREATE OR REPLACE TEMP MACRO graph_case_node() AS {literal(case_node_id(self.case))}; "
            f"CREATE OR REPLACE TEMP MACRO graph_batch() AS {literal(self._batch)}; "
            "CREATE OR REPLACE TEMP VIEW definition_rows AS "
            f"SELECT * FROM {definitions}; "
            + " ".join(f"CREATE OR REPLACE TEMP VIEW {name} AS VALUES {_values(rows)};" for name, rows in given.items())
            + sections_of("case.sql")[0]
            + f"CREATE OR REPLACE TEMP MACRO graph_evaluation() AS {literal(key)}; "
            f"CREATE OR REPLACE TEMP MACRO graph_loaded_at() AS TIMESTAMP {literal(self._loaded_at.isoformat())}; "
            f"CREATE OR REPLACE TEMP MACRO graph_projection() AS {literal(projection_version())}; "
            f"CREATE OR REPLACE TEMP MACRO is_current() AS {evaluation is self._current}; "
            + sections_of("evaluation.sql")[0],
        )

    def _of(self, evaluation: Evaluation, section: Section) -> Iterator[tuple[str | Kind, pa.Table]]:
        if section.what == "nodes":
            table = _read(evaluation, section, node_schema(section.name), ("id",))
            if len(self._kept) > 1:
                self._ids.setdefault(section.name, []).append(table.select(["id"]))
            yield section.name, table
            return
        schema = relationship_schema(section.name)
        labels = [pa.field("start_label", pa.string()), pa.field("end_label", pa.string())]
        found = _read(evaluation, section, pa.schema([*labels, *schema]), (START, END))
        pairs = found.select(["start_label", "end_label"]).group_by(["start_label", "end_label"]).aggregate([])
        for ends in pairs.sort_by([("start_label", "ascending"), ("end_label", "ascending")]).to_pylist():
            kind = Kind(section.name, ends["start_label"], ends["end_label"])
            chosen = (pc.field("start_label") == kind.start) & (pc.field("end_label") == kind.end)
            yield kind, (found.filter(chosen) if len(pairs) > 1 else found).select(schema.names)

    def _with_ends(self, table: pa.Table, kind: Kind) -> pa.Table:
        """Keep the relationships whose two nodes the current evaluation has: an earlier one may know others."""
        connection = connect()
        connection.register("found", table)
        connection.register("starts", pa.concat_tables(self._ids[kind.start]))
        connection.register("ends", pa.concat_tables(self._ids[kind.end]))
        return connection.sql(
            f"SELECT found.* FROM found SEMI JOIN starts ON starts.id = found.{START} "
            f"SEMI JOIN ends ON ends.id = found.{END} "
            f"ORDER BY {START}, {END}, digest"
        ).to_arrow_table()


def _read(evaluation: Evaluation, section: Section, schema: pa.Schema, order: tuple[str, ...]) -> pa.Table:
    """Read the rows of a section in the columns of the schema, with their digest, in a fixed order."""
    given = _columns(evaluation, section)
    columns = {
        field.name: f'CAST({_column(field.name, given)} AS {type_name(field.type)}) AS "{field.name}"'
        for field in schema
        if field.name != "digest"
    }
    hashed = ", ".join(f'"{name}"' for name in columns if name not in ("start_label", "end_label"))
    table = evaluation.sql(
        f"SELECT *, CAST(hash({hashed}) >> 1 AS BIGINT) AS digest "
        f"FROM (SELECT {', '.join(columns.values())} FROM ({section.query}) AS found)"
        + ("" if section.in_order else f" ORDER BY {', '.join(order)}, digest")
    )
    return table.select(schema.names).cast(schema)


_COLUMNS_OF: dict[Section, frozenset[str]] = {}
"""The columns of each section that was read: the case has no say in them, and it takes long to ask."""


def _columns(evaluation: Evaluation, section: Section) -> frozenset[str]:
    if section not in _COLUMNS_OF:
        _COLUMNS_OF[section] = frozenset(evaluation.sql(f"SELECT * FROM ({section.query}) LIMIT 0").column_names)
    return _COLUMNS_OF[section]


def _column(name: str, given: frozenset[str]) -> str:
    if name == "case":
        return "graph_case()"
    return f'found."{name}"' if name in given else "NULL"


@cache
def sections_of(file: str) -> tuple[str, list[Section]]:
    """Return what a projection file makes first, and its sections."""
    text = resources.files("graphkit.graph").joinpath(file).read_text(encoding="utf-8")
    shared: list[str] = []
    sections: list[tuple[str, str, bool, list[str]]] = []
    for line in text.splitlines():
        what, _, head = line.removeprefix("-- ").partition(" ")
        name, _, order = head.partition(", ")
        if line.startswith(("-- nodes ", "-- relationships ")) and name in (
            LABELS if what == "nodes" else RELATIONSHIPS
        ):
            sections.append((what, name, order == "in order", []))
        else:
            (sections[-1][3] if sections else shared).append(line)
    return "\n".join(shared), [
        Section(what, name, in_order, "\n".join(lines).strip()) for what, name, in_order, lines in sections
    ]


def _run(evaluation: Evaluation, statements: str) -> None:
    evaluation.sql(f"{statements.strip()}\nSELECT 1")


def _rows(found: Sequence[BaseModel], columns: Mapping[str, str]) -> list[tuple[str | None, ...]]:
    """Return models as rows of text, lists as JSON; one empty row where there are none."""
    given = [one.model_dump(mode="json") for one in found]
    return [tuple(_text(one[field]) for field in columns.values()) for one in given] or [(None,) * len(columns)]


def _text(value: str | list[str] | None) -> str | None:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _values(rows: Iterable[tuple[str | None, ...]]) -> str:
    return ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
