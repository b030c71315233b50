"""The picture of how breaks spread: each policy's chain left to right, its root breaks, and what waits for them."""

from __future__ import annotations

from typing import Any

from graphkit.reports import words
from graphkit.reports.model import Text
from graphkit.reports.queries import query, rows, steps_query
from graphkit.reports.text import Lang, number_text
from graphkit.views.data import PageData
from graphkit.views.network import Drawing, stacked

_COLUMN, _ROW, _BAND_GAP = 270, 74, 60
_WAITING_ALONE = 3
_MOST_ROOTS = 8
_CLASS = {
    "root": Text(zh="处断开（合并显示）", en="more breaks, drawn as one"),
    "waiting": Text(zh="处受阻等待", en="wait for them"),
    "done": Text(zh="处已完成", en="are done"),
}
_TONE = {"root": "broken", "waiting": "waiting", "done": "good"}
_SIGN = {"root": "✕", "waiting": "…", "done": "✓"}


def spread(data: PageData, lang: Lang, limit: int) -> dict[str, Any]:
    """Return the network of a case's breaks with at most about `limit` nodes; like steps are drawn as one."""
    stages = max(len(data.stages), 1)
    roots = max(1, min(_MOST_ROOTS, (limit - stages * (_WAITING_ALONE + 1)) // stages))
    nodes = query(
        "spread_nodes", steps=steps_query(data.policy, data.region), roots=str(roots), waiting=str(_WAITING_ALONE)
    )
    drawn = rows(data.evaluation, query("spread_drawn", nodes=nodes))
    drawing = Drawing()
    top = 0.0
    for policy in dict.fromkeys(row["policy"] for row in drawn):
        own = [row for row in drawn if row["policy"] == policy]
        if any(row["class"] == "root" for row in own):
            top = _band(drawing, data, lang, own, top) + _BAND_GAP
    for row in rows(data.evaluation, query("spread_edges", nodes=nodes)):
        label = number_text(row["steps"]) if row["holds_up"] and row["steps"] > 1 else ""
        drawing.edge(row["from"], row["to"], label=label, role="holds_up" if row["holds_up"] else "order")
    return drawing.as_dict()


def _band(drawing: Drawing, data: PageData, lang: Lang, own: list[dict[str, Any]], top: float) -> float:
    """Draw one policy's chain below `top` and return where it ends."""
    policy = data.names.policies[own[0]["policy"]]
    depths = policy.depths()
    columns: dict[int, list[dict[str, Any]]] = {}
    for row in own:
        columns.setdefault(depths[row["stage"]], []).append(row)
    height = max(len(column) for column in columns.values()) * _ROW
    middle = top + height / 2
    title = data.names.policy(policy.id)
    drawing.node(
        f"policy:{policy.id}",
        "policy",
        _wrapped(title.of(lang) if title else policy.id),
        x=-_COLUMN * 0.9,
        y=middle,
        policy=data.shown_policies.index(policy),
    )
    for depth, column in sorted(columns.items()):
        order = sorted(column, key=lambda row: (row["stage"], "rwd".index(row["class"][0]), row["place"]))
        for row, y in zip(order, stacked(len(order), middle, _ROW), strict=True):
            _draw(drawing, data, lang, row, x=depth * _COLUMN, y=y)
    return top + height


def _draw(drawing: Drawing, data: PageData, lang: Lang, row: dict[str, Any], *, x: float, y: float) -> None:
    stage = data.names.stage(row["policy"], row["stage"])
    title = stage.of(lang) if stage else row["stage"]
    index = data.stage_index[row["policy"], row["stage"]]
    if row["step"] is None:
        lines = [f"{_SIGN[row['class']]} {number_text(row['steps'])} {_CLASS[row['class']].of(lang)}", title]
        drawing.node(
            row["node"], "step", lines, x=x, y=y, tone=_TONE[row["class"]], root=row["class"] == "root",
            title=lines, go={"stage": index}, merged=row["steps"] if row["class"] == "root" else 0,
        )  # fmt: skip
        return
    place = data.names.agency(row["scope"]).name
    status = row["status"]
    days = ""
    if row["days"] is not None and row["class"] == "root":
        days = f" · {row['days']}天" if lang == "zh" else f" · {row['days']} days"
    lines = [f"{words.STATUS_SIGN[status]} {place}", f"{title}{days}"]
    agencies = [data.names.agency(agency).name for agency in row["agencies"] or []]
    impact = ""
    if row["class"] == "root" and row["blocked_steps"]:
        people, steps = number_text(row["beneficiaries"]), number_text(row["blocked_steps"])
        impact = f"阻滞{steps}步，影响{people}人" if lang == "zh" else f"holds up {steps} steps, {people} people"
    drawing.node(
        row["node"], "step", lines, x=x, y=y, tone=words.STATUS_TONE[status], root=row["class"] == "root",
        title=[f"{words.STATUS[status].of(lang)}：{title}", place, *agencies, impact],
        go={"stage": index, "region": data.region_index[row["region"]]},
    )  # fmt: skip


def _wrapped(text: str, width: int = 12) -> list[str]:
    """Break a title into at most three lines of about `width` Chinese characters or twice as many Latin ones."""
    lines: list[str] = [""]
    for word in text.split(" ") if text.isascii() else list(text):
        space = " " if text.isascii() and lines[-1] else ""
        if len(lines[-1]) + len(word) > (width * 2 if text.isascii() else width) and lines[-1]:
            lines.append(word)
        else:
            lines[-1] += space + word
    return lines if len(lines) <= 3 else [*lines[:2], lines[2] + "…"]
