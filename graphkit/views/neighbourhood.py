"""What lies around one gap: the steps before and after it, who answers for it, whom it concerns, money and findings."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from graphkit.model.gap import Gap
from graphkit.model.sql import literal
from graphkit.reports import words
from graphkit.reports.model import Text
from graphkit.reports.queries import query, rows, steps_query
from graphkit.reports.text import Lang, money_text, number_text, shown
from graphkit.views.data import NAME_LIMIT, PageData
from graphkit.views.network import Drawing, stacked

FAR = 6
"""Steps away from the gap's own step that are drawn at most, in each direction."""

_COLUMN, _ROW = 270, 78


def neighbourhood(data: PageData, gap: Gap, lang: Lang, limit: int) -> dict[str, Any]:
    """Return the network around a gap, at most `limit` nodes: nodes, edges, and how many neighbours are left out."""
    return _Neighbourhood(data, gap, lang, limit).draw()


class _Neighbourhood:
    def __init__(self, data: PageData, gap: Gap, lang: Lang, limit: int) -> None:
        self.evaluation, self.names, self.gap, self.lang, self.limit = data.evaluation, data.names, gap, lang, limit
        self.drawing = Drawing()
        self.left_out = 0
        found = rows(self.evaluation, query("gap_step", gap=literal(gap.id)))
        self.step: int | None = found[0]["step"] if found else None

    def draw(self) -> dict[str, Any]:
        self.centre()
        if self.step is not None:
            self.steps(self.step)
        if self.gap.kind in ("funds_retained", "funds_untraced") and self.gap.subject:
            self.money(self.gap.subject)
        self.agencies()
        self.causes()
        self.groups()
        self.findings()
        return {**self.drawing.as_dict(), "left_out": self.left_out}

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def word(self, text: Text | None) -> str:
        return text.of(self.lang) if text is not None else ""

    def centre(self) -> None:
        gap = self.gap
        subject = self.word(self.names.stage(gap.policy, gap.stage)) or (
            self.names.agency(gap.subject).name if gap.subject else ""
        )
        place = self.names.path(gap.scope or gap.subject)
        tone = {
            "break": "broken",
            "blockage": "stuck",
            "difficulty": "doubt",
            "pain": "stuck",
            "consequence": "waiting",
        }.get(gap.category, "unknown")
        title = self.word(words.kind_name(gap.kind, self.evaluation.rules))
        kind = f"{words.CATEGORY[gap.category].of(self.lang)} · {title}"
        self.drawing.node(
            "gap", "step", [kind, place[-1].name if place else "", subject], x=0, y=0, tone=tone, root=True,
            title=[gap.explanation.zh if self.lang == "zh" else gap.explanation.en],
        )  # fmt: skip

    def room(self, wanted: int, most: int) -> int:
        """Return how many of `wanted` nodes still fit; the rest are counted as left out."""
        room = max(min(wanted, self.limit - len(self.drawing.nodes), most), 0)
        self.left_out += wanted - room
        return room

    def column(self, items: list[Any], middle: float = 0) -> Iterable[tuple[Any, float]]:
        kept = items[: self.room(len(items), max(self.limit // 50, 2))]
        return zip(kept, stacked(len(kept), middle, _ROW), strict=True)

    def steps(self, step: int) -> None:
        near = rows(self.evaluation, query("near_steps", steps=steps_query(None, None), step=str(step), far=str(FAR)))
        columns: dict[int, list[dict[str, Any]]] = {}
        for row in near:
            if row["step"] != step:
                columns.setdefault(row["distance"], []).append(row)
        drawn = [step]
        for distance, found in sorted(columns.items(), key=lambda item: (abs(item[0]), item[0])):
            for row, y in self.column(found):
                drawn.append(row["step"])
                status = row["status"]
                stage = self.word(self.names.stage(row["policy"], row["stage"]))
                place = self.names.agency(row["scope"]).name
                when = row["done_on"] or row["due_on"]
                label = (
                    ""
                    if when is None
                    else self.say("完成 " if row["done_on"] else "期限 ", "done " if row["done_on"] else "due ")
                )
                self.drawing.node(
                    f"step:{row['step']}", "step", [f"{words.STATUS_SIGN[status]} {place}", stage],
                    x=distance * _COLUMN, y=y, tone=words.STATUS_TONE[status],
                    title=[self.word(words.STATUS[status]), f"{place}：{stage}", f"{label}{when or ''}"],
                )  # fmt: skip
        own = f"step:{step}"
        for row in rows(self.evaluation, query("near_edges", steps=f"CAST({drawn} AS BIGINT[])")):
            source, target = (
                "gap" if key == own else key for key in (f"step:{row['predecessor']}", f"step:{row['step']}")
            )
            distance = next((one["distance"] for one in near if f"step:{one['step']}" == target), 0)
            self.drawing.edge(source, target, role="holds_up" if distance > 0 and source != target else "order")

    def money(self, holder: str) -> None:
        found = rows(
            self.evaluation,
            query(
                "holder_money",
                holder=literal(holder),
                policy=literal(self.gap.policy),
                measure=literal(self.gap.measure),
            ),
        )
        for incoming, x in ((True, -_COLUMN), (False, _COLUMN)):
            lines = [row for row in found if row["incoming"] is incoming]
            for row, y in self.column(lines):
                key = f"{'in' if incoming else 'out'}:{row['counterpart']}"
                name = self.names.agency(row["counterpart"]).name.removeprefix("source:")
                amount = self.amount(row)
                times = self.say(
                    f"{row['transfers']}笔，最近{row['last_on']}",
                    f"{row['transfers']} transfers, last {row['last_on']}",
                )
                self.drawing.node(key, "money", [name, amount], x=x, y=y, tone="quiet", title=[name, amount, times])
                self.drawing.edge(*((key, "gap") if incoming else ("gap", key)), label=amount, role="money")

    def amount(self, row: dict[str, Any]) -> str:
        currency = row["currency"] or self.evaluation.case.currency
        return money_text({currency: Decimal(row["amount"])}, self.lang)

    def agencies(self) -> None:
        listed = [(agency, "lead") for agency in self.gap.responsible] + [
            (one, "support") for one in self.gap.supporting
        ]
        row = self.lowest() + _ROW * 1.4
        for (agency, role), x in self.spread_across(listed):
            name = self.names.agency(agency).name
            label = self.say("责任单位", "responsible") if role == "lead" else self.say("配合单位", "supporting")
            self.drawing.node(
                f"agency:{agency}", "agency", [name, label], x=x, y=row, tone="quiet", title=[name, label]
            )
            self.drawing.edge("gap", f"agency:{agency}", role="answers")

    def groups(self) -> None:
        found = rows(self.evaluation, query("gap_people", gap=literal(self.gap.id)))
        row = self.lowest() + _ROW * 1.2
        for group, x in self.spread_across(found):
            count = (
                ""
                if group["eligible_count"] is None
                else self.say(
                    f"{number_text(group['eligible_count'])}人（户）", f"{number_text(group['eligible_count'])} people"
                )
            )
            self.drawing.node(
                f"group:{group['id']}",
                "group",
                [group["name"], count],
                x=x,
                y=row,
                tone="doubt",
                title=[group["name"], count],
            )
            self.drawing.edge("gap", f"group:{group['id']}", role="concerns")

    def findings(self) -> None:
        row = self.highest() - _ROW * 1.3
        for finding, x in self.spread_across(self.gap.findings):
            title = self.names.findings.get(finding, finding)
            self.drawing.node(
                f"finding:{finding}",
                "finding",
                [self.say("发现：", "finding: ") + finding, title],
                x=x,
                y=row,
                tone="stuck",
                title=[finding, title],
            )
            self.drawing.edge(f"finding:{finding}", "gap", role="tells")
        row = self.highest() - _ROW
        documents = {one.document: one for one in self.gap.evidence if one.document}
        for document, x in self.spread_across(list(documents)):
            title = self.document(document)
            one = documents[document]
            lines = [part for part in (title, one.locator, one.quote) if part]
            self.drawing.node(
                f"document:{document}",
                "document",
                [self.say("文件：", "document: ") + title],
                x=x,
                y=row,
                tone="quiet",
                title=lines,
            )
            self.drawing.edge(f"document:{document}", "gap", role="tells")

    def document(self, document: str) -> str:
        found = rows(self.evaluation, query("document_title", document=literal(document)))
        return (found[0]["title"] if found else None) or document

    def causes(self) -> None:
        row = self.highest() - _ROW * 1.3
        gaps = {gap.id: gap for gap in self.evaluation.gaps_of(self.gap.caused_by)}
        for cause, x in self.spread_across(self.gap.caused_by):
            gap = gaps[cause]
            place = self.names.path(gap.scope or gap.subject)
            what = self.word(self.names.stage(gap.policy, gap.stage)) or (
                self.names.agency(gap.subject).name if gap.subject else ""
            )
            lines = [self.word(words.kind_name(gap.kind, self.evaluation.rules)), place[-1].name if place else "", what]
            self.drawing.node(
                f"gap:{cause}", "step", lines, x=x, y=row, tone="broken", root=True, title=[self.text(gap), cause]
            )
            self.drawing.edge(f"gap:{cause}", "gap", label=self.say("根源", "root"), role="holds_up")

    def text(self, gap: Gap) -> str:
        return gap.explanation.zh if self.lang == "zh" else gap.explanation.en

    def spread_across(self, items: list[Any]) -> Iterable[tuple[Any, float]]:
        kept = items[: self.room(len(items), max(self.limit // 75, 2))]
        return zip(kept, stacked(len(kept), 0, _COLUMN), strict=True)

    def lowest(self) -> float:
        return max(float(node["y"]) for node in self.drawing.nodes)

    def highest(self) -> float:
        return min(float(node["y"]) for node in self.drawing.nodes)


def gap_facts(data: PageData, gap: Gap) -> dict[str, Any]:
    """Return a gap as its page tells it, in both languages, with all its evidence."""
    evidence = [
        {
            "document": shown(one.document or "", NAME_LIMIT),
            "locator": shown(one.locator or "", NAME_LIMIT),
            "quote": shown(one.quote or "", 2000),
            "row": shown(one.id or "", NAME_LIMIT),
        }
        for one in gap.evidence
    ]
    place = [shown(ref.name, NAME_LIMIT) for ref in data.names.path(gap.scope or gap.subject)]
    return {**data.gap(gap), "evidence": evidence, "place": place}
