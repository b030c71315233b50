"""Assembles the commands."""


def main() -> None:
    """Entry point of the `graphkit` command."""
    raise SystemExit(2)
