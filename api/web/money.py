"""Money: how a policy's money flowed from holder to holder, where it rests and since when."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nicegui import ui

from graphkit.gaps import Evaluation
from graphkit.model.sql import literal
from graphkit.reports.model import Text
from graphkit.reports.names import Names
from graphkit.reports.queries import query, rows
from graphkit.reports.text import cells, fitted, money_text, shown

from ..errors import FieldError
from .formats import short_money
from .frame import Page, state, view
from .work import Progress

_ROWS = 150
_CROWDED = 14
"""Holders of one level that are drawn one by one; more are drawn together by the region above, but for gaps."""

_LABEL = 28
"""How wide the text beside a bar of the chart may be, as graphkit.reports.text.cells has it."""

_MERGED_TEXT = 18
"""How wide that is which money.merged puts behind a name."""

_SOURCE = "source:"
_BENEFICIARIES = "beneficiaries"
_MERGED = "below:"
_RETURNED = "returned:"


def register() -> None:
    """Put the view at its address."""
    view("money", _draw)


@dataclass(frozen=True, slots=True)
class _Node:
    """A holder in the chart, or several of one region; `rest` is what a gap says is held up or untraced."""

    label: str
    holders: int
    rest: Decimal | None


@dataclass(frozen=True, slots=True)
class _Told:
    policy: str
    policies: list[tuple[str, Text | None]]
    currency: str
    nodes: dict[str, _Node]
    links: dict[tuple[str, str], Decimal]
    accounts: list[dict[str, Any]]


async def _draw(page: Page) -> None:
    policy = page.asked.get("policy")

    def look(progress: Progress) -> _Told | None:
        progress.step(page.say("money.adding"))
        return page.kept("money", lambda one: _told(one, policy), policy)

    told = await page.work(look)
    if told is None:
        state(page, "empty", page.say("money.none"))
        return
    holder = page.asked.get("holder")
    page.html("money.html", told=told)
    if told.links:
        with ui.element("section").props('aria-labelledby="h-flow"'):
            page.html("money_flow.html", told=told)
            chart = ui.echart(_sankey(told, page, holder)).style(f"height: {min(200 + 22 * len(told.nodes), 780)}px")
            chart.props(f'role="img" aria-label="{page.say("money.chart")}"')
            ui.run_javascript(f"inkChart({chart.id})")
    accounts, total = _listed(told.accounts, holder)
    page.html("money_table.html", told=told, accounts=accounts, total=total, holder=holder)


def _listed(accounts: list[dict[str, Any]], holder: str | None) -> tuple[list[dict[str, Any]], int]:
    """Return the accounts that the table has room for, of one holder or of all, and how many there are."""
    asked = [one for one in accounts if holder in (None, one["holder"])]
    return asked[:_ROWS], len(asked)


def _told(evaluation: Evaluation, policy_id: str | None) -> _Told | None:
    names = Names(evaluation)
    used = [row["policy"] for row in rows(evaluation, "SELECT DISTINCT policy FROM account_days ORDER BY policy")]
    if policy_id is not None and policy_id not in names.policies:
        raise FieldError("policy", f"policy={policy_id}: {', '.join(names.policies)}")
    policy = policy_id or next(iter(used), None)
    if policy is None:
        return None
    accounts = rows(evaluation, query("holder_accounts", policy=literal(policy)))
    for one in accounts:
        one["name"] = _name(names, one["holder"])
        one["called"] = names.measure(policy, one["measure"] or "")
        one["place"] = names.region(one["region"]).name if one["region"] else ""
    nodes, links = _drawn(evaluation, policy, accounts, names)
    return _Told(
        policy,
        [(one, names.policy(one)) for one in names.policies],
        evaluation.case.currency,
        nodes,
        links,
        accounts,
    )


def _name(names: Names, holder: str) -> str:
    return names.agency(holder).name.removeprefix(_SOURCE)


def _drawn(
    evaluation: Evaluation, policy: str, accounts: list[dict[str, Any]], names: Names
) -> tuple[dict[str, _Node], dict[tuple[str, str], Decimal]]:
    """Return what the chart shows: holders, those of one region below a crowded level as one, and their payments."""
    currency = evaluation.case.currency
    gaps = {one["holder"]: one["held"] or one["rest"] for one in accounts if one["gap"] and one["currency"] == currency}
    levels = {one["holder"]: names.levels.get(one["region"] or "") for one in accounts}
    crowded = {level for level, n in Counter(levels.values()).items() if n > _CROWDED}
    groups = {one["holder"] for one in accounts if not one["is_agency"]}
    nodes: dict[str, _Node] = {}
    merged: dict[str, set[str]] = {}

    def node(holder: str | None) -> str:
        if holder is None or (holder in groups and holder not in gaps):
            key, label = _BENEFICIARIES, ""
        elif levels.get(holder) in crowded and holder not in gaps:
            path = names.path(holder)
            above = path[-2] if len(path) > 1 else path[-1]
            key, label = f"{_MERGED}{above.id}", above.name
        else:
            key, label = f"holder:{holder}", _name(names, holder)
        merged.setdefault(key, set()).add(holder or "")
        nodes[key] = _Node(label, len(merged[key]), gaps.get(holder or ""))
        return key

    def back(source: str) -> str:
        key = f"{_RETURNED}{source}"
        nodes[key] = _Node(_name(names, source), 1, None)
        return key

    links: dict[tuple[str, str], Decimal] = {}
    for row in rows(evaluation, query("holder_flows", policy=literal(policy))):
        if row["currency"] == currency and row["amount"] > 0:
            payee = row["payee"]
            ends = node(row["payer"]), back(payee) if payee and payee.startswith(_SOURCE) else node(payee)
            links[ends] = links.get(ends, Decimal(0)) + row["amount"]
    return nodes, _without_circles(links)


def _label(key: str, node: _Node, told: _Told, page: Page, most: float = math.inf) -> str:
    if key == _BENEFICIARIES:
        return page.say("money.beneficiaries")
    if key.startswith(_MERGED):
        return page.say("money.merged", name=fitted(node.label, most - _MERGED_TEXT), n=node.holders)
    if key.startswith(_RETURNED):
        return page.say("money.returned", name=node.label)
    rest = f" {short_money({told.currency: node.rest}, page.lang)}" if node.rest is not None else ""
    mark = "■ " if rest else ""
    return f"{mark}{fitted(node.label, most - len(mark) - cells(rest))}{rest}"


def _sankey(told: _Told, page: Page, holder: str | None) -> dict[str, Any]:
    labels = {key: _plain(_label(key, node, told, page)) for key, node in told.nodes.items()}
    drawn = {key: _plain(_label(key, node, told, page, _LABEL)) for key, node in told.nodes.items()}
    return {
        "aria": {"enabled": False},
        "animation": False,
        "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True},
        "series": [
            {
                "type": "sankey",
                "left": 10,
                "right": 200,
                "top": 12,
                "bottom": 12,
                "nodeGap": 9,
                "nodeAlign": "left",
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"color": "#5b8db8", "opacity": 0.35},
                "label": {"fontSize": 12},
                "data": [
                    {
                        "name": key,
                        "label": {"formatter": drawn[key]},
                        "tooltip": {"formatter": labels[key]},
                        "itemStyle": {
                            "color": "#1f6f9f" if node.rest is None else "#b3261a",
                            "borderColor": "#e0a000" if key == f"holder:{holder}" else "transparent",
                            "borderWidth": 3,
                            "decal": None if node.rest is None else {"symbol": "rect", "rotation": 0.8},
                        },
                    }
                    for key, node in told.nodes.items()
                ],
                "links": [
                    {
                        "source": source,
                        "target": target,
                        "value": float(amount),
                        "tooltip": {
                            "formatter": f"{labels[source]} → {labels[target]}\n"
                            + money_text({told.currency: amount}, page.lang)
                        },
                    }
                    for (source, target), amount in told.links.items()
                ],
            }
        ],
    }


def _plain(text: str) -> str:
    """Return a text that ECharts shows as it is: braces would be read as its own placeholders."""
    return shown(text, 80).replace("{", "｛").replace("}", "｝")


def _without_circles(links: dict[tuple[str, str], Decimal]) -> dict[tuple[str, str], Decimal]:
    """Leave out what would close a circle, the smallest first, for a Sankey cannot show it; the table has it."""
    below: dict[str, set[str]] = {}
    kept = {}
    for (source, target), amount in sorted(links.items(), key=lambda one: (-one[1], one[0])):
        if source == target or source in below.get(target, set()):
            continue
        kept[source, target] = amount
        reached = {target} | below.get(target, set())
        for key in [source, *[one for one, found in below.items() if source in found]]:
            below.setdefault(key, set()).update(reached)
    return kept
