"""Who asks: a role, and the cases that it is limited to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from graphkit.model.errors import RefusedError


class Role(IntEnum):
    """What one may do; each role may do all that those before it may."""

    VIEWER = 1
    ANALYST = 2
    EDITOR = 3
    ADMIN = 4


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks. `cases` None means every case; else nothing outside them exists for this principal."""

    name: str
    role: Role
    cases: frozenset[str] | None = None

    def may_see(self, case: str) -> bool:
        """Whether the case exists for this principal."""
        return self.cases is None or case in self.cases

    def require(self, role: Role) -> None:
        """Raise RefusedError unless the principal has at least this role."""
        if self.role < role:
            raise RefusedError(f"this needs the role {role.name.lower()}")

    def require_every_case(self) -> None:
        """Raise RefusedError when the principal is limited to some cases."""
        if self.cases is not None:
            raise RefusedError("a token that is limited to cases may not query the graph, which holds all of them")


LOCAL_USER = Principal("local", Role.ADMIN)
"""The one user of a server on loopback without configuration."""
