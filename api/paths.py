"""Addresses of this server."""

from __future__ import annotations


def local_path(path: str) -> str:
    """Return a path of this server that a browser may be sent to; the start page for anything else."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"
