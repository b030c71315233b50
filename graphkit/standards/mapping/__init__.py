"""Table mapping: any sheet to case tables by a small YAML, and a mapping proposed from a sheet's headers."""

from graphkit.standards.mapping.model import Mapping, bundled, bundled_mapping, read_mapping
from graphkit.standards.mapping.run import run_mapping
from graphkit.standards.mapping.suggest import Proposal, suggest

__all__ = ["Mapping", "Proposal", "bundled", "bundled_mapping", "read_mapping", "run_mapping", "suggest"]
