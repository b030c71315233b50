"""How often one may ask: a bucket for each, which fills at a steady rate."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

_MOST = 10_000


class Rates:
    """Counts requests by who asks; `per_s` may be sent for long, `burst` at once."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s, self._burst = per_s, burst
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> int | None:
        """Count one request; None when it may be answered, else the seconds after which it may be sent again."""
        now = time.monotonic()
        with self._lock:
            left, since = self._left.pop(who, (float(self._burst), now))
            left = min(self._burst, left + (now - since) * self._per_s)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return None if left >= 1 else max(1, math.ceil((1 - left) / self._per_s))
