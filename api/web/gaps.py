"""Gaps: the list of what is wrong, with filters, sorting, grouping and export; each row leads to its gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from nicegui import ui

from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError
from graphkit.model.gap import CATEGORY_ZH, Gap
from graphkit.reports import words
from graphkit.reports.gaps_json import GAP_COLUMNS
from graphkit.reports.names import Names

from ..evaluations import Filters
from ..exports import MEDIA_TYPES, WRITERS, ExportFormat, exported
from .describe import Described, described
from .frame import Page, button, state, view
from .work import Progress

_PAGE_ROWS = 100
_CHOICES = 400
_SEVERITIES = ("high", "medium", "low")
_GROUPS = ("", "policy", "category", "kind", "region", "responsible", "severity")

_SORTS: dict[str, Callable[[Described, str], Any]] = {
    "rank": lambda one, currency: 0,
    "days": lambda one, currency: -(one.gap.days or 0),
    "beneficiaries": lambda one, currency: -one.gap.beneficiaries,
    "blocked_steps": lambda one, currency: -one.gap.blocked_steps,
    "amount": lambda one, currency: -one.own_amount(currency),
    "kind": lambda one, currency: (list(CATEGORY_ZH).index(one.gap.category), one.gap.kind),
    "policy": lambda one, currency: (one.gap.policy or "~", one.gap.stage or "~"),
    "region": lambda one, currency: [ref.id for ref in one.place],
    "responsible": lambda one, currency: one.responsible[0].name if one.responsible else "~",
}
"""What a column sorts by, the gravest first; what is equal stays in rank order."""


def register() -> None:
    """Put the view at its address."""
    view("gaps", _draw)


@dataclass(frozen=True, slots=True)
class _Listed:
    gaps: list[Described]
    total: int
    choices: dict[str, list[tuple[str, str]]]


async def _draw(page: Page) -> None:
    asked = page.asked
    sort = asked.choice("sort", tuple(_SORTS))
    group = asked.choice("group", _GROUPS)

    def look(progress: Progress) -> _Listed:
        progress.step(page.say("gaps.listing"))
        return _listed(page)

    listed = await page.work(look)
    currency = page.question.snapshot.case(page.case).currency
    ordered = sorted(listed.gaps, key=lambda one: _SORTS[sort](one, currency))
    keys = {id(one): _group_of(one, group, page.lang) for one in ordered}
    sizes = Counter(keys.values())
    if group:
        ordered.sort(key=lambda one: (-sizes[keys[id(one)]], keys[id(one)]))
    pages = max((len(ordered) - 1) // _PAGE_ROWS + 1, 1)
    at = asked.number("page", 1, 1, pages)
    page.html(
        "gaps.html",
        rows=[(at_row, one, keys[id(one)]) for at_row, one in enumerate(ordered, 1)][
            (at - 1) * _PAGE_ROWS : at * _PAGE_ROWS
        ],
        found=len(ordered),
        total=listed.total,
        choices=listed.choices,
        sort=sort,
        sorts=list(_SORTS),
        group=group,
        groups=_GROUPS[1:],
        sizes=sizes,
        at=at,
        pages=pages,
        counts=Counter(one.gap.category for one in ordered),
        filtered=any(asked.get(name) for name in ("policy", "region", "agency", "kind", "category", "severity", "q")),
    )
    if not ordered:
        state(page, "empty", "")
        return

    def save(format_: ExportFormat) -> None:
        try:
            page.reading("export of gaps")
        except GraphkitError as error:
            ui.notify(said(str(error), page.lang), type="negative")
            return
        gaps = [one.gap for one in ordered]
        with page.server.evaluations.open(page.question) as evaluation:
            rows = exported(evaluation, gaps, format_)
        content = b"".join(WRITERS[format_](rows, GAP_COLUMNS))
        ui.download.content(content, f"gaps-{page.question.as_of}.{format_}", MEDIA_TYPES[format_])

    with ui.row().classes("exports"):
        ui.label(page.say("gaps.export", n=len(ordered)))
        for format_ in get_args(ExportFormat):
            button(format_.upper(), partial(save, format_))


def _listed(page: Page) -> _Listed:
    asked = page.asked
    filters = Filters(
        asked.get("policy"),
        asked.get("region"),
        asked.get("agency"),
        tuple(_split(asked.get("kind"))),
        tuple(_split(asked.get("category"))),
        asked.get("consequences") == "1",
    )
    severity = asked.choice("severity", ("", *_SEVERITIES))
    found = page.server.evaluations.listed(page.question, filters)
    with page.server.evaluations.open(page.question) as evaluation:
        names = Names(evaluation)
        total = sum(evaluation.counts(consequences=filters.consequences).values())
    gaps = [
        described(gap, names)
        for gap in found.gaps
        if (not severity or gap.severity == severity) and (asked.get("root") != "1" or gap.root)
    ]
    if text := asked.get("q"):
        gaps = [one for one in gaps if _mentions(one, text.lower(), page.lang)]
    return _Listed(gaps, total, _choices(page, names, found.gaps))


def _split(text: str | None) -> Iterable[str]:
    return [one for one in (text or "").split(",") if one]


def _mentions(one: Described, text: str, lang: str) -> bool:
    explanation = one.gap.explanation.zh if lang == "zh" else one.gap.explanation.en
    names = (ref.name for ref in (*one.place, *one.responsible, *one.supporting))
    return any(text in part.lower() for part in (one.gap.id, explanation, one.heading(lang), *names))


def _choices(page: Page, names: Names, gaps: list[Gap]) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers: values with their names."""
    lang = page.lang
    region = page.asked.get("region")
    near = {ref.id for ref in names.path(region)} | {
        code
        for code, parent in names.parents.items()
        if parent == region or names.levels[code] in ("central", "province", "city")
    }
    agencies = Counter(agency for gap in gaps for agency in (*gap.responsible, *gap.supporting))
    if own := page.asked.get("agency"):
        agencies[own] += 0
    kinds = [*_kinds_of(gaps), *_split(page.asked.get("kind"))]
    return {
        "policy": [(one, text.of(lang)) for one in names.policies if (text := names.policy(one))],
        "category": [(one, text.of(lang)) for one, text in words.CATEGORY.items() if one != "consequence"],
        "kind": [(one, words.kind_name(one).of(lang)) for one in dict.fromkeys(kinds)],
        "severity": [(one, words.SEVERITY[one].of(lang)) for one in _SEVERITIES],
        "region": [
            (code, "　" * max(len(names.path(code)) - 1, 0) + names.region_names[code])
            for code in sorted(near, key=lambda code: [ref.id for ref in names.path(code)])
        ][:_CHOICES],
        "agency": sorted(
            ((one, names.agency(one).name) for one, _ in agencies.most_common(_CHOICES)), key=lambda one: one[1]
        ),
    }


def _kinds_of(gaps: list[Gap]) -> list[str]:
    return list(dict.fromkeys(gap.kind for gap in gaps))


def _group_of(one: Described, group: str, lang: str) -> str:
    match group:
        case "policy":
            return one.policy.of(lang) if one.policy else "–"
        case "category":
            return words.CATEGORY[one.gap.category].of(lang)
        case "kind":
            return one.kind.of(lang)
        case "severity":
            return words.SEVERITY[one.gap.severity].of(lang)
        case "region":
            return " › ".join(ref.name for ref in one.place[:3]) or "–"
        case "responsible":
            return one.responsible[0].name if one.responsible else "–"
        case _:
            return ""
