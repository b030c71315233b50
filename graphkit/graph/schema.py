"""The constraints and indexes that Neo4j needs for the graph: `cypher/schema`, which is written from the one schema."""

from __future__ import annotations

from importlib import resources

from graphkit.model.graph import LABELS, RELATIONSHIPS

FILES = ("constraints.cypher", "indexes.cypher")


def statements() -> list[str]:
    """Return the statements of `cypher/schema`, in their order; each can be run again and again."""
    folder = resources.files("graphkit_cypher").joinpath("schema")
    lines = [line for name in FILES for line in folder.joinpath(name).read_text(encoding="utf-8").splitlines()]
    return [line.removesuffix(";") for line in lines if line and not line.startswith("//")]


def schema_files() -> dict[str, str]:
    """Return what the files of `cypher/schema` must hold; `scripts/make_reference.py` writes them."""
    constraints = [
        f"CREATE CONSTRAINT graphkit_{label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;"
        for label in LABELS
    ]
    indexes = [
        f"CREATE INDEX graphkit_{label.lower()}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.`{name}`);"
        for label in LABELS
        for name in ("case", "key")
    ] + [
        f"CREATE INDEX graphkit_{kind.lower()}_{name} IF NOT EXISTS FOR ()-[r:`{kind}`]-() ON (r.`{name}`);"
        for kind in RELATIONSHIPS
        for name in ("case", "digest")
    ]
    head = "// Written by scripts/make_reference.py from graphkit/model/graph.py; one statement a line.\n"
    heads = (
        "// An id names one node: it opens with the case, so that several cases live in one database.\n",
        "// What graphkit and its library of queries look up: the case, the key of CONTRACT.md, what has changed.\n",
    )
    return {
        name: f"{head}{own}\n" + "".join(f"{line}\n" for line in lines)
        for name, own, lines in zip(FILES, heads, (constraints, indexes), strict=True)
    }
