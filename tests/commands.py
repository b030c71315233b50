"""Runs the command in the tests' own process: what it answers is what its process would, without a second of imports.

Where the process itself is what is promised (the entry point, signals, locks), a test starts one.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from graphkit.cli import main


class Done(NamedTuple):
    """What a command came to, named as subprocess names it."""

    returncode: int
    stdout: str
    stderr: str


def graphkit(
    *words: object, folder: Path | None = None, lang: str = "C.UTF-8", env: Mapping[str, str] | None = None
) -> Done:
    """Run `graphkit WORDS…` in `folder`, by default where the tests run, with `lang` as its locale.

    Its environment holds the locale, a path and `env` only, as a process of its own would be given them.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="") for _ in range(2))
    environment = {"LC_ALL": lang, "PATH": "/usr/bin:/bin", **(env or {})}
    with (
        contextlib.chdir(folder or Path.cwd()),
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "argv", ["graphkit", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
        _logging_left_as_it_was(),
    ):
        try:
            main()
            status = 0
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
    out.flush()
    err.flush()
    return Done(status, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@contextlib.contextmanager
def _logging_left_as_it_was() -> Iterator[None]:
    """Let a command set up logging for its process, as `serve` does, and take that back."""
    named = (one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger))
    before = [(one, one.handlers[:], one.level, one.disabled, one.propagate) for one in (logging.root, *named)]
    try:
        yield
    finally:
        for one, handlers, level, disabled, propagate in before:
            one.handlers[:], one.disabled, one.propagate = handlers, disabled, propagate
            one.setLevel(level)
