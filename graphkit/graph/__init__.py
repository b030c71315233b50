"""The property graph: projection, the embedded and the Bolt store, the read-only guard."""
