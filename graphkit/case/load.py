"""Loads case folders into the facts: what can be used is appended, what cannot is written to a rejects file with why.

CONTRACT.md section 1. The same case loaded twice changes nothing.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from graphkit.case.check import PROBLEM, References, checked_query
from graphkit.case.definitions import Definitions, read_definitions
from graphkit.case.folder import document_files, keep_documents, table_files
from graphkit.case.header import header_problem
from graphkit.case.marks import mark_duplicates, mark_levels, mark_parents
from graphkit.case.own_rules import RuleCheck
from graphkit.case.read import RawTable, read_raw
from graphkit.case.rejects import Reject, short, write_rejects
from graphkit.engine.duckdb import connect, parquet_rows, share
from graphkit.facts import Facts, Transaction
from graphkit.facts.expected import EXPECTED_SQL, definition_tables
from graphkit.facts.schema import DEFINITIONS, own_schema, stored_schema
from graphkit.model.absence import ABSENCE_KINDS
from graphkit.model.case import Case, Policy
from graphkit.model.errors import InputError
from graphkit.model.followup import FOLLOWED, wrong_moves
from graphkit.model.sql import identifier, literal
from graphkit.model.tables import TABLES, ColumnType, Table

_MOVES_TOLD = 50

_ROW_BYTES = 16
"""So little a row of a file takes, or nearly so: it has no more rows than this makes of its size."""


@dataclass(slots=True)
class LoadResult:
    """What a load did: rows appended by table, rejects with their file, warnings, in a fixed order."""

    case: str
    loaded: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    rejects_file: Path | None = None
    warnings: list[str] = field(default_factory=list)
    batch: str | None = None

    @property
    def rejected(self) -> int:
        """How many rows (or definitions) were rejected."""
        return len(self.rejects)


def load_case(facts: Facts, folder: Path, check_cypher: RuleCheck | None = None, lang: str = "en") -> LoadResult:
    """Load the case in `folder`; `check_cypher` is as read_own_rules has it, `lang` (zh, en) that of the rejects file.

    InputError when there is no usable case.yaml; StoreError when facts are locked.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise InputError(f"{folder}: {what}; a case is a folder with a case.yaml in it")
    loader = _Loader(facts, folder, read_definitions(folder, check_cypher), lang=lang)
    with (
        facts.transaction(loader.case.id) as transaction,
        tempfile.TemporaryDirectory(dir=facts.workspace, prefix=".load-") as scratch,
    ):
        return loader.run(transaction, Path(scratch))


def append_rows(
    facts: Facts, transaction: Transaction, case: Case, tables: Mapping[str, Sequence[Mapping[str, Any]]], origin: str
) -> LoadResult:
    """Append rows that a person entered to a case, through the same checks as a load; InputError when one is wrong.

    `tables` maps a table to its rows, a value as a CSV would hold it; `origin` is kept as their source_file. Nothing is
    appended unless every row is good.
    """
    with tempfile.TemporaryDirectory(dir=facts.workspace, prefix=".load-") as scratch:
        folder = Path(scratch) / "entered"
        (folder / "tables").mkdir(parents=True)
        for table, rows in tables.items():
            lines = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
            (folder / "tables" / f"{table}.jsonl").write_text(lines, encoding="utf-8")
        return _Loader(facts, folder, Definitions(case), origin).run(transaction, Path(scratch))


class _Loader:
    """One load of a folder; with `origin`, of rows that a person entered for a case, all of which must be good."""

    def __init__(
        self,
        facts: Facts,
        folder: Path,
        definitions: Definitions,
        origin: str | None = None,
        lang: str = "en",
    ) -> None:
        self.facts = facts
        self.folder = folder
        self.definitions = definitions
        self.case = definitions.case
        self.origin = origin
        self.lang = lang
        self.rejects = definitions.rejects
        self.warnings = definitions.warnings

    def run(self, transaction: Transaction, scratch: Path) -> LoadResult:
        known = self.facts.definitions(self.case.id)
        policies = self.definitions.with_known(
            {key: Policy.model_validate_json(text) for (kind, key), text in known.items() if kind == "policy"}
        )
        self.connection = connect(scratch)
        found = table_files(self.folder)
        most = sum(path.stat().st_size for paths in found.files.values() for path in paths) // _ROW_BYTES
        share(self.connection, self.facts.rows(self.case.id) + most)
        self.references = References({}, steps=False)
        self.made: set[str] = set()  # the tables new_… (loaded rows) and whole_… (rows of a table in several files)
        self._register_definitions(policies)
        loaded: dict[str, int] = {}
        self.files = found.files
        self.rejects += found.rejects
        self.warnings += found.warnings
        for table in TABLES.values():
            for path in self.files.get(table.name, []):
                try:
                    count = self._load_table(transaction, table, path, scratch)
                except (InputError, duckdb.Error) as error:
                    reason = " ".join(str(error).split())[:300]
                    self.rejects.append(Reject(f"tables/{path.name}", None, None, None, reason))
                    count = 0
                loaded[table.name] = loaded.get(table.name, 0) + count
            self._make_keys(table)
        self._check_sources()
        self._check_assignments()
        self._check_findings()
        if self.origin and self.rejects:
            first = self.rejects[0]
            raise InputError(f"{first.column} {short(first.value or '')} {first.reason}")
        if "actions" in loaded:
            self._check_moves()
        rejected_rows = self._rejected_rows()
        self._warn_of_absences(rejected_rows)
        self._append_definitions(transaction, known)
        rejects, warnings = keep_documents(self.folder, self.facts.documents_folder(self.case.id))
        self.rejects += rejects
        self.warnings += warnings
        rejects_file = None
        if self.rejects:
            name = self.facts.documents_folder(self.case.id).name
            rejects_file = write_rejects(self.rejects, self.facts.workspace / "rejects", name, self.lang)
        summary: dict[str, Any] = {
            "rejected": len(self.rejects),
            "rejected_rows": rejected_rows,
            "rejects_file": rejects_file.name if rejects_file else None,
            "warnings": self.warnings,
        }
        before = self.facts.rejected_rows(self.case.id)
        commit = transaction.commit(
            {"origin": self.origin} if self.origin else summary,
            even_without_rows=not self.origin and any(before.get(one, 0) != n for one, n in rejected_rows.items()),
        )
        self.connection.close()
        return LoadResult(
            self.case.id,
            loaded,
            self.rejects,
            rejects_file,
            self.warnings,
            commit.batch if commit and commit.rows else None,
        )

    # Definitions

    def _append_definitions(self, transaction: Transaction, known: dict[tuple[str, str], str]) -> None:
        changed = {
            (kind, key): (kind, key, text, file, transaction.batch)
            for kind, key, text, file in self.definitions.rows
            if known.get((kind, key)) != text
        }
        self.warnings += [
            f"{file}: is not as it was loaded before; from now on it counts as it is here"
            for file in sorted(changed[one][3] for one in changed.keys() & known.keys())
        ]
        schema = stored_schema(DEFINITIONS)
        columns = list(zip(*changed.values(), strict=True)) or [() for _ in schema]
        rows = pa.table([pa.array(list(column), pa.string()) for column in columns], schema=schema)
        transaction.append(DEFINITIONS, rows, rows.num_rows)

    # Tables

    def _register_definitions(self, policies: list[Policy]) -> None:
        run = self.connection.execute
        for name, rows in definition_tables(self.case, policies).items():
            self.connection.register("_definitions", rows)
            run(f"CREATE TABLE {name} AS SELECT * FROM _definitions")
            self.connection.unregister("_definitions")
        run("CREATE TABLE policies_keys AS SELECT id AS key FROM policies")
        run("CREATE TABLE stages_keys AS SELECT policy || chr(31) || id AS key FROM stages")
        run("CREATE TABLE measures_keys AS SELECT id AS key FROM measures")
        run("CREATE TABLE policy_measures_keys AS SELECT policy || chr(31) || id AS key FROM measures")
        self.references.tables.update(
            {one: f"{one}_keys" for one in ("policies", "stages", "measures", "policy_measures")}
        )

    def _load_table(self, transaction: Transaction, table: Table, path: Path, scratch: Path) -> int:
        name = f"tables/{path.name}"
        raw = read_raw(self.connection, path, name, table, scratch)
        self.warnings += raw.warnings
        self.rejects += [
            Reject(name, bad.row, None, None, f"{bad.reason}; the row is left out", _json_line(bad.text))
            for bad in raw.bad
        ]
        if not raw.columns:
            return 0
        if (problem := header_problem(raw.columns, table)) is not None:
            self._reject_all(name, raw, *problem)
            return 0
        # From here on the case has this table, be it without rows: a file that cannot be read is none.
        self.definitions.rows.append(("table", table.name, "{}", path.name))
        extra = sorted(set(raw.columns) - {*table.column_names, *table.free})
        if extra:
            self.warnings.append(f"{name}: {', '.join(extra)}: not named by the contract; kept as attributes")
        self._check_rows(table, raw)
        self._reject_marked(name, raw.columns)
        return self._append_rows(transaction, table, name)

    def _check_rows(self, table: Table, raw: RawTable) -> None:
        run = self.connection.execute
        present = dict(run("SELECT column_name, column_type FROM (DESCRIBE raw)").fetchall())
        present.pop("_row")
        references, zone = self.references, self.case.timezone
        fast = table.name == "events" and references.steps
        first = replace(references, only_steps=fast)
        run(f"CREATE OR REPLACE TABLE checked AS {checked_query(table, present, zone, first, damaged=raw.damaged)}")
        said = "_column VARCHAR, _value VARCHAR, _reason VARCHAR"
        run(f"CREATE OR REPLACE TABLE wrong (_row BIGINT, {said}, _others {PROBLEM}[])")
        if self._count("SELECT count(*) FROM checked WHERE _reason IS NOT NULL"):
            rows = "(SELECT * FROM raw WHERE _row IN (SELECT _row FROM checked WHERE _reason IS NOT NULL))"
            query = checked_query(table, present, zone, references, source=rows, damaged=raw.damaged, every=True)
            run(f"INSERT INTO wrong SELECT _row, _column, _value, _reason, _others FROM ({query})")
            if fast:
                run(
                    "UPDATE checked SET _column = wrong._column, _value = wrong._value, _reason = wrong._reason "
                    "FROM wrong WHERE wrong._row = checked._row"
                )
        earlier = self._earlier(table)
        mark_parents(self.connection, table, earlier)
        if table.name == "regions":
            self.warnings += mark_levels(self.connection, earlier)
        has_earlier = f"whole_{table.name}" in self.made or bool(self.facts.files(table.name, self.case.id))
        mark_duplicates(self.connection, table, earlier if has_earlier else None)
        self._explain_lost_policies()

    def _explain_lost_policies(self) -> None:
        """Say of rows that name a policy whose file is wrong that it is that; beside another reason it is left out."""
        for policy, reason in sorted(self.definitions.lost.items()):
            self.connection.execute(
                "UPDATE checked SET _reason = ? WHERE _column = 'policy' AND _value = ?",
                [f"names a policy that could not be read: {reason}", policy],
            )
            self.connection.execute(
                "UPDATE wrong SET _others = "
                "list_filter(_others, lambda one: one.c <> 'policy' OR one.v IS DISTINCT FROM ?)",
                [policy],
            )
        if lost := sorted(self.definitions.lost.values()):
            self.connection.execute(
                "UPDATE checked SET _reason = ? WHERE _reason = 'is no measure of any policy'",
                [f"is no measure of a policy that could be read; one could not: {lost[0]}"],
            )

    def _reject_marked(self, name: str, columns: list[str]) -> None:
        if not self._count("SELECT count(*) FROM checked WHERE _reason IS NOT NULL"):
            return
        rows = self.connection.execute(
            f"SELECT _row, checked._column, checked._value, checked._reason, {self._content(columns)}, wrong._others "
            "FROM checked JOIN raw USING (_row) LEFT JOIN wrong USING (_row) "
            "WHERE checked._reason IS NOT NULL ORDER BY _row"
        ).fetchall()
        for row, column, value, reason, content, others in rows:
            also = tuple(Reject(name, row, one["c"], one["v"], one["r"]) for one in others or ())
            self.rejects.append(Reject(name, row, column, value, reason, content, others=also))

    def _reject_all(self, name: str, raw: RawTable, column: str, reason: str) -> None:
        """Reject every row for what is wrong with the header, and say so once."""
        told = Reject(name, raw.row or None, column, None, f"{reason}; all {raw.rows} rows are left out")
        rows = self.connection.execute(f"SELECT _row, {self._content(raw.columns)} FROM raw ORDER BY _row").fetchall()
        self.rejects += [Reject(name, row, column, None, reason, content, told) for row, content in rows] or [
            Reject(name, raw.row or None, column, None, reason, json.dumps(raw.columns, ensure_ascii=False))
        ]

    @staticmethod
    def _content(columns: list[str]) -> str:
        """Return SQL for the whole row as JSON."""
        return f"CAST(to_json({{{', '.join(f'{literal(one)}: raw.{identifier(one)}' for one in columns)}}}) AS VARCHAR)"

    def _append_rows(self, transaction: Transaction, table: Table, name: str) -> int:
        own = ", ".join(identifier(one) for one in table.column_names)
        good = "FROM checked WHERE _reason IS NULL AND NOT _again"
        count = self._count(f"SELECT count(*) {good}")
        query = (
            f"SELECT {own}, attributes, {literal(self.origin or name)} AS source_file, "
            f"{'NULL' if self.origin else '_row'} AS source_row, "
            f"{literal(transaction.batch)} AS batch {good} ORDER BY _row"
        )
        transaction.append(table.name, self.connection.sql(query).to_arrow_reader(100_000), count)
        self._check_amounts(table, name, good)
        self._keep(f"new_{table.name}", f"SELECT {self._kept(table)} {good}")
        if len(self.files[table.name]) > 1:
            self._keep(f"whole_{table.name}", f"SELECT {own}, attributes {good}")
        return count

    def _check_amounts(self, table: Table, name: str, good: str) -> None:
        """Warn of amounts that the graph cannot hold exactly: its whole numbers count 1/10000 and have 64 bits."""
        for column in table.columns:
            if column.type is not ColumnType.AMOUNT:
                continue
            own = identifier(column.name)
            count = self._count(
                f"SELECT count(*) {good} AND {own} IS NOT NULL "
                f"AND ({own} <> round({own}, 4) OR TRY_CAST(round({own} * 10000) AS BIGINT) IS NULL)"
            )
            if count:
                self.warnings.append(
                    f"{name}, column {column.name}: amounts with more than 4 decimals, or above 922337203685477: "
                    f"{count}; gaps count them exactly, the graph rounds them or leaves out their {column.name}_e4, so "
                    "sums in Cypher are not exact"
                )

    def _keep(self, name: str, query: str) -> None:
        self.connection.execute(
            f"INSERT INTO {name} {query}" if name in self.made else f"CREATE TABLE {name} AS {query}"
        )
        self.made.add(name)

    @staticmethod
    def _kept(table: Table) -> str:
        """The columns of loaded rows that later checks look at."""
        if table.name in ("regions", "agencies", "findings", "actions", "assignments"):
            return ", ".join(identifier(one) for one in table.column_names)
        kept = [one for one in (*table.key, "source") if one in table.column_names]
        kept += ["file"] if table.name == "documents" else []
        return ", ".join(identifier(one) for one in kept) or "1 AS nothing"

    def _stored(self, table: Table) -> str:
        """Return SQL for the case's rows of a table that were loaded before."""
        return parquet_rows(self.facts.files(table.name, self.case.id), own_schema(table))

    def _earlier(self, table: Table) -> str:
        """Return SQL for the rows of a table that were loaded before, in this load from another of its files too."""
        if f"whole_{table.name}" not in self.made:
            return self._stored(table)
        names = ", ".join(identifier(name) for name in (*table.column_names, "attributes"))
        stored = (
            f"SELECT {names} FROM {self._stored(table)} UNION ALL "
            if self.facts.files(table.name, self.case.id)
            else ""
        )
        return f"({stored}SELECT {names} FROM whole_{table.name})"

    def _count(self, statement: str, values: list[str] | None = None) -> int:
        """Run a count, or a change and count its rows."""
        return int(self.connection.execute(statement, values or []).fetchall()[0][0])

    def _make_keys(self, table: Table) -> None:
        """Make the table's keys known to the checks of later tables, and the steps once regions and agencies are."""
        run = self.connection.execute
        has_new = f"new_{table.name}" in self.made
        known = has_new or table.name in {key for kind, key, *_ in self.definitions.rows if kind == "table"}
        known = known or table.name in self.facts.tables_present(self.case.id)
        if table.key and known and table.name in ("regions", "agencies", "beneficiary_groups", "findings"):
            key = table.key[0]
            new = f" UNION ALL SELECT {key} FROM new_{table.name}" if has_new else ""
            run(f"CREATE TABLE {table.name}_keys AS SELECT {key} AS key FROM {self._stored(table)}{new}")
            self.references.tables[table.name] = f"{table.name}_keys"
        if table.name in ("regions", "agencies"):
            own = ", ".join(identifier(one) for one in table.column_names)
            new = f" UNION ALL SELECT {own} FROM new_{table.name}" if has_new else ""
            run(f"CREATE TABLE {table.name} AS SELECT {own} FROM {self._stored(table)}{new}")
        if table.name == "agencies":
            self._expect_steps()

    def _expect_steps(self) -> None:
        run = self.connection.execute
        if "regions" not in self.references.tables:
            self.warnings.append(
                "tables/regions: there is none, so steps are expected only at agencies in scopes that have no region"
            )
            return
        jurisdiction = self.case.jurisdiction
        if jurisdiction and not self._count("SELECT count(*) FROM regions WHERE code = ?", [jurisdiction]):
            self.rejects.append(
                Reject(
                    "case.yaml",
                    None,
                    "jurisdiction",
                    jurisdiction,
                    "is no code in tables/regions; no step is expected until it is",
                )
            )
            return
        self._check_territories()
        run(EXPECTED_SQL)
        run(
            "CREATE TABLE step_keys AS SELECT policy || chr(31) || stage || chr(31) || scope AS key FROM expected_steps"
        )
        self.references = References(self.references.tables, steps=True)
        useless = run(
            "SELECT policy, stage, scope, scope IN (SELECT code FROM regions UNION ALL SELECT id FROM agencies) "
            "FROM stage_scopes WHERE (policy, stage, scope) NOT IN (SELECT (policy, stage, scope) FROM expected_steps) "
            "ORDER BY ALL"
        ).fetchall()
        for policy, stage, scope, known in useless:
            file = self.definitions.files.get(policy, f"policies/{policy}.yaml")
            key = f"stages.{stage}.scopes"
            if known:
                self.warnings.append(
                    f"{file}, key {key}: {scope} is not of the stage's level, or outside the jurisdiction; "
                    "it makes no step"
                )
            else:
                self.rejects.append(Reject(file, None, key, scope, "is an unknown region or agency; it makes no step"))

    def _check_territories(self) -> None:
        """Warn of provisions for a territory that is no region: nothing lies in it, so it is compared with few."""
        known = {code for (code,) in self.connection.execute("SELECT code FROM regions").fetchall()}
        for policy, plan in sorted(self.definitions.policies.items()):
            self.warnings += [
                f"{self.definitions.files[policy]}, key provisions.{one.id}.territory: {short(one.territory)} is no "
                "code in tables/regions; it is only compared with provisions for the same code or for everywhere"
                for one in plan.provisions
                if one.territory is not None and one.territory not in known
            ]

    def _check_sources(self) -> None:
        """Warn of sources that are neither a document id nor a file of the case."""
        run = self.connection.execute
        files = {path.name for path in document_files(self.folder)}
        kept = self.facts.documents_folder(self.case.id)
        files |= {path.name for path in kept.iterdir()} if kept.is_dir() else set()
        documents = TABLES["documents"]
        new = "new_documents" if "new_documents" in self.made else None
        ids = f"SELECT id, file FROM {self._stored(documents)}" + (
            f" UNION ALL SELECT id, file FROM {new}" if new else ""
        )
        known = run(ids).fetchall()
        lost = sorted({file for _, file in known if file and file not in files and f"documents/{file}" not in files})
        self.warnings += [f"tables/documents: the file '{file}' is not in documents/" for file in lost]
        run("CREATE TABLE known_sources (source VARCHAR)")
        names = sorted(
            {one for one, _ in known}
            | files
            | {f"documents/{file}" for file in files}
            | {file for _, file in known if file}
        )
        if names:
            self.connection.register("_names", pa.table({"source": names}))
            run("INSERT INTO known_sources SELECT source FROM _names")
        for table in TABLES.values():
            if "source" not in table.column_names or f"new_{table.name}" not in self.made:
                continue
            strange = run(
                f"SELECT DISTINCT source FROM new_{table.name} WHERE source IS NOT NULL "
                "AND source NOT IN (SELECT source FROM known_sources) ORDER BY 1"
            ).fetchall()
            if strange:
                self.warnings.append(
                    f"tables/{table.name}: source {_some(strange)}: neither a document's id nor a file in documents/"
                )

    def _check_assignments(self) -> None:
        """Warn of assignments to steps that no policy expects: nobody leads anything by them."""
        if "new_assignments" not in self.made or not self.references.steps:
            return
        lost = self.connection.execute(
            "SELECT DISTINCT policy || ' ' || stage || ' ' || scope FROM new_assignments "
            "WHERE policy || chr(31) || stage || chr(31) || scope NOT IN (SELECT key FROM step_keys) ORDER BY 1"
        ).fetchall()
        if lost:
            self.warnings.append(
                f"tables/assignments: {_some(lost)}: the stage is not expected there, so the assignment counts for "
                "nothing"
            )

    def _check_findings(self) -> None:
        """Warn of findings with a stage and no policy: a stage is a policy's own (CONTRACT.md section 1)."""
        if "new_findings" not in self.made:
            return
        lost = self.connection.execute(
            "SELECT id FROM new_findings WHERE stage IS NOT NULL AND policy IS NULL ORDER BY id"
        ).fetchall()
        if lost:
            self.warnings.append(
                f"tables/findings: {_some(lost)}: a stage is named without its policy, so the finding is about no "
                "step; name the policy, too"
            )

    def _check_moves(self) -> None:
        """Warn of actions that do not follow what was there before; their rows count all the same."""
        rows = {}
        for name, columns in FOLLOWED.items():
            own = ", ".join(identifier(one) for one in columns)
            new = f" UNION ALL SELECT {own} FROM new_{name}" if f"new_{name}" in self.made else ""
            query = f"SELECT {own} FROM {self._stored(TABLES[name])}{new}"
            rows[name] = self.connection.sql(query).to_arrow_table().to_pylist()
        wrong = [line for lines in wrong_moves(**rows).values() for line in lines]
        self.warnings += [f"tables/actions: {line}; the row counts" for line in wrong[:_MOVES_TOLD]]
        if len(wrong) > _MOVES_TOLD:
            more = len(wrong) - _MOVES_TOLD
            self.warnings.append(f"tables/actions: {more} more wrong moves; the list of findings shows them")

    def _rejected_rows(self) -> dict[str, int]:
        """Count the rejected rows of each table that the folder has a file of; a file that is not read counts one."""
        counts = dict.fromkeys(self.files, 0)
        for one in self.rejects:
            table = Path(one.file).stem.lower()
            if one.file.startswith("tables/") and table in TABLES:
                counts[table] = counts.get(table, 0) + 1
        return dict(sorted(counts.items()))

    def _warn_of_absences(self, rejected_rows: dict[str, int]) -> None:
        self.warnings += [
            f"tables/{table}: {rejected_rows[table]} rejected; until that is put right, gaps of these kinds may "
            f"only hold because it is not on record: {', '.join(kinds)}"
            for table, kinds in ABSENCE_KINDS.items()
            if rejected_rows.get(table)
        ]


def _some(names: list[tuple[str]]) -> str:
    """Return the first of some rows of one name each, as a warning lists them."""
    return ", ".join(short(one) for (one,) in names[:5]) + (" …" if len(names) > 5 else "")


def _json_line(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
