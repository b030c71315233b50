"""The graph as the server asks it: one store for all requests, brought up to the facts before a query runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import behind, follow, open_store, refresh
from graphkit.graph.values import Result

from .evaluations import Evaluations, Question
from .settings import Settings
from .snapshots import Snapshot


class Graph:
    """Runs read-only Cypher through graphkit's guarded store, which it opens when it is first asked."""

    def __init__(self, settings: Settings, evaluations: Evaluations) -> None:
        self._settings = settings
        self._evaluations = evaluations
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._store: GraphStore | None = None
        self._newest: Snapshot | None = None

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
            # A request that began before the newest load is answered from the newer graph: it never goes back.
            if self._newest is None or snapshot.version > self._newest.version:
                self._newest = snapshot
            snapshot = self._newest
            if isinstance(self._store, EmbeddedStore) and not self._followed(snapshot, self._store):
                for made in refresh(snapshot.facts, self._store):
                    self._evaluations.keep(Question(snapshot, made.case.id, made.as_of), made)
            return self._store

    def _followed(self, snapshot: Snapshot, store: EmbeddedStore) -> bool:
        """Let the graph follow the evaluations that are at hand; return whether it is up to the facts then."""
        for case in behind(snapshot.facts, store):
            with self._evaluations.at_hand(Question(snapshot, case, snapshot.day(case, None))) as evaluation:
                if evaluation is None or not follow(evaluation, store):
                    return False
        return True
