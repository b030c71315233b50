"""graphkit shows where a policy's implementation chain breaks, why, for whom, and who must act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphkit.graph.exchange.networks import to_networkx as to_networkx

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `to_networkx` when it is asked for: commands that draw nothing start without networkx."""
    if name == "to_networkx":
        from graphkit.graph.exchange.networks import to_networkx  # noqa: PLC0415

        return to_networkx
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
