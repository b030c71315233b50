"""The constraints and indexes that Neo4j needs for the graph, from its one schema."""

from __future__ import annotations

from collections.abc import Iterator

from graphkit.model.graph import LABELS, RELATIONSHIPS


def statements() -> Iterator[str]:
    """Yield the statements, in a fixed order; each can be run again and again. `cypher/schema` holds the same."""
    for label in LABELS:
        yield f"CREATE CONSTRAINT graphkit_{label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
        for name in ("case", "key"):
            yield f"CREATE INDEX graphkit_{label.lower()}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.`{name}`)"
    for kind in RELATIONSHIPS:
        for name in ("case", "digest"):
            yield f"CREATE INDEX graphkit_{kind.lower()}_{name} IF NOT EXISTS FOR ()-[r:`{kind}`]-() ON (r.`{name}`)"
