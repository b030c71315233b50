"""Is the server alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter

from ..dependencies import ServerDep
from ..responses import Health, Ready

router = APIRouter(tags=["system"])


@router.get("/health")
def health() -> Health:
    """Say that the server runs."""
    return Health()


@router.get("/ready")
def ready(server: ServerDep) -> Ready:
    """Say that the facts can be read; 503 when they cannot."""
    server.snapshots.newest()
    return Ready()
