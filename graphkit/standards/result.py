"""What an import made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from graphkit.standards.account import Account


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A case folder, the id of its case, the account of what was read, and warnings for a person."""

    folder: Path
    case_id: str
    account: Account
    warnings: list[str] = field(default_factory=list)
