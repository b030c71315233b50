"""Is the server alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ..access import Role
from ..dependencies import PrincipalDep, ServerDep
from ..responses import Health, Ready, file_answer

router = APIRouter(tags=["system"])


@router.get("/health")
def health() -> Health:
    """Say that the server runs."""
    return Health()


@router.get("/metrics", response_class=Response, responses=file_answer([CONTENT_TYPE_LATEST]))
def metrics(server: ServerDep, principal: PrincipalDep) -> Response:
    """Give the server's counters in the format of Prometheus; for admins, since they count everyone's requests."""
    principal.require(Role.ADMIN)
    principal.require_unlimited("see what is counted of everyone")
    return Response(generate_latest(server.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/ready")
def ready(server: ServerDep) -> Ready:
    """Say that the facts can be read; 503 when they cannot."""
    server.snapshots.newest()
    return Ready()
