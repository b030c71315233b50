"""IATI activity files to a case folder: each activity a policy, each transaction a row, everything accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from graphkit.model.errors import UsageError
from graphkit.standards.account import Account
from graphkit.standards.chain import NO_CURRENCY, WORLD, Chain, below_zero
from graphkit.standards.folder import CaseFolder, compact_json, file_name
from graphkit.standards.iati import chain as chains
from graphkit.standards.iati.codes import codes
from graphkit.standards.iati.links import Links
from graphkit.standards.iati.model import Activity, Movement, Organisation, Plan
from graphkit.standards.iati.money import (
    RETENTION_DAYS,
    Judgement,
    funds_group,
    is_money,
    judge,
    receiver_group,
    recipients_group,
    source_name,
)
from graphkit.standards.iati.read import read_activities
from graphkit.standards.iati.results import Verdict, result_steps
from graphkit.standards.iati.survey import Survey, survey
from graphkit.standards.result import ImportResult
from graphkit.standards.values import amount_text, is_exact
from graphkit.standards.writer import Register, write_chain

_MONEY_COLUMNS = (
    "transaction_ref",
    "transaction_type",
    "description",
    "provider_ref",
    "provider_name",
    "provider_activity",
    "receiver_ref",
    "receiver_name",
    "receiver_activity",
    "value_given",
    "iati",
)
_COLUMNS = {
    "agencies": ("iati_ref",),
    "events": (*_MONEY_COLUMNS, "period_end", "actual", "target"),
    "transfers": _MONEY_COLUMNS,
    "documents": ("activity_status", "last_updated", "money_judged", "related_activities", "iati"),
}


def import_iati(paths: Sequence[Path], out: Path, *, case_id: str | None = None) -> ImportResult:
    """Turn IATI activity files into one case folder at `out`.

    Raises InputError when a file is no readable IATI activity file, UsageError when `out` is not empty.
    """
    if not paths:
        raise UsageError("name at least one IATI activity file")
    seen = survey(paths)
    with CaseFolder(out, _COLUMNS) as folder:
        run = _Import(seen, folder)
        for path in paths:
            run.file(path)
        identifier = case_id or file_name(paths[0].stem)
        run.finish(identifier, "IATI: " + ", ".join(path.name for path in paths))
    return ImportResult(out, identifier, run.account, run.warnings)


class _Import:
    def __init__(self, seen: Survey, folder: CaseFolder) -> None:
        self.seen = seen
        self.folder = folder
        self.register = Register(folder)
        self.links = Links(seen)
        self.account = Account()
        self.warnings: list[str] = []
        self._used: dict[str, set[str]] = {}
        self._unnamed = 0
        self._replaced = 0
        self._refused: list[dict[str, Any]] = []
        self._file = ""

    def file(self, path: Path) -> None:
        self._file = self.folder.document(path)
        for activity in read_activities(path):
            self._read(activity)
            if self.seen.is_replaced(activity.key, activity.digest):
                self._replaced += 1
                self._keep_all(activity, "an older version of what stands in the files again")
                continue
            used = self._used.setdefault(activity.key, set())
            if activity.digest in used:
                self._keep_all(activity, "stands twice, word for word")
                continue
            used.add(activity.digest)
            self._activity(activity, self._policy_id(activity, len(used)))

    def finish(self, identifier: str, title: str) -> None:
        if self._replaced:
            self.warnings.append(
                f"{self._replaced} older versions of activities stand in the files beside a later one, which counts"
            )
        self.register.write()
        currency = self.seen.currencies.most_common(1)
        self.folder.case(
            {
                "id": identifier,
                "title": {"en": title},
                "timezone": "UTC",
                "currency": currency[0][0] if currency else NO_CURRENCY,
                "as_of": self.seen.as_of,
                "thresholds": {"retention_days": RETENTION_DAYS},
            }
        )
        self.folder.account(self.account)

    # One activity

    def _read(self, activity: Activity) -> None:
        self.account.read("activities")
        for what, count in _parts(activity):
            self.account.read(what, count)

    def _keep_all(self, activity: Activity, why: str) -> None:
        self.account.keep("activities", why)
        for what, count in _parts(activity):
            self.account.keep(what, why, count)

    def _policy_id(self, activity: Activity, turn: int) -> str:
        if not activity.identifier:
            self._unnamed += 1
            self.warnings.append(
                f"the activity at line {activity.line} has no iati-identifier; it is called unnamed-{self._unnamed}"
            )
            return f"unnamed-{self._unnamed}"
        if turn > 1:
            self.warnings.append(
                f"{activity.identifier}: stands {turn} times, not the same; this is called {activity.identifier}~{turn}"
            )
            return f"{activity.identifier}~{turn}"
        return activity.identifier

    def _activity(self, activity: Activity, policy: str) -> None:
        scope = activity.places[0][0] if len(activity.places) == 1 else WORLD
        for code, name in activity.places:
            self.register.region(code, name)
        self._refused = []
        chain = Chain(policy, scope)
        judgement = judge(activity, self.seen)
        chains.add_course(chain, activity, self.seen)
        self._results(chain, activity)
        chains.add_links(chain, self.links.of(activity.identifier), activity.told_until)
        chains.add_cancellation(chain, activity)
        ends = self._ends(activity, policy, judgement)
        for position in range(1, len(activity.movements) + 1):
            self._movement(chain, activity, position, ends)
        for position, plan in enumerate(activity.plans, start=1):
            self._plan(chain, activity, plan, position)
        self._write_policy(chain, activity)
        self._write_rows(chain, activity)
        self._write_documents(activity, policy, judgement)
        self.account.use("activities", "policies")

    def _results(self, chain: Chain, activity: Activity) -> None:
        steps, without = result_steps(activity.periods, activity.told_until)
        chains.add_results(chain, steps, activity.told_until)
        for step in steps:
            is_told = step.verdict not in (Verdict.UNTOLD, Verdict.WORDS)
            self.account.use(
                "indicator periods",
                f"steps: {step.verdict}" if is_told else f"steps, not judged: {step.verdict}",
                step.periods,
            )
        if without:
            self.account.keep("indicator periods", "no target", without)
        if activity.empty_indicators:
            self.account.keep(
                "indicators without periods", "nothing to hold against anything", activity.empty_indicators
            )

    def _movement(self, chain: Chain, activity: Activity, position: int, ends: dict[int, dict[str, str]]) -> None:
        one = activity.movements[position - 1]
        kind = codes().transaction_types.get(one.code)
        amount = one.value.amount
        if kind is None:
            self._reject_movement(activity, one, f"type '{one.code}' is no known transaction type")
            return
        if amount is None or amount_text(amount) is None:
            self._reject_movement(activity, one, f"value '{one.value.text}' is no usable amount")
            return
        if one.day is None:
            self._reject_movement(activity, one, "has no date")
            return
        row = {
            "id": f"{chain.policy}/transaction/{position:05}",
            "policy": chain.policy,
            "amount": amount,
            "on": one.day,
            "currency": one.value.currency or NO_CURRENCY,
            "source": f"iati:{chain.policy}",
            "locator": f"line {one.line}",
            **_money_attributes(one),
            "transaction_type": f"{one.code} {kind.name}",
            "value_given": None if is_exact(amount) else one.value.text,
        }
        if is_money(one):
            self.folder.add("transfers", {**row, **ends[position]})
            self.account.use("transactions", "transfers")
            return
        stage = chains.COMMIT if kind.flow == "commitment" else chains.PROMISE
        if not chain.has(stage):
            chains.add_stage(chain, stage, optional=True)
        note = f"{kind.name}{f': {one.description}' if one.description else ''}"
        row |= {
            "stage": stage,
            "scope": chain.scope,
            "kind": "completed" if kind.flow == "commitment" else "started",
            "note": note,
        }
        chain.events.append(row)
        self.account.use("transactions", "events (no money moves)")

    def _reject_movement(self, activity: Activity, one: Movement, reason: str) -> None:
        self.account.reject("transactions", self._file, one.line, f"of {activity.identifier}", reason)
        self._refused.append({"line": one.line, "reason": reason, **_plain(one)})

    def _ends(self, activity: Activity, policy: str, judgement: Judgement) -> dict[int, dict[str, str]]:
        """Return from whom to whom each transaction that moves money goes, by its position.

        A receiver whom the activity's corrections would leave below zero stands outside the balance as `source:NAME`:
        what is corrected there was paid before the extract begins.
        """
        ends: dict[int, tuple[str, str]] = {}
        receipts: list[tuple[str, str, date, Decimal]] = []
        for position, one in enumerate(activity.movements, start=1):
            if not is_money(one) or one.day is None or one.value.amount is None:
                continue
            ends[position] = self._end_pair(activity, policy, one, judgement)
            end = ends[position][1]
            if self.register.is_group(end):
                receipts.append((end, one.value.currency or NO_CURRENCY, one.day, one.value.amount))
        below = below_zero(receipts)
        return {
            position: {"from": start, "to": f"source:{self.register.group_name(end)}" if end in below else end}
            for position, (start, end) in ends.items()
        }

    def _end_pair(self, activity: Activity, policy: str, one: Movement, judgement: Judgement) -> tuple[str, str]:
        flow = codes().transaction_types[one.code].flow
        reporter = activity.reporter
        if flow in ("in", "equity"):
            start = source_name(one.provider, "not named")
            if judgement.judged and flow == "in":
                return start, self._agency(reporter)
            return start, self.register.group(funds_group(policy), f"Funds of {_title(activity)}")
        if one.receiver.key:
            receiver = self.register.group(receiver_group(one.receiver), one.receiver.label)
        else:
            receiver = self.register.group(recipients_group(policy), f"Recipients (not named) of {_title(activity)}")
        if judgement.judged and flow == "out":
            return self._agency(reporter), receiver
        return source_name(one.provider, reporter.label or "not named"), receiver

    def _plan(self, chain: Chain, activity: Activity, plan: Plan, position: int) -> None:
        what = "budgets" if plan.kind == "budget" else "planned disbursements"
        amount = plan.value.amount
        day = plan.start or plan.end
        if amount is None or amount_text(amount) is None or day is None:
            reason = "has no usable value or no period"
            self.account.reject(what, self._file, plan.line, f"of {activity.identifier}", reason)
            return
        stage = chains.BUDGET if plan.kind == "budget" else chains.PLAN
        if not chain.has(stage):
            chains.add_stage(chain, stage, optional=True)
        chain.events.append(
            {
                "id": f"{chain.policy}/{stage}/{position:05}",
                "policy": chain.policy,
                "stage": stage,
                "scope": chain.scope,
                "kind": "started",
                "on": day,
                "period_end": plan.end,
                "amount": amount,
                "currency": plan.value.currency or NO_CURRENCY,
                "locator": f"line {plan.line}",
                "note": f"for {plan.start} to {plan.end}",
                "value_given": None if is_exact(amount) else plan.value.text,
                **_parties(plan),
                "iati": compact_json(plan.rest),
            }
        )
        self.account.use(what, "events (plans)")

    # Writing

    def _write_policy(self, chain: Chain, activity: Activity) -> None:
        begins = activity.dates.get("actual_start") or activity.dates.get("planned_start")
        ends = activity.dates.get("actual_end") or activity.dates.get("planned_end")
        in_order = begins is None or ends is None or begins <= ends
        # A plan that was never begun has gaps too, so a policy counts from the day that is planned, if that is earlier.
        planned = activity.dates.get("planned_start")
        start = min((day for day in (begins, planned) if day), default=None)
        self.folder.policy(
            {
                "id": chain.policy,
                "title": _titles(activity),
                "document": {
                    "number": activity.identifier,
                    "issued_on": activity.updated,
                    "issuer": activity.reporter.label or None,
                },
                "effective": {"from": start, "to": ends} if in_order else {"from": start},
                "stages": chain.stages,
            }
        )

    def _write_rows(self, chain: Chain, activity: Activity) -> None:
        lead, support = chains.leads(activity)
        leads, supports = [self._agency(one) for one in lead], [self._agency(one) for one in support]
        write_chain(self.folder, chain, f"iati:{chain.policy}", {"": leads}, {"": supports})
        for one in (activity.reporter, *(party for _, party in activity.participants)):
            if one.key:
                self._agency(one)
                self.account.use("organisations of activities", "agencies")
            else:
                self.account.keep("organisations of activities", "not named")

    def _write_documents(self, activity: Activity, policy: str, judgement: Judgement) -> None:
        document = f"iati:{policy}"
        self.folder.add(
            "documents",
            {
                "id": document,
                "title": _title(activity),
                "number": activity.identifier,
                "issuer": activity.reporter.label,
                "issued_on": activity.updated,
                "file": self._file,
                "url": activity.url or None,
                "activity_status": activity.status or None,
                "last_updated": activity.updated,
                "money_judged": f"{'yes' if judgement.judged else 'no'}: {judgement.reason}",
                "related_activities": [f"{kind or 'related'} {ref}" for kind, ref in activity.related],
                "iati": compact_json(
                    {"line": activity.line, **activity.rest}
                    | ({"transactions not understood": self._refused} if self._refused else {})
                ),
            },
        )
        for position, link in enumerate(activity.links, start=1):
            self.folder.add(
                "documents",
                {
                    "id": f"{document}/document/{position:04}",
                    "title": link.title or None,
                    "url": link.url or None,
                    "issued_on": link.issued_on,
                    "issuer": activity.reporter.label,
                    "iati": compact_json(link.rest),
                },
            )
            self.account.use("document links", "documents")
        for _, ref in activity.related:
            inside = ref in self.seen.activities
            self.account.keep(
                "related activities", "in the extract" if inside else "outside the extract, where nobody looked"
            )
        self.account.keep("other elements", "attributes of the activity's document", activity.rest_count)

    def _agency(self, one: Organisation) -> str:
        if not one.key:
            return self.register.agency("organisation not named", "")
        return self.register.agency(one.key, one.name, kind=one.type, iati_ref=one.ref)


def _parts(activity: Activity) -> list[tuple[str, int]]:
    return [
        ("transactions", len(activity.movements)),
        ("budgets", sum(one.kind == "budget" for one in activity.plans)),
        ("planned disbursements", sum(one.kind != "budget" for one in activity.plans)),
        ("indicator periods", len(activity.periods)),
        ("indicators without periods", activity.empty_indicators),
        ("organisations of activities", 1 + len(activity.participants)),
        ("document links", len(activity.links)),
        ("related activities", len(activity.related)),
        ("other elements", activity.rest_count),
    ]


def _title(activity: Activity) -> str:
    return next(iter(activity.titles.values()), "") or activity.identifier or "(no title)"


def _titles(activity: Activity) -> dict[str, str]:
    """Return the title in Chinese and English; another language stands where there is no English."""
    chinese = next((text for language, text in activity.titles.items() if language.startswith("zh")), None)
    english = next((text for language, text in activity.titles.items() if language.startswith("en")), None)
    other = None if chinese else _title(activity)
    return {key: text for key, text in (("zh", chinese), ("en", english or other)) if text}


def _parties(one: Movement | Plan) -> dict[str, Any]:
    return {
        "provider_ref": one.provider.ref or None,
        "provider_name": one.provider.name or None,
        "provider_activity": one.provider.activity or None,
        "receiver_ref": one.receiver.ref or None,
        "receiver_name": one.receiver.name or None,
        "receiver_activity": one.receiver.activity or None,
    }


def _plain(one: Movement) -> dict[str, Any]:
    """Return a transaction that has no row, as plain data."""
    told = {"transaction-type": one.code, "transaction-date": one.day and str(one.day), "description": one.description}
    return {key: value for key, value in {"@ref": one.ref, **told}.items() if value} | one.rest


def _money_attributes(one: Movement) -> dict[str, Any]:
    return {
        "transaction_ref": one.ref or None,
        "description": one.description or None,
        **_parties(one),
        "iati": compact_json(one.rest),
    }
