"""The graph, or any part of it, as a networkx graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from graphkit.graph.exchange.values import filled, flat
from graphkit.graph.frames import END, START, Frames
from graphkit.graph.values import Node, Path, Relationship, Result, Value


def to_networkx(source: Frames | Result) -> nx.MultiDiGraph[str]:
    """Return a networkx graph of a whole projection, or of what a query returned.

    A node is named LABEL:ID and has its label as `label` and its properties beside; a relationship has its type as
    `relationship`. Of a query's result, all nodes, relationships and paths in it are taken, also those in lists; a
    node that only a relationship names has its label and id alone. Dates are ISO text, and lists are JSON text.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    if isinstance(source, Frames):
        for label, table in source.nodes.items():
            for row in table.to_pylist():
                _add_node(graph, label, row["id"], row)
        for kind, table in source.relationships.items():
            for row in table.to_pylist():
                _add_edge(graph, kind.name, (kind.start, row[START]), (kind.end, row[END]), row)
        return graph
    relationships: dict[tuple[Any, ...], Relationship] = {}
    for value in _flattened(source.rows):
        if isinstance(value, Node):
            _add_node(graph, value.label, value.id, value.properties)
        elif isinstance(value, Relationship):
            key = (value.type, value.start, value.end, value.properties.get("digest"))
            relationships.setdefault(key, value)
    for one in relationships.values():
        for label, node in (one.start, one.end):
            if _name(label, node) not in graph:
                _add_node(graph, label, node, {"id": node})
        _add_edge(graph, one.type, one.start, one.end, one.properties)
    return graph


def _add_node(graph: nx.MultiDiGraph[str], label: str, key: str, properties: Any) -> None:
    values = {name: flat(value) for name, value in filled(properties).items()}
    graph.add_node(_name(label, key), label=label, **values)


def _add_edge(
    graph: nx.MultiDiGraph[str], kind: str, start: tuple[str, str], end: tuple[str, str], properties: Any
) -> None:
    values = {name: flat(value) for name, value in filled(properties).items()}
    number = graph.add_edge(_name(*start), _name(*end), relationship=kind)
    graph.edges[_name(*start), _name(*end), number].update(values)  # add_edge takes a `key` for its own


def _name(label: str, key: str) -> str:
    return f"{label}:{key}"


def _flattened(value: Value) -> Iterator[Value]:
    """Yield every node and relationship in a value."""
    if isinstance(value, Path):
        yield from value.nodes
        yield from value.relationships
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _flattened(one)
    elif isinstance(value, dict):
        yield from _flattened(list(value.values()))
    elif isinstance(value, (Node, Relationship)):
        yield value
