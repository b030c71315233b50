"""The parts of a running server, and the questions that a principal may ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from .access import Principal
from .accesslog import AccessLog
from .errors import NotFoundError
from .evaluations import Evaluations, Question
from .graph import Graph
from .jobs import Jobs
from .kept import Kept
from .observe import Metrics
from .rates import Rates
from .sessions import Sessions
from .settings import Settings
from .snapshots import Snapshot, Snapshots
from .tokens import Tokens

if TYPE_CHECKING:
    from .oidc import Oidc


@dataclass(frozen=True, slots=True)
class Server:
    """The parts of a running server; the routes and the web pages read everything through them."""

    settings: Settings
    snapshots: Snapshots
    evaluations: Evaluations
    graph: Graph
    tokens: Tokens
    sessions: Sessions
    jobs: Jobs
    metrics: Metrics
    log: AccessLog
    rates: Rates
    kept: Kept
    oidc: Oidc | None = None

    def cases(self, principal: Principal) -> list[str]:
        """Return the ids of the cases that exist for a principal, sorted."""
        newest = self.snapshots.newest()
        return [case for case in newest.case_ids if _exists_for(principal, newest, case)]

    def snapshot(self, principal: Principal, case: str) -> Snapshot:
        """Return the facts as of a case's newest load: what was loaded of other cases since makes no difference.

        NotFoundError when there is no such case, or none for this principal: both are told in the same words.
        """
        newest = self.snapshots.newest()
        if not _exists_for(principal, newest, case):
            raise NotFoundError(f"there is no case '{case}'")
        return self.snapshots.at(newest.commit_of(case, newest.loads(case)))

    def question(
        self,
        principal: Principal,
        case: str,
        as_of: date | None = None,
        known_by: date | datetime | None = None,
        thresholds: tuple[tuple[str, Decimal], ...] = (),
    ) -> Question:
        """Return what is to be evaluated for a principal: only its region, as of a day (default: the case's own).

        `server.evaluations.open(question)` and `.listed(question, filters)` answer it. NotFoundError as `snapshot`.
        """
        snapshot = self.snapshot(principal, case)
        return Question(snapshot, case, snapshot.day(case, as_of), known_by, thresholds, principal.region)


def _exists_for(principal: Principal, snapshot: Snapshot, case: str) -> bool:
    """Whether a case is there for a principal: it may see it, and its region is one of the case's."""
    if not principal.may_see(case) or case not in snapshot.case_ids:
        return False
    return principal.region is None or snapshot.has_region(case, principal.region)
