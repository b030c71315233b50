"""Section 5: where money stopped, and how it flowed."""

from __future__ import annotations

from decimal import Decimal

from graphkit.reports import words
from graphkit.reports.document import Block, Column, Flow, Link, Paragraph, Table, chart_table
from graphkit.reports.model import FlowLine, Text
from graphkit.reports.outline.layout import Layout
from graphkit.reports.text import money_text

_MOST_FLOWS = 6
_FLOW_LEVELS = {
    "source": Text(zh="来源", en="source"),
    **words.LEVEL,
    "beneficiaries": Text(zh="受益对象", en="beneficiaries"),
    "returned": Text(zh="退回来源", en="returned"),
    "unplaced": Text(zh="层级不明", en="level not known"),
}
"""What the columns of a chart of money are called, in their order; the last one has no place in it."""
_UNPLACED = "unplaced"


def money(page: Layout) -> None:
    """Add the section on money."""
    lines = page.report.money
    if not lines:
        none = Paragraph(
            page.say("未发现资金滞留或来源不明。", "No money is held up or untraced.")
            if page.report.looked.holders
            else page.say(
                "有无资金滞留或来源不明无从判断：没有资金划拨记录。",
                "Whether money is held up or untraced is not known: no transfer is on record.",
            )
        )
        page.section("资金滞留与去向", "Money held up, and where it went", none, *_money_flows(page))
        return
    page.section(
        "资金滞留与去向",
        "Money held up, and where it went",
        *_money_flows(page),
        Table(
            page.say("资金", "Money"),
            (
                Column(page.say("种类", "Kind")),
                Column(page.say("持有单位", "Holder"), weight=3),
                Column(page.say("地区", "Region")),
                Column(page.say("政策", "Policy"), weight=3),
                Column(page.say("币种", "Currency")),
                Column(page.say("金额", "Amount"), "money"),
                Column(page.say("自", "Since"), "date"),
                Column(page.say("天数", "Days"), "number", 1),
            ),
            [
                (
                    page.word(words.kind_name(line.kind)),
                    line.holder.name,
                    line.region.name if line.region else "",
                    page.word(line.policy),
                    currency,
                    amount,
                    line.since,
                    line.days,
                )
                for line in lines
                for currency, amount in line.amount.items()
            ],
            paper_rows=page.paper_rows,
        ),
    )


def _money_flows(page: Layout) -> list[Block]:
    """Draw the money of each policy from level to level, the largest first."""
    found: dict[tuple[str, str], list[FlowLine]] = {}
    for line in page.report.flows:
        found.setdefault((line.policy, line.currency), []).append(line)
    largest = sorted(found.items(), key=lambda item: (-max(line.amount for line in item[1]), item[0]))
    return [
        block
        for (_, currency), lines in largest[: 2 if page.short else _MOST_FLOWS]
        for block in _money_flow(page, currency, lines)
    ]


def _money_flow(page: Layout, currency: str, lines: list[FlowLine]) -> list[Block]:
    held: dict[str, Decimal] = {}
    for line in page.report.money:
        if line.kind == "funds_retained" and line.policy_id == lines[0].policy and line.level is not None:
            held[line.level] = held.get(line.level, Decimal(0)) + line.amount.get(currency, Decimal(0))
    present = {level for line in lines for level in (line.from_level, line.to_level)} | set(held)
    levels = [level for level in _FLOW_LEVELS if level in present - {_UNPLACED}]
    kept = [held.get(level, Decimal(0)) for level in levels]
    text = [page.say("滞留 ", "held up ") + money_text({currency: amount}, page.lang) for amount in kept]
    order = list(_FLOW_LEVELS)
    drawn = [
        line
        for line in lines
        if _UNPLACED not in (line.from_level, line.to_level)
        and order.index(line.from_level) < order.index(line.to_level)
    ]
    links = [
        Link(
            levels.index(line.from_level),
            levels.index(line.to_level),
            line.amount,
            money_text({currency: line.amount}, page.lang),
        )
        for line in drawn
    ]
    undrawn = [
        (page.word(_FLOW_LEVELS[line.from_level]), page.word(_FLOW_LEVELS[line.to_level]), line.amount)
        for line in lines
        if line not in drawn
    ]
    flow = Flow(
        page.say("资金流向", "Money flow"),
        page.word(lines[0].title)
        + page.say(
            f"：资金逐级去向（{'人民币' if currency == 'CNY' else currency}）",
            f": money from level to level ({currency})",
        ),
        [page.word(_FLOW_LEVELS[level]) for level in levels],
        links,
        kept,
        text,
        undrawn,
    )
    if not links:
        return [chart_table(flow, page.lang)]
    if not undrawn:
        return [flow]
    left_out = money_text({currency: sum((amount for *_, amount in undrawn), Decimal(0))}, page.lang)
    note = page.say(
        f"图中未画出的款项合计{left_out}：由下级转回上级的，或付款、收款单位所在层级不明的。",
        f"Not drawn: {left_out} in all, which went back up, or whose payer or payee lies at no known level.",
    )
    return [flow, Paragraph(note, "note")]
