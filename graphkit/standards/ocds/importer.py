"""OCDS releases, records and packages to a case folder: each contracting process a policy, everything accounted for."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from graphkit.model.errors import UsageError
from graphkit.standards.account import Account
from graphkit.standards.chain import NO_CURRENCY, WORLD, Chain, below_zero
from graphkit.standards.folder import CaseFolder, compact_json, file_name
from graphkit.standards.ocds.chain import Verdict, build
from graphkit.standards.ocds.process import (
    Party,
    Process,
    amount,
    day,
    items_with,
    objects,
    period_day,
    process_of,
    text,
)
from graphkit.standards.ocds.read import Processes
from graphkit.standards.result import ImportResult
from graphkit.standards.values import amount_text, is_exact
from graphkit.standards.writer import Register, write_chain

_COLUMNS = {
    "agencies": ("roles", "ocds"),
    "events": (),
    "transfers": (
        "contract",
        "transaction_id",
        "payer_id",
        "payer_name",
        "payee_id",
        "payee_name",
        "value_given",
        "ocds",
    ),
    "documents": ("belongs_to", "ocds"),
}
_PLACES = ("countryName", "country")


def import_ocds(paths: Sequence[Path], out: Path, *, case_id: str | None = None) -> ImportResult:
    """Turn OCDS 1.0 or 1.1 files into one case folder at `out`.

    Raises InputError when a file is no readable OCDS file, UsageError when `out` is not empty.
    """
    if not paths:
        raise UsageError("name at least one OCDS file")
    identifier = case_id or file_name(paths[0].stem)
    account = Account()
    with CaseFolder(out, _COLUMNS) as folder, tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        processes = Processes(Path(scratch), account)
        for path in paths:
            processes.add(path, folder.document(path))
        run = _Import(folder, account, processes.records_awards)
        for ocid, statements in processes.each():
            run.process(process_of(ocid, statements))
        processes.close()
        run.finish(identifier, "OCDS: " + ", ".join(path.name for path in paths))
    return ImportResult(out, identifier, account, run.warnings)


class _Import:
    def __init__(self, folder: CaseFolder, account: Account, records_awards: bool) -> None:
        self.folder = folder
        self.account = account
        self.records_awards = records_awards
        self.register = Register(folder)
        self.warnings: list[str] = []
        self._currencies: Counter[str] = Counter()
        self._last_day: date | None = None

    def finish(self, identifier: str, title: str) -> None:
        self.register.write()
        currency = self._currencies.most_common(1)
        self.folder.case(
            {
                "id": identifier,
                "title": {"en": title},
                "timezone": "UTC",
                "currency": currency[0][0] if currency else NO_CURRENCY,
                "as_of": self._last_day,
            }
        )
        self.folder.account(self.account)

    def process(self, process: Process) -> None:
        self.account.read("processes")
        if process.last_day and (self._last_day is None or process.last_day > self._last_day):
            self._last_day = process.last_day
        chain = Chain(process.ocid, self._place(process))
        verdicts = build(process, chain, self.records_awards)
        for verdict in verdicts:
            self.account.read("milestones")
            if verdict is Verdict.AGAIN:
                self.account.keep("milestones", verdict)
            else:
                self.account.use("milestones", f"steps: {verdict}")
        for what in ("awards", "contracts"):
            parts = process.parts(what)
            steps = len({process.name_of(what, one) for one in parts})
            self.account.read(what, len(parts))
            self.account.use(what, "steps", steps)
            self.account.keep(what, "has the id of another of its process, which counts", len(parts) - steps)
        self._organisations(process)
        self._transactions(process)
        self._write_policy(process, chain)
        buyers, suppliers = self._responsible(process, chain)
        write_chain(self.folder, chain, f"ocds:{process.ocid}", {"": buyers}, suppliers)
        self._documents(process)
        self.account.use("processes", "policies")

    def _place(self, process: Process) -> str:
        """Return the country of the buyer, where the file says it; else the world."""
        buyer = process.party(process.data.get("buyer")).key
        for one in (*process.parts("parties"), process.part("buyer")):
            address = one.get("address")
            if isinstance(address, dict) and process.party(one).key == buyer:
                for name in _PLACES:
                    if text(address.get(name)):
                        self.register.region(text(address[name]))
                        return text(address[name])
        return WORLD

    def _organisations(self, process: Process) -> None:
        named: list[tuple[str, dict[str, Any]]] = [
            (role, one)
            for one in process.parts("parties")
            for role in (one.get("roles") or [""])
            if isinstance(role, str)
        ]
        tender = process.part("tender")
        named += [("buyer", process.part("buyer")), ("procuringEntity", tender.get("procuringEntity") or {})]
        named += [("tenderer", one) for one in objects(tender.get("tenderers"))]
        named += [("supplier", one) for award in process.parts("awards") for one in objects(award.get("suppliers"))]
        roles: dict[str, set[str]] = {}
        for role, one in named:
            if not one:
                continue
            party = process.party(one)
            self.account.read("organisations")
            if not party.key:
                self.account.keep("organisations", "not named")
                continue
            self.account.use("organisations", "agencies")
            roles.setdefault(party.key, set()).update({role} - {""})
            details = {key: value for key, value in one.items() if key not in ("id", "name", "roles")}
            self.register.agency(party.key, party.name, ocds=compact_json(details))
        for key, found in roles.items():
            self.register.agency(key, process.parties[key].name if key in process.parties else "", roles=sorted(found))

    def _responsible(self, process: Process, chain: Chain) -> tuple[list[str], dict[str, list[str]]]:
        """Return the leads (the procuring entity, or else the buyer) and the supporting suppliers by stage."""
        leads = [process.party(process.part("tender").get("procuringEntity")), process.party(process.data.get("buyer"))]
        lead = [one.key for one in leads if one.key][:1]
        suppliers: dict[str, list[str]] = {"": []}
        for contract in process.parts("contracts"):
            named = [one.key for one in self._suppliers(process, contract) if one.key and one.key not in lead]
            for stage in chain.stages:
                own = process.name_of("contracts", contract)
                if stage["id"] in (f"contract-{own}", f"implementation-{own}") or stage["id"].startswith(
                    f"milestone-contract-{own}-"
                ):
                    suppliers[stage["id"]] = list(dict.fromkeys(named))
        for key in (*lead, *(key for keys in suppliers.values() for key in keys)):
            self.register.agency(key, "")
        return lead, suppliers

    def _suppliers(self, process: Process, contract: dict[str, Any]) -> list[Party]:
        award = text(contract.get("awardID"))
        return [
            process.party(supplier)
            for one in (*(a for a in process.parts("awards") if text(a.get("id")) == award), contract)
            for supplier in objects(one.get("suppliers"))
        ]

    def _transactions(self, process: Process) -> None:
        rows: list[dict[str, Any]] = []
        receipts: list[tuple[str, str, date, Decimal]] = []
        for _, contract, one in items_with(process, "transactions"):
            self.account.read("transactions")
            worth, currency = amount(one.get("value") or one.get("amount"))
            on = day(one.get("date"))
            if worth is None or amount_text(worth) is None or on is None:
                reason = "has no date" if on is None else "has no usable amount"
                self.account.reject(
                    "transactions", process.files[-1], None, f"{process.ocid} {text(one.get('id'))}", reason
                )
                continue
            payer = process.party(one.get("payer") or one.get("providerOrganization"))
            payee = process.party(one.get("payee") or one.get("receiverOrganization"))
            end = self._payee(process, contract, payee)
            self._currencies[currency or NO_CURRENCY] += 1
            receipts.append((end, currency or NO_CURRENCY, on, worth))
            buyer = process.party(process.data.get("buyer"))
            rows.append(
                {
                    "id": f"{process.ocid}/transaction/{len(rows) + 1:05}",
                    "policy": process.ocid,
                    "from": f"source:{payer.label or buyer.label or 'not named'}",
                    "to": end,
                    "amount": worth,
                    "currency": currency or NO_CURRENCY,
                    "on": on,
                    "source": f"ocds:{process.ocid}",
                    "locator": f"contract {text(contract.get('id'))}, transaction {text(one.get('id'))}",
                    "contract": text(contract.get("id")),
                    "transaction_id": text(one.get("id")),
                    "payer_id": payer.key or None,
                    "payer_name": payer.name or None,
                    "payee_id": payee.key or None,
                    "payee_name": payee.name or None,
                    "value_given": None if is_exact(worth) else str(worth),
                    "ocds": compact_json(one),
                }
            )
        outside = below_zero(receipts)
        for row in rows:
            if row["to"] in outside:
                row["to"] = f"source:{self.register.group_name(row['to'])}"
            self.folder.add("transfers", row)
            self.account.use("transactions", "transfers")

    def _payee(self, process: Process, contract: dict[str, Any], payee: Party) -> str:
        """Return the group that stands for who was paid: as named, or the contract's only supplier."""
        if not payee.key:
            suppliers = {one.key: one for one in self._suppliers(process, contract) if one.key}
            if len(suppliers) != 1:
                return self.register.group(f"payees:{process.ocid}", f"Payees (not named) of {process.ocid}")
            (payee,) = suppliers.values()
        return self.register.group(f"payee:{payee.key}", payee.label)

    def _write_policy(self, process: Process, chain: Chain) -> None:
        tender = process.part("tender")
        title = text(tender.get("title")) or text(process.part("planning").get("rationale"))
        for section in ("contracts", "awards"):
            title = title or next(
                (text(one.get("title")) for one in process.parts(section) if text(one.get("title"))), ""
            )
        begins = [one["on"] for one in chain.events] + [one["due_on"] for one in chain.stages if one.get("due_on")]
        ends = [one for part in process.parts("contracts") if (one := period_day(part.get("period"), "endDate"))]
        start, end = min(begins, default=None), max(ends, default=None)
        for value in (tender.get("value"), *(one.get("value") for one in process.parts("contracts"))):
            currency = amount(value)[1]
            if currency:
                self._currencies[currency] += 1
        self.folder.policy(
            {
                "id": process.ocid,
                "title": {"en": title or process.ocid},
                "document": {
                    "number": process.ocid,
                    "issued_on": start,
                    "issuer": process.party(process.data.get("buyer")).label or None,
                },
                "effective": {"from": start, "to": end if start is None or end is None or end >= start else None},
                "stages": chain.stages,
            }
        )

    def _documents(self, process: Process) -> None:
        self.folder.add(
            "documents",
            {
                "id": f"ocds:{process.ocid}",
                "title": text(process.part("tender").get("title")) or process.ocid,
                "number": process.ocid,
                "issuer": process.party(process.data.get("buyer")).label or None,
                "issued_on": process.last_day,
                "file": process.files[-1],
                "ocds": compact_json(process.data),
            },
        )
        for position, (section, owner, one) in enumerate(items_with(process, "documents"), start=1):
            self.account.read("documents")
            self.folder.add(
                "documents",
                {
                    "id": f"ocds:{process.ocid}/document/{position:04}",
                    "title": text(one.get("title")) or text(one.get("description")) or None,
                    "issued_on": day(one.get("datePublished")),
                    "url": text(one.get("url")) or None,
                    "belongs_to": f"{section} {text(owner.get('id'))}".strip(),
                    "ocds": compact_json(one),
                },
            )
            self.account.use("documents", "documents")
