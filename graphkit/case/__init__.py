"""Case folders in: YAML, tables, checks, rejects (CONTRACT.md section 1); and facts that a person enters."""

from graphkit.case.enter import Entered, NewAction, NewFinding, add_action, add_finding
from graphkit.case.load import LoadResult, load_case

__all__ = ["Entered", "LoadResult", "NewAction", "NewFinding", "add_action", "add_finding", "load_case"]
