"""Writes docs/model.md: the graph's labels, relationship types and properties from graphkit/model/graph.py."""

from __future__ import annotations

from collections.abc import Iterable

from graphkit.model.graph import COMMON, LABELS, NODE, RELATIONSHIPS, Property, Relationship


def model_page() -> str:
    """Return the page."""
    lines = [
        "# The graph model",
        "",
        "Written by `scripts/make_reference.py` from `graphkit/model/graph.py`, the one schema that the",
        "projection, both",
        "stores, the console and the exports work from. `docs/cypher.md` shows queries on it; `docs/gaps.md`",
        "tells the gaps.",
        "",
        "图由事实和缺口生成，可随时重建。一个框内的几个标签有同样的关系。",
        "",
        "The graph is worked out from the facts and the gaps, and can be built again at any time. Labels in one",
        "box have",
        "the same relationships.",
        "",
        "![the graph model](images/model.svg)",
        "",
        "A property that has no value is left out. Dates are dates, date-times are UTC. Sums of money are taken",
        "over the",
        "`…_e4` properties, which are exact to 4 decimals; those without are for reading. An amount or a sum",
        "beyond 922337203685477 has no `…_e4` (`graphkit load` says so of a case's own amounts); gaps and",
        "`graphkit trace` count it exactly.",
        "Deliveries are added up by day and",
        "are no nodes.",
        "",
        "## 所有节点 Every node",
        "",
        *_properties((*NODE, *COMMON)),
        "## 所有关系 Every relationship",
        "",
        *_properties(COMMON),
        "## 标签 Labels",
        "",
        *(f"[{name}](#{name.lower()})" for name in LABELS),
        "",
    ]
    for label in LABELS.values():
        touching = [one for one in RELATIONSHIPS.values() if any(label.name in pair for pair in one.ends)]
        lines += [
            f"### {label.name}",
            "",
            f"**{label.zh}** {label.en}.",
            "",
            *_properties(label.own),
            f"Relationships: {', '.join(f'[{one.name}](#{one.name.lower()})' for one in touching)}",
            "",
        ]
    lines += ["## 关系类型 Relationship types", "", *(f"[{name}](#{name.lower()})" for name in RELATIONSHIPS), ""]
    for one in RELATIONSHIPS.values():
        lines += [f"### {one.name}", "", f"**{one.zh}** {one.en}.", "", *_ends(one), "", *_properties(one.own)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _ends(relationship: Relationship) -> Iterable[str]:
    """Return its patterns, a line for all ends that one start may reach."""
    reached: dict[str, list[str]] = {}
    for start, end in relationship.ends:
        reached.setdefault(start, []).append(end)
    yield "```"
    for start, ends in reached.items():
        yield f"(:{start})-[:{relationship.name}]->(:{'|'.join(ends)})"
    yield "```"


def _properties(properties: Iterable[Property]) -> list[str]:
    rows = [
        f"| `{one.name}` | {one.type.value} | {one.unit or ''} | {one.zh} | {one.en.replace('|', '/')} |"
        for one in properties
    ]
    return ["| property | type | unit | 含义 | meaning |", "|---|---|---|---|---|", *rows, ""] if rows else []
