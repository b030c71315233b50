"""Assembles the app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from graphkit import __version__
from graphkit.model.errors import UsageError

from .accesslog import AccessLog
from .dependencies import Unchanged, known_parameters
from .description import describe
from .errors import add_handlers
from .evaluations import Evaluations
from .graph import Graph
from .identity import Identify
from .jobs import Jobs
from .kept import Keep, Kept
from .life import Life
from .limits import RequestGuard
from .observe import PREFIX, Metrics, Observe
from .once import Answers, Once
from .rates import Rates
from .recorder import Recorder
from .responses import Problem
from .routes import cases, documents, files, findings, gaps, jobs, queries, review, sessions, system
from .server import Server
from .sessions import Sessions
from .settings import Settings
from .snapshots import Snapshots
from .tokens import Tokens

_PROBLEMS = (400, 401, 403, 404, 409, 412, 413, 421, 422, 428, 429, 500, 503)


def create_app(settings: Settings) -> FastAPI:
    """Return the app that serves a workspace. StoreError when there is none."""
    metrics, life = Metrics(), Life(settings.workspace)
    evaluations = Evaluations(settings.evaluations_kept, settings.gaps_kept)
    server = Server(
        settings,
        Snapshots(settings.workspace),
        evaluations,
        Graph(settings, evaluations),
        Tokens(settings.workspace),
        Sessions(),
        Jobs(settings.workspace, life, metrics),
        metrics,
        AccessLog(settings.workspace),
        Rates(settings.rate_per_s, settings.rate_burst),
        Kept(settings.kept_bytes),
        _provider(settings),
    )
    server.snapshots.newest()

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        yield
        server.jobs.close()
        server.graph.close()
        if server.oidc is not None:
            server.oidc.close()
        life.end()

    app: FastAPI = FastAPIOffline(
        title="graphkit",
        version=__version__,
        description="Where a policy's implementation chain breaks, why, for whom, and who must act.",
        redoc_url=None,
        generate_unique_id_function=_operation,
        lifespan=running,
        middleware=[
            Middleware(RequestGuard, settings=settings),
            Middleware(Observe, metrics=metrics),
            Middleware(Identify, server=server),
            Middleware(Recorder, log=server.log),
            Middleware(GZipMiddleware, minimum_size=1000),
            Middleware(Keep, kept=server.kept),
            Middleware(Once, answers=Answers(settings.workspace, life)),
        ],
        responses={status: {"model": Problem, "description": "problem details (RFC 9457)"} for status in _PROBLEMS},
    )
    app.state.server = server
    add_handlers(app)
    app.include_router(system.router)
    app.include_router(sessions.router)
    app.include_router(sessions.pages)
    more = (documents.router, findings.router, review.router, jobs.router)
    routers = (cases.router, gaps.kinds_router, gaps.router, files.router, queries.router, *more)
    version_1 = APIRouter(prefix=PREFIX, dependencies=[Depends(known_parameters)])
    for router in routers:
        version_1.include_router(router)
    app.include_router(version_1)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    describe(app, {_operation(route) for route in routes if Unchanged in route.dependencies})
    if has_pages():
        import_module("graphkit_api.web").mount(app, server)
    return app


def has_pages() -> bool:
    """Whether the web pages are installed: what they are made of comes with the extra 'web'."""
    return find_spec("nicegui") is not None and find_spec("graphkit_api.web") is not None


def _operation(route: APIRoute) -> str:
    """Return the id of an operation, which clients made from the description call their methods by."""
    return route.name.replace("-", "_")


def _provider(settings: Settings) -> Any:
    """Return the identity provider, where there is one. UsageError when what it needs is not installed."""
    if settings.oidc is None:
        return None
    try:
        oidc = import_module("graphkit_api.oidc")
    except ImportError as error:
        raise UsageError(f"OpenID Connect needs {error.name}: pip install graphkit[oidc]") from None
    return oidc.Oidc(settings.oidc)
