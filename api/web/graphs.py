"""Nodes and relationships of the graph as the pages draw them: what a node is called, its shape, tone and sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from graphkit.graph.limits import Limits
from graphkit.graph.values import Node, Path, Relationship, plain
from graphkit.model.graph import LABELS, RELATIONSHIPS
from graphkit.reports import words
from graphkit.reports.text import shown

from ..errors import FieldError
from .frame import Page
from .words import say
from .words import words as said_words

MOST_NODES = 500
"""Nodes that one picture holds; a browser stays smooth with them."""

MOST_NEW = 60
"""Neighbours that are added at once; a node with more is asked which of them."""

_SHAPES = {
    "Gap": "diamond", "Step": "box", "Agency": "ellipse", "Region": "hexagon", "Policy": "star", "Measure": "triangle",
    "Stage": "box", "BeneficiaryGroup": "dot", "Document": "square", "Finding": "triangleDown", "Action": "square",
    "Report": "square", "Provision": "square", "MoneySource": "dot", "Evaluation": "text", "Case": "text",
}  # fmt: skip
"""The shape of each label, as vis-network calls it."""

_OF_KIND = {
    "unassigned_step": "unassigned", "missing_step": "missing", "overdue_step": "overdue", "unobserved_step": "unknown",
    "blocked_step": "waiting", "out_of_order": "disordered", "conflicting_evidence": "disputed",
    "unsupported_step": "unsupported", "late_step": "late",
}  # fmt: skip
"""The state of a step by the gaps at it, the first that applies, as graphkit/reports/step_status.sql has it."""

_TONE = {"break": "broken", "blockage": "stuck", "difficulty": "doubt", "pain": "stuck", "unknown": "unknown"}
_EVERYWHERE = {"category": words.CATEGORY, "severity": words.SEVERITY, "level": words.LEVEL}
_WORDS = {"Step": {"state": words.STEP_STATE}, "Finding": {"state": words.STATE}}
"""The words for values of properties, of all labels and of some."""

_HIDDEN = {"id", "digest", "batch", "title_zh", "title_en", "amount_e4", "eligible_amount_e4"}
_TITLE, _DETAIL = 60, 200


@cache
def _query(name: str) -> str:
    return resources.files("graphkit_api.web").joinpath("queries", f"{name}.cypher").read_text(encoding="utf-8")


def ask(page: Page, name: str, label: str | None = None, **params: Any) -> list[tuple[Any, ...]]:
    """Run one of the pages' own queries over the page's case; RefusedError for who may not see all of the graph."""
    page.principal.require_unlimited("look at the graph, which holds everything")
    if label is not None and label not in LABELS:
        raise FieldError("label", f"label={label}: {', '.join(LABELS)}")
    cypher = _query(name).replace("{label}", label or "")
    settings = page.server.settings
    limits = Limits(timeout_s=settings.query_time_limit_s, rows=settings.query_row_limit)
    snapshot = page.server.snapshots.newest()
    return list(page.server.graph.run(snapshot, cypher, {"case": page.case, **params}, limits).rows)


def key_of(label: str, identity: str) -> str:
    """Return what a node is called in a picture: the label and the id, which is unique within it."""
    return f"{label}|{identity}"


def with_states(page: Page, nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """Return nodes ready to be drawn; a step is drawn in the state that the gaps at it say."""
    listed = list(nodes)
    steps = [node.id for node in listed if node.label == "Step"]
    kinds: dict[str, list[str]] = {}
    if steps:
        for identity, kind in ask(page, "step_gaps", ids=steps):
            kinds.setdefault(identity, []).append(kind)
    return [drawn(node, page.lang, kinds.get(node.id, [])) for node in listed]


def drawn(node: Node, lang: str, kinds: list[str]) -> dict[str, Any]:
    """Return a node ready to be drawn; `kinds` are those of the gaps at a step."""
    properties = node.properties
    title = str(properties.get(f"title_{lang}") or properties.get("title") or node.id)
    tone, sign, state = _look(node, lang, kinds)
    word = LABELS[node.label].zh if lang == "zh" else node.label
    names = {one.name: one.zh if lang == "zh" else one.name for one in LABELS[node.label].properties}
    facts = [
        [names.get(name, name), shown(plain(_said(node, name, value, lang)), _DETAIL)]
        for name, value in _facts(properties)
        if name != "title" or value == title
    ]
    return {
        "id": key_of(node.label, node.id),
        "label": shown(title, _TITLE),
        "kind": node.label,
        "word": word,
        "shape": _SHAPES[node.label],
        "tone": tone,
        "sign": sign,
        "state": state,
        "facts": facts,
        "gap": properties.get("key") if node.label == "Gap" else None,
    }


def edge(one: Relationship, lang: str) -> dict[str, Any]:
    """Return a relationship ready to be drawn."""
    known = RELATIONSHIPS.get(one.type)
    ends = key_of(*one.start), key_of(*one.end)
    return {
        "id": f"{one.type}|{'|'.join(ends)}|{one.properties.get('source', '')}|{one.properties.get('locator', '')}",
        "from": ends[0],
        "to": ends[1],
        "label": known.zh if known and lang == "zh" else one.type,
    }


def parts_of(values: Iterable[Any]) -> tuple[dict[str, Node], list[Relationship]]:
    """Return the nodes and relationships in the values of a result, each once."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[Any, ...], Relationship] = {}

    def take(value: Any) -> None:
        if isinstance(value, Node):
            nodes.setdefault(key_of(value.label, value.id), value)
        elif isinstance(value, Relationship):
            edges.setdefault((value.type, value.start, value.end, str(value.properties)), value)
        elif isinstance(value, Path):
            for part in (*value.nodes, *value.relationships):
                take(part)
        elif isinstance(value, list):
            for part in value:
                take(part)

    for one in values:
        take(one)
    return nodes, list(edges.values())


def _facts(properties: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in properties.items() if name not in _HIDDEN and value not in (None, "", [])]


def _said(node: Node, name: str, value: Any, lang: str) -> Any:
    """Return a property's value in the words that the pages have for it."""
    if isinstance(value, list):
        return say(lang, "list.comma").join(str(one) for one in value)
    if isinstance(value, bool):
        return say(lang, "yes" if value else "no")
    if name == "kind" and node.label == "Gap":
        return words.kind_name(str(value)).of(lang)
    if name == "kind" and node.label == "Action":
        return said_words()[f"action.{value}"][lang] if f"action.{value}" in said_words() else value
    table = {"kind": words.REPORT_KIND} if node.label == "Report" else _WORDS.get(node.label, {})
    known = (table.get(name) or _EVERYWHERE.get(name, {})).get(str(value))
    return known.of(lang) if known else value


def _look(node: Node, lang: str, kinds: list[str]) -> tuple[str, str, str]:
    """Return tone, sign and the name of the state in which a node is drawn."""
    properties = node.properties
    if node.label == "Gap":
        category = str(properties.get("category"))
        named = words.CATEGORY.get(category)
        return _TONE.get(category, "waiting"), "", named.of(lang) if named else ""
    if node.label == "Step":
        state = str(properties.get("state"))
        status = (
            "cancelled" if state == "cancelled" else next((_OF_KIND[kind] for kind in _OF_KIND if kind in kinds), "")
        )
        status = status or ("done" if state == "done" else "pending" if properties.get("required") else "optional")
        return words.STATUS_TONE[status], words.STATUS_SIGN[status], words.STATUS[status].of(lang)
    return "quiet", "", ""
