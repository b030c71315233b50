"""FollowTheMoney entities to a case folder: parties are agencies, payments transfers, documents documents.

A file is read twice and never held: rows are written as they come, and payments wait in a temporary file until it is
known which receivers corrections leave below zero. What is held is the parties' names and the ids.

Payments are never a party's whole account, so no balance is judged: money comes from `source:NAME` and goes to a group.
Every entity is kept whole in an attribute, which is what `export_ftm` gives back.
"""

from __future__ import annotations

import calendar
import json
import pickle
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from graphkit.model.errors import UsageError
from graphkit.standards.account import Account
from graphkit.standards.chain import NO_CURRENCY, below_zero
from graphkit.standards.folder import CaseFolder, file_name
from graphkit.standards.ftm.model import Entity, joined, read_entities, schemas
from graphkit.standards.result import ImportResult
from graphkit.standards.values import amount_text, is_exact, iso_day, number, squeeze
from graphkit.standards.writer import Register

POLICY = "payments"
"""The one policy of the case: the payments of the files. It expects no steps."""

SOURCE_FILE = "source file"
"""What stands in `ftm_schema` for the imported file itself, which is no entity."""

_COLUMNS = {
    "agencies": ("ftm",),
    "transfers": ("payer", "beneficiary", "date_given", "value_given", "ftm"),
    "documents": ("ftm_schema", "ftm"),
}
_PARTIAL = re.compile(r"^([0-9]{4})(?:-([0-9]{2}))?$")


def import_ftm(paths: Sequence[Path], out: Path, *, case_id: str | None = None) -> ImportResult:
    """Turn FollowTheMoney entities (JSON lines) into a case folder at `out`.

    Raises InputError when a file holds no entities, UsageError when `out` is not empty.
    """
    if not paths:
        raise UsageError("name at least one file of FollowTheMoney entities")
    identifier = case_id or file_name(paths[0].name.split(".")[0])
    names, pieces = _first_look(paths)
    with CaseFolder(out, _COLUMNS) as folder:
        run = _Import(folder, names, pieces)
        for path in paths:
            run.file(path)
        run.finish(identifier, "FollowTheMoney: " + ", ".join(path.name for path in paths))
    return ImportResult(out, identifier, run.account, run.warnings)


def _first_look(paths: Sequence[Path]) -> tuple[dict[str, str], Counter[str]]:
    """Return the parties' names, and in how many pieces each entity stands that stands in several."""
    parties = set(schemas().parties)
    names: dict[str, str] = {}
    pieces: Counter[str] = Counter()
    for path in paths:
        for one in read_entities(path, path.name):
            pieces[one.id] += 1
            # Statements may name a party by the id that it had before it was found to be the same as another.
            for identity in (one.id, *one.earlier_ids()) if one.schema in parties else ():
                if names.get(identity, identity) == identity and one.label != one.id:
                    names[identity] = one.label
    return names, Counter({identity: count for identity, count in pieces.items() if count > 1})


class _Import:
    def __init__(self, folder: CaseFolder, names: dict[str, str], pieces: Counter[str]) -> None:
        self.folder = folder
        self.register = Register(folder)
        self.account = Account()
        self.warnings: list[str] = []
        self._names = names
        self._pieces = pieces
        self._begun: dict[str, Entity] = {}
        self._currencies: Counter[str] = Counter()
        self._payments = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish`, or with the import
        self._corrected: set[str] = set()  # receivers that money was taken back from
        self._days: tuple[date, date] | None = None
        self._file = ""

    def file(self, path: Path) -> None:
        self._file = self.folder.document(path)
        self.folder.add(
            "documents", {"id": self._file, "title": path.name, "file": self._file, "ftm_schema": SOURCE_FILE}
        )
        for one in read_entities(path, self._file, self.account):
            whole = self._whole(one)
            if whole is not None:
                self._entity(whole, json.dumps(whole.raw, ensure_ascii=False, sort_keys=True))

    def _whole(self, one: Entity) -> Entity | None:
        """Return an entity once all of its pieces have been read."""
        if one.id not in self._pieces:
            return one
        self._pieces[one.id] -= 1
        begun = self._begun.pop(one.id, None)
        whole = one if begun is None or begun.raw == one.raw else joined(begun, one)
        if self._pieces[one.id] == 0:
            return whole
        self._begun[one.id] = whole
        self.account.keep("entities", "a piece of an entity that stands in several")
        return None

    def finish(self, identifier: str, title: str) -> None:
        receipts = (
            (row["to"], row["currency"], row["on"], row["amount"])
            for row in self._noted()
            if row["to"] in self._corrected
        )
        outside = below_zero(receipts) if self._corrected else set()
        for row in self._noted():
            if row["to"] in outside:
                row["to"] = f"source:{self.register.group_name(row['to'])}"
            self.folder.add("transfers", row)
        self._payments.close()
        self.register.write()
        first, last = self._days or (None, None)
        currency = self._currencies.most_common(1)
        self.folder.policy(
            {
                "id": POLICY,
                "title": {"zh": "资金往来", "en": "Payments"},
                "effective": {"from": first},
            }
        )
        self.folder.case(
            {
                "id": identifier,
                "title": {"en": title},
                "timezone": "UTC",
                "currency": currency[0][0] if currency else NO_CURRENCY,
                "as_of": last,
            }
        )
        self.folder.account(self.account)

    def _entity(self, one: Entity, text: str) -> None:
        known = schemas()
        if one.schema in known.parties:
            names = [squeeze(name) for key in (*known.names, *known.aliases) for name in one.properties.get(key, [])]
            counts = Counter([one.label, *names, one.label])
            best, *others = sorted(counts, key=lambda name: (-counts[name], name))
            row = {"id": one.id, "name": best, "aliases": others, "kind": one.schema, "ftm": text}
            self.folder.add("agencies", row)
            self.account.use("entities", "agencies")
        elif one.schema in known.payments:
            problem = self._payment(one, text)
            if problem:
                self._record(one, text)
                self.account.keep("entities", f"{one.schema}: {problem}")
            else:
                self.account.use("entities", "transfers")
        else:
            self._record(one, text)
            if one.schema in known.documents:
                self.account.use("entities", "documents")
            else:
                self.account.keep("entities", f"{one.schema}: a record among the documents")

    def _payment(self, one: Entity, text: str) -> str | None:
        """Note a payment; return why it is none that could be one transfer."""
        worth, currency, given = _amount(one)
        day, day_given = _day(one)
        payers, payees = one.properties.get("payer", []), one.properties.get("beneficiary", [])
        if worth is None or amount_text(worth) is None:
            return "no amount"
        if day is None:
            return "no date"
        if len(payees) > 1:
            return "several payees"
        payee = next(iter(payees), "")
        paid_by = "; ".join(self._names.get(payer, payer) for payer in payers)
        if payee:
            end = self.register.group(f"payee:{payee}", self._names.get(payee, payee))
        else:
            end = self.register.group("payees not named", "Payees (not named)")
        self._currencies[currency] += 1
        row = {
            "id": one.id,
            "policy": POLICY,
            "from": f"source:{paid_by or 'not named'}",
            "to": end,
            "amount": worth,
            "currency": currency,
            "on": day,
            "source": self._file,
            "locator": f"line {one.line}",
            "payer": ";".join(payers) or None,
            "beneficiary": payee or None,
            "date_given": day_given if day_given != day.isoformat() else None,
            "value_given": None if is_exact(worth) else given,
            "ftm": text,
        }
        if worth < 0:
            self._corrected.add(end)
        self._days = (min(day, self._days[0]), max(day, self._days[1])) if self._days else (day, day)
        pickle.dump(row, self._payments)
        return None

    def _noted(self) -> Iterator[dict[str, Any]]:
        """Yield the payments that were noted, in the order of the files."""
        self._payments.seek(0)
        while True:
            try:
                yield pickle.load(self._payments)  # noqa: S301 - our own file, which nobody else has a name for
            except EOFError:
                return

    def _record(self, one: Entity, text: str) -> None:
        row = {
            "id": one.id,
            "title": one.label,
            "issuer": one.first("author", "publisher") or None,
            "issued_on": iso_day(one.first("date", "publishedAt")),
            "url": one.first("sourceUrl") or None,
            "ftm_schema": one.schema,
            "ftm": text,
        }
        self.folder.add("documents", row)


def _amount(one: Entity) -> tuple[Decimal | None, str, str]:
    for place in schemas().amounts:
        text = one.first(place.property)
        worth = number(text)
        if worth is not None:
            return worth, place.currency or one.first("currency").upper() or NO_CURRENCY, text
    return None, NO_CURRENCY, ""


def _day(one: Entity) -> tuple[date | None, str]:
    """Return the day of an entity; of a year or month, its last day, by which it had happened."""
    text = one.first(*schemas().dates)
    partial = _PARTIAL.match(text)
    if not partial:
        return iso_day(text), text
    year, month = int(partial[1]), int(partial[2] or 12)
    if not year or not 1 <= month <= 12:
        return None, text
    return date(year, month, calendar.monthrange(year, month)[1]), text
