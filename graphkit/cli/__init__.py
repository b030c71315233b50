"""The command line: parse, call, print (CONTRACT.md section 5)."""

from graphkit.cli.app import main

__all__ = ["main"]
