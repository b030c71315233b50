"""What a chain page shows, as plain data: policies with their stages, regions, steps with their states, root gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

from graphkit.gaps import Evaluation
from graphkit.model.gap import Evidence, Gap
from graphkit.model.sql import literal
from graphkit.model.tables import LEVELS
from graphkit.reports import words
from graphkit.reports.build import ranked_roots
from graphkit.reports.model import Text
from graphkit.reports.names import Names
from graphkit.reports.queries import query, rows, steps_query, synthetic_rows
from graphkit.reports.text import money_text, shown

NAME_LIMIT = 120
"""Characters of a name that a page shows; a longer one is cut and ends in …."""

STEP_LIMIT = 20_000
"""Steps that a page holds one by one; beyond that they are counted by the region above, and the page says so."""

GAP_LIMIT = 300
"""Root gaps that a page lists."""

_STATUSES = list(words.STATUS)


class PageData:
    """The data of one page. UsageError when the case has no such policy or region."""

    def __init__(self, evaluation: Evaluation, policy: str | None = None, region: str | None = None) -> None:
        self.evaluation = evaluation
        self.names = Names(evaluation)
        region = self.names.looked_at(region)
        self.policy, self.region = policy, region
        self.notes: list[Text] = []
        self.gaps = ranked_roots(evaluation, GAP_LIMIT, policy=policy, region=region)
        counted = query("root_counts", policy=literal(policy), region=literal(region))
        self.counts: dict[str, int] = {row["category"]: row["gaps"] for row in rows(evaluation, counted)}
        self.regions = sorted(self.names.region_names, key=lambda code: (self.depth(code), code))
        self.region_index = {code: index for index, code in enumerate(self.regions)}
        self.shown_policies = [one for one in evaluation.policies if policy in (None, one.id)]
        self.stages = [
            (one, stage)
            for one in self.shown_policies
            for depths in [one.depths()]
            for stage in sorted(one.stages, key=lambda stage: (depths[stage.id], one.stages.index(stage)))
        ]
        self.stage_index = {(one.id, stage.id): index for index, (one, stage) in enumerate(self.stages)}

    def depth(self, code: str) -> int:
        """Return how many regions lie above one."""
        return len(self.names.path(code))

    def as_dict(self) -> dict[str, Any]:
        """Return the data as JSON can hold it; every text of the case is made safe to show and cut to a fit length."""
        steps = self.steps()
        gaps = [self.gap(gap) for gap in self.gaps]
        total = sum(self.counts.values())
        if total > len(gaps):
            self.notes.append(
                Text(
                    zh=f"根源缺口和未查的步骤共{total:,}个，本页列出最重要的{len(gaps)}个。",
                    en=f"There are {total:,} root gaps and steps that nobody looked at; this page lists the "
                    f"{len(gaps)} gravest.",
                )
            )
        return {
            **self.frame(),
            "top": self.region_index.get(self.region or self.evaluation.case.jurisdiction or ""),
            "counts": self.counts,
            "levels": {name: text.model_dump() for name, text in words.LEVEL.items()},
            "regions": [
                {
                    "code": shown(code, NAME_LIMIT),
                    "name": shown(self.names.region_names[code], NAME_LIMIT),
                    "level": self.names.levels[code],
                    "up": self.region_index.get(self.names.parents[code] or ""),
                }
                for code in self.regions
            ],
            "policies": self.policies(),
            "steps": steps,
            "gaps": gaps,
        }

    def frame(self) -> dict[str, Any]:
        """Return what every page says at its head, and the names of states and categories."""
        case = self.evaluation.case
        return {
            "title": {lang: shown(case.title.text(lang, case.id), NAME_LIMIT) for lang in ("zh", "en")},
            "as_of": self.evaluation.as_of.isoformat(),
            "known_by": None if self.evaluation.known_by is None else self.evaluation.known_by.isoformat(sep=" "),
            "synthetic": synthetic_rows(self.evaluation),
            "notes": [note.model_dump() for note in [*self.coverage_note(), *self.notes]],
            "statuses": [
                {
                    "id": status,
                    "sign": words.STATUS_SIGN[status],
                    "tone": words.STATUS_TONE[status],
                    "rank": words.STATUS_WORST_FIRST.index(status),
                    **words.STATUS[status].model_dump(),
                }
                for status in _STATUSES
            ],
            "categories": {name: text.model_dump() for name, text in words.CATEGORY.items()},
        }

    def policies(self) -> list[dict[str, Any]]:
        """Return each policy with its stages in the order of the chain."""
        listed = []
        for policy in self.shown_policies:
            depths = policy.depths()
            listed.append(
                {
                    "id": shown(policy.id, NAME_LIMIT),
                    "title": self.text(self.names.policy(policy.id)),
                    "number": shown(policy.document.number or "", NAME_LIMIT),
                    "stages": [
                        {
                            "index": self.stage_index[policy.id, stage.id],
                            "title": self.text(self.names.stage(policy.id, stage.id)),
                            "level": stage.level,
                            "rank": LEVELS.index(stage.level),
                            "depth": depths[stage.id],
                            "after": [self.stage_index[policy.id, before] for before in stage.after],
                            "optional": stage.optional,
                            "basis": shown(stage.basis or "", NAME_LIMIT),
                        }
                        for own, stage in self.stages
                        if own.id == policy.id
                    ],
                }
            )
        return listed

    def steps(self) -> list[list[Any]]:
        """Return the steps: stage, region, state or counts by state, done, due, scope's name, lead agencies, gaps.

        The shape is [stage, region, status, done, due, place, agencies, gap ids] for one step, and
        [stage, region, {status: n}] where the steps below a region are only counted.
        """
        own = steps_query(self.policy, self.region)
        level = self.level_to_show(own)
        shown_levels = LEVELS[: LEVELS.index(level) + 1]
        found: list[list[Any]] = []
        for row in rows(self.evaluation, query("page_steps", steps=own, levels=literal(list(shown_levels)))):
            stage = self.stage_index[row["policy"], row["stage"]]
            place = self.names.agency(row["scope"]).name if row["scope"] != row["region"] else None
            found.append(
                [
                    stage,
                    self.region_index[row["region"]],
                    _STATUSES.index(row["status"]),
                    _day(row["done_on"]),
                    _day(row["due_on"]),
                    None if place is None else shown(place, NAME_LIMIT),
                    [shown(self.names.agency(agency).name, NAME_LIMIT) for agency in row["agencies"] or []],
                    row["gap_ids"] or [],
                ]
            )
        if shown_levels != LEVELS:
            counted = query("page_counts", steps=own, levels=literal(list(shown_levels)), level=literal(level))
            sums: dict[tuple[int, int], dict[int, int]] = {}
            for row in rows(self.evaluation, counted):
                key = (self.stage_index[row["policy"], row["stage"]], self.region_index[row["region"]])
                sums.setdefault(key, {})[_STATUSES.index(row["status"])] = row["steps"]
            found += [[stage, region, counts] for (stage, region), counts in sorted(sums.items())]
        return found

    def level_to_show(self, own: str) -> str:
        """Return the lowest level whose steps fit on a page one by one; a note says when some levels do not."""
        by_level = {row["level"]: row["steps"] for row in rows(self.evaluation, query("page_levels", steps=own))}
        total, best = 0, LEVELS[0]
        for level in LEVELS:
            total += by_level.get(level, 0)
            if total > STEP_LIMIT:
                break
            best = level
        if best == LEVELS[-1]:
            return best
        name = words.LEVEL[best]
        self.notes.append(
            Text(
                zh=f"步骤共{sum(by_level.values()):,}个，本页逐一列到{name.zh}，以下只计数；"
                "只看一项政策或一个地区可看到全部。",
                en=f"{sum(by_level.values()):,} steps: this page shows them one by one down to {name.en} level and "
                "counts those below; choose one policy or region to see all.",
            )
        )
        return best

    def gap(self, gap: Gap) -> dict[str, Any]:
        """Return a gap as the page lists it."""
        place = self.names.path(gap.scope or gap.subject)
        subject = self.names.agency(gap.subject).name if gap.subject else ""
        return {
            "id": gap.id,
            "kind": words.kind_name(gap.kind, self.evaluation.rules).model_dump(),
            "category": gap.category,
            "severity": gap.severity,
            "stage": self.stage_index.get((gap.policy or "", gap.stage or "")),
            "policy_at": next((at for at, policy in enumerate(self.shown_policies) if policy.id == gap.policy), None),
            "policy": self.text(self.names.policy(gap.policy)),
            "stage_title": self.text(self.names.stage(gap.policy, gap.stage)),
            "subject": shown(subject, NAME_LIMIT),
            "region": self.region_index.get(place[-1].id) if place else None,
            "since": _day(gap.since),
            "days": gap.days,
            "responsible": [shown(self.names.agency(agency).name, NAME_LIMIT) for agency in gap.responsible],
            "blocked": gap.blocked_steps,
            "people": gap.beneficiaries,
            "amount": {lang: money_text(gap.amount, lang) for lang in ("zh", "en")},
            "says": {"zh": shown(gap.explanation.zh, 600), "en": shown(gap.explanation.en, 600)},
            "evidence": list(dict.fromkeys(map(_evidence, gap.evidence)))[:5],
        }

    def text(self, text: Text | None) -> dict[str, str] | None:
        """Return a text in both languages, cut to a fit length."""
        return None if text is None else {"zh": shown(text.zh, NAME_LIMIT), "en": shown(text.en, NAME_LIMIT)}

    def coverage_note(self) -> list[Text]:
        """Return a warning when the case does not say what was looked at."""
        if rows(self.evaluation, "SELECT has_coverage FROM settings")[0]["has_coverage"]:
            return []
        return [
            Text(
                zh="本案没有检查范围表（coverage），按全部查过处理：“缺失”可能只是没有人查过。",
                en="This case has no coverage table and is taken as looked at whole: “missing” may only mean that "
                "nobody looked.",
            )
        ]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _evidence(one: Evidence) -> str:
    return shown(" ".join(part for part in (one.document, one.locator, one.quote) if part), 300)
