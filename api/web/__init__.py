"""The web pages, with NiceGUI, on the app of `graphkit serve`: one module a view, shared parts beside."""

from .mounting import mount

__all__ = ["mount"]
