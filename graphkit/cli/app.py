"""Assembles the commands, and turns every error into one line and an exit status (CONTRACT.md section 5)."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from graphkit import __version__
from graphkit.cli import demo, diff, explain, gaps, ingest, load, query, report, verify, view
from graphkit.model.errors import GraphkitError

app = typer.Typer(
    name="graphkit",
    help="Shows where a policy's implementation chain breaks, why, for whom, and who must act.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"graphkit {__version__}")
        raise typer.Exit


@app.callback()
def graphkit(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show where a policy's implementation chain breaks, why, for whom, and who must act."""


app.command("demo")(demo.demo)
app.command("load")(load.load)
app.command("gaps")(gaps.gaps)
app.command("explain")(explain.explain)
app.command("diff")(diff.compare)
app.command("report")(report.report)
app.command("view")(view.view)
app.command("query")(query.query)
app.command("ingest")(ingest.ingest)
app.command("verify")(verify.verify)


def main() -> None:
    """Entry point of the `graphkit` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except GraphkitError as error:
        _stop(str(error), error.exit_status)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _stop(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), 3)
    except Exception as error:
        if os.environ.get("GRAPHKIT_DEBUG"):
            raise
        kind = type(error).__name__
        _stop(f"this should not have happened ({kind}: {error}); run again with GRAPHKIT_DEBUG=1 and report it", 1)


def _stop(message: str, status: int) -> None:
    sys.stderr.write(f"graphkit: {' '.join(message.split())}\n")
    sys.exit(status)
