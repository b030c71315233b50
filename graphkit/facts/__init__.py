"""The append-only fact tables (Delta Lake) of a workspace."""

from graphkit.facts.store import Commit, Facts, Transaction

__all__ = ["Commit", "Facts", "Transaction"]
