"""The graph: its projection from facts and gaps, the embedded store and Neo4j, the read-only console, exports.

Nothing is imported here, so that the worker processes of the embedded store start quickly: take what you need from
the modules (`graphkit.graph.stores.open_store`, `graphkit.graph.projection.project`, …).
"""
