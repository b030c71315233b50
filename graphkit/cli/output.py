"""Tables on a terminal, and the same text in a pipe."""

from __future__ import annotations

import sys

from rich.console import Console, RenderableType

from graphkit.gaps import Evaluation
from graphkit.model.chinese import said

_PIPE_WIDTH = 160


def tell_problems(evaluation: Evaluation, lang: str) -> None:
    """Say on stderr, in one line each, which of the case's own rules could not be run."""
    for problem in evaluation.problems:
        sys.stderr.write(f"{said(f'{problem}; its gaps are left out', lang)}\n")


def tell_warning(warning: str, lang: str, where: str = "") -> None:
    """Say on stderr, in one line, what is not as it should be, `where` before it."""
    sys.stderr.write(f"{'提醒：' if lang == 'zh' else 'warning: '}{where}{said(warning, lang)}\n")


def print_table(table: RenderableType) -> None:
    """Print a table as wide as the terminal; in a pipe 160 columns wide and without colours."""
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else _PIPE_WIDTH, soft_wrap=False, emoji=False, markup=False, highlight=False).print(
        table
    )
