"""The graph as the server asks it: one store for all requests, brought up to the facts before a query runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import open_store, refresh
from graphkit.graph.values import Result

from .settings import Settings
from .snapshots import Snapshot


class Graph:
    """Runs read-only Cypher through graphkit's guarded store, which it opens when it is first asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._store: GraphStore | None = None

    def run(self, snapshot: Snapshot, cypher: str, params: Mapping[str, Any], limits: Limits) -> Result:
        """Answer a query; UsageError, RefusedError and StoreError as graphkit.graph.store.GraphStore.run."""
        return self._ready(snapshot).run(cypher, params, limits)

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            self._open.close()
            self._store = None

    def _ready(self, snapshot: Snapshot) -> GraphStore:
        with self._lock:
            if self._store is None:
                self._store = self._open.enter_context(open_store(self._settings.workspace, self._settings.graph))
            if self._settings.graph is None:
                refresh(snapshot.facts, self._store)
            return self._store
