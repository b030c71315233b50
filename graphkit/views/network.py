"""Draws networks with pyvis: nodes with a place on the page, a sign and a tone; no picture depends on physics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pyvis.network import Network

from graphkit.reports.text import fitted, shown

LABEL_CELLS = 25
"""Width of one line of a node's label, as graphkit.reports.text.cells has it."""

_SHAPES = {
    "step": "box",
    "agency": "ellipse",
    "group": "box",
    "finding": "box",
    "document": "text",
    "money": "box",
    "policy": "text",
}
"""What a node of each kind looks like: all carry their words inside, and the words say what they are."""


@dataclass
class Drawing:
    """A network that is being drawn; positions are in the picture's own units, x to the right, y downwards."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def node(self, key: str, kind: str, lines: list[str], *, x: float, y: float, **more: Any) -> None:
        """Add a node; `more` may have tone, root (drawn strong), title (on hovering), go (where a click leads)."""
        if key in self.known:
            return
        self.known.add(key)
        label = "\n".join(_label(line) for line in lines if line)
        if "title" in more:
            more["title"] = "\n".join(shown(line, 300) for line in more["title"])
        self.nodes.append({"n_id": key, "label": label, "shape": _SHAPES[kind], "kind": kind, "x": x, "y": y, **more})

    def edge(self, source: str, target: str, *, label: str = "", role: str = "order") -> None:
        """Add an arrow between two nodes that are drawn; one between others is left out."""
        if source in self.known and target in self.known and source != target:
            self.edges.append({"source": source, "to": target, "label": _label(label), "role": role})

    def as_dict(self) -> dict[str, Any]:
        """Return the nodes and edges as vis-network reads them, checked and completed by pyvis."""
        network = Network(directed=True, cdn_resources="in_line")
        for node in self.nodes:
            network.add_node(**node)
        for edge in self.edges:
            network.add_edge(**edge)
        return {"nodes": network.nodes, "edges": network.edges}


def _label(text: str) -> str:
    """Return a text of a case that fits on one line of a node: safe to show, cut where it is too wide."""
    return fitted(shown(text, LABEL_CELLS), LABEL_CELLS)


def stacked(count: int, middle: float, step: float) -> list[float]:
    """Return the positions of `count` things stacked around a middle, `step` apart."""
    return [middle + (index - (count - 1) / 2) * step for index in range(count)]
