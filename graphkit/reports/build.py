"""Builds the report model from an evaluation: one query a part, the same filters for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from graphkit.gaps import KINDS, Evaluation
from graphkit.model.case import THRESHOLDS
from graphkit.model.gap import Gap
from graphkit.reports import words
from graphkit.reports.model import (
    AgeLine,
    Change,
    Entry,
    EvidenceLine,
    FindingLine,
    FlowLine,
    KindCount,
    Looked,
    MatrixCell,
    MoneyLine,
    PolicyLine,
    Quality,
    RegionLine,
    Report,
    ReportName,
    Text,
    Threshold,
    TrendPoint,
    WaitingLine,
    WeakRows,
)
from graphkit.reports.names import Names
from graphkit.reports.queries import literal, query, rows, source_counts, steps_query

SYNTHETIC = "synthetic"
"""The `source` of rows that are made up."""

REPORT_KINDS: dict[str, ReportName] = {"express": "express", "monthly": "monthly", "stage": "stage", "ledger": "ledger"}
"""The kinds of report, by the name that asks for one."""

_NAMED = {"express": 40, "monthly": 100, "stage": 150, "ledger": 0}
_AGES = ((0, 30), (31, 60), (61, 90), (91, 180), (181, None))
_TOLD = {"express": 10, "monthly": 20, "stage": 30, "ledger": 0}


@dataclass(frozen=True)
class Request:
    """What a report is to be about.

    `last_period_end` is the last day of the period before; unless `every_root`, a report names
    the gravest root gaps: at most 40, 100 or 150 of them, by its kind.
    """

    kind: ReportName = "stage"
    number: str | None = None
    last_period_end: date | None = None
    policy: str | None = None
    region: str | None = None
    every_root: bool = False


def build_report(
    evaluation: Evaluation,
    request: Request | None = None,
    previous: Evaluation | None = None,
    earlier: Iterable[Evaluation] = (),
) -> Report:
    """Return the report on an evaluation; with `previous`, also what has changed since it.

    `earlier` are evaluations of earlier days, for the trend. UsageError: no such policy or region in the case.
    """
    return _Builder(evaluation, request or Request(), previous, earlier).report()


@dataclass
class _EvidenceList:
    documents: dict[str, dict[str, Any]]
    lines: list[EvidenceLine] = field(default_factory=list)
    numbers: dict[tuple[str | None, ...], int] = field(default_factory=dict)

    def number(self, document: str | None, locator: str | None, quote: str | None, row: str | None) -> int:
        key = (document, locator, quote, row if quote is None and locator is None else None)
        if key not in self.numbers:
            self.numbers[key] = len(self.lines) + 1
            known = self.documents.get(document or "", {})
            self.lines.append(
                EvidenceLine(
                    number=len(self.lines) + 1,
                    document=document,
                    title=known.get("title"),
                    document_number=known.get("number"),
                    issuer=known.get("issuer"),
                    issued_on=known.get("issued_on"),
                    locator=locator,
                    quote=quote,
                    row=row,
                    synthetic=document == SYNTHETIC,
                )
            )
        return self.numbers[key]


class _Builder:
    def __init__(
        self, evaluation: Evaluation, request: Request, previous: Evaluation | None, earlier: Iterable[Evaluation]
    ) -> None:
        self.ev = evaluation
        self.request = request
        self.previous = previous
        self.names = Names(evaluation)
        self.gaps = evaluation.gaps(policy=request.policy, region=request.region)
        self.roots = [gap for gap in self.gaps if gap.root]
        self.steps = steps_query(request.policy, request.region)
        self.parts = self.compared()
        self.part_of = query("part_of", parts=literal(self.parts))
        self.status_rows = rows(evaluation, query("status_counts", steps=self.steps, part_of=self.part_of))
        self.sources = source_counts(evaluation)
        self.trend = sorted((self.trend_point(one) for one in [*earlier, evaluation]), key=lambda point: point.day)
        documents = rows(evaluation, "SELECT * FROM documents ORDER BY id")
        self.evidence = _EvidenceList({str(row["id"]): row for row in documents})

    def report(self) -> Report:
        request, case = self.request, self.ev.case
        listed = self.roots if request.every_root else self.roots[: _NAMED[request.kind]]
        named = [self.entry(number, gap) for number, gap in enumerate(listed, 1)]
        case_title = Text(zh=case.title.text("zh", case.id), en=case.title.text("en", case.id))
        kind = words.REPORT_KIND[request.kind]
        ledger = self.follow_up()
        return Report(
            kind=request.kind,
            number=request.number,
            title=Text(zh=f"政策落实链条断点{kind.zh}", en=f"Where the implementation chain breaks: {kind.en}"),
            case=case.id,
            case_title=case_title,
            jurisdiction=self.names.region(case.jurisdiction) if case.jurisdiction else None,
            currency=case.currency,
            period_start=request.last_period_end + timedelta(days=1) if request.last_period_end else None,
            period_end=self.ev.as_of,
            as_of=self.ev.as_of,
            known_by=self.ev.known_by,
            only_policy=request.policy,
            only_region=self.names.region(request.region) if request.region else None,
            looked=self.looked(),
            thresholds=[
                Threshold(name=name, value=self.ev.thresholds[name], default=THRESHOLDS[name])
                for name in sorted(THRESHOLDS)
            ],
            counts=self.counts(),
            change=self.change(),
            roots=named,
            roots_told=min(_TOLD[request.kind], len(named)),
            roots_total=len(self.roots),
            policies=self.by_policy(),
            regions=self.by_region(),
            matrix=self.matrix(),
            money=self.money(),
            flows=self.flows(),
            waiting=self.waiting(),
            follow_up=ledger,
            ageing=self.ageing(ledger),
            trend=self.trend,
            quality=self.quality(),
            evidence=self.evidence.lines,
        )

    # What was looked at

    def looked(self) -> Looked:
        total = rows(self.ev, query("looked", steps=self.steps))[0]
        return Looked(
            coverage_known=rows(self.ev, "SELECT has_coverage FROM settings")[0]["has_coverage"],
            policies=total["policies"],
            stages=total["stages"],
            regions=total["regions"],
            agencies=len(self.names.agency_names),
            steps=total["steps"],
            required=_required(self.tally(required=True)),
            done=_done(self.tally(required=True)),
            by_status=self.tally(),
            rows={table: row["n"] for table, row in self.sources.items()},
        )

    def counts(self) -> list[KindCount]:
        held = Counter((gap.kind, gap.category) for gap in self.gaps)
        root = Counter(gap.kind for gap in self.roots)
        blocked = self.tally().get("waiting", 0)
        if blocked:
            held[("blocked_step", "consequence")] = blocked
        return [
            KindCount(kind=kind, name=words.kind_name(kind), category=category, gaps=n, root=root[kind])
            for (kind, category), n in sorted(held.items(), key=lambda item: KINDS.index(item[0][0]))
        ]

    def change(self) -> Change | None:
        if self.previous is None:
            return None
        before = {gap.id: gap for gap in self.previous.gaps(policy=self.request.policy, region=self.request.region)}
        now = {gap.id: gap for gap in self.gaps}
        both = [(before[key], gap) for key, gap in now.items() if key in before]
        return Change(
            since=self.previous.as_of,
            known_by=self.previous.known_by,
            new=[key for key in now if key not in before],
            resolved=[
                self.entry(number, gap) for number, gap in enumerate((g for k, g in before.items() if k not in now), 1)
            ],
            persisting=len(both),
            worsened=[gap.id for old, gap in both if _weight(gap) > _weight(old)],
            eased=[gap.id for old, gap in both if _weight(gap) < _weight(old)],
        )

    def trend_point(self, evaluation: Evaluation) -> TrendPoint:
        counted = query("root_counts", policy=literal(self.request.policy), region=literal(self.request.region))
        return TrendPoint(
            day=evaluation.as_of, by_category={row["category"]: row["gaps"] for row in rows(evaluation, counted)}
        )

    # Gaps

    def entry(self, number: int, gap: Gap) -> Entry:
        place = gap.scope or gap.subject
        documents = [one.document for one in gap.evidence]
        return Entry(
            number=number,
            gap=gap,
            kind=words.kind_name(gap.kind),
            policy=self.names.policy(gap.policy),
            stage=self.names.stage(gap.policy, gap.stage),
            place=self.names.path(place),
            subject=self.names.agency(gap.subject) if gap.subject else None,
            responsible=[self.names.agency(agency) for agency in gap.responsible],
            supporting=[self.names.agency(agency) for agency in gap.supporting],
            evidence=sorted(
                {self.evidence.number(one.document, one.locator, one.quote, one.id) for one in gap.evidence}
            ),
            synthetic=bool(documents) and all(document == SYNTHETIC for document in documents),
        )

    def by_policy(self) -> list[PolicyLine]:
        stops = {row["policy"]: row for row in rows(self.ev, query("stops", steps=self.steps))}
        lines = []
        for policy in self.names.policies.values():
            if self.request.policy not in (None, policy.id):
                continue
            own = [gap for gap in self.roots if gap.policy == policy.id]
            counts = self.tally(policy=policy.id)
            stop = stops.get(policy.id)
            lines.append(
                PolicyLine(
                    policy=policy.id,
                    title=self.names.policy(policy.id) or Text(zh=policy.id, en=policy.id),
                    document_number=policy.document.number,
                    required=_required(self.tally(policy=policy.id, required=True)),
                    done=_done(self.tally(policy=policy.id, required=True)),
                    by_status=counts,
                    root_by_category=_categories(own),
                    stops_at=self.names.stage(policy.id, stop["stage"]) if stop else None,
                    stopped_places=stop["places"] if stop else 0,
                    blocked_steps=counts.get("waiting", 0),
                )
            )
        return lines

    def compared(self) -> list[str]:
        """Return the regions that are compared: what lies above, what the report is about, and what is right below."""
        top = self.request.region or self.ev.case.jurisdiction
        children = sorted(code for code, parent in self.names.parents.items() if parent == top)
        return [ref.id for ref in self.names.path(top)] + children

    def by_region(self) -> list[RegionLine]:
        compared = set(self.parts)
        places: dict[str, list[Gap]] = {}
        for gap in self.roots:
            path = [ref.id for ref in self.names.path(gap.scope or gap.subject)]
            part = next((code for code in reversed(path) if code in compared), None)
            if part is not None:
                places.setdefault(part, []).append(gap)
        lines = []
        for code in self.parts:
            counts = self.tally(part=code)
            if counts or code in places:
                lines.append(
                    RegionLine(
                        region=self.names.region(code),
                        level=self.names.levels[code],
                        required=_required(self.tally(part=code, required=True)),
                        done=_done(self.tally(part=code, required=True)),
                        by_status=counts,
                        root_by_category=_categories(places.get(code, [])),
                        blocked_steps=counts.get("waiting", 0),
                    )
                )
        return lines

    def matrix(self) -> list[MatrixCell]:
        cells = [(part, policy) for part in self.parts for policy in self.names.policies]
        return [
            MatrixCell(
                region=part,
                policy=policy,
                by_status=counts,
                required=_required(self.tally(part=part, policy=policy, required=True)),
                done=_done(self.tally(part=part, policy=policy, required=True)),
            )
            for part, policy in cells
            if (counts := self.tally(part=part, policy=policy))
        ]

    def tally(self, part: str | None = None, policy: str | None = None, required: bool = False) -> dict[str, int]:
        """Count the steps by status: of one compared region or policy or all; all steps or only the required ones."""
        counts: Counter[str] = Counter()
        for row in self.status_rows:
            if part in (None, row["part"]) and policy in (None, row["policy"]) and (row["required"] or not required):
                counts[row["status"]] += row["steps"]
        return _sorted(counts)

    # Money and people

    def money(self) -> list[MoneyLine]:
        lines = []
        for gap in self.gaps:
            if gap.kind not in ("funds_retained", "funds_untraced") or gap.subject is None:
                continue
            region = self.names.region_of(gap.subject)
            lines.append(
                MoneyLine(
                    gap=gap.id,
                    kind=gap.kind,
                    holder=self.names.agency(gap.subject),
                    level=self.level_of(gap.subject),
                    region=self.names.region(region) if region else None,
                    policy_id=gap.policy,
                    policy=self.names.policy(gap.policy),
                    measure=gap.measure,
                    amount=dict(sorted((gap.amount or {}).items())),
                    since=gap.since,
                    days=gap.days,
                )
            )
        return sorted(lines, key=lambda line: (line.kind, -max(line.amount.values(), default=Decimal(0)), line.gap))

    def level_of(self, holder: str) -> str | None:
        if holder in self.names.group_names and holder not in self.names.agency_names:
            return "beneficiaries"
        return self.names.levels.get(self.names.region_of(holder) or "")

    def flows(self) -> list[FlowLine]:
        return [
            FlowLine(
                policy=row["policy"],
                title=self.names.policy(row["policy"]) or Text(zh=row["policy"], en=row["policy"]),
                currency=row["currency"],
                from_level=row["from_level"],
                to_level=row["to_level"],
                amount=row["amount"],
            )
            for row in rows(self.ev, query("money_flow", policy=literal(self.request.policy)))
        ]

    def waiting(self) -> list[WaitingLine]:
        found = query("waiting", part_of=self.part_of, policy=literal(self.request.policy))
        return [
            WaitingLine(
                policy=row["policy"],
                title=self.names.policy(row["policy"]) or Text(zh=row["policy"], en=row["policy"]),
                measure=row["measure"],
                region=self.names.region(row["part"]),
                groups=row["groups"],
                eligible=row["eligible"],
                reached=row["reached"],
                waiting=row["waiting"],
            )
            for row in rows(self.ev, found)
        ]

    # Findings

    def follow_up(self) -> list[FindingLine]:
        actions: dict[str, list[dict[str, Any]]] = {}
        for row in rows(self.ev, 'SELECT * FROM actions ORDER BY finding, "on", recorded_at, id'):
            actions.setdefault(row["finding"], []).append(row)
        problems: dict[str, list[Gap]] = {}
        for gap in self.ev.gaps():
            for finding in gap.findings:
                problems.setdefault(finding, []).append(gap)
        wanted = self.inside_region()
        lines = []
        for row in rows(self.ev, "SELECT * FROM findings ORDER BY found_on, id"):
            region = self.names.region_of(row["scope"]) or self.names.region_of(row["agency"])
            if self.request.policy not in (None, row["policy"]) or (wanted is not None and region not in wanted):
                continue
            lines.append(self.finding_line(row, region, actions.get(row["id"], []), problems.get(row["id"], [])))
        return lines

    def ageing(self, ledger: list[FindingLine]) -> list[AgeLine]:
        lines = []
        for first, last in _AGES:
            aged = [
                line
                for line in ledger
                if line.open and first <= (self.ev.as_of - line.found_on).days <= (last if last is not None else 10**6)
            ]
            overdue = sum(line.overdue_days is not None for line in aged)
            lines.append(AgeLine(days_from=first, days_to=last, overdue=overdue, not_overdue=len(aged) - overdue))
        return lines

    def finding_line(
        self, row: dict[str, Any], region: str | None, actions: list[dict[str, Any]], gaps: list[Gap]
    ) -> FindingLine:
        is_open, due_on = True, None
        for action in actions:
            is_open = action["kind"] not in ("verified", "waived") and (is_open or action["kind"] == "reopened")
            if action["kind"] in ("instructed", "recommended", "accepted") and action["due_on"] is not None:
                due_on = action["due_on"]
        late = [gap for gap in gaps if gap.subject == row["id"]]
        return FindingLine(
            finding=row["id"],
            title=row["title"],
            category=row["category"],
            policy=self.names.policy(row["policy"]),
            region=self.names.region(region) if region else None,
            agency=self.names.agency(row["agency"]) if row["agency"] else None,
            found_on=row["found_on"],
            amount={row["currency"] or self.ev.case.currency: row["amount"]} if row["amount"] is not None else {},
            count=row["count"],
            open=is_open,
            status=actions[-1]["kind"] if actions else "none",
            last_on=actions[-1]["on"] if actions else None,
            due_on=due_on,
            overdue_days=max((gap.days for gap in late if gap.kind in _OVERDUE and gap.days is not None), default=None),
            problems=sorted({gap.kind for gap in late}),
            gaps=sorted(gap.id for gap in gaps),
            source=row["source"],
        )

    def inside_region(self) -> set[str] | None:
        """Return the region asked for and every region below it; None when the report is about all."""
        if self.request.region is None:
            return None
        return {row["code"] for row in rows(self.ev, query("regions_inside", region=literal(self.request.region)))}

    # Data quality

    def quality(self) -> Quality:
        kinds = Counter(gap.kind for gap in self.gaps)
        loads = [commit for commit in self.ev.facts.commits() if commit.case == self.ev.case.id]
        return Quality(
            rejected=loads[-1].summary.get("rejected") if loads else None,
            synthetic=self.weak_rows("synthetic"),
            without_source=self.weak_rows("no_source"),
            unsupported=kinds["unsupported_step"],
            conflicting=kinds["conflicting_evidence"],
            unobserved=kinds["unobserved_step"],
        )

    def weak_rows(self, column: str) -> list[WeakRows]:
        return [
            WeakRows(table=table, weak=row[column], rows=row["n"]) for table, row in self.sources.items() if row[column]
        ]


_OVERDUE = ("unaddressed_finding", "instruction_not_followed", "overdue_rectification", "unverified_rectification")


def _required(counts: Mapping[str, int]) -> int:
    return sum(n for status, n in counts.items() if status != "cancelled")


def _done(counts: Mapping[str, int]) -> int:
    return sum(counts.get(status, 0) for status in words.STATUS_DONE)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    order = words.STATUS_WORST_FIRST
    return {status: counts[status] for status in order if counts.get(status)}


def _categories(gaps: Iterable[Gap]) -> dict[str, int]:
    counts: Counter[str] = Counter(gap.category for gap in gaps)
    return {category: counts[category] for category in words.CATEGORY if counts[category]}


def _weight(gap: Gap) -> tuple[int, int, Decimal]:
    return gap.beneficiaries, gap.blocked_steps, sum((gap.amount or {}).values(), Decimal(0))
