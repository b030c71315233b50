"""The append-only fact tables (Delta Lake) of a workspace."""
