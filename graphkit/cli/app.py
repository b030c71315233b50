"""Assembles the commands, and turns every error into one line and an exit status (CONTRACT.md section 5)."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from graphkit import __version__
from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Graph, Lang, Workspace, language
from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError

COMMANDS = {
    "demo": ("graphkit.cli.demo", "demo"),
    "load": ("graphkit.cli.load", "load"),
    "gaps": ("graphkit.cli.gaps", "gaps"),
    "check": ("graphkit.cli.check", "check"),
    "explain": ("graphkit.cli.explain", "explain"),
    "diff": ("graphkit.cli.diff", "compare"),
    "report": ("graphkit.cli.report", "report"),
    "findings": ("graphkit.cli.findings", "findings"),
    "finding": ("graphkit.cli.findings", "finding_app"),
    "action": ("graphkit.cli.findings", "action_app"),
    "trace": ("graphkit.cli.trace", "trace"),
    "provisions": ("graphkit.cli.provisions", "provisions"),
    "view": ("graphkit.cli.view", "view"),
    "evaluate": ("graphkit.cli.evaluate", "evaluate"),
    "evaluations": ("graphkit.cli.evaluate", "evaluations"),
    "query": ("graphkit.cli.query", "query"),
    "ingest": ("graphkit.cli.ingest", "ingest"),
    "review": ("graphkit.cli.review", "app"),
    "map": ("graphkit.cli.map", "map_"),
    "import": ("graphkit.cli.import_", "import_"),
    "export": ("graphkit.cli.export", "export"),
    "serve": ("graphkit.cli.serve", "serve"),
    "token": ("graphkit.cli.token", "token"),
    "verify": ("graphkit.cli.verify", "verify"),
    "backup": ("graphkit.cli.backup", "backup"),
    "restore": ("graphkit.cli.backup", "restore"),
    "migrate": ("graphkit.cli.migrate", "migrate"),
}
"""Every command by name: its module, and the function or the group of commands in it."""


class Commands(TyperGroup):
    """Imports a command's module when that command is asked for, so that each starts fast."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command called `cmd_name`; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        part = getattr(import_module(module), name)
        if not isinstance(part, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command(cmd_name)(part)
            part = alone
        command = typer.main.get_command(part)
        command.name = cmd_name
        _take_common_options(command)
        return command


def _take_common_options(command: Any) -> None:
    """Let a command take the options that every command takes, also those that it has no use for."""
    for part in getattr(command, "commands", {}).values():
        _take_common_options(part)
    if hasattr(command, "commands"):
        return
    taken = {name for parameter in command.params for name in parameter.opts}
    for option in _common_options():
        if not taken & set(option.opts):
            option.expose_value, option.hidden = False, True
            command.params.append(option)


def _common_options() -> list[Any]:
    """Return new options --workspace, --graph, --case and --lang (CONTRACT.md section 5: every command takes them)."""

    def common(
        workspace: Workspace = DEFAULT_WORKSPACE, graph: Graph = None, case: CaseId = None, lang: Lang = None
    ) -> None:
        pass

    alone = typer.Typer(add_completion=False)
    alone.command()(common)
    return [option for option in typer.main.get_command(alone).params if option.name != "help"]


app = typer.Typer(
    cls=Commands,
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


def main() -> None:
    """Entry point of the `graphkit` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if sys.platform != "linux":
        # Own rules and queries run in processes that are bounded by setrlimit and /proc.
        _stop("this runs on Linux only; on Windows use WSL 2, or the pages of a server", 3)
    try:
        # Otherwise typer shows what is wrong with a command line itself: in English, in a box.
        sys.exit(app(prog_name="graphkit", standalone_mode=False))
    except GraphkitError as error:
        _stop(str(error), error.exit_status)
    except typer.TyperException as error:
        _refuse(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _stop(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), 3)
    except Exception as error:
        if _is_of_a_file(error) and not os.environ.get("GRAPHKIT_DEBUG"):
            what = str(error).partition("\n")[0]
            _stop(f"the facts cannot be read ({what}); graphkit verify says what is wrong with them", 3)
        if os.environ.get("GRAPHKIT_DEBUG"):
            raise
        kind = type(error).__name__
        _stop(f"this should not have happened ({kind}: {error}); run again with GRAPHKIT_DEBUG=1 and report it", 1)


def _refuse(error: typer.TyperException) -> None:
    """Say in one line what is wrong with a command line; a group that was asked for nothing has shown its help."""
    told = getattr(error, "format_message", error.__str__)()
    if not told:
        sys.exit(2)
    command = getattr(getattr(error, "ctx", None), "command_path", "graphkit")
    _stop(f"{told.rstrip('.')}; see {command} --help", 2)


def _readers_language(words: list[str]) -> str:
    """Return the language that the command line asks for, also where it is wrong otherwise; else that of the locale."""
    asked = [after for word, after in pairwise(words) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return language(asked[-1] if asked and asked[-1] in ("zh", "en") else None)


def _is_of_a_file(error: Exception) -> bool:
    """Whether DuckDB could not read a file of the facts: one that is not there, or not what was written."""
    import duckdb  # noqa: PLC0415 - most commands end without it

    return isinstance(error, duckdb.Error) and ".parquet" in str(error)


def _stop(message: str, status: int) -> None:
    sys.stderr.write(f"graphkit: {said(' '.join(message.split()), _readers_language(sys.argv))}\n")
    sys.exit(status)
