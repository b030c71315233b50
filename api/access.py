"""Who asks: a role, the cases and the region that it is limited to."""

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
    """Whoever asks. Outside `cases`, and in them outside `region` and what lies below it, nothing exists for it.

    None means every case, and every region. `name` tells one principal from all others; `person` is for people.
    """

    name: str
    role: Role
    cases: frozenset[str] | None = None
    region: str | None = None
    person: str = ""

    @property
    def limited(self) -> bool:
        """Whether there is anything that this principal may not see."""
        return self.cases is not None or self.region is not None

    def may_see(self, case: str) -> bool:
        """Whether the case exists for this principal."""
        return self.cases is None or case in self.cases

    def require(self, role: Role) -> None:
        """Raise RefusedError unless the principal has at least this role."""
        if self.role < role:
            raise RefusedError(f"this needs the role {role.name.lower()}")

    def require_whole_cases(self, what: str) -> None:
        """Raise RefusedError when the principal is limited to a region."""
        if self.region is not None:
            raise RefusedError(f"a token that is limited to a region may not {what}")

    def require_unlimited(self, what: str) -> None:
        """Raise RefusedError when the principal is limited to cases or to a region."""
        if self.limited:
            raise RefusedError(f"a token that is limited to cases or to a region may not {what}")


LOCAL_USER = Principal("local", Role.ADMIN, person="local user")
"""The one user of a server on loopback without configuration."""
