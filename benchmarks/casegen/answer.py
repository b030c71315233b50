"""The known answer of a generated case: how many gaps of each kind, and a fingerprint of which.

A fingerprint is the SHA-256 of the sorted lines, one a gap, each ended by a line feed: any engine can compute it.
identity line:  policy|measure|stage|scope|subject          (nothing where the contract has null)
impact line:    identity|root|days|blocked_steps|beneficiaries       (the step kinds)
sums line:      identity|root|count|amount in cents                  (the delivery and money kinds)
cause line:     kind|identity|kind of the root|identity of the root
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casegen.columns import Flags, Ints, joined


def fingerprint(lines: pa.ChunkedArray) -> str:
    """Return the SHA-256 of the sorted lines, each ended by a line feed."""
    ends = pc.binary_join_element_wise(lines, "", "\n").cast(pa.large_string()).combine_chunks()
    ordered = ends.take(pc.array_sort_indices(ends))
    return hashlib.sha256(ordered.buffers()[2] if len(ordered) else b"").hexdigest()


class Answer:
    """Collects the planted gaps while the case is written."""

    def __init__(self) -> None:
        self._identities: dict[str, list[pa.Array]] = defaultdict(list)
        self._impacts: dict[str, list[pa.Array]] = defaultdict(list)
        self._sums: dict[str, list[pa.Array]] = defaultdict(list)
        self._causes: list[pa.Array] = []
        self._roots: dict[str, int] = defaultdict(int)
        self._blocked: dict[str, int] = defaultdict(int)
        self._cents: dict[str, int] = defaultdict(int)

    def add(self, kind: str, identities: pa.Array, root: Flags) -> None:
        """Add gaps of a kind by their identity lines; `root` says which no other gap explains."""
        if len(identities):
            self._identities[kind].append(identities)
            self._roots[kind] += int(np.count_nonzero(root))

    def add_impact(self, kind: str, identities: pa.Array, root: Flags, days: Ints, blocked: Ints, people: Ints) -> None:
        """Add gaps with their impact; a negative number of days stands for none."""
        if not len(identities):
            return
        self.add(kind, identities, root)
        shown = pc.if_else(pa.array(days < 0), pa.scalar("", pa.string()), pa.array(days).cast(pa.string()))
        numbers = [pa.array(one.astype(np.int64)).cast(pa.string()) for one in (blocked, people)]
        self._impacts[kind].append(joined(identities, _flag(root), shown, *numbers))
        self._blocked[kind] += int(blocked.sum())

    def add_sums(self, kind: str, identities: pa.Array, root: Flags, count: Ints, cents: Ints) -> None:
        """Add gaps with a count and an amount; a negative count stands for none."""
        if not len(identities):
            return
        self.add(kind, identities, root)
        shown = pc.if_else(pa.array(count < 0), pa.scalar("", pa.string()), pa.array(count).cast(pa.string()))
        self._sums[kind].append(joined(identities, _flag(root), shown, pa.array(cents).cast(pa.string())))
        self._cents[kind] += int(cents.sum())

    def add_causes(self, lines: pa.Array) -> None:
        """Add lines that say which root gap explains which gap."""
        if len(lines):
            self._causes.append(lines)

    def write(self, path: Path, head: dict[str, Any]) -> dict[str, Any]:
        """Write answer.json and return it."""
        kinds = sorted(self._identities)
        answer = {
            **head,
            "counts": {kind: sum(map(len, self._identities[kind])) for kind in kinds},
            "roots": {kind: self._roots[kind] for kind in kinds},
            "blocked_steps": {kind: self._blocked[kind] for kind in kinds if kind in self._impacts},
            "amount_cents": {kind: self._cents[kind] for kind in kinds if kind in self._sums},
            "causes": sum(map(len, self._causes)),
            "fingerprints": {
                "identities": {kind: fingerprint(pa.chunked_array(self._identities[kind])) for kind in kinds},
                "impacts": {kind: fingerprint(pa.chunked_array(self._impacts[kind])) for kind in sorted(self._impacts)},
                "sums": {kind: fingerprint(pa.chunked_array(self._sums[kind])) for kind in sorted(self._sums)},
                "causes": fingerprint(pa.chunked_array(self._causes, pa.string())),
            },
        }
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return answer


def _flag(values: Flags) -> pa.Array:
    return pc.if_else(pa.array(values), "true", "false")
