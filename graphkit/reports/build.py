"""Builds the report model from an evaluation: one query a part, the same filters for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from graphkit.gaps import Evaluation
from graphkit.gaps.followup import AGES, Ageing, FindingState, follow_up
from graphkit.gaps.provisions import provisions_of
from graphkit.model.case import THRESHOLDS
from graphkit.model.gap import Category, Gap
from graphkit.model.sql import literal
from graphkit.reports import words
from graphkit.reports.gaps_json import rejected_rows
from graphkit.reports.model import (
    AgeingLine,
    AgeLine,
    Change,
    Entry,
    EvidenceLine,
    FindingLine,
    FindingOrigin,
    FlowLine,
    KindCount,
    Looked,
    MatrixCell,
    MoneyLine,
    PolicyLine,
    ProvisionLine,
    Quality,
    Ref,
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
from graphkit.reports.periods import month_ends
from graphkit.reports.provisions import sentences
from graphkit.reports.queries import query, rows, source_counts, steps_query

SYNTHETIC = "synthetic"
"""The `source` of rows that are made up."""

REPORT_KINDS: dict[str, ReportName] = {"express": "express", "monthly": "monthly", "stage": "stage", "ledger": "ledger"}
"""The kinds of report, by the name that asks for one."""

_NAMED = {"express": 20, "monthly": 100, "stage": 150, "ledger": 0}
_CHANGES_TOLD = 150
_TOLD = {"express": 6, "monthly": 20, "stage": 30, "ledger": 0}


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


def report_over_time(evaluation: Evaluation, request: Request, trend: int, on: Callable[[date], Evaluation]) -> Report:
    """Return the report on an evaluation and the days that it compares with, each of which `on` evaluates.

    These are the end of the period before and, in reports that show a trend, at most `trend` month ends.
    """
    starts = [policy.effective.from_ for policy in evaluation.policies if policy.effective.from_]
    days = month_ends(evaluation.as_of, trend, min(starts)) if starts and request.kind in ("monthly", "stage") else []
    previous = on(request.last_period_end) if request.last_period_end else None
    return build_report(evaluation, request, previous, map(on, days))


@dataclass
class _EvidenceList:
    documents: dict[str, dict[str, Any]]
    lines: list[EvidenceLine] = field(default_factory=list)
    numbers: dict[tuple[str | None, ...], int] = field(default_factory=dict)

    def number(self, document: str | None, locator: str | None, quote: str | None, row: str | None) -> int:
        known = self.documents.get(document or "", {})
        document = known.get("id", document)
        key = (document, locator, quote, row if quote is None and locator is None else None)
        if key not in self.numbers:
            self.numbers[key] = len(self.lines) + 1
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
        self.previous = previous
        self.names = Names(evaluation)
        self.request = request = replace(request, region=self.names.looked_at(request.region))
        self.deliveries_known = "deliveries" in evaluation.facts.tables_present(evaluation.case.id)
        self.limit = None if request.every_root else _NAMED[request.kind]
        self.roots = ranked_roots(
            evaluation,
            self.limit,
            policy=request.policy,
            region=request.region,
            category=words.KNOWN,
        )
        self.steps = steps_query(request.policy, request.region)
        self.parts = self.compared()
        self.part_of = query("part_of", parts=literal(self.parts))
        self.tallies = self.count_steps()
        filters = {"policy": literal(request.policy), "region": literal(request.region)}
        self.gap_rows = rows(evaluation, query("gap_counts", part_of=self.part_of, **filters))
        self.sources = source_counts(evaluation)
        self.trend = sorted((self.trend_point(one) for one in [*earlier, evaluation]), key=lambda point: point.day)
        documents = rows(evaluation, query("named_documents"))
        for row in documents:
            row["issuer"] = self.names.agency(row["issuer"]).name if row["issuer"] else None
        self.evidence = _EvidenceList({row["name"]: row for row in documents})

    def report(self) -> Report:
        request, case = self.request, self.ev.case
        named = [self.entry(number, gap) for number, gap in enumerate(self.roots, 1)]
        unseen = self.ev.gaps(policy=request.policy, region=request.region, category="unknown", limit=self.limit)
        unobserved = [self.entry(number, gap) for number, gap in enumerate(unseen, 1)]
        case_title = Text(zh=case.title.text("zh", case.id), en=case.title.text("en", case.id))
        kind = words.REPORT_KIND[request.kind]
        ledger = follow_up(self.ev, policy=request.policy, region=request.region)
        return Report(
            kind=request.kind,
            number=request.number,
            title=Text(zh=f"政策落实缺口{kind.zh}", en=f"Where the implementation chain breaks: {kind.en}"),
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
            roots_total=sum(row["gaps"] for row in self.gap_rows if row["root"] and row["category"] in words.KNOWN),
            unobserved=unobserved,
            unobserved_total=sum(row["gaps"] for row in self.gap_rows if row["category"] == "unknown"),
            policies=self.by_policy(),
            regions=self.by_region(),
            matrix=self.matrix(),
            provisions=self.provisions(),
            money=self.money(),
            flows=self.flows(),
            waiting=self.waiting(),
            follow_up=[self.finding_line(line) for line in ledger.findings],
            ageing=ages(ledger.findings),
            ageing_by_agency=[
                self.ageing_of(self.names.agency(one.of) if one.of else None, None, one) for one in ledger.by_agency
            ],
            ageing_by_level=[self.ageing_of(None, one.of, one) for one in ledger.by_level],
            trend=self.trend,
            quality=self.quality(),
            evidence=self.evidence.lines,
        )

    def provisions(self) -> list[ProvisionLine]:
        """Return the provisions that disagree while both are in force, in the report's period or on its day."""
        found = provisions_of(self.ev, self.request.policy)
        last = self.request.last_period_end
        first = last + timedelta(days=1) if last else self.ev.as_of
        territories = {(one.policy, one.id): one.territory for one in found.provisions}
        titles = {plan.id: plan.title for plan in self.ev.policies}
        lines = []
        for one in found.conflicts:
            here = self.concerns(territories[one.policy, one.one])
            if one.relation == "replaced" or not here or (one.until is not None and one.until < first):
                continue
            zh, en = (sentences(found, lang, [one])[0] for lang in ("zh", "en"))
            title = titles[one.policy]
            lines.append(
                ProvisionLine(
                    policy=one.policy,
                    title=Text(zh=title.text("zh", one.policy), en=title.text("en", one.policy)),
                    relation=one.relation,
                    one=one.one,
                    other=one.other,
                    says=Text(zh=zh, en=en),
                    since=one.since,
                    until=one.until,
                )
            )
        return lines

    def concerns(self, territory: str | None) -> bool:
        """Return whether a territory (None: everywhere) lies in the report's region, or around it."""
        region = self.request.region
        if region is None or territory is None or territory == region:
            return True
        return bool(rows(self.ev, query("related", one=literal(territory), other=literal(region)))[0]["related"])

    # What was looked at

    def looked(self) -> Looked:
        total = rows(self.ev, query("looked", steps=self.steps))[0]
        filters = {"policy": literal(self.request.policy), "region": literal(self.request.region)}
        known = rows(self.ev, query("known", **filters))[0]
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
            groups=known["groups"],
            holders=known["holders"],
            deliveries_known=self.deliveries_known,
        )

    def counts(self) -> list[KindCount]:
        held: Counter[tuple[str, Category]] = Counter()
        root: Counter[str] = Counter()
        for row in self.gap_rows:
            held[row["kind"], row["category"]] += row["gaps"]
            root[row["kind"]] += row["gaps"] if row["root"] else 0
        blocked = self.tally().get("waiting", 0)
        if blocked:
            held["blocked_step", "consequence"] = blocked
        order = list(self.ev.rules)
        return [
            KindCount(kind=kind, name=words.kind_name(kind, self.ev.rules), category=category, gaps=n, root=root[kind])
            for (kind, category), n in sorted(held.items(), key=lambda item: order.index(item[0][0]))
        ]

    def change(self) -> Change | None:
        if self.previous is None:
            return None
        before, now = self.weights(self.previous), self.weights(self.ev)
        gone = before.keys() - now.keys()
        new_roots, new_roots_total = self.changed_roots(self.ev, before)
        resolved_roots, resolved_roots_total = self.changed_roots(self.previous, now)
        return Change(
            since=self.previous.as_of,
            known_by=self.previous.known_by,
            new=[key for key in now if key not in before],
            resolved=[key for key in before if key in gone],
            new_roots=new_roots,
            new_roots_total=new_roots_total,
            resolved_roots=resolved_roots,
            resolved_roots_total=resolved_roots_total,
            persisting=len(before) - len(gone),
            worsened=[key for key in now if key in before and now[key] > before[key]],
            eased=[key for key in now if key in before and now[key] < before[key]],
        )

    def changed_roots(self, evaluation: Evaluation, other: Container[str]) -> tuple[list[Entry], int]:
        """Return the gravest root gaps of an evaluation that the other one has not, and how many there are."""
        roots = {row["id"] for row in rows(evaluation, "SELECT id FROM gaps WHERE root")}
        ranked = evaluation.gap_ids(policy=self.request.policy, region=self.request.region, category=words.KNOWN)
        changed = [key for key in ranked if key in roots and key not in other]
        told = changed if self.request.every_root else changed[:_CHANGES_TOLD]
        return [self.entry(number, gap) for number, gap in enumerate(evaluation.gaps_of(told), 1)], len(changed)

    def weights(self, evaluation: Evaluation) -> dict[str, tuple[int, int, Decimal]]:
        """Return what each gap weighs: people, steps held up, money."""
        found = query("gap_weights", policy=literal(self.request.policy), region=literal(self.request.region))
        return {
            row["id"]: (row["beneficiaries"], row["blocked_steps"], row["amount"]) for row in rows(evaluation, found)
        }

    def trend_point(self, evaluation: Evaluation) -> TrendPoint:
        counted = query("root_counts", policy=literal(self.request.policy), region=literal(self.request.region))
        return TrendPoint(
            day=evaluation.as_of, by_category={row["category"]: row["gaps"] for row in rows(evaluation, counted)}
        )

    # Gaps

    def entry(self, number: int, gap: Gap) -> Entry:
        place = gap.scope or gap.subject
        return Entry(
            number=number,
            gap=gap,
            kind=words.kind_name(gap.kind, self.ev.rules),
            policy=self.names.policy(gap.policy),
            stage=self.names.stage(gap.policy, gap.stage),
            place=self.names.path(place),
            subject=self.names.agency(gap.subject) if gap.subject else None,
            responsible=[self.names.agency(agency) for agency in gap.responsible],
            supporting=[self.names.agency(agency) for agency in gap.supporting if agency not in gap.responsible],
            evidence=sorted(
                {self.evidence.number(one.document, one.locator, one.quote, one.id) for one in gap.evidence}
            ),
            synthetic=any(one.document == SYNTHETIC for one in gap.evidence),
        )

    def by_policy(self) -> list[PolicyLine]:
        stops = {row["policy"]: row for row in rows(self.ev, query("stops", steps=self.steps))}
        lines = []
        for policy in self.names.policies.values():
            if self.request.policy not in (None, policy.id):
                continue
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
                    root_by_category=self.root_categories(policy=policy.id),
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
        lines = []
        for code in self.parts:
            counts, roots = self.tally(part=code), self.root_categories(part=code)
            if counts or roots:
                lines.append(
                    RegionLine(
                        region=self.names.region(code),
                        level=self.names.levels[code],
                        required=_required(self.tally(part=code, required=True)),
                        done=_done(self.tally(part=code, required=True)),
                        by_status=counts,
                        root_by_category=roots,
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

    def count_steps(self) -> dict[tuple[str | None, str | None, bool], Counter[str]]:
        """Count the steps by status, under each compared region, policy and required or all; None stands for all."""
        tallies: dict[tuple[str | None, str | None, bool], Counter[str]] = {}
        for row in rows(self.ev, query("status_counts", steps=self.steps, part_of=self.part_of)):
            keys = {(part, policy) for part in (row["part"], None) for policy in (row["policy"], None)}
            for part, policy in keys:
                for required in (False, True) if row["required"] else (False,):
                    tallies.setdefault((part, policy, required), Counter())[row["status"]] += row["steps"]
        return tallies

    def tally(self, part: str | None = None, policy: str | None = None, required: bool = False) -> dict[str, int]:
        """Count the steps by status: of one compared region or policy or all; all steps or only the required ones."""
        return _sorted(self.tallies.get((part, policy, required), {}))

    def root_categories(self, part: str | None = None, policy: str | None = None) -> dict[str, int]:
        """Count the root gaps by category, of one compared region or policy; and all that nobody looked at."""
        counts: Counter[str] = Counter()
        for row in self.gap_rows:
            if (
                (row["root"] or row["category"] == "unknown")
                and part in (None, row["part"])
                and policy in (None, row["policy"])
            ):
                counts[row["category"]] += row["gaps"]
        return {category: counts[category] for category in words.CATEGORY if counts[category]}

    # Money and people

    def money(self) -> list[MoneyLine]:
        lines = []
        kinds = ("funds_retained", "funds_untraced")
        for gap in self.ev.gaps(policy=self.request.policy, region=self.request.region, kind=kinds):
            if gap.subject is None:
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
            for row in rows(
                self.ev,
                query("money_flow", policy=literal(self.request.policy), region=literal(self.request.region)),
            )
        ]

    def waiting(self) -> list[WaitingLine]:
        found = query(
            "waiting",
            part_of=self.part_of,
            policy=literal(self.request.policy),
            region=literal(self.request.region),
            delivered=str(self.deliveries_known),
        )
        return [
            WaitingLine(
                policy=row["policy"],
                title=self.names.policy(row["policy"]) or Text(zh=row["policy"], en=row["policy"]),
                measure=row["measure"],
                measure_title=self.names.measure(row["policy"], row["measure"]),
                region=self.names.region(row["part"]),
                groups=row["groups"],
                eligible=row["eligible"],
                reached=row["reached"] if self.deliveries_known else None,
                waiting=row["waiting"] if self.deliveries_known else None,
            )
            for row in rows(self.ev, found)
        ]

    # Findings

    def finding_line(self, line: FindingState) -> FindingLine:
        region = line.region
        return FindingLine(
            finding=line.finding,
            title=line.title,
            category=line.category,
            policy=self.names.policy(line.policy),
            region=self.names.region(region) if region else None,
            agency=self.names.agency(line.agency) if line.agency else None,
            found_on=line.found_on,
            amount=line.amount or {},
            count=line.count,
            open=line.open,
            state=line.state,
            since=line.since,
            due_on=line.due_on,
            overdue_days=line.overdue_days,
            problems=line.problems,
            gaps=line.gaps,
            repeats=line.repeats,
            origin=FindingOrigin(gap=line.origin.gap, holds=line.origin.holds) if line.origin else None,
            wrong=line.wrong,
            source=line.source,
        )

    def ageing_of(self, name: Ref | None, level: str | None, line: Ageing) -> AgeingLine:
        return AgeingLine(
            agency=name, level=level, open=line.open, overdue=line.overdue, by_age=line.by_age, oldest=line.oldest_days
        )

    # Data quality

    def quality(self) -> Quality:
        kinds = {count.kind: count.gaps for count in self.counts()}
        commits = [commit.summary for commit in self.ev.facts.commits() if commit.case == self.ev.case.id]
        loads = [summary["rejected"] for summary in commits if "rejected" in summary]
        return Quality(
            rejected=loads[-1] if loads and self.ev.region is None else None,
            rejected_rows=rejected_rows([self.ev]),
            synthetic=self.weak_rows("synthetic"),
            without_source=self.weak_rows("no_source"),
            unsupported=kinds.get("unsupported_step", 0),
            conflicting=kinds.get("conflicting_evidence", 0),
            unobserved=kinds.get("unobserved_step", 0),
        )

    def weak_rows(self, column: str) -> list[WeakRows]:
        return [
            WeakRows(table=table, weak=row[column], rows=row["n"]) for table, row in self.sources.items() if row[column]
        ]


def ages(lines: Iterable[FindingState]) -> list[AgeLine]:
    """Count the open findings by age, overdue ones and others."""
    counted = []
    for first, last in AGES:
        aged = [line for line in lines if line.open and first <= line.age_days <= (last or line.age_days)]
        overdue = sum(line.overdue for line in aged)
        counted.append(AgeLine(days_from=first, days_to=last, overdue=overdue, not_overdue=len(aged) - overdue))
    return counted


def _required(counts: Mapping[str, int]) -> int:
    return sum(n for status, n in counts.items() if status != "cancelled")


def _done(counts: Mapping[str, int]) -> int:
    return sum(counts.get(status, 0) for status in words.STATUS_DONE)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    order = words.STATUS_WORST_FIRST
    return {status: counts[status] for status in order if counts.get(status)}


def ranked_roots(
    evaluation: Evaluation,
    limit: int | None,
    *,
    policy: str | None = None,
    region: str | None = None,
    category: Iterable[str] | None = None,
) -> list[Gap]:
    """Return the gravest root gaps, at most `limit`; gaps that others explain come between them and are passed over."""
    take = None if limit is None else 2 * limit + 50
    while True:
        found = evaluation.gaps(policy=policy, region=region, category=category, limit=take)
        roots = [gap for gap in found if gap.root][:limit]
        if take is None or limit is None or len(roots) == limit or len(found) < take:
            return roots
        take *= 4
