"""Follows money from its source to its last holder and back (`graphkit trace`).

Money stays under its policy and measure and in its currency, as CONTRACT.md section 3 counts it. Which money is which
in an account says `graphkit.gaps.attribution` (first in, first out). A negative amount is a correction: it is followed
as money that goes back from the payee to the payer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Any, Literal, NamedTuple

import networkx as nx
from pydantic import BaseModel, ConfigDict, Field

from graphkit.gaps.attribution import ZERO, Payment, Pool, Stretch, Walk, length
from graphkit.gaps.evaluation import Evaluation
from graphkit.gaps.statements import statements
from graphkit.model.errors import InputError, UsageError
from graphkit.model.gap import Money, Utc

StartKind = Literal["transfer", "agency", "group", "source"]
EndKind = Literal["held", "reached", "delivered", "returned", "back"]
OriginKind = Literal["source", "untraced", "taken_back", "back"]

_SOURCE = "source:"
# A sum of amounts with 28 digits may need more than the 28 digits that Decimal keeps by default.
_EXACT = Context(prec=60)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)


class TraceTransfer(_Part):
    """A transfer that carried some of the money: `amount` of its whole amount `of`.

    `distance` counts the payments from the start of the trace up to and with this one. `advanced` is how much of
    `amount` went out before the money that makes up for it had come in. A `correction` has a negative amount in the
    facts, and is shown as what it does: money that goes back.
    """

    transfer: str
    from_: str = Field(alias="from")
    to: str
    on: date
    amount: Money
    of: Money
    advanced: Money
    distance: int
    correction: bool
    source: str | None
    locator: str | None


class Origin(_Part):
    """Where some of the money came from.

    source: it entered there, by `transfer`. untraced: `holder` paid it out (by `transfer`; null: in deliveries) and
    nothing that came in makes up for it. taken_back: beneficiaries gave it back to `holder`. back: it had been at the
    start of the trace before. `gap` is the funds_untraced gap of the holder, where there is one in this currency.
    """

    kind: OriginKind
    holder: str
    transfer: str | None
    on: date | None
    amount: Money
    gap: str | None


class End(_Part):
    """Where some of the money is now.

    held: it rests with `holder` since the day `on`, for `days` days, and came by `transfer`; `gap` is the
    funds_retained gap of the holder, where there is one. reached: the same for a group that passes nothing on, which
    is where money is meant to end. delivered: `holder` delivered it to beneficiaries (of `group`, where that is
    known) from the day `on` until `until`, in `count` deliveries that it paid at least a part of, `advanced` of it
    before the money that makes up for it had come in. returned: it went back to the source `holder`. back: it came
    to where the trace started once more, and goes on as money counted there.
    """

    kind: EndKind
    holder: str
    group: str | None
    transfer: str | None
    on: date | None
    until: date | None
    days: int | None
    count: int | None
    amount: Money
    advanced: Money | None
    gap: str | None


class Flow(_Part):
    """The money of one policy, measure and currency: `amount` comes from the `origins` and is at the `ends`.

    Each of the two adds up to `amount` exactly. `received` and `sent` are those of the start's own account (null
    where the trace starts at a transfer or a source). `gaps` are the gaps of money at the accounts that it passed.
    """

    policy: str
    measure: str | None
    currency: str
    amount: Money
    received: Money | None
    sent: Money | None
    origins: list[Origin]
    upstream: list[TraceTransfer]
    downstream: list[TraceTransfer]
    ends: list[End]
    gaps: list[str]


class Trace(_Part):
    """The money of one transfer, holder or source, as of a day, known by a time.

    `transfer` is the one that the trace starts at, if it starts at one; `names` are those of all holders.
    """

    start: str
    kind: StartKind
    case: str
    as_of: date
    known_by: Utc | None
    rule: Literal["first in, first out"] = "first in, first out"
    transfer: TraceTransfer | None
    flows: list[Flow]
    names: dict[str, str]


class _Key(NamedTuple):
    """What money stays under."""

    policy: str
    measure: str | None
    currency: str


def trace(evaluation: Evaluation, start: str, *, policy: str | None = None, measure: str | None = None) -> Trace:
    """Trace a transfer, an agency, a group or a `source:NAME` up and down, under one policy or measure or all.

    An id that is both a transfer's and a holder's is written transfer:ID or holder:ID. Raises InputError when there is
    no such thing, or no money of it; UsageError for such an id without a prefix, and for an unknown policy or measure.
    """
    _refuse_unknown(evaluation, policy, measure)
    kind, key = _found(evaluation, start)
    with localcontext(_EXACT):
        keys = [
            one
            for one in _keys(evaluation, kind, key)
            if policy in (None, one.policy) and measure in (None, one.measure)
        ]
        if not keys:
            where = " under that policy and measure" if policy or measure else ""
            raise InputError(f"{start}: no money is on record{where} as of {evaluation.as_of}")
        parts = [_Flow(evaluation, one) for one in keys]
        flows = [one.flow(kind, key) for one in parts]
        transfer = parts[0].transfer(key) if kind == "transfer" else None
    return Trace(
        start=key,
        kind=kind,
        case=evaluation.case.id,
        as_of=evaluation.as_of,
        known_by=evaluation.known_by,
        transfer=transfer,
        flows=flows,
        names=_names(evaluation, flows, key),
    )


def _refuse_unknown(evaluation: Evaluation, policy: str | None, measure: str | None) -> None:
    measures = {one.id: plan.id for plan in evaluation.policies for one in plan.measures}
    if policy is not None and policy not in {plan.id for plan in evaluation.policies}:
        raise UsageError(f"unknown policy '{policy}' in case {evaluation.case.id}", "policy")
    if measure is not None and measures.get(measure) not in ((policy,) if policy else measures.values()):
        raise UsageError(f"unknown measure '{measure}' in case {evaluation.case.id}", "measure")


def _found(evaluation: Evaluation, start: str) -> tuple[StartKind, str]:
    if start.startswith(_SOURCE):
        return "source", start
    found = _things(evaluation, start)
    if len(found) > 1:
        raise UsageError(f"{start} is both a transfer and a holder; write transfer:{start} or holder:{start}")
    if found:
        return found[0], start
    prefix, _, bare = start.partition(":")
    for kind in _things(evaluation, bare):
        if prefix == ("transfer" if kind == "transfer" else "holder"):
            return kind, bare
    case = evaluation.case.id
    raise InputError(f"no transfer, agency, group or source '{start}' in case {case} as of {evaluation.as_of}")


def _things(evaluation: Evaluation, key: str) -> list[StartKind]:
    """Return what an id is the id of: a transfer, a holder, both or nothing."""
    found: list[StartKind] = []
    if evaluation.rows("SELECT 1 AS one FROM transfers WHERE id = ?", [key]):
        found.append("transfer")
    for row in evaluation.rows("SELECT is_agency FROM holders WHERE id = ?", [key]):
        found.append("agency" if row["is_agency"] else "group")
    return found


def _keys(evaluation: Evaluation, kind: StartKind, key: str) -> list[_Key]:
    if kind == "transfer":
        query = (
            "SELECT policy, measure, coalesce(currency, settings.case_currency) AS currency "
            "FROM transfers CROSS JOIN settings WHERE id = ? AND amount <> 0"
        )
    else:
        query = statements("views/trace_accounts")
    return [_Key(**row) for row in evaluation.rows(query, [key])]


def _names(evaluation: Evaluation, flows: Iterable[Flow], start: str) -> dict[str, str]:
    known: dict[str, str] = {
        row["id"]: row["name"]
        for row in evaluation.rows("SELECT id, name FROM beneficiary_groups UNION ALL SELECT id, name FROM agencies")
    }
    mentioned = {start}
    for flow in flows:
        for hop in (*flow.upstream, *flow.downstream):
            mentioned |= {hop.from_, hop.to}
        mentioned |= {origin.holder for origin in flow.origins} | {end.holder for end in flow.ends}
        mentioned |= {end.group for end in flow.ends if end.group is not None}
    return {key: known[key] for key in sorted(mentioned) if key in known}


class _Flow:
    """One policy, measure and currency: its payments, and what the facts say of each."""

    def __init__(self, evaluation: Evaluation, key: _Key) -> None:
        self._evaluation = evaluation
        self._key = key
        self._rows: dict[Payment, dict[str, Any]] = {}
        for row in evaluation.rows(statements("views/trace_transfers"), list(key)):
            self._rows[_transfer(row)] = row
        for row in evaluation.rows(statements("views/trace_deliveries"), list(key)):
            self._rows[_delivery(row)] = row
        self._pool = Pool(self._rows)
        self._gaps: dict[tuple[str, str], str] = {
            (row["kind"], row["subject"]): row["id"]
            for row in evaluation.rows(statements("views/trace_gaps"), list(key))
        }
        self._agencies = {row["id"] for row in evaluation.rows("SELECT id FROM agencies")}
        self._passing = {
            row["holder"] for row in evaluation.rows("SELECT DISTINCT holder FROM account_days WHERE sent <> 0")
        }

    def flow(self, kind: StartKind, start: str) -> Flow:
        """Return the flow of the money of a transfer, holder or source."""
        account = self._pool.accounts.get(start) if kind in ("agency", "group") else None
        begun = self._begun(kind, start)
        own = {} if account is None else {start: [(ZERO, account.extent)]}
        up = self._walk(begun, own, forward=False)
        down = self._walk(begun, own, forward=True)
        after = 0 if kind == "transfer" else 1
        listed = begun if kind == "source" else []
        return Flow(
            policy=self._key.policy,
            measure=self._key.measure,
            currency=self._key.currency,
            amount=sum((one.amount for one in begun), ZERO if account is None else account.extent),
            received=None if account is None else account.received.total,
            sent=None if account is None else account.sent.total,
            origins=self._origins(up, start),
            upstream=self._transfers(up, begun, [*own], after, forward=False),
            downstream=self._transfers(down, begun, [*own], after, forward=True, listed=listed),
            ends=self._ends(down, start),
            gaps=self._gaps_at({start, *self._passed(up), *self._passed(down), *map(self._payer, begun)}),
        )

    def transfer(self, key: str) -> TraceTransfer:
        """Return a transfer as it is, with its whole amount."""
        (one,) = self._begun("transfer", key)
        return self._listed(one, [(ZERO, one.amount)], 0)

    def _begun(self, kind: StartKind, start: str) -> list[Payment]:
        """Return the payments that a trace begins with, beside the account of its holder."""
        match kind:
            case "transfer":
                return [one for one, row in self._rows.items() if row.get("id") == start]
            case "source":
                return [one for one in self._rows if one.payer is None and self._payer(one) == start]
            case "group":
                return [one for one, row in self._rows.items() if row.get("group") == start and not row["taken_back"]]
            case _:
                return []

    def _walk(self, begun: Iterable[Payment], own: dict[str, list[Stretch]], *, forward: bool) -> Walk:
        starts = {holder: list(stretches) for holder, stretches in own.items()}
        left: list[Payment] = []
        for one in begun:
            holder = one.payee if forward else one.payer
            if holder is None:
                left.append(one)
                continue
            account = self._pool.accounts[holder]
            low = (account.received if forward else account.sent).start(one)
            starts.setdefault(holder, []).append((low, low + one.amount))
        walk = self._pool.walk(starts, forward=forward)
        for one in left:
            walk.left.setdefault(one, []).append((ZERO, one.amount))
        return walk

    def _payer(self, payment: Payment) -> str:
        row = self._rows[payment]
        return str(row["agency"] if "agency" in row else row["to"] if row["amount"] < 0 else row["from"])

    def _payee(self, payment: Payment) -> str:
        row = self._rows[payment]
        return str(row["agency"] if "agency" in row else row["from"] if row["amount"] < 0 else row["to"])

    def _passed(self, walk: Walk) -> set[str]:
        return {holder for one in walk.parts for holder in (one.payer, one.payee) if holder is not None} | set(
            walk.rests
        )

    def _gaps_at(self, holders: set[str]) -> list[str]:
        return sorted(gap for (_, subject), gap in self._gaps.items() if subject in holders)

    def _transfers(
        self,
        walk: Walk,
        begun: Iterable[Payment],
        own: Iterable[str],
        after: int,
        *,
        forward: bool,
        listed: Iterable[Payment] = (),
    ) -> list[TraceTransfer]:
        """Return the transfers of a walk, nearest first; `listed` are payments of the start itself to list as well."""
        parts = walk.parts | {one: [(ZERO, one.amount)] for one in listed}
        starts = dict.fromkeys((one.payee if forward else one.payer for one in begun), after) | dict.fromkeys(own, 0)
        near = self._distances(walk, starts, forward=forward)
        found = []
        for one, stretches in parts.items():
            holder = one.payer if forward else one.payee
            if "agency" not in self._rows[one]:
                found.append(self._listed(one, stretches, near[holder] + 1 if holder in near else after))
        return sorted(found, key=lambda hop: (hop.distance, hop.on, hop.transfer))

    def _listed(self, payment: Payment, parts: list[Stretch], distance: int) -> TraceTransfer:
        row = self._rows[payment]
        return TraceTransfer(
            transfer=row["id"],
            **{"from": self._payer(payment)},
            to=self._payee(payment),
            on=payment.on,
            amount=length(parts),
            of=payment.amount,
            advanced=self._advanced(payment, parts),
            distance=distance,
            correction=row["amount"] < 0,
            source=row["source"],
            locator=row["locator"],
        )

    @staticmethod
    def _distances(walk: Walk, starts: dict[str | None, int], *, forward: bool) -> dict[str | None, int]:
        """Return the fewest payments from the start to each holder that the money came to."""
        links: nx.DiGraph[Any] = nx.DiGraph()
        root = ("start",)
        links.add_node(root)
        for holder, distance in starts.items():
            if holder is not None:
                links.add_edge(root, holder, weight=distance)
        for one in walk.parts:
            ends = (one.payer, one.payee) if forward else (one.payee, one.payer)
            if None not in ends:
                links.add_edge(*ends, weight=1)
        return dict(nx.single_source_dijkstra_path_length(links, root))

    def _advanced(self, payment: Payment, parts: Iterable[Stretch]) -> Decimal:
        """Return how much of the parts of a payment went out before the money that makes up for it had come in."""
        if payment.payer is None:
            return ZERO
        account = self._pool.accounts[payment.payer]
        start = account.sent.start(payment)
        return length(
            part
            for low, high in parts
            for receipt, part in account.received.at((start + low, start + high))
            if receipt.on > payment.on
        )

    def _origins(self, walk: Walk, start: str) -> list[Origin]:
        found = []
        for one, parts in walk.left.items():
            row = self._rows[one]
            found.append(
                Origin(
                    kind="taken_back" if "agency" in row else "source",
                    holder=self._payer(one),
                    transfer=row.get("id"),
                    on=one.on,
                    amount=length(parts),
                    gap=None,
                )
            )
        for holder, stretches in walk.rests.items():
            for stretch in stretches:
                for one, part in self._pool.accounts[holder].sent.at(stretch):
                    found.append(
                        Origin(
                            kind="untraced",
                            holder=holder,
                            transfer=self._rows[one].get("id"),
                            on=one.on,
                            amount=length([part]),
                            gap=self._gaps.get(("funds_untraced", holder)),
                        )
                    )
        if walk.back:
            found.append(Origin(kind="back", holder=start, transfer=None, on=None, amount=walk.back, gap=None))
        return sorted(found, key=lambda one: (one.kind, one.holder, one.on or date.min, one.transfer or ""))

    def _ends(self, walk: Walk, start: str) -> list[End]:
        found: dict[tuple[str, str, str | None], list[tuple[Payment, list[Stretch]]]] = {}
        ends = []
        for one, parts in walk.left.items():
            row = self._rows[one]
            if "agency" in row:
                found.setdefault(("delivered", row["agency"], row["group"]), []).append((one, parts))
            else:
                ends.append(_end("returned", self._payee(one), length(parts), transfer=row["id"], on=one.on))
        for (_, agency, group), paid in found.items():
            ends.append(
                _end(
                    "delivered",
                    agency,
                    sum((length(parts) for _, parts in paid), ZERO),
                    group=group,
                    on=min(one.on for one, _ in paid),
                    until=max(one.on for one, _ in paid),
                    count=sum(self._delivered(one, parts) for one, parts in paid),
                    advanced=sum((self._advanced(one, parts) for one, parts in paid), ZERO),
                )
            )
        for holder, stretches in walk.rests.items():
            held = holder in self._agencies or holder in self._passing
            for stretch in stretches:
                for one, part in self._pool.accounts[holder].received.at(stretch):
                    ends.append(
                        _end(
                            "held" if held else "reached",
                            holder,
                            length([part]),
                            transfer=self._rows[one].get("id"),
                            on=one.on,
                            days=(self._evaluation.as_of - one.on).days if held else None,
                            gap=self._gaps.get(("funds_retained", holder)) if held else None,
                        )
                    )
        if walk.back:
            ends.append(_end("back", start, walk.back))
        return sorted(
            ends, key=lambda one: (one.kind, one.holder, one.group or "", one.on or date.min, one.transfer or "")
        )

    def _delivered(self, payment: Payment, parts: list[Stretch]) -> int:
        """Return how many deliveries a part of what an agency delivered on a day paid for, at least in part."""
        row = self._rows[payment]
        if length(parts) == payment.amount:
            return int(row["count"])
        lows, highs = [low for low, _ in parts], [high for _, high in parts]
        values = [row["agency"], row["on"], row["group"], row["taken_back"], lows, highs, *self._key]
        return int(self._evaluation.rows(statements("views/trace_partial"), values)[0]["count"])


def _end(
    kind: EndKind,
    holder: str,
    amount: Decimal,
    *,
    group: str | None = None,
    transfer: str | None = None,
    on: date | None = None,
    until: date | None = None,
    days: int | None = None,
    count: int | None = None,
    advanced: Decimal | None = None,
    gap: str | None = None,
) -> End:
    return End(
        kind=kind, holder=holder, amount=amount, group=group, transfer=transfer,
        on=on, until=until, days=days, count=count, advanced=advanced, gap=gap,
    )  # fmt: skip


def _transfer(row: dict[str, Any]) -> Payment:
    start, end = (None if one.startswith(_SOURCE) else one for one in (row["from"], row["to"]))
    payer, payee = (start, end) if row["amount"] > 0 else (end, start)
    return Payment(("0", row["id"]), payer, payee, abs(row["amount"]), row["on"])


def _delivery(row: dict[str, Any]) -> Payment:
    key = ("1", row["on"].isoformat(), row["agency"], row["group"] or "", str(row["taken_back"]))
    payer, payee = (None, row["agency"]) if row["taken_back"] else (row["agency"], None)
    return Payment(key, payer, payee, abs(row["amount"]), row["on"])
