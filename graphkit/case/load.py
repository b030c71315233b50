"""Loads case folders into the facts: what can be used is appended, what cannot is written to a rejects file with why.

CONTRACT.md section 1. The same case loaded twice changes nothing.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ValidationError

from graphkit.case.check import References, checked_query, identifier, literal
from graphkit.case.header import header_problem
from graphkit.case.own_rules import RuleCheck, read_own_rules
from graphkit.case.read import SUFFIXES, RawTable, read_raw
from graphkit.case.rejects import Reject, short, write_rejects
from graphkit.case.yaml_file import read_yaml, wrong_parts
from graphkit.engine.duckdb import connect, parquet_rows
from graphkit.facts import Facts, Transaction
from graphkit.facts.expected import EXPECTED_SQL, definition_tables
from graphkit.facts.schema import DEFINITIONS, own_schema, stored_schema
from graphkit.model.absence import ABSENCE_KINDS
from graphkit.model.case import Case, Policy
from graphkit.model.errors import InputError
from graphkit.model.followup import FOLLOWED, wrong_moves
from graphkit.model.tables import LEVELS, TABLES, Table

_M = TypeVar("_M", bound=BaseModel)
_MOVES_TOLD = 50


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
    loader = _Loader(facts, folder, check_cypher=check_cypher, lang=lang)
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
        return _Loader(facts, folder, case, origin).run(transaction, Path(scratch))


class _Loader:
    """One load of a folder; with `origin`, of rows that a person entered for a case, all of which must be good."""

    def __init__(
        self,
        facts: Facts,
        folder: Path,
        case: Case | None = None,
        origin: str | None = None,
        check_cypher: RuleCheck | None = None,
        lang: str = "en",
    ) -> None:
        self.lang = lang
        self.check_cypher = check_cypher
        self.facts = facts
        self.folder = folder
        self.origin = origin
        self.rejects: list[Reject] = []
        self.warnings: list[str] = []
        self.definitions: list[tuple[str, str, str, str]] = []
        self.case = case or self._read_case()

    def run(self, transaction: Transaction, scratch: Path) -> LoadResult:
        known = self.facts.definitions(self.case.id)
        self._read_policies()
        self._read_rules()
        policies = {key: Policy.model_validate_json(text) for (kind, key), text in known.items() if kind == "policy"}
        policies |= self.policies
        _refuse_shared_measures(policies, self)
        self.connection = connect(scratch)
        self.references = References({}, steps=False)
        self.made: set[str] = set()  # the tables new_… (loaded rows) and whole_… (rows of a table in several files)
        self._register_definitions(list(policies.values()))
        loaded: dict[str, int] = {}
        self.files = self._table_files()
        for table in TABLES.values():
            for path in self.files.get(table.name, []):
                self.definitions.append(("table", table.name, "{}", path.name))
                try:
                    count = self._load_table(transaction, table, path, scratch)
                except (InputError, duckdb.Error) as error:
                    reason = " ".join(str(error).split())[:300]
                    self.rejects.append(Reject(f"tables/{path.name}", None, None, None, reason))
                    count = 0
                loaded[table.name] = loaded.get(table.name, 0) + count
            self._make_keys(table)
        self._check_sources()
        if self.origin and self.rejects:
            first = self.rejects[0]
            raise InputError(f"{first.column} {short(first.value or '')} {first.reason}")
        if "actions" in loaded:
            self._check_moves()
        rejected_rows = self._rejected_rows()
        self._warn_of_absences(rejected_rows)
        self._append_definitions(transaction, known)
        self._keep_documents()
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

    def _read_case(self) -> Case:
        path = self.folder / "case.yaml"
        if not path.is_file():
            raise InputError(f"{path}: is missing; a case folder needs it, with at least: id: NAME")
        data = self._definition(path, str(path))
        case = self._validated(Case, path, data, "case.yaml", keep={"id"})
        if case is None:
            raise InputError(f"{self.folder}/{self.rejects[0].line()}")
        self._warn_unnamed("case.yaml", case.unnamed_keys())
        self.definitions.append(("case", case.id, _dump(case), "case.yaml"))
        return case

    def _strange(self, path: Path) -> str | None:
        """Return why a file is not read: nothing outside of the case folder is, and nothing that is no file."""
        if not path.resolve().is_relative_to(self.folder.resolve()):
            return "is a link out of the case folder; put the file itself there"
        return None if path.is_file() else "is no file"

    def _definition(self, path: Path, name: str) -> dict[str, Any]:
        if (strange := self._strange(path)) is not None:
            raise InputError(f"{name}: {strange}")
        return read_yaml(path, name)

    def _validated(self, model: type[_M], path: Path, data: dict[str, Any], name: str, keep: set[str]) -> _M | None:
        """Validate, leaving out top-level keys that are wrong, each with a reject; None when one of `keep` is wrong."""
        while True:
            try:
                return model.model_validate(data)
            except ValidationError as error:
                wrong = {str(one["loc"][0]) if one["loc"] else "" for one in error.errors()}
                self.rejects += wrong_parts(path, name, data, error)
                if not wrong - {""} or wrong & (keep | {""}):
                    return None
                data = {key: value for key, value in data.items() if key not in wrong}

    def _read_policies(self) -> None:
        self.policies: dict[str, Policy] = {}
        self.policy_files: dict[str, str] = {}
        self.lost_policies: dict[str, str] = {}
        folder = self.folder / "policies"
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            name = f"policies/{path.name}"
            if path.suffix.lower() not in (".yaml", ".yml"):
                if not path.name.startswith("."):
                    self.warnings.append(f"{name}: is not read; a policy is a .yaml file")
                continue
            before = len(self.rejects)
            try:
                data = self._definition(path, name)
            except InputError as error:
                where, _, why = str(error).partition(": ")
                self.rejects.append(Reject(where, None, None, None, why))
                self.lost_policies[path.stem] = str(error)
                continue
            policy = self._validated(Policy, path, data, name, keep=set(Policy.model_fields))
            if policy is None:
                self.lost_policies[str(data.get("id"))] = self.rejects[before].line()
            elif policy.id in self.policies:
                self.rejects.append(Reject(name, None, "id", policy.id, "another file defines this policy already"))
            else:
                self.policies[policy.id] = policy
                self.policy_files[policy.id] = name
                if policy.id != path.stem:
                    self.warnings.append(f"{name}: its id is {policy.id}; the file is called after the id")
                self._warn_unnamed(name, policy.unnamed_keys())
                self.definitions.append(("policy", policy.id, _dump(policy), name))

    def _read_rules(self) -> None:
        found = read_own_rules(self.folder, self.check_cypher)
        self.definitions += [("rule", rule.id, rule.model_dump_json(), rule.file) for rule in found.rules]
        self.rejects += [Reject(name, None, None, None, reason) for name, reason in found.rejected]
        self.warnings += found.warnings

    def _warn_unnamed(self, name: str, keys: list[str]) -> None:
        if keys:
            self.warnings.append(f"{name}: {', '.join(keys)}: not named by the contract; kept as attributes")

    def _append_definitions(self, transaction: Transaction, known: dict[tuple[str, str], str]) -> None:
        changed = {
            (kind, key): (kind, key, text, file, transaction.batch)
            for kind, key, text, file in self.definitions
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

    def _table_files(self) -> dict[str, list[Path]]:
        folder = self.folder / "tables"
        found: dict[str, list[Path]] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.name.startswith((".", "~$")):
                continue
            name, table, suffix = f"tables/{path.name}", path.stem.lower(), path.suffix.lower()
            if table not in TABLES:
                near = difflib.get_close_matches(table, TABLES, n=1)
                known = f"is it meant to be {near[0]}?" if near else f"tables are {', '.join(TABLES)}"
                self.warnings.append(f"{name}: is not read; {known}")
            elif suffix not in SUFFIXES:
                reason = f"cannot be read; save it as one of {', '.join(SUFFIXES)}"
                self.rejects.append(Reject(name, None, None, None, reason))
            elif (strange := self._strange(path)) is not None:
                self.rejects.append(Reject(name, None, None, None, strange))
            else:
                found.setdefault(table, []).append(path)
        return found

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
        if fast and self._count("SELECT count(*) FROM checked WHERE _reason IS NOT NULL"):
            wrong = "(SELECT * FROM raw WHERE _row IN (SELECT _row FROM checked WHERE _reason IS NOT NULL))"
            query = checked_query(table, present, zone, references, source=wrong, damaged=raw.damaged)
            run(
                "UPDATE checked SET _column = again._column, _value = again._value, _reason = again._reason "
                f"FROM ({query}) AS again WHERE again._row = checked._row"
            )
        self._check_parents(table)
        if table.name == "regions":
            self._check_levels()
        self._check_duplicates(table)
        self._explain_lost_policies()

    def _check_parents(self, table: Table) -> None:
        """Refuse parents that are unknown (and so on downwards), and rows that are their own ancestors."""
        if not any(column.refers == (table.name,) for column in table.columns):
            return
        run = self.connection.execute
        key = table.key[0]
        stored = self._earlier(table)
        run(f"CREATE OR REPLACE TABLE parents AS SELECT {key} AS key, parent FROM {stored}")
        while True:
            unknown = self._count(
                "UPDATE checked SET _column = 'parent', _value = parent, "
                "_reason = 'is unknown, or was itself left out' "
                f"WHERE _reason IS NULL AND parent IS NOT NULL AND parent NOT IN "
                f"(SELECT {key} FROM checked WHERE _reason IS NULL UNION ALL SELECT key FROM parents)"
            )
            if not unknown:
                break
        run(f"INSERT INTO parents SELECT {key}, parent FROM checked WHERE _reason IS NULL")
        while True:
            gone = self._count("DELETE FROM parents WHERE parent IS NULL OR parent NOT IN (SELECT key FROM parents)")
            if not gone:
                break
        while True:
            # What is left stands in a circle or below one: only those above somebody are the circle itself.
            gone = self._count("DELETE FROM parents WHERE key NOT IN (SELECT parent FROM parents)")
            if not gone:
                break
        run(
            f"UPDATE checked SET _column = 'parent', _value = parent, _reason = 'makes it its own ancestor' "
            f"WHERE _reason IS NULL AND {key} IN (SELECT key FROM parents)"
        )
        self._reject_orphans(table, key, stored)

    def _check_levels(self) -> None:
        """Refuse regions that lie in one of a lower level, and say which lie in one of their own."""
        run = self.connection.execute
        key = TABLES["regions"]
        ranks = ", ".join(f"{literal(level)}: {rank}" for rank, level in enumerate(LEVELS))
        run(
            "CREATE OR REPLACE TABLE level_pairs AS "
            "SELECT own._row, own.code, own.level, own.parent, above.level AS over, "
            f"MAP {{{ranks}}}[own.level] - MAP {{{ranks}}}[above.level] AS below "
            "FROM checked AS own JOIN (SELECT code, level FROM checked WHERE _reason IS NULL UNION ALL "
            f"SELECT code, level FROM {self._earlier(key)}) AS above ON above.code = own.parent "
            "WHERE own._reason IS NULL"
        )
        run(
            "UPDATE checked SET _column = 'level', _value = checked.level, "
            "_reason = 'cannot lie in ' || pair.parent || ', which is of the level ' || pair.over "
            "FROM level_pairs AS pair WHERE pair._row = checked._row AND pair.below < 0"
        )
        same = run("SELECT code, parent, level FROM level_pairs WHERE below = 0 ORDER BY _row").fetchall()
        self.warnings += [
            f"tables/regions: {code} lies in {parent}, which is of the same level ({level})"
            for code, parent, level in same
        ]
        self._reject_orphans(key, "code", self._earlier(key))

    def _reject_orphans(self, table: Table, key: str, stored: str) -> None:
        while True:
            orphans = self._count(
                "UPDATE checked SET _column = 'parent', _value = parent, "
                "_reason = 'is unknown, or was itself left out' "
                f"WHERE _reason IS NULL AND parent IS NOT NULL AND parent NOT IN "
                f"(SELECT {key} FROM checked WHERE _reason IS NULL UNION ALL SELECT {key} FROM {stored})"
            )
            if not orphans:
                return

    def _check_duplicates(self, table: Table) -> None:
        """Mark rows whose key stands earlier in the file or in the facts: `_again` when the content is the same."""
        run = self.connection.execute
        run("ALTER TABLE checked ADD COLUMN _again BOOLEAN DEFAULT false")
        content = [identifier(name) for name in (*table.column_names, "attributes")]
        key = [identifier(name) for name in table.key] or content
        by = ", ".join(key)
        same = " AND ".join(f"checked.{one} IS NOT DISTINCT FROM first.{one}" for one in content)
        matched = " AND ".join(f"checked.{one} IS NOT DISTINCT FROM first.{one}" for one in key)
        label = literal(table.key[0]) if table.key else "NULL"
        value = f"CAST(checked.{key[0]} AS VARCHAR)" if table.key else "NULL"
        run(
            "CREATE OR REPLACE TABLE twice AS SELECT * FROM checked WHERE _reason IS NULL AND "
            f"({by}) IN (SELECT ({by}) FROM checked WHERE _reason IS NULL GROUP BY {by} HAVING count(*) > 1)"
            if table.key
            else f"CREATE OR REPLACE TABLE twice AS SELECT * FROM checked WHERE _reason IS NULL "
            f"QUALIFY count(*) OVER (PARTITION BY {by}) > 1"
        )
        kept = ", ".join(["_row", *content])
        sources = [f"(SELECT {kept} FROM twice QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY _row) = 1)"]
        if self.facts.files(table.name, self.case.id) or f"whole_{table.name}" in self.made:
            sources.append(f"(SELECT 0 AS _row, {', '.join(content)} FROM {self._earlier(table)})")
        for place, source in enumerate(sources):
            where = "what was loaded before" if place == 1 else "row ' || first._row || '"
            run(
                f"UPDATE checked SET _again = ({same}), "
                f"_column = CASE WHEN {same} THEN NULL ELSE {label} END, "
                f"_value = CASE WHEN {same} THEN NULL ELSE {value} END, "
                f"_reason = CASE WHEN {same} THEN NULL ELSE 'is there already with other content, in {where}' END "
                f"FROM {source} AS first WHERE checked._reason IS NULL AND NOT checked._again "
                f"AND {matched} AND checked._row > first._row"
            )

    def _explain_lost_policies(self) -> None:
        for policy, reason in sorted(self.lost_policies.items()):
            self.connection.execute(
                "UPDATE checked SET _reason = ? WHERE _column = 'policy' AND _value = ?",
                [f"names a policy that could not be read: {reason}", policy],
            )

    def _reject_marked(self, name: str, columns: list[str]) -> None:
        rows = self.connection.execute(
            f"SELECT _row, _column, _value, _reason, {self._content(columns)} FROM checked JOIN raw USING (_row) "
            "WHERE _reason IS NOT NULL ORDER BY _row"
        ).fetchall()
        self.rejects += [Reject(name, *row) for row in rows]

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
        self._keep(f"new_{table.name}", f"SELECT {self._kept(table)} {good}")
        if len(self.files[table.name]) > 1:
            self._keep(f"whole_{table.name}", f"SELECT {own}, attributes {good}")
        return count

    def _keep(self, name: str, query: str) -> None:
        self.connection.execute(
            f"INSERT INTO {name} {query}" if name in self.made else f"CREATE TABLE {name} AS {query}"
        )
        self.made.add(name)

    @staticmethod
    def _kept(table: Table) -> str:
        """The columns of loaded rows that later checks look at."""
        if table.name in ("regions", "agencies", "findings", "actions"):
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
        known = has_new or table.name in {key for kind, key, *_ in self.definitions if kind == "table"}
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
            self.warnings.append("tables/regions: there is none, so no steps can be expected anywhere")
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
            file = self.policy_files.get(policy, f"policies/{policy}.yaml")
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
        for policy, plan in sorted(self.policies.items()):
            self.warnings += [
                f"{self.policy_files[policy]}, key provisions.{one.id}.territory: {short(one.territory)} is no code in "
                "tables/regions; it is only compared with provisions for the same code or for everywhere"
                for one in plan.provisions
                if one.territory is not None and one.territory not in known
            ]

    def _check_sources(self) -> None:
        """Warn of sources that are neither a document id nor a file of the case."""
        run = self.connection.execute
        files = {path.name for path in self._document_files()}
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
                some = ", ".join(short(one) for (one,) in strange[:5]) + (" …" if len(strange) > 5 else "")
                self.warnings.append(
                    f"tables/{table.name}: source {some}: neither a document's id nor a file in documents/"
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
            self.warnings.append(f"tables/actions: {more} more wrong moves; graphkit findings lists them")

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

    # What goes beside the facts

    def _document_files(self) -> list[Path]:
        folder = self.folder / "documents"
        found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        return [path for path in found if self._strange(path) is None]

    def _keep_documents(self) -> None:
        folder = self.folder / "documents"
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if not path.is_dir() and (strange := self._strange(path)) is not None:
                self.rejects.append(Reject(f"documents/{path.relative_to(folder)}", None, None, None, strange))
        target = self.facts.documents_folder(self.case.id)
        for path in self._document_files():
            copy = target / path.relative_to(self.folder / "documents")
            if copy.exists():
                if copy.read_bytes() == path.read_bytes():
                    continue
                digest = hashlib.sha256(copy.read_bytes()).hexdigest()[:12]
                copy.rename(copy.with_name(f"{copy.name}.{digest}"))
                self.warnings.append(
                    f"documents/{path.name}: differs from the one kept before, which stays as {copy.name}.{digest}"
                )
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _refuse_shared_measures(policies: dict[str, Policy], loader: _Loader) -> None:
    """Measure ids are unique within a case (CONTRACT.md section 1): a policy that repeats one is left out."""
    owner: dict[str, str] = {}
    for policy in sorted(policies):
        taken = [measure.id for measure in policies[policy].measures if measure.id in owner]
        if taken:
            reason = f"is already a measure of policy {owner[taken[0]]}; measure ids are unique within a case"
            file = loader.policy_files.get(policy, f"policies/{policy}.yaml")
            loader.rejects.append(Reject(file, None, "measures", taken[0], reason))
            loader.lost_policies[policy] = f"measure {taken[0]} {reason}"
            loader.definitions = [one for one in loader.definitions if one[:2] != ("policy", policy)]
            del policies[policy]
            continue
        owner.update({measure.id: policy for measure in policies[policy].measures})


def _dump(model: BaseModel) -> str:
    return json.dumps(
        model.model_dump(mode="json", by_alias=True, exclude_unset=True), ensure_ascii=False, sort_keys=True
    )


def _json_line(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
