"""Case tables to FollowTheMoney entities (JSON lines): what came from there goes back as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from graphkit.facts import Facts
from graphkit.model.case import Policy
from graphkit.model.errors import InputError, UsageError
from graphkit.model.tables import TABLES
from graphkit.standards.account import Account
from graphkit.standards.ftm.importer import POLICY, SOURCE_FILE
from graphkit.standards.ftm.model import schemas

_EXPORTED = ("agencies", "beneficiary_groups", "transfers", "documents")


def export_ftm(facts: Facts, case_id: str, out: Path) -> Account:
    """Write a case's agencies, groups, payments, documents and policies as FollowTheMoney entities, one a line.

    Return the account: rows of other tables have no entity to become. Raises UsageError when `out` exists,
    InputError when it cannot be written or there is no such case.
    """
    if out.exists():
        raise UsageError(f"{out}: exists already; name another file with --out")
    case = facts.case(case_id)
    policies = facts.policies(case_id)
    account = Account()
    try:
        with out.open("w", encoding="utf-8") as stream:
            for entity in _entities(facts, case_id, case.currency, policies, account):
                stream.write(json.dumps(entity, ensure_ascii=False, sort_keys=True) + "\n")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from None
    return account


def _entities(
    facts: Facts, case_id: str, currency: str, policies: Iterable[Policy], account: Account
) -> Iterator[dict[str, Any]]:
    agencies = {row["id"] for row in _rows(facts, case_id, "agencies")}
    titles = {policy.id: policy.title.text("en", policy.id) for policy in policies}
    outsiders: dict[str, str] = {}
    for table in TABLES:
        for row in _rows(facts, case_id, table):
            account.read(table)
            if table not in _EXPORTED:
                account.keep(table, "no FollowTheMoney entity says this")
                continue
            attributes = json.loads(row["attributes"]) if row["attributes"] else {}
            if "ftm" in attributes:
                account.use(table, "entities as they came")
                yield json.loads(attributes["ftm"])
                continue
            if attributes.get("ftm_schema") == SOURCE_FILE:
                account.keep(table, "the imported file itself")
                continue
            entity = _translated(table, row, agencies, outsiders, currency, titles)
            if entity is None:
                account.keep(table, "stands for an entity that is there already")
            else:
                account.use(table, "entities")
                yield entity
    for policy in policies:
        account.read("policies")
        if policy.id == POLICY and not policy.stages:
            account.keep("policies", "stands for the payments as a whole")
            continue
        account.use("policies", "entities")
        yield _entity(
            f"policy:{policy.id}",
            "Project",
            name=policy.title.text("en", policy.id),
            projectId=policy.id,
            startDate=policy.effective.from_,
            endDate=policy.effective.to,
        )
    for identifier in sorted(outsiders):
        yield _entity(identifier, "LegalEntity", name=outsiders[identifier])


def _translated(
    table: str,
    row: dict[str, Any],
    agencies: set[str],
    outsiders: dict[str, str],
    currency: str,
    titles: dict[str, str],
) -> dict[str, Any] | None:
    match table:
        case "agencies":
            schema = schemas().kinds.get(row["kind"] or "", schemas().other_kind)
            return _entity(row["id"], schema, name=row["name"], alias=row["aliases"], classification=row["kind"])
        case "beneficiary_groups":
            return None if _stands_for(row["id"], agencies) else _entity(row["id"], "Organization", name=row["name"])
        case "transfers":
            return _entity(
                row["id"],
                "Payment",
                payer=_end(row["from"], agencies, outsiders),
                beneficiary=_end(row["to"], agencies, outsiders),
                amount=f"{row['amount'].normalize():f}",
                currency=row["currency"] or currency,
                date=row["on"],
                programme=titles.get(row["policy"], row["policy"]),
            )
        case _:
            return _entity(
                row["id"],
                "Document",
                title=row["title"] or row["id"],
                fileName=row["file"],
                author=row["issuer"],
                date=row["issued_on"],
                sourceUrl=row["url"],
            )


def _stands_for(group: str, agencies: set[str]) -> str | None:
    """Return the agency that a group of an import stands for as a receiver of money."""
    _, found, key = group.partition(":")
    return key if found and key in agencies else None


def _end(name: str, agencies: set[str], outsiders: dict[str, str]) -> str:
    if not name.startswith("source:"):
        return _stands_for(name, agencies) or name
    label = name.removeprefix("source:")
    identifier = f"source-{hashlib.sha1(label.encode(), usedforsecurity=False).hexdigest()}"
    outsiders[identifier] = label
    return identifier


def _entity(identifier: str, schema: str, **properties: Any) -> dict[str, Any]:
    values = {
        name: [str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")]
        for name, value in properties.items()
    }
    return {"id": identifier, "schema": schema, "properties": {name: found for name, found in values.items() if found}}


def _rows(facts: Facts, case_id: str, table: str) -> Iterator[dict[str, Any]]:
    for file in facts.files(table, case_id):
        for batch in pq.ParquetFile(file).iter_batches():
            yield from batch.to_pylist()
