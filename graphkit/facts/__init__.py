"""The append-only fact tables (Delta Lake) of a workspace."""

from graphkit.facts.shared import workspace_folder
from graphkit.facts.store import Commit, Facts, Transaction

__all__ = ["Commit", "Facts", "Transaction", "workspace_folder"]
