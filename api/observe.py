"""What is counted and logged of every request: its route, its status, how long it took; never what it was about."""

from __future__ import annotations

import logging
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/api/v1"
"""Where the API lies."""

_log = logging.getLogger("graphkit_api.requests")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The server's own metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        name = "graphkit_requests"
        self.requests = Counter(name, "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "graphkit_request_seconds",
            "Seconds until an answer began.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.running = Gauge("graphkit_requests_running", "Requests being answered.", registry=self.registry)
        self.jobs = Counter("graphkit_jobs", "Background jobs ended.", ("kind", "state"), registry=self.registry)


class Observe:
    """ASGI middleware: counts and logs every HTTP request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, took = time.perf_counter(), 500, 0.0

        async def answer(message: Message) -> None:
            nonlocal status, took
            if message["type"] == "http.response.start":
                status, took = int(message["status"]), time.perf_counter() - began
            await send(message)

        with self._metrics.running.track_inprogress():
            try:
                await self._app(scope, receive, answer)
            finally:
                # The template, not the address: addresses name cases and gaps, and there would be no end of labels.
                route = getattr(scope.get("route"), "path", None) or "other"
                if scope["path"].startswith(f"{PREFIX}/") and route != "other":
                    route = PREFIX + route.removeprefix(PREFIX)
                self._metrics.requests.labels(scope["method"], route, str(status)).inc()
                self._metrics.seconds.labels(route).observe(took)
                state = scope.get("state", {})
                extra = {
                    "request": state.get("request_id"),
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round(took * 1000, 1),
                    "who": getattr(state.get("principal"), "name", None),
                }
                _log.info("request", extra=extra)
