"""GraphML and GEXF, through networkx's writers and readers.

XML cannot hold most control characters: they are written as U+FFFD, the sign for what cannot be shown. The property
`key` is written as `key_`, for both formats have a `key` of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import networkx as nx

from graphkit.graph.exchange.networks import to_networkx
from graphkit.graph.exchange.values import frames_of
from graphkit.graph.frames import Frames, Kind
from graphkit.model.errors import InputError

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GEXF_OWN = {"id", "label"}


def write_graphml(frames: Frames, out: Path) -> None:
    """Write a GraphML file."""
    nx.write_graphml_xml(_writable(frames), out, encoding="utf-8", prettyprint=False)


def read_graphml(path: Path) -> Frames:
    """Read a GraphML file back; InputError when it is none of graphkit's."""
    return _frames(path, lambda: nx.read_graphml(path, force_multigraph=True))


def write_gexf(frames: Frames, out: Path) -> None:
    """Write a GEXF file; its attributes `label_` and `id_` are the label and the id of a node."""
    graph = _writable(frames)
    for _, values in graph.nodes(data=True):
        for name in _GEXF_OWN:
            values[f"{name}_"] = values.pop(name)
        values["label"] = values.get("title", values["id_"])
    writer = nx.readwrite.gexf.GEXFWriter(encoding="utf-8", prettyprint=False, version="1.2draft")
    writer.add_graph(graph)
    for meta in writer.xml.iter("meta"):
        meta.attrib.pop("lastmodifieddate", None)  # the same graph is the same file on every day
    with out.open("wb") as file:
        writer.write(file)


def read_gexf(path: Path) -> Frames:
    """Read a GEXF file back; InputError when it is none of graphkit's."""

    def graph() -> Any:
        found: nx.MultiDiGraph[str] = nx.MultiDiGraph(nx.read_gexf(path, version="1.2draft"))
        for _, values in found.nodes(data=True):
            for name in _GEXF_OWN:
                values[name] = values.pop(f"{name}_")
        for *_, values in found.edges(data=True):
            values.pop("id", None)
        return found

    return _frames(path, graph)


def _writable(frames: Frames) -> nx.MultiDiGraph[str]:
    graph = to_networkx(frames)
    for values in (*(one for _, one in graph.nodes(data=True)), *(one for *_, one in graph.edges(data=True))):
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = _NOT_IN_XML.sub("\ufffd", value)
        if "key" in values:
            values["key_"] = values.pop("key")
    return graph


def _properties(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"key" if name == "key_" else name: value for name, value in values.items()}


def _frames(path: Path, read: Callable[[], Any]) -> Frames:
    try:
        graph = read()
        nodes = {name: _properties(values) for name, values in graph.nodes(data=True)}
        ends = {name: (values.pop("label"), values["id"]) for name, values in nodes.items()}
        relationships = []
        for start, end, values in graph.edges(data=True):
            kind = Kind(values.pop("relationship"), ends[start][0], ends[end][0])
            relationships.append((kind, ends[start][1], ends[end][1], _properties(values)))
        return frames_of(((ends[name][0], values) for name, values in nodes.items()), relationships)
    except (ParseError, KeyError, ValueError, nx.NetworkXError) as error:
        raise InputError(f"{path}: no graph that graphkit wrote: {' '.join(str(error).split())[:200]}") from None
