#!/usr/bin/env python3
"""pySHACL on the same constraints: steps as RDF, three shapes of SHACL Core.

    python benchmarks/peers/pyshacl_shapes.py INPUT CHAINS

A chain is one policy in one county. Each step has its day, its due day and its predecessors as graphkit has them, so
that pySHACL is spared states, readiness and due days; days are whole numbers. The shapes: a required step that is past
due has a day (missing, unobserved and overdue steps); a day is not after the due day (late); a step that has a day has
predecessors that have one, none later (out of order). SHACL Core is used rather than SHACL-SPARQL because pySHACL is
the faster with it. It gives no cause, no count of what is blocked, no coverage, no money. Making the graph is not
counted.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd
import pyshacl
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD

_G = "urn:graphkit:"
_SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix g: <urn:graphkit:> .
g:Undone a sh:NodeShape ; sh:targetClass g:PastDue ; sh:property [ sh:path g:on ; sh:minCount 1 ] .
g:Late a sh:NodeShape ; sh:targetClass g:Step ;
  sh:property [ sh:path g:on ; sh:lessThanOrEquals g:due ] .
g:Disorder a sh:NodeShape ; sh:targetClass g:Done ;
  sh:property [ sh:path g:after ; sh:node [ sh:property [ sh:path g:on ; sh:minCount 1 ] ] ] ;
  sh:property [ sh:path ( g:after g:on ) ; sh:lessThanOrEquals g:on ] .
"""


def _graph(steps: pd.DataFrame, after: pd.DataFrame, as_of: int) -> Graph:
    graph = Graph()
    name = {step: URIRef(f"{_G}step/{step}") for step in steps.step}
    on, due, is_after = URIRef(f"{_G}on"), URIRef(f"{_G}due"), URIRef(f"{_G}after")
    step_class, done_class, past_class = (URIRef(f"{_G}{kind}") for kind in ("Step", "Done", "PastDue"))
    for row in steps.itertuples():
        node = name[row.step]
        graph.add((node, RDF.type, step_class))
        if not pd.isna(row.done):
            graph.add((node, RDF.type, done_class))
            graph.add((node, on, Literal(int(row.done), datatype=XSD.integer)))
        elif row.required and row.ready and row.due < as_of and row.state != "cancelled":
            graph.add((node, RDF.type, past_class))
        if not pd.isna(row.due):
            graph.add((node, due, Literal(int(row.due), datatype=XSD.integer)))
    for step, predecessor in zip(after.step, after.predecessor, strict=True):
        graph.add((name[step], is_after, name[predecessor]))
    return graph


def main(folder: Path, chains: int) -> dict[str, object]:
    """Check the steps of the first `chains` chains; return seconds and how far the findings agree with graphkit's."""
    steps = pd.read_parquet(folder / "steps.parquet")
    after = pd.read_parquet(folder / "step_after.parquet")
    gaps = pd.read_parquet(folder / "gaps.parquet")
    as_of = pd.Timestamp(json.loads((folder / "case.json").read_text())["as_of"])
    county = steps[(steps.level == "county") & steps.stage.str.match(r"s\d+$")]
    chain = county.policy + "/" + county.scope
    kept = chain.drop_duplicates().sort_values().head(chains)
    own = county[chain.isin(kept)]
    counts = steps[(steps.state != "cancelled") & (steps.required | (steps.state == "done"))]
    after = after[after.step.isin(own.step) & after.predecessor.isin(counts.step)]
    around = steps[steps.step.isin(after.predecessor) & ~steps.step.isin(own.step)].assign(required=False, due_on=None)
    steps = pd.concat([own, around.assign(ready=False)])
    day = pd.Timedelta(days=1)
    epoch = pd.Timestamp("2000-01-01")
    steps = steps.assign(
        done=(pd.to_datetime(steps.done_on) - epoch) / day, due=(pd.to_datetime(steps.due_on) - epoch) / day
    )
    graph = _graph(steps, after, int((as_of - epoch) / day))
    shapes = Graph().parse(data=_SHAPES, format="turtle")

    begin = time.perf_counter()
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False, abort_on_first=False)
    seconds = time.perf_counter() - begin

    broken: dict[str, set[int]] = {"undone": set(), "late": set(), "out of order": set()}
    paths = report.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?node ?kind ?path WHERE "
        "{ ?result sh:focusNode ?node ; sh:sourceConstraintComponent ?kind ; sh:resultPath ?path }"
    )
    inside = set(own.step)
    for node, kind, path in paths:
        step = int(str(node).rsplit("/", 1)[1])
        if step not in inside:
            continue
        if str(kind).endswith("MinCountConstraintComponent"):
            broken["undone"].add(step)
        elif str(path) == f"{_G}on":
            broken["late"].add(step)
        else:
            broken["out of order"].add(step)
    mine = {
        "undone": {"missing_step", "unobserved_step", "overdue_step"},
        "late": {"late_step"},
        "out of order": {"out_of_order"},
    }
    found = gaps[gaps.step.isin(inside)]
    agree: dict[str, int] = {}
    for name, kinds in mine.items():
        other = set(found[found.kind.isin(kinds)].step)
        agree |= {name: len(broken[name]), f"{name}, also in graphkit": len(broken[name] & other)}
        agree[f"{name} in graphkit"] = len(other)
    return {
        "seconds": seconds,
        "work": len(kept),
        "unit": "chains",
        "found": agree,
        "detail": {"triples": len(graph)},
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
