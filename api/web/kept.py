"""Answers that are kept between requests; the least used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_T = TypeVar("_T")
_MOST = 64


class Kept:
    """A few answers by the question that they answer; two that ask the same at one time may both compute it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return the answer for a key, made if it is not there."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                found: _T = self._held[key]
                return found
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return made


KEPT = Kept()
